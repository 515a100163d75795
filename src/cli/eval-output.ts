import { basename } from "node:path";
import type { DatabasePool } from "../database/index.js";
import { type EvalReport, type HtmlReportExtras, resultTables, writeEvalFiles } from "../eval/index.js";
import type { CliIo, Printer } from "./io.js";
import type { Metric } from "./metrics-flag.js";
import { summaryTable } from "./score-table.js";

export interface EvalOutputFlags {
  output?: string;
  json?: boolean;
}

/** An evaluation that is over. */
export interface FinishedEval {
  report: EvalReport;
  /** Which system it was. */
  title: string;
  metrics: readonly Metric[];
  pool: DatabasePool;
  databases: ReadonlyMap<string, string>;
  tokens?: HtmlReportExtras["tokens"];
}

/** Writes the files that --output asks for, and prints the table or the JSON. */
export async function finishEval(
  finished: FinishedEval,
  flags: EvalOutputFlags,
  print: Printer,
  io: CliIo,
): Promise<void> {
  const { report, title, metrics, pool, databases, tokens } = finished;
  const { summary, details } = report;
  if (flags.output !== undefined) {
    const results = await resultTables(pool, details, databases, { signal: io.signal });
    const written = await writeEvalFiles(report, flags.output, { title, results, tokens });
    const [first, ...beside] = written;
    print.note(`written: ${first}, and beside it ${beside.map((path) => basename(path)).join(", ")}`);
  }
  for (const [what, rows] of [
    ["a damaged file, so that its rows are not judged by execution", summary.databases.corrupt],
    ["no suite, so that its one database judges", summary.databases.without_suite],
  ] as const) {
    for (const [dbId, count] of Object.entries(rows)) print.note(`note: ${dbId} (${count} rows) has ${what}.`);
  }
  if (summary.official_script_errors > 0)
    print.note(
      `note: the official script would stop at ${summary.official_script_errors} of these rows; details[i].official_script_error says why.`,
    );
  if (summary.gold_failures > 0)
    print.note(
      `note: ${summary.gold_failures} gold queries cannot be judged by execution; details[i].failure says why.`,
    );
  print.text(`${summary.questions} questions, ${title}\n\n${summaryTable(summary, metrics)}`);
  print.record(report);
}
