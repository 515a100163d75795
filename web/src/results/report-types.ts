import type { PageData, PageRow } from "../../../src/eval/html-report/page-data.js";
import type { ReportFacts } from "../../../src/server/reports-types.js";

export type { PageMetric, PageRow, PageVerdict } from "../../../src/eval/html-report/page-data.js";

/** A report in a list. */
export type ReportSummary = ReportFacts;

/** A report with its rows. */
export interface Report extends ReportFacts, PageData {
  rows: PageRow[];
}

export interface ReportList {
  reports: ReportSummary[];
  /** False where the server was started without a folder to look in. */
  shown: boolean;
}
