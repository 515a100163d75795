import type { CommandModule } from "yargs";
import { answerFlags } from "./answer-flags.js";
import { configFlags } from "./config-flags.js";
import { type ModelEvalFlags, runModelEval } from "./eval-model.js";
import { type PredictionEvalFlags, runPredictionEval } from "./eval-predictions.js";
import { runWikiSqlEval } from "./eval-wikisql.js";
import type { CliIo } from "./io.js";
import { modelFlags } from "./model-flags.js";
import { count, flag, text } from "./options.js";
import { usageError } from "./usage-error.js";

type EvalFlags = ModelEvalFlags & Partial<PredictionEvalFlags>;

/** Flags that belong to one of the two ways to evaluate. */
const OF_MODELS = ["adapter", "base", "config", "set", ...Object.keys(answerFlags)];
const OF_PREDICTIONS = ["gold", "tables", "databases", "evaluator"];

export function evalVerb(io: CliIo): CommandModule<unknown, EvalFlags> {
  return {
    command: "eval",
    describe: "score a model on the config's test questions, or any system's predictions",
    builder: (y) =>
      y
        .options({
          ...modelFlags,
          ...configFlags,
          ...answerFlags,
          "max-samples": count("score only N questions, spread over the set", "max-samples"),
          predictions: text("score this file instead of a model: one query a line, JSON or JSON Lines"),
          gold: text("with --predictions: Spider's JSON, or a query, a tab and the database's id on each line"),
          tables: text("with --predictions: Spider's tables.json, for exact set match"),
          databases: text("with --predictions: folder of the SQLite files, DB/DB.sqlite or DB.sqlite"),
          suites: text("folder of the test suites, DB/*.sqlite, for test-suite accuracy"),
          metrics: text("of em, ex, ts, string and loss; default all that can be had"),
          evaluator: text("with --predictions: test-suite (default), spider for the older script, or wikisql"),
          "plug-value": flag("put the gold's values into the prediction, for systems that predict none"),
          "keep-distinct": flag("keep DISTINCT when queries run; the official scores take it out"),
          output: text("write the report here as JSON, with every answer, Markdown and HTML beside it"),
        })
        .conflicts("adapter", "base")
        .example("$0 eval --config configs/spider.yaml", "score the newest adapter on Spider's dev databases")
        .example("$0 eval --base --config configs/spider.yaml --max-samples 200", "score the model without an adapter")
        .example("$0 eval --adapter outputs/spider/final_model --output results/eval.json", "keep every answer")
        .example("$0 eval --select vote --samples 8 --repair 1", "score the answers that eight candidates vote for")
        .example(
          "$0 eval --predictions pred.sql --gold dev.json --tables tables.json --databases database",
          "score any system's file",
        ) as never,
    handler: (flags) => runEval(flags, io),
  };
}

async function runEval(flags: EvalFlags, io: CliIo): Promise<void> {
  const given = (names: readonly string[]) =>
    names.filter((name) => (flags as unknown as Record<string, unknown>)[name] !== undefined);
  const { predictions, gold } = flags;
  if (predictions === undefined) {
    const strange = given(OF_PREDICTIONS).map((name) => `--${name}`);
    if (strange.length === 0) return runModelEval(flags, io);
    throw usageError(
      `${strange.join(", ")} ${strange.length > 1 ? "belong" : "belongs"} to --predictions FILE, which is missing. A model is scored on its config's data.`,
    );
  }
  const problems = given(OF_MODELS).map(
    (name) => `--${name} asks a model, --predictions scores a file: give one of them.`,
  );
  if (gold === undefined) problems.push("--predictions needs --gold FILE, the queries that it is compared with.");
  if (problems.length > 0 || gold === undefined) throw usageError(problems.join("\n"));
  const run = flags.evaluator === "wikisql" ? runWikiSqlEval : runPredictionEval;
  return run({ ...flags, predictions, gold }, io);
}
