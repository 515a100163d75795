import type { Config } from "../config/index.js";
import type { DroppedRow } from "../data/types.js";
import type { DeviceName, DType } from "../native/types.js";
import type { MemoryEstimate } from "./memory-estimate.js";
import type { PackingStatistics, TokenStatistics } from "./token-statistics.js";

/** A prompt as it will be trained on. */
export interface RenderedPrompt {
  id: string;
  /** Schema and question: no labels. */
  prompt: string;
  /** What is learned, with the end token. */
  answer: string;
  tokens: { schema: number; question: number; answer: number };
}

/** What a run would do. */
export interface DryRun {
  config: Config;
  /** Parameters with the adapter's, as PEFT counts "all params". */
  model: {
    name: string;
    parameters: number;
    trainable_parameters: number;
    device: DeviceName;
    dtype: DType;
    compute_dtype: DType;
  };
  tokens: { train: TokenStatistics; validation: TokenStatistics };
  packing: PackingStatistics;
  rows: { train: number; validation: number; test: number };
  dropped: DroppedRow[];
  notes: string[];
  steps: { total: number; per_epoch: number; warmup: number; rows_per_step: number };
  memory: MemoryEstimate;
  prompts: RenderedPrompt[];
  /** All of this for people, line by line. */
  lines: string[];
}
