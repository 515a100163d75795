import type { DType } from "../../src/native/types.js";

/** A child process's task: answer all rows once, greedily. */
export interface GenerateJob {
  model: string;
  newTokens: number;
  /** Every answer has exactly newTokens tokens. */
  ignoreEos: boolean;
  threads: number | null;
}

export interface SqltuneGenerateJob extends GenerateJob {
  dtype: DType;
  spider: string;
  /** Rows of dev.json. */
  rows: readonly number[];
  schemaFormat: "compact" | "ddl" | "table_line";
  batchSize: number;
  /** "batch": all rows in one call; "one-by-one": one call a row, in this order. */
  mode: "batch" | "one-by-one";
  /** Runs of tokens after which the two best logits are read. */
  margins?: readonly (readonly number[])[];
}

/** The peers get ids: what sqltune's prompt and tokenizer made. */
export interface PeerGenerateJob extends GenerateJob {
  prompts: readonly (readonly number[])[];
  stopIds: readonly number[];
}

export interface TransformersJob extends PeerGenerateJob {
  dtype: DType;
  batch: number;
  padId: number;
}

export interface LlamaJob extends PeerGenerateJob {
  /** Folder whose node_modules has node-llama-cpp. */
  peers: string;
  gguf: string;
  sequences: number;
  flashAttention: boolean;
}

export interface GenerateResult {
  /** From the first question to the last answer; loading and warming up do not count. */
  seconds: number;
  /** New tokens of each row. */
  tokens: number[][];
  /** Distance of the two best logits, where margins were asked for. */
  margins?: number[];
  peakBytes: number;
}
