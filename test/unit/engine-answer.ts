import type { Answer } from "../../src/infer/index.js";

/** A whole greedy answer of an engine, for tests that need one and no model. */
export function engineAnswer(sql: string, change: Partial<Answer> = {}): Answer {
  return {
    ...{ sql, text: sql, confidence: 0.5, calibratedConfidence: null, abstained: false },
    ...{ executable: null, executionError: null, alternatives: [], votes: null, repairs: 0 },
    ...{ tokens: new Int32Array(1), probabilities: Float32Array.of(0.5) },
    finishReason: "stop",
    truncated: false,
    ...{ promptTokens: 1, cachedTokens: 0 },
    timings: { encodeMs: 1, generateMs: 2, executeMs: 0, totalMs: 3 },
    ...change,
  };
}
