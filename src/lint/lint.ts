import type { Config } from "../config/index.js";
import { checkedPipeline, createPipeline, dataOptions } from "../data/index.js";
import type { Dataset } from "../data/types.js";
import { resolveDataset } from "../hub/index.js";
import { serializeSchema } from "../schema/index.js";
import { createTokenCounter, tokenizerAtHand } from "./count-tokens.js";
import { lintDataset } from "./lint-dataset.js";
import type { LintConfigOptions, LintReport } from "./types.js";

/**
 * Lints the data that a config names: its rows as the data source gives them, before training leaves any out. Nothing is
 * downloaded: row lengths are checked where the config's model is on this disk.
 * @throws SqltuneError when the data cannot be read at all; the signal's reason when it aborts
 */
export async function lint(config: Config, options: LintConfigOptions = {}): Promise<LintReport> {
  const { pipeline, ...rest } = options;
  const start = performance.now();
  options.signal?.throwIfAborted();
  options.onProgress?.({ phase: "reading data", done: 0, total: 1 });
  const baseDir = process.cwd();
  // With data.strict the source would stop at the first fault; here each is a finding.
  const data = { ...config.data, strict: false };
  const source = pipeline
    ? checkedPipeline(pipeline, "the given pipeline")
    : await createPipeline(dataOptions(data, { seed: config.project.seed, baseDir, resolveDataset }));
  const dataset = await source.prepare();
  options.onProgress?.({ phase: "reading data", done: 1, total: 1 });
  options.signal?.throwIfAborted();
  const report = await lintDataset(dataset, {
    ...rest,
    ...(await tokenCounts(config, dataset)),
    baseDir,
    schemaText: (schema) => serializeSchema(schema, config.data.schema_format),
  });
  report.summary.seconds = Math.round((performance.now() - start) / 10) / 100;
  return report;
}

async function tokenCounts(config: Config, dataset: Dataset) {
  const tokenizer = await tokenizerAtHand(config);
  if ("reason" in tokenizer) {
    return { skipped: [{ checks: ["row-too-long" as const, "answer-too-long" as const], reason: tokenizer.reason }] };
  }
  return {
    countTokens: createTokenCounter(config, tokenizer, dataset),
    maxTokens: { row: config.model.max_seq_length, answer: config.inference.max_new_tokens },
  };
}
