import { z } from "zod";
import type { SamplingOptions } from "../infer/index.js";

/** How a request wants its answer chosen; what it leaves out is the engine's. */
export const samplingFields = {
  temperature: z.number().min(0).max(2).nullish().describe("0 takes the likeliest token each time."),
  top_p: z.number().gt(0).max(1).nullish(),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullish().describe("The same seed gives the same answer."),
};

export interface SamplingRequest {
  temperature?: number | null;
  top_p?: number | null;
  seed?: number | null;
}

/** The engine's options for a request; its answer has at most `cap` tokens, whatever it asks for. */
export function samplingFor(request: SamplingRequest, tokens: number | null | undefined, cap: number): SamplingOptions {
  const { temperature, top_p, seed } = request;
  return {
    maxNewTokens: Math.min(tokens ?? cap, cap),
    ...(temperature == null ? {} : { doSample: temperature > 0, ...(temperature > 0 ? { temperature } : {}) }),
    ...(top_p == null ? {} : { topP: top_p }),
    ...(seed == null ? {} : { seed }),
  };
}
