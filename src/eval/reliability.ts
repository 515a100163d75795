/** Answers whose confidence falls into one tenth. */
export interface ReliabilityBin {
  /** The tenth: from this confidence, up to 0.1 more. */
  from: number;
  rows: number;
  /** Mean confidence of its answers, and the share of them that are right. */
  confidence: number;
  accuracy: number;
}

/** How far confidences can be taken at their word. */
export interface Reliability {
  rows: number;
  /** Expected calibration error: how far confidence and accuracy lie apart in a tenth, averaged over the rows. */
  ece: number;
  /** Mean squared distance between confidence and outcome (1 right, 0 wrong). */
  brier: number;
  /** Tenths that have rows. */
  bins: ReliabilityBin[];
}

const BINS = 10;

/**
 * Reliability of confidences in [0, 1]: ten bins of equal width (Guo et al., "On calibration of modern neural networks",
 * 2017) and Brier's score (1950). Null without rows.
 */
export function reliability(answers: readonly { confidence: number; right: boolean }[]): Reliability | null {
  if (answers.length === 0) return null;
  const sums = Array.from({ length: BINS }, () => ({ rows: 0, confidence: 0, right: 0 }));
  let squares = 0;
  for (const { confidence, right } of answers) {
    const bin = sums[Math.min(BINS - 1, Math.floor(confidence * BINS))]!;
    bin.rows++;
    bin.confidence += confidence;
    bin.right += Number(right);
    squares += (confidence - Number(right)) ** 2;
  }
  const gaps = sums.reduce((sum, { confidence, right }) => sum + Math.abs(confidence - right), 0);
  const bins = sums.flatMap(({ rows, confidence, right }, i): ReliabilityBin[] =>
    rows === 0 ? [] : [{ from: i / BINS, rows, confidence: confidence / rows, accuracy: right / rows }],
  );
  return { rows: answers.length, ece: gaps / answers.length, brier: squares / answers.length, bins };
}
