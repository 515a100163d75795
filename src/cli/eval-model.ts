import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Config } from "../config/index.js";
import { createDatabasePool } from "../database/index.js";
import { answerLoss, checkOutput, evaluate, findSuites, readTestSet } from "../eval/index.js";
import { type Answer, createEngine, samplingFromConfig, TokenText } from "../infer/index.js";
import type { Model } from "../model/index.js";
import { configFromFlags } from "./config-flags.js";
import { type EvalOutputFlags, finishEval } from "./eval-output.js";
import { showProgress } from "./eval-progress.js";
import { type CliIo, createPrinter } from "./io.js";
import { parseMetrics } from "./metrics-flag.js";
import { type ModelFlags, modelFromFlags } from "./model-flags.js";
import { createProgress } from "./progress.js";
import { usageError } from "./usage-error.js";

export interface ModelEvalFlags extends ModelFlags, EvalOutputFlags {
  maxSamples?: number;
  metrics?: string;
  suites?: string;
  plugValue?: boolean;
  keepDistinct?: boolean;
}

/** Asks a model the config's test questions and scores its answers. */
export async function runModelEval(flags: ModelEvalFlags, io: CliIo): Promise<void> {
  const print = createPrinter(io, flags.json === true);
  parseMetrics(flags.metrics, {});
  if (flags.output !== undefined) await checkOutput(flags.output);
  const config = await configFromFlags(flags, [], print);
  const suites = await suitesOf(flags.suites ?? config.data.suites);
  const metrics = parseMetrics(flags.metrics, suites ? {} : { ts: "--suites DIR (or data.suites)" });
  const dataset = await readTestSet(config, flags);
  for (const note of dataset.notes) print.note(note);
  const { test: rows, schemas, databases } = dataset;
  if (metrics.includes("ex") && databases.size === 0)
    print.note("note: this data set has no databases, so that there is no execution accuracy.");
  using model = await modelFromFlags(flags, config, print, io);
  using engine = await engineFor(model, config);
  for (const warning of engine.warnings) print.note(`warning: ${warning}`);
  const progress = createProgress(io.stderr);
  const answers: Answer[] = [];
  await using pool = createDatabasePool();
  try {
    const report = await evaluate({
      engine,
      rows,
      schemas,
      databases,
      suites: suites ?? undefined,
      pool,
      metrics: metrics.flatMap((metric) => (metric === "em" || metric === "ex" || metric === "ts" ? metric : [])),
      rules: { plugValues: flags.plugValue, keepDistinct: flags.keepDistinct },
      signal: io.signal,
      onAnswer: (answer, index) => {
        answers[index] = answer;
      },
      onProgress: (event) => showProgress(progress, event),
    });
    if (metrics.includes("loss")) {
      const prompt = engine.promptSettings;
      report.summary.answer_loss = await answerLoss({
        ...{ model, prompt, rows, schemas, signal: io.signal },
        onProgress: ({ done, total }) => showProgress(progress, { phase: "loss", done, total, correct: 0 }),
      });
    }
    progress.close();
    const title = model.adapter?.name ?? model.source.name;
    const tokens = flags.output === undefined ? undefined : tokenTexts(model, answers);
    await finishEval({ report, title, metrics, pool, databases, tokens }, flags, print, io);
  } finally {
    progress.close();
  }
}

async function suitesOf(folder: string | null | undefined): Promise<Map<string, string[]> | null> {
  if (folder === null || folder === undefined) return null;
  const path = resolve(folder);
  const found = await stat(path).catch(() => null);
  if (!found?.isDirectory()) throw usageError(`there is no folder ${folder}; --suites takes one with DB/*.sqlite.`);
  return findSuites(path);
}

/** An adapter of sqltune's is asked as it was trained; a base or PEFT's adapter as the config says. */
async function engineFor(model: Model, { data, inference, project }: Config) {
  const ofConfig = { program: data.prompt, schemaFormat: data.schema_format, system: data.system_prompt ?? undefined };
  const prompt = model.adapter?.sqltune ? undefined : ofConfig;
  const sampling = { ...samplingFromConfig(inference), seed: project.seed };
  return createEngine({ model, prompt, batchSize: inference.batch_size, ...sampling });
}

/** Each answer's tokens as text with the model's probabilities, for the HTML report. */
function tokenTexts(model: Model, answers: readonly Answer[]) {
  return new Map(
    answers.map((answer, index) => {
      const text = new TokenText(model.tokenizer);
      return [
        index,
        [...answer.tokens].map((token, i) => ({ text: text.push(token), probability: answer.probabilities[i]! })),
      ];
    }),
  );
}
