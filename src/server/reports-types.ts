/** Scores of a report, for a list. */
export interface ReportFacts {
  /** Made of the file's place; names no path. */
  id: string;
  /** The folder below the listed one in which it stands, with "/": "spider/eval/tuned". */
  name: string;
  /** ISO time of its writing. */
  modified: string;
  questions: number;
  em: number | null;
  ex: number | null;
  ts: number | null;
  exact_match: number | null;
  /** Whether report.html stands beside it. */
  html: boolean;
  /** Why it cannot be shown; null for a good one. */
  problem: string | null;
}
