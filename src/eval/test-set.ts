import type { Config } from "../config/index.js";
import { checkedPipeline, createPipeline, dataOptions } from "../data/index.js";
import type { DataPipeline, Dataset } from "../data/types.js";
import { SqltuneError } from "../errors.js";
import { resolveDataset } from "../hub/index.js";

export interface TestSetOptions {
  /** N test rows at even distances, for a set is often sorted by database; default all. */
  maxSamples?: number | null;
  /** Takes the place of the config's data source. */
  pipeline?: DataPipeline;
}

/**
 * The config's data with the test rows to be scored. Gold queries are not run here: evaluation tells those that fail.
 * @throws SqltuneError for a data set without test rows
 */
export async function readTestSet(config: Config, options: TestSetOptions = {}): Promise<Dataset> {
  const settings = { seed: config.project.seed, baseDir: process.cwd(), resolveDataset };
  const pipeline = options.pipeline
    ? checkedPipeline(options.pipeline, "the given pipeline")
    : await createPipeline(dataOptions(config.data, settings));
  const dataset = await pipeline.prepare();
  if (dataset.test.length === 0) {
    throw new SqltuneError(
      "The data set has no test rows to score. Set data.split to database or random, which hold some out, or give the source a test file.",
    );
  }
  return { ...dataset, test: spread(dataset.test, options.maxSamples ?? dataset.test.length) };
}

/** `count` items at even distances, the first among them; all when there are no more. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (count >= items.length) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);
}
