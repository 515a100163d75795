import { type AnswerEvidence, answerScore, type Sigmoid } from "./calibration.js";

/** An answer that was judged. */
export interface JudgedAnswer extends AnswerEvidence {
  right: boolean;
}

/** With fewer answers that run, the sigmoid over all answers serves them too. */
const FEWEST_RUNNING = 20;

/**
 * Fits a calibration's two sigmoids. A sigmoid and no step function (isotonic regression): below about a thousand rows the
 * latter overfits (Niculescu-Mizil & Caruana, "Predicting good probabilities with supervised learning", 2005).
 */
export function fitCalibration(answers: readonly JudgedAnswer[]): { any: Sigmoid; runs: Sigmoid } {
  const fitTo = (rows: readonly JudgedAnswer[]) =>
    fitSigmoid(
      rows.map((row) => answerScore(row.logProbability)),
      rows.map(({ right }) => right),
    );
  const any = fitTo(answers);
  const running = answers.filter(({ executable }) => executable === true);
  return { any, runs: running.length >= FEWEST_RUNNING ? fitTo(running) : any };
}

const MOST_STEPS = 100;
/** Added to the curvature, so that equal scores have a solution too. */
const RIDGE = 1e-12;
const FLAT = 1e-10;

/**
 * Platt's sigmoid: the maximum likelihood of slope and intercept, each label moved a little towards the middle, (n+ + 1) /
 * (n+ + 2) and 1 / (n- + 2), so that few rows do not make it certain (Platt, "Probabilistic outputs for support vector
 * machines", 1999). Found by Newton's method with a line search (Lin, Lin & Weng, "A note on Platt's probabilistic outputs
 * for support vector machines", 2007); the loss is convex, so that there is one solution.
 */
export function fitSigmoid(scores: readonly number[], labels: readonly boolean[]): Sigmoid {
  const positives = labels.filter(Boolean).length;
  const negatives = labels.length - positives;
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (negatives + 2)];
  const targets = labels.map((label) => (label ? high : low));
  const loss = (slope: number, intercept: number): number =>
    scores.reduce((sum, score, i) => sum + crossEntropy(targets[i]!, slope * score + intercept), 0);

  let [slope, intercept] = [0, Math.log((positives + 1) / (negatives + 1))];
  let current = loss(slope, intercept);
  for (let step = 0; step < MOST_STEPS; step++) {
    let [g1, g0, h11, h10, h00] = [0, 0, RIDGE, 0, RIDGE];
    for (const [i, score] of scores.entries()) {
      const p = 1 / (1 + Math.exp(-(slope * score + intercept)));
      const [error, weight] = [p - targets[i]!, p * (1 - p)];
      g1 += error * score;
      g0 += error;
      h11 += weight * score * score;
      h10 += weight * score;
      h00 += weight;
    }
    if (Math.abs(g1) < FLAT && Math.abs(g0) < FLAT) break;
    const determinant = h11 * h00 - h10 * h10;
    const towards = [(g0 * h10 - g1 * h00) / determinant, (g1 * h10 - g0 * h11) / determinant] as const;
    let stride = 1;
    let next = loss(slope + towards[0], intercept + towards[1]);
    // Armijo's rule with 1e-4 of the expected descent.
    const descent = 1e-4 * (g1 * towards[0] + g0 * towards[1]);
    while (next > current + stride * descent && stride > 1e-10) {
      stride /= 2;
      next = loss(slope + stride * towards[0], intercept + stride * towards[1]);
    }
    if (stride <= 1e-10) break;
    slope += stride * towards[0];
    intercept += stride * towards[1];
    current = next;
  }
  return { slope, intercept };
}

/** -(t log p + (1 - t) log(1 - p)) of p = sigmoid(x), without overflow. */
function crossEntropy(target: number, x: number): number {
  return x >= 0 ? (1 - target) * x + Math.log1p(Math.exp(-x)) : -target * x + Math.log1p(Math.exp(x));
}
