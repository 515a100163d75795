import { SpiderPipeline } from "../src/data/index.js";
import type { Example } from "../src/data/types.js";
import { createPromptProgram } from "../src/prompt/create-prompt-program.js";
import { serializeSchema } from "../src/schema/index.js";
import type { Schema, SchemaFormat } from "../src/schema/types.js";
import type { Tokenizer } from "../src/tokenizer/types.js";
import { rowLength } from "../src/train/batch.js";
import { createRowEncoder } from "../src/train/row-encoder.js";
import { type DataRow, encodeDataset, type TrainingData } from "../src/train/training-data.js";

/** Longer rows are left out of the row sets; --longest measures the longest. */
export const MAX_ROW_TOKENS = 1024;

/** Spider's train_spider.json, all of it: nothing is held out, since nothing is evaluated. */
export interface SpiderData {
  examples: Example[];
  schemas: ReadonlyMap<string, Schema>;
}

export async function readSpider(folder: string): Promise<SpiderData> {
  const pipeline = new SpiderPipeline({
    datasetName: "spider",
    path: folder,
    csv: null,
    databases: null,
    split: "given",
    valSplitRatio: 0.1,
    seed: 42,
    maxTrainSamples: null,
    maxValSamples: null,
    strict: false,
    pipeline: null,
    baseDir: process.cwd(),
    resolveDataset: async () => folder,
  });
  const { train, validation, schemas } = await pipeline.prepare();
  // The split sets databases aside; put together again they are the file's rows, in an order that follows from it.
  return { examples: [...train, ...validation], schemas };
}

/** Rows as sqltune trains on them: the model's chat template, schema, question and answer encoded apart. */
export function encodeSpider(
  { schemas }: SpiderData,
  examples: Example[],
  tokenizer: Tokenizer,
  format: SchemaFormat,
): Promise<TrainingData> {
  const program = createPromptProgram({
    name: "chat",
    tokenizer,
    schemaFormat: format,
    serializeSchema: (schema) => serializeSchema(schema, format),
  });
  const encoder = createRowEncoder(program, tokenizer, schemas);
  const dataset = { train: examples, validation: [], dropped: [] };
  return encodeDataset(dataset, encoder, { maxSeqLength: Number.POSITIVE_INFINITY });
}

/** Rows of at most `maxTokens` tokens, by database; only databases with at least `minRows` of them. */
export function rowsByDatabase(rows: readonly DataRow[], maxTokens: number, minRows: number): DataRow[][] {
  const byDatabase = new Map<string, DataRow[]>();
  for (const row of rows) {
    if (row.dbId === null || rowLength(row) > maxTokens) continue;
    if (byDatabase.get(row.dbId)?.push(row) === undefined) byDatabase.set(row.dbId, [row]);
  }
  return [...byDatabase.values()].filter((found) => found.length >= minRows);
}
