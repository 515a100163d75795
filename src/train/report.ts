import { type Calibration, sqltuneVersion } from "../adapter/index.js";
import type { DroppedRow } from "../data/types.js";
import type { NativeInfo } from "../native/types.js";
import type { EvalEvent } from "../observe/events.js";
import type { Proof } from "./proof.js";
import type { RunTotal } from "./trainer-state.js";

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
  /** Of the whole run, over all its sessions: training steps, evaluation losses, generated answers. */
  train_seconds: number;
  eval_seconds: number;
  generate_seconds: number;
  /** Of this session: answering held-out questions after the last step, and what was learnt from them. */
  calibrate_seconds: number;
  calibration: Calibration | null;
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

/** Where the time of a run went, as its report and its last event say it. */
export function timesOf(total: RunTotal): Pick<TrainReport, "train_seconds" | "eval_seconds" | "generate_seconds"> {
  const { seconds, eval_seconds, generate_seconds } = total;
  return { train_seconds: seconds, eval_seconds, generate_seconds };
}
