import type { CommandModule } from "yargs";
import { SqltuneError } from "../errors.js";
import { compareReports, type EvalReport, readReport, type Verdict } from "../eval/index.js";
import { comparisonText, partedRows, rowsText } from "./comparison-text.js";
import { type CliIo, createPrinter } from "./io.js";
import { parseMetrics } from "./metrics-flag.js";
import { count, flag, text } from "./options.js";
import { usageError } from "./usage-error.js";

interface CompareFlags {
  reports: string[];
  metrics?: string;
  rows?: boolean;
  seed?: number;
  json?: boolean;
}

export function compareVerb(io: CliIo): CommandModule<unknown, CompareFlags> {
  return {
    command: "compare <reports..>",
    describe: "compare evaluations of the same questions: rows won and lost, and whether it is chance",
    builder: (y) =>
      y
        .positional("reports", {
          type: "string",
          array: true,
          describe: "reports that eval --output wrote, or the folders that hold them; the first is the one to beat",
        })
        .options({
          metrics: text("of em, ex, ts and string; default all that two of the reports have"),
          rows: flag("list the rows won and lost by the strictest of these metrics"),
          seed: count("seed of the bootstrap, default 42", "seed", 0),
        })
        .example("$0 compare results/base/eval.json results/tuned/eval.json", "what the adapter won and lost")
        .example(
          "$0 compare results/a results/b results/c --metrics ex --rows",
          "three systems, each with each",
        ) as never,
    handler: (flags) => runCompare(flags, io),
  };
}

async function runCompare(flags: CompareFlags, io: CliIo): Promise<void> {
  const print = createPrinter(io, flags.json === true);
  const paths = flags.reports.map(String);
  if (paths.length < 2) throw usageError("compare needs at least two reports: sqltune compare A B.");
  const verdicts = flags.metrics === undefined ? undefined : verdictsOf(flags.metrics);
  const reports = await readAll(paths);
  const named = reports.map((report, i) => ({ name: labels(paths)[i]!, report }));
  const comparison = compareReports(named, { verdicts, seed: flags.seed });
  for (const note of comparison.notes) print.note(`note: ${note}`);
  if (comparison.verdicts.length === 0)
    throw new SqltuneError(
      "no two of the reports have a verdict on the same row for these metrics; score them with the same --metrics.",
    );
  print.text(comparisonText(comparison));
  if (flags.rows) print.text(`\n${rowsText(comparison, named)}`);
  print.record(flags.rows ? { ...comparison, rows: partedRows(comparison, named) } : comparison);
}

function verdictsOf(metrics: string): Verdict[] {
  const parsed = parseMetrics(metrics, { loss: "the models; reports are compared row by row" });
  return parsed.map((metric) => (metric === "string" ? "exact_match" : (metric as Verdict)));
}

/** All mistakes at once. */
async function readAll(paths: readonly string[]): Promise<EvalReport[]> {
  const read = await Promise.allSettled(paths.map(readReport));
  const failed = read.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  const strange = failed.find((error) => !(error instanceof SqltuneError));
  if (strange) throw strange;
  if (failed.length > 0) throw new SqltuneError(failed.map((error) => (error as Error).message).join("\n"));
  return read.map((result) => (result as PromiseFulfilledResult<EvalReport>).value);
}

/** Reports by their paths; one given twice is numbered. */
function labels(paths: readonly string[]): string[] {
  return paths.map((path, i) => {
    const before = paths.slice(0, i).filter((other) => other === path).length;
    return before === 0 ? path : `${path} (${before + 1})`;
  });
}
