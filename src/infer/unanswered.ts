import type { Answer } from "./engine-types.js";
import type { EncodedQuestion } from "./question-encoder.js";

/** The empty answer to a question whose prompt is too long. */
export function unanswered({ promptTokens, encodeMs }: EncodedQuestion, abstainBelow: number | null): Answer {
  return {
    ...{ sql: "", text: "", confidence: 0, calibratedConfidence: null, abstained: (abstainBelow ?? 0) > 0 },
    ...{ executable: null, executionError: null, alternatives: [], votes: null, repairs: 0 },
    ...{ tokens: new Int32Array(0), probabilities: new Float32Array(0) },
    finishReason: "prompt_too_long",
    truncated: false,
    ...{ promptTokens, cachedTokens: 0 },
    timings: { encodeMs, generateMs: 0, executeMs: 0, totalMs: encodeMs },
  };
}
