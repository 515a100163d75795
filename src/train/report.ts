import { sqltuneVersion } from "../adapter/index.js";
import type { DroppedRow } from "../data/types.js";
import type { NativeInfo } from "../native/types.js";
import type { EvalEvent } from "../observe/events.js";
import type { Proof } from "./proof.js";

export interface Versions {
  sqltune: string;
  node: string;
  /** libtorch the addon runs on. */
  torch: string;
  platform: string;
}

/** report.json: what a finished run says of itself, and what `train` resolves to. */
export interface TrainReport {
  reason: "done" | "early_stopping";
  output_dir: string;
  /** The adapter's folder. */
  final_model: string;
  /** Step of the weights in final_model: the best one, or the last. */
  final_step: number;
  step: number;
  steps: number;
  epoch: number;
  rows: { train: number; validation: number; test: number };
  /** Every row that was left out, with the reason. */
  dropped: DroppedRow[];
  /** The last evaluation and the best one; null without validation rows. */
  last_eval: EvalEvent | null;
  best_eval: EvalEvent | null;
  skipped_steps: number;
  /** Of base and adapter together, as PEFT counts "all params", and of the adapter. */
  parameters: number;
  trainable_parameters: number;
  /** Tokens of the unpacked rows, and their number a second of training steps. */
  tokens: number;
  tokens_per_s: number | null;
  /** Of this session, from the start of `train`. */
  seconds: number;
  /** Bytes at the training's peak; `device` is 0 on a CPU. */
  peak_memory: { process: number; device: number };
  proof: Proof;
  versions: Versions;
}

export function collectVersions(info: NativeInfo): Versions {
  return {
    sqltune: sqltuneVersion,
    node: process.versions.node,
    torch: info.torchRuntime,
    platform: `${process.platform}-${process.arch}`,
  };
}
