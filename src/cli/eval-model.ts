import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Config } from "../config/index.js";
import { createDatabasePool } from "../database/index.js";
import { answerLoss, checkOutput, evaluate, findSuites, readTestSet } from "../eval/index.js";
import { type Answer, createEngine, type EngineOptions, TokenText } from "../infer/index.js";
import type { Model } from "../model/index.js";
import { type AnswerFlags, checkAnswerFlags, engineFromFlags, needsDatabase } from "./answer-flags.js";
import { configFromFlags } from "./config-flags.js";
import { type EvalOutputFlags, finishEval } from "./eval-output.js";
import { showProgress } from "./eval-progress.js";
import { type CliIo, createPrinter } from "./io.js";
import { parseMetrics } from "./metrics-flag.js";
import { type ModelFlags, modelFromFlags } from "./model-flags.js";
import { createProgress } from "./progress.js";
import { usageError } from "./usage-error.js";

export interface ModelEvalFlags extends ModelFlags, AnswerFlags, EvalOutputFlags {
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
  checkAnswerFlags(flags);
  if (flags.output !== undefined) await checkOutput(flags.output);
  const config = await configFromFlags(flags, [], print);
  const suites = await suitesOf(flags.suites ?? config.data.suites);
  const metrics = parseMetrics(flags.metrics, suites ? {} : { ts: "--suites DIR (or data.suites)" });
  const dataset = await readTestSet(config, flags);
  for (const note of dataset.notes) print.note(note);
  const { test: rows, schemas, databases } = dataset;
  if (metrics.includes("ex") && databases.size === 0)
    print.note("note: this data set has no databases, so that there is no execution accuracy.");
  const answering = engineFromFlags(flags, config);
  const asked = flags.select !== undefined || flags.repair !== undefined;
  const need = asked && databases.size === 0 ? needsDatabase(answering) : null;
  if (need !== null) throw usageError(`${need}, and this data set has none.`);
  using model = await modelFromFlags(flags, config, print, io);
  await using pool = createDatabasePool();
  using engine = await engineFor(model, config, { ...answering, pool });
  for (const warning of engine.warnings) print.note(`warning: ${warning}`);
  const progress = createProgress(io.stderr);
  const answers: Answer[] = [];
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
async function engineFor(model: Model, { data }: Config, answering: Omit<EngineOptions, "model">) {
  const ofConfig = { program: data.prompt, schemaFormat: data.schema_format, system: data.system_prompt ?? undefined };
  const prompt = model.adapter?.sqltune ? undefined : ofConfig;
  // A calibration says more of an answer that is known to run.
  const check = Boolean(model.adapter?.sqltune?.calibration);
  return createEngine({ ...answering, model, prompt, check });
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
