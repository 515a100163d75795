import type { Calibration } from "../adapter/index.js";

/** What a calibration goes by. */
export interface AnswerEvidence {
  /** Logarithm of the probability that the model gives to all of its tokens together; see `logProbability`. */
  logProbability: number;
  /** Whether the SQL runs on its database; null where that is not known. */
  executable: boolean | null;
}

/** A sigmoid over a score: P = 1 / (1 + exp(-(slope * score + intercept))). */
export interface Sigmoid {
  slope: number;
  intercept: number;
}

/** Nearer to 0 or 1 than this, a probability is as good as there. */
const EDGE = 1e-4;

/**
 * The log-odds of a whole answer, which a sigmoid takes: no bend at 0 and 1. Of the mean, the least and the sum of the
 * log-probabilities, and the confidence, the sum says most of whether an answer is right: a query is wrong if one word is.
 */
export function answerScore(logProbability: number): number {
  const inside = Math.min(1 - EDGE, Math.max(EDGE, Math.exp(logProbability)));
  return Math.log(inside / (1 - inside));
}

/** Sum over an answer's tokens; minus infinity without any. */
export function logProbability(probabilities: Float32Array): number {
  if (probabilities.length === 0) return Number.NEGATIVE_INFINITY;
  // Rounding gives a probability just over one, or none at all.
  return probabilities.reduce((sum, one) => sum + Math.log(Math.min(1, Math.max(one, Number.MIN_VALUE))), 0);
}

export function sigmoidAt({ slope, intercept }: Sigmoid, score: number): number {
  return 1 / (1 + Math.exp(-(slope * score + intercept)));
}

/** Probability that an answer is right. One that does not run is wrong. */
export function calibratedConfidence(
  { any, runs }: Pick<Calibration, "any" | "runs">,
  { logProbability, executable }: AnswerEvidence,
): number {
  if (executable === false) return 0;
  return sigmoidAt(executable ? runs : any, answerScore(logProbability));
}
