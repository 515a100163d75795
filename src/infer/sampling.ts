import type { SamplingSpec } from "../native/types.js";

/** How tokens are chosen; the defaults are greedy. */
export interface SamplingOptions {
  /** Longest answer in tokens; default 256. */
  maxNewTokens?: number;
  /** false (default) takes the likeliest token each time, whatever temperature and topP say. */
  doSample?: boolean;
  /** Divides the logits before sampling; default 1; 0 is greedy. */
  temperature?: number;
  /** Sample from the likeliest tokens that make up this probability, in (0, 1]; default 1. */
  topP?: number;
  /** HuggingFace's penalty on tokens already in prompt or answer; default 1, which is none. */
  repetitionPenalty?: number;
  /** Seeds the sampling; the same seed, prompts and batches give the same answers. Default 0. */
  seed?: number;
}

export function samplingSpec(options: SamplingOptions, stopIds: readonly number[]): SamplingSpec {
  const sample = options.doSample === true;
  return {
    maxNewTokens: options.maxNewTokens ?? 256,
    temperature: sample ? (options.temperature ?? 1) : 0,
    topP: sample ? (options.topP ?? 1) : 1,
    repetitionPenalty: options.repetitionPenalty ?? 1,
    seed: options.seed ?? 0,
    stopIds: Int32Array.from(stopIds),
  };
}
