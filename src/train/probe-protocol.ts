import type { Checkpointing, LoraSpec, ModelSpec, OptimizerSpec, PackedBatch } from "../native/types.js";

/** Everything a probe's process needs: it reads no config and no data. */
export interface ProbeJob {
  model: ModelSpec;
  lora: LoraSpec;
  optimizer: OptimizerSpec;
  checkpointing: Checkpointing;
  /** CPU threads; null takes the addon's default. */
  threads: number | null;
  learningRate: number;
  /** A short batch that brings weights and kernels into memory before the clock starts. */
  warmUp: PackedBatch;
  typical: PackedBatch;
  longest: PackedBatch;
  /** Resident bytes of the process at which it ends itself. */
  memoryLimit: number;
}

/** Seconds of one micro-batch. */
export interface ProbeTiming {
  forwardBackward: number;
  step: number;
}

export interface ProbeResult {
  typical: ProbeTiming;
  longest: ProbeTiming;
  /** Bytes; `device` is 0 on a CPU. */
  peak: { process: number; device: number };
}

/** What the process says, once, before it ends. */
export type ProbeMessage =
  | { done: ProbeResult }
  | { over: number }
  | { error: { name: string; message: string; code?: string; nativeStack?: string } };
