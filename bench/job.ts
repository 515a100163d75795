import type { Checkpointing, DeviceName, DType } from "../src/native/types.js";
import type { SchemaFormat } from "../src/schema/types.js";
import type { MicroBatchLimit } from "../src/train/batch.js";

/** Bytes of resident memory (of the card's, on CUDA). */
export interface MemoryReading {
  /** With model and adapter loaded and every weight touched once. */
  loaded: number;
  /** Highest since then. */
  peak: number;
}

/** What both sides train: the same rows in the same optimizer steps, from the same adapter. */
export interface TrainingSetting {
  /** Folder of the model's files. */
  model: string;
  /** PEFT adapter folder that both start from. */
  adapter: string;
  device: Exclude<DeviceName, "mps">;
  learningRate: number;
  dropout: number;
  maxGradNorm: number;
  /** CPU threads; null leaves each side its own default. */
  threads: number | null;
  seed: number;
}

/** One run of sqltune in a process of its own. */
export interface SqltuneJob extends TrainingSetting {
  spider: string;
  schemaFormat: SchemaFormat;
  dtype: DType;
  /** Example ids: optimizer steps, the groups of each, the rows of a group. */
  steps: string[][][];
  microBatch: MicroBatchLimit;
  checkpointing: Checkpointing;
}

/** One run of TRL. Rows come as ids, in the order of the steps. */
export interface TrlJob extends TrainingSetting {
  /** Precision the weights are loaded in. */
  weights: DType;
  /** Autocast to bfloat16 (SFTConfig's bf16). */
  autocast: boolean;
  rows: { input_ids: number[]; labels: number[] }[];
  steps: number;
  batch: number;
  accumulation: number;
  checkpointing: boolean;
}

export interface RunResult {
  /** Of each optimizer step, the uncounted first ones included. */
  seconds: number[];
  /** Mean over the labelled tokens of the step, in nats. */
  losses: number[];
  memory: MemoryReading;
}

/** sqltune's own account of what it computed. */
export interface SqltuneResult extends RunResult {
  /** Tokens of the rows as plain sequences, each step. */
  tokens: number[];
}
