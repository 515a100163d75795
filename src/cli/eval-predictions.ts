import { basename } from "node:path";
import { createDatabasePool } from "../database/index.js";
import {
  checkOutput,
  type Evaluator,
  readScoringInputs,
  type ScoringFiles,
  scorePredictions,
  spread,
} from "../eval/index.js";
import { type EvalOutputFlags, finishEval } from "./eval-output.js";
import { type CliIo, createPrinter } from "./io.js";
import { type Metric, parseMetrics } from "./metrics-flag.js";
import { createProgress } from "./progress.js";
import { usageError } from "./usage-error.js";

export interface PredictionEvalFlags extends ScoringFiles, EvalOutputFlags {
  maxSamples?: number;
  metrics?: string;
  evaluator?: string;
  plugValue?: boolean;
  keepDistinct?: boolean;
}

/** Scores a system's file by the official rules. */
export async function runPredictionEval(flags: PredictionEvalFlags, io: CliIo): Promise<void> {
  const print = createPrinter(io, flags.json === true);
  const metrics = metricsOf(flags);
  const evaluator = evaluatorOf(flags, metrics);
  if (flags.output !== undefined) await checkOutput(flags.output);
  const { predictions: all, notes, ...inputs } = await readScoringInputs(flags);
  for (const note of notes) print.note(`note: ${note}`);
  const predictions = spread(all, flags.maxSamples ?? all.length);
  if (metrics.includes("em") && flags.tables === undefined)
    print.note(
      "note: without --tables the schemas are those of the databases; official scores take foreign keys from tables.json.",
    );
  const progress = createProgress(io.stderr);
  await using pool = createDatabasePool();
  try {
    const report = await scorePredictions(predictions, {
      ...inputs,
      pool,
      evaluator,
      metrics: metrics.flatMap((metric) => (metric === "em" || metric === "ex" || metric === "ts" ? metric : [])),
      // The official script does so to every prediction.
      rules: {
        valuePlaceholder: evaluator === "test-suite",
        plugValues: flags.plugValue,
        keepDistinct: flags.keepDistinct,
      },
      signal: io.signal,
      onProgress: ({ done, total, correct }) =>
        progress.update("judging", done, total, `${done}/${total} predictions, ${correct} right`),
    });
    progress.close();
    const title = basename(flags.predictions);
    await finishEval({ report, title, metrics, pool, databases: inputs.databases }, flags, print, io);
  } finally {
    progress.close();
  }
}

function metricsOf({ metrics, tables, databases, suites }: PredictionEvalFlags): Metric[] {
  const lacking: Partial<Record<Metric, string>> = { loss: "a model; predictions have none" };
  if (tables === undefined && databases === undefined) lacking.em = "--tables FILE (or --databases DIR)";
  if (databases === undefined) lacking.ex = "--databases DIR";
  if (suites === undefined) lacking.ts = "--suites DIR";
  return parseMetrics(metrics, lacking);
}

function evaluatorOf(
  { evaluator = "test-suite", plugValue, keepDistinct }: PredictionEvalFlags,
  metrics: readonly Metric[],
): Evaluator {
  if (evaluator !== "test-suite" && evaluator !== "spider")
    throw usageError(`--evaluator is ${evaluator}, expected test-suite, spider or wikisql.`);
  if (evaluator === "spider") {
    const strange = [
      plugValue && "--plug-value",
      keepDistinct && "--keep-distinct",
      metrics.includes("ts") && "test-suite accuracy",
    ];
    const named = strange.filter((it) => typeof it === "string");
    if (named.length > 0)
      throw usageError(`--evaluator spider has no ${named.join(" and no ")}: those are test-suite's.`);
  }
  return evaluator;
}
