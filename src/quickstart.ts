import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sqltuneVersion } from "./adapter/index.js";
import { type Config, type ConfigInput, loadConfig, quickstartConfig, resolveConfig } from "./config/index.js";
import type { Dataset } from "./data/types.js";
import { createDatabasePool, type SqlValue } from "./database/index.js";
import {
  type EvalReport,
  type EvalSummary,
  type EvaluateProgress,
  evaluate,
  readTestSet,
  writeEvalFiles,
} from "./eval/index.js";
import type { DownloadProgress } from "./hub/types.js";
import { createEngine, engineFromConfig } from "./infer/index.js";
import { loadModel } from "./model/index.js";
import { writeFileAtomic } from "./observe/atomic-file.js";
import type { OnEvent } from "./observe/events.js";
import { describeRunFolder, loadOptions, train } from "./train/index.js";

export interface QuickstartOptions {
  /** Default: configs/quickstart.yaml. */
  config?: ConfigInput;
  /** Score only N test questions, spread over the set; default all. */
  maxSamples?: number;
  /** Removes an earlier run in project.output_dir instead of going on with it. */
  overwrite?: boolean;
  signal?: AbortSignal;
  /** Training's events, and a note at each stage. */
  onEvent?: OnEvent;
  onEvaluate?: (model: "base" | "tuned", progress: EvaluateProgress) => void;
  onDownload?: (progress: DownloadProgress) => void;
}

/** One question that the tuned model was asked, and what its SQL gives on the database. */
export interface QuickstartExample {
  db_id: string | null;
  /** SQLite file it was run on; null without a database. */
  database: string | null;
  question: string;
  sql: string;
  gold: string;
  confidence: number;
  latency_ms: number;
  columns: string[];
  /** Numbers beyond 2^53 and blobs as text, so that JSON can hold them. */
  rows: (string | number | null)[][];
}

/** summary.json of the run folder. Scores of base and tuned model on the same test questions, asked with the same prompt. */
export interface QuickstartSummary {
  base: EvalSummary;
  tuned: EvalSummary;
  questions: number;
  /** Training and scoring, set-up apart. */
  seconds: number;
  example: QuickstartExample;
  output_dir: string;
  final_model: string;
}

/**
 * Fine-tunes a small model on the sample databases, scores base and tuned model on databases that neither was trained on,
 * and answers one question. A run that stands finished in project.output_dir is not repeated; one that was interrupted
 * goes on.
 */
export async function quickstart(options: QuickstartOptions = {}): Promise<QuickstartSummary> {
  const started = performance.now();
  const config = options.config ? resolveConfig(options.config) : await loadConfig(quickstartConfig);
  const note = (message: string) => options.onEvent?.({ event: "note", message });
  const folder = describeRunFolder(config.project.output_dir);
  const summaryFile = join(folder.path, "summary.json");
  const earlier = options.overwrite ? null : await earlierRun(folder.runFile, config);
  const { maxSamples = null } = options;
  if (earlier) {
    const saved = await readJson<QuickstartSummary & { max_samples: number | null }>(summaryFile);
    if (saved && saved.max_samples === maxSamples) {
      note(`${folder.path} holds this very run, finished: nothing is repeated.`);
      return saved;
    }
  }
  if (earlier && (await readJson(folder.reportFile))) note(`${folder.path} holds this very run, trained already.`);
  else {
    const { signal, onEvent, overwrite = false } = options;
    await train(config, { signal, onEvent, overwrite, resume: earlier !== null });
  }
  const dataset = await readTestSet(config, { maxSamples });
  const tuned = await score("tuned", { config, dataset, adapter: folder.finalModel, options, note });
  const base = await score("base", { config, dataset, options, note });
  const example = tuned.example!;
  const summary: QuickstartSummary = {
    base: base.report.summary,
    tuned: tuned.report.summary,
    questions: dataset.test.length,
    seconds: (performance.now() - started) / 1000,
    example,
    output_dir: config.project.output_dir,
    final_model: join(config.project.output_dir, "final_model"),
  };
  for (const [name, { report }] of Object.entries({ tuned, base })) {
    await writeEvalFiles(report, join(folder.path, "eval", name, "eval.json"), { title: `Quickstart, ${name} model` });
  }
  const saved = { ...summary, max_samples: maxSamples };
  await writeFileAtomic(summaryFile, `${JSON.stringify(saved, null, 2)}\n`, { durable: true });
  return summary;
}

/** The run in the folder, if it was begun by this sqltune with this config. */
async function earlierRun(runFile: string, config: Config): Promise<object | null> {
  const run = await readJson<{ config?: unknown; versions?: { sqltune?: string } }>(runFile);
  const same = JSON.stringify(run?.config) === JSON.stringify(config) && run?.versions?.sqltune === sqltuneVersion;
  return run && same ? run : null;
}

interface Scoring {
  config: Config;
  dataset: Dataset;
  adapter?: string;
  options: QuickstartOptions;
  note(message: string): void;
}

async function score(
  which: "base" | "tuned",
  { config, dataset, adapter, options, note }: Scoring,
): Promise<{ report: EvalReport; example: QuickstartExample | null }> {
  const { signal, onEvaluate, onDownload } = options;
  const { data, inference } = config;
  note(`asking the ${which} model ${dataset.test.length} questions of databases it was not trained on`);
  using model = await loadModel(config.model.name, { ...loadOptions(config), adapter, signal, onProgress: onDownload });
  // The same prompt for both: what differs is the adapter alone.
  const prompt = { program: data.prompt, schemaFormat: data.schema_format, system: data.system_prompt ?? undefined };
  await using pool = createDatabasePool();
  const answering = { ...engineFromConfig(inference), seed: config.project.seed, pool };
  using engine = await createEngine({ ...answering, model, prompt });
  const { schemas, databases, test: rows } = dataset;
  const onProgress = (progress: EvaluateProgress) => onEvaluate?.(which, progress);
  const report = await evaluate({ engine, rows, schemas, databases, pool, signal, onProgress });
  if (which === "base") return { report, example: null };

  // Shown as one it got right, where there is one.
  const at = Math.max(
    0,
    report.details.findIndex((detail) => detail.ex),
  );
  const { question, dbId, sql: gold } = rows[at]!;
  const schema = dbId === null ? undefined : schemas.get(dbId);
  const answer = await engine.generate({ question, schema, signal });
  const database = (dbId === null ? undefined : databases.get(dbId)) ?? null;
  const result = database === null ? null : await pool.query(database, answer.sql, { maxRows: 10, signal });
  const example: QuickstartExample = {
    db_id: dbId,
    database,
    question,
    sql: answer.sql,
    gold,
    confidence: answer.confidence,
    latency_ms: Math.round(answer.timings.totalMs),
    columns: result?.ok ? result.columns : [],
    rows: result?.ok ? result.rows.map((row) => row.map(plainValue)) : [],
  };
  return { report, example };
}

function plainValue(value: SqlValue): string | number | null {
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`;
  return typeof value === "bigint" ? value.toString() : value;
}

async function readJson<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as T;
  } catch {
    return null;
  }
}
