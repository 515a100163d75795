import type { Config } from "../config/index.js";

export const DATASET_NAMES = [
  "sample",
  "spider",
  "spider-csv",
  "wikisql",
  "wikisql-original",
  "sql-create-context",
  "jsonl",
] as const;
export type DatasetName = (typeof DATASET_NAMES)[number];

/**
 * How rows are divided: "given" keeps the source's own files, "database" puts no database in two splits, "random" is the
 * Python seed project's split. "auto" is given where the source has splits, else database where rows have schemas, else
 * random.
 */
export type SplitMode = "auto" | "given" | "database" | "random";

export interface DataOptions {
  datasetName: DatasetName;
  /** Folder or file of the data set; null takes the hub's copy, or the bundled one for "sample". */
  path: string | null;
  /** spider-csv's file; null is data/spider_text_sql.csv. */
  csv: string | null;
  /** Folder of the SQLite databases, DB/DB.sqlite or DB.sqlite; null looks in `database` beside the data. */
  databases: string | null;
  split: SplitMode;
  /** Share held out by the database and random splits, in (0, 1); half is validation, half test. */
  valSplitRatio: number;
  seed: number;
  /** First N training rows (of one file without splits: first N rows before it is split); null is all. */
  maxTrainSamples: number | null;
  /** First N rows of validation and of test; null is all. */
  maxValSamples: number | null;
  /** Throw when a row cannot be used, instead of leaving it out and naming it. */
  strict: boolean;
  /** "./my.ts#MyPipeline"; takes the place of datasetName. */
  pipeline: string | null;
  /** Folder that relative paths start from. */
  baseDir: string;
  /** Brings a hub data set onto this disk and gives its folder; data never downloads by itself. */
  resolveDataset: (datasetId: string) => Promise<string>;
}

/** DataOptions from a config's data section. */
export function dataOptions(
  data: Config["data"],
  rest: Pick<DataOptions, "seed" | "baseDir" | "resolveDataset">,
): DataOptions {
  return {
    datasetName: data.dataset_name,
    path: data.path,
    csv: data.csv,
    databases: data.databases,
    split: data.split,
    valSplitRatio: data.val_split_ratio,
    maxTrainSamples: data.max_train_samples,
    maxValSamples: data.max_val_samples,
    strict: data.strict,
    pipeline: data.pipeline,
    ...rest,
  };
}
