import type { DryRun } from "./dry-run-plan.js";

/** One size of micro-batches, measured or ruled out. Tokens/s and times are of the whole run's training steps. */
export interface PlanProbe {
  /** Most packed tokens of a micro-batch; null where it is cut by rows. */
  micro_batch_tokens: number | null;
  rows: number | null;
  /** Packed tokens of the largest micro-batch. A row longer than the limit goes in alone. */
  longest_tokens: number;
  fits: boolean;
  /** Why it does not fit. */
  reason: string | null;
  /** Bytes at the peak of a process that held nothing else; `device` is 0 on a CPU. Null where there is no measurement. */
  peak_memory: { process: number; device: number } | null;
  /** Tokens of the unpacked rows a second, and those that are computed, from a typical micro-batch. */
  tokens_per_s: number | null;
  packed_tokens_per_s: number | null;
  /** Of all steps, if all were like the typical micro-batch, and if all were like the longest; evaluation and saving apart. */
  seconds_to_finish: { typical: number; longest: number } | null;
}

/** Memory when the measurement began, in bytes. */
export interface PlanMemory {
  /** Of the machine or its control group, and what says so. */
  available: number;
  source: string;
  /** What a run may take of it: the rest is left free. */
  usable: number;
  /** The same of the device; null on a CPU, and where it is not known. */
  device_available: number | null;
  device_usable: number | null;
}

/** What was measured, and what follows from it. */
export interface MicroBatchMeasurement {
  memory: PlanMemory;
  /** The sizes looked at, smallest first. */
  probes: PlanProbe[];
  /** The fastest of those that fit. */
  recommended: PlanProbe & { micro_batch_tokens: number };
  /** Why this one, and why no larger one. */
  reason: string;
  /** Packed tokens that the measured line of memory leaves room for; null where it cannot tell. */
  largest_fitting: number | null;
}

/** What `plan` found out. */
export interface PlanReport extends MicroBatchMeasurement {
  model: DryRun["model"];
  rows: { train: number; validation: number; test: number };
  steps: { total: number; per_epoch: number; epochs: number; rows_per_step: number };
  /** The config's own size; null where it says auto. */
  configured: PlanProbe | null;
  /** The recommended size as the command line takes it. */
  set: string;
  notes: string[];
  /** All of this for people, line by line. */
  lines: string[];
}
