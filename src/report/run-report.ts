import { basename } from "node:path";
import { sqltuneVersion } from "../adapter/index.js";
import { html, Markup } from "./markup.js";
import { type ReportInput, readReportInput } from "./report-input.js";
import { REPORT_STYLE } from "./report-style.js";
import { architecture } from "./sections/architecture.js";
import { calibration } from "./sections/calibration.js";
import { configuration } from "./sections/configuration.js";
import { curves } from "./sections/curves.js";
import { dataFlow } from "./sections/data-flow.js";
import { memory } from "./sections/memory.js";
import { overview } from "./sections/overview.js";
import { places } from "./sections/places.js";
import { results } from "./sections/results.js";
import { samples } from "./sections/samples.js";

export interface RunReportOptions {
  /** eval.json files, or folders that hold one, besides those in the run folder. */
  evals?: readonly string[];
}

const SECTIONS = [
  overview,
  results,
  curves,
  samples,
  calibration,
  architecture,
  dataFlow,
  memory,
  configuration,
  places,
];

/**
 * The report of a run as one HTML file that needs nothing else: what was trained on what, how it went, what came of it and
 * where everything is. It can be printed; see printPdf.
 * @throws SqltuneError where the folder holds no run, or one that was never set up.
 */
export async function runReport(folder: string, options: RunReportOptions = {}): Promise<string> {
  return reportPage(await readReportInput(folder, options.evals));
}

export function reportPage(input: ReportInput): string {
  const { run } = input;
  const name = basename(run.folder);
  const day = run.started.slice(0, 16).replace("T", " ");
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="generator" content="sqltune ${sqltuneVersion}"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>Training report: ${name}</title><style>${new Markup(REPORT_STYLE)}</style></head>
<body><main><header><h1>Training report: ${name}</h1><p>Run of ${day} UTC in <code>${run.folder}</code></p></header>${SECTIONS.map((section) => section(input))}</main></body></html>
`;
  return page.text;
}
