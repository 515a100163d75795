import type { CommandModule } from "yargs";
import type { Config } from "../config/index.js";
import { type EvaluateProgress, evaluate, readTestSet, writeEvalFiles } from "../eval/index.js";
import { createEngine, samplingFromConfig } from "../infer/index.js";
import type { Model } from "../model/index.js";
import { configFlags, configFromFlags } from "./config-flags.js";
import { type CliIo, createPrinter } from "./io.js";
import { type ModelFlags, modelFlags, modelFromFlags } from "./model-flags.js";
import { count, text } from "./options.js";
import { createProgress, type ProgressReporter } from "./progress.js";
import { type Metric, scoreTable } from "./score-table.js";
import { usageError } from "./usage-error.js";

interface EvalFlags extends ModelFlags {
  maxSamples?: number;
  output?: string;
  metrics?: string;
  json?: boolean;
}

export function evalVerb(io: CliIo): CommandModule<unknown, EvalFlags> {
  return {
    command: "eval",
    describe: "score a model on the config's test questions",
    builder: (y) =>
      y
        .options({
          ...modelFlags,
          ...configFlags,
          "max-samples": count("score only N questions, spread over the set", "max-samples"),
          output: text("write {summary, details} here as JSON, with predictions.sql and gold.sql beside it"),
          metrics: text("em (string match), ex (execution accuracy) or both; default em,ex"),
        })
        .conflicts("adapter", "base")
        .example("$0 eval --config configs/spider.yaml", "score the newest adapter on Spider's dev databases")
        .example("$0 eval --base --config configs/spider.yaml --max-samples 200", "score the model without an adapter")
        .example(
          "$0 eval --adapter outputs/spider/final_model --output results/eval.json",
          "keep every answer",
        ) as never,
    handler: (flags) => runEval(flags, io),
  };
}

async function runEval(flags: EvalFlags, io: CliIo): Promise<void> {
  const print = createPrinter(io, flags.json === true);
  const metrics = parseMetrics(flags.metrics ?? "em,ex");
  const config = await configFromFlags(flags, [], print);
  const dataset = await readTestSet(config, flags);
  for (const note of dataset.notes) print.note(note);
  using model = await modelFromFlags(flags, config, print, io);
  using engine = await engineFor(model, config);
  for (const warning of engine.warnings) print.note(`warning: ${warning}`);
  const databases = metrics.includes("ex") ? dataset.databases : new Map<string, string>();
  if (metrics.includes("ex") && databases.size === 0) {
    print.note(
      "note: this data set has no databases, so that there is no execution accuracy; string match alone is scored.",
    );
  }
  const progress = createProgress(io.stderr);
  const { test: rows, schemas } = dataset;
  const onProgress = (event: EvaluateProgress) => showProgress(progress, event);
  try {
    const report = await evaluate({ engine, rows, schemas, databases, signal: io.signal, onProgress });
    progress.close();
    if (flags.output !== undefined) print.note(`written: ${(await writeEvalFiles(report, flags.output)).join(", ")}`);
    const name = model.adapter?.name ?? model.source.name;
    print.text(`${report.summary.questions} questions, ${name}\n\n${scoreTable({ score: report.summary }, metrics)}`);
    print.record(report);
  } finally {
    progress.close();
  }
}

/** `model`: which one is asked, where there are several. */
export function showProgress(progress: ProgressReporter, event: EvaluateProgress, model = "the model"): void {
  const { phase, done, total, correct } = event;
  const counted = `${done}/${total} questions`;
  if (phase === "answer") progress.update(`asking ${model}`, done, total, counted);
  else progress.update(`running ${model}'s SQL`, done, total, `${counted}, ${correct} right`);
}

function parseMetrics(list: string): Metric[] {
  const names = list.split(",").map((name) => name.trim().toLowerCase());
  if (names.includes("ts"))
    throw usageError("--metrics ts: test-suite accuracy is not there yet. The metrics are em and ex.");
  const strange = names.filter((name) => name !== "em" && name !== "ex");
  if (strange.length > 0)
    throw usageError(`--metrics ${list}: ${strange.join(", ") || "nothing"} is no metric. The metrics are em and ex.`);
  return names as Metric[];
}

/** An adapter of sqltune's is asked as it was trained; a base or PEFT's adapter as the config says. */
async function engineFor(model: Model, { data, inference, project }: Config) {
  const ofConfig = { program: data.prompt, schemaFormat: data.schema_format, system: data.system_prompt ?? undefined };
  const prompt = model.adapter?.sqltune ? undefined : ofConfig;
  const sampling = { ...samplingFromConfig(inference), seed: project.seed };
  return createEngine({ model, prompt, batchSize: inference.batch_size, ...sampling });
}
