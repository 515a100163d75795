import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { reliability } from "../../src/eval/index.js";
import { answerScore, calibratedConfidence } from "../../src/infer/calibration.js";
import { fitCalibration, fitSigmoid, type JudgedAnswer } from "../../src/infer/fit-calibration.js";
import { calibrateAnswers, type HeldOutAnswer } from "../../src/train/calibrate.js";
import { createRandom } from "../../src/train/random.js";

interface Case {
  name: string;
  scores: number[];
  labels: number[];
  sigmoid: { slope: number; intercept: number };
  confidences: number[];
  bins: [rows: number, confidence: number, accuracy: number][];
  ece: number;
  brier: number;
}

/** Made by scikit-learn: scripts/parity/calibration.py. */
const { cases } = JSON.parse(readFileSync(new URL("./calibration.golden.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

/** Negative log-likelihood with Platt's targets: what both are to minimise. */
function loss({ scores, labels }: Case, slope: number, intercept: number): number {
  const positives = labels.filter(Boolean).length;
  const targets = [1 / (labels.length - positives + 2), (positives + 1) / (positives + 2)];
  return scores.reduce((sum, score, i) => {
    const [t, x] = [targets[labels[i]!]!, slope * score + intercept];
    return sum + Math.max(x, 0) - t * x + Math.log1p(Math.exp(-Math.abs(x)));
  }, 0);
}

describe("the sigmoid", () => {
  it.each(cases)("is scikit-learn's: $name", (one) => {
    const { slope, intercept } = fitSigmoid(
      one.scores,
      one.labels.map((label) => label === 1),
    );
    // scikit-learn stops where the gradient is small, so that its loss may be a little higher, never lower.
    expect(loss(one, slope, intercept)).toBeLessThanOrEqual(loss(one, one.sigmoid.slope, one.sigmoid.intercept) + 1e-9);
    const at = ({ slope, intercept }: Case["sigmoid"], score: number) =>
      1 / (1 + Math.exp(-(slope * score + intercept)));
    for (const score of one.scores) {
      expect(at({ slope, intercept }, score)).toBeCloseTo(at(one.sigmoid, score), 3);
    }
  });

  it("has a solution where all scores are equal, and for a single row", () => {
    const { slope, intercept } = fitSigmoid([2, 2, 2, 2], [true, true, true, false]);
    // (n+ + 1) / (n+ + 2) of three and 1 / (n- + 2) of one: (3 * 0.8 + 1 / 3) / 4.
    expect(1 / (1 + Math.exp(-(2 * slope + intercept)))).toBeCloseTo((3 * 0.8 + 1 / 3) / 4, 6);
    const one = fitSigmoid([0.5], [true]);
    expect(1 / (1 + Math.exp(-(0.5 * one.slope + one.intercept)))).toBeCloseTo(2 / 3, 6);
  });
});

describe("reliability", () => {
  it.each(cases)("has scikit-learn's bins and scores: $name", ({ confidences, labels, bins, ece, brier }) => {
    const found = reliability(confidences.map((confidence, i) => ({ confidence, right: labels[i] === 1 })))!;
    expect(found.rows).toBe(labels.length);
    expect(found.bins.map(({ rows }) => rows)).toEqual(bins.map(([rows]) => rows));
    for (const [i, [, confidence, accuracy]] of bins.entries()) {
      expect(found.bins[i]!.confidence).toBeCloseTo(confidence, 12);
      expect(found.bins[i]!.accuracy).toBeCloseTo(accuracy, 12);
      expect(found.bins[i]!.confidence).toBeGreaterThanOrEqual(found.bins[i]!.from);
    }
    expect(found.ece).toBeCloseTo(ece, 12);
    expect(found.brier).toBeCloseTo(brier, 12);
  });

  it("counts full confidence into the last tenth, and nothing as nothing", () => {
    expect(reliability([{ confidence: 1, right: true }])).toEqual({
      ...{ rows: 1, ece: 0, brier: 0 },
      bins: [{ from: 0.9, rows: 1, confidence: 1, accuracy: 1 }],
    });
    expect(reliability([])).toBeNull();
  });
});

/** Answers whose true probability of being right is known: 0 where they do not run, else far below the confidence. */
function answersOf(rows: number, seed: number): HeldOutAnswer[] {
  const random = createRandom(seed);
  return Array.from({ length: rows }, (_, i) => {
    const logProbability = Math.log(0.5 + 0.5 * random());
    const executable = random() < 0.8;
    const truth = 1 / (1 + Math.exp(-(0.7 * answerScore(logProbability) - 1.5)));
    return {
      confidence: Math.exp(logProbability),
      logProbability,
      executable,
      right: executable && random() < truth,
      dbId: `db${i % 10}`,
    };
  });
}

describe("calibration", () => {
  it("recovers the probabilities that answers were drawn with", () => {
    const { any, runs } = fitCalibration(answersOf(20_000, 3));
    expect(runs.slope).toBeCloseTo(0.7, 1);
    expect(runs.intercept).toBeCloseTo(-1.5, 1);
    for (const logProbability of [0.55, 0.7, 0.9, 0.99].map(Math.log)) {
      const truth = 1 / (1 + Math.exp(-(0.7 * answerScore(logProbability) - 1.5)));
      const known = calibratedConfidence({ any, runs }, { logProbability, executable: true });
      expect(Math.abs(known - truth)).toBeLessThan(0.02);
      const unknown = calibratedConfidence({ any, runs }, { logProbability, executable: null });
      // Four fifths of a sigmoid is not quite a sigmoid.
      expect(Math.abs(unknown - 0.8 * truth)).toBeLessThan(0.05);
      expect(calibratedConfidence({ any, runs }, { logProbability, executable: false })).toBe(0);
    }
    // Certain ones are no error: log-odds have no end.
    expect(calibratedConfidence({ any, runs }, { logProbability: 0, executable: true })).toBeLessThan(1);
    expect(
      calibratedConfidence({ any, runs }, { logProbability: Number.NEGATIVE_INFINITY, executable: null }),
    ).toBeGreaterThan(0);
  });

  it("keeps the order of the probabilities", () => {
    const fit = fitCalibration(answersOf(200, 5));
    const values = [0.1, 0.3, 0.5, 0.7, 0.9, 0.99].map((probability) =>
      calibratedConfidence(fit, { logProbability: Math.log(probability), executable: true }),
    );
    expect([...values].sort((a, b) => a - b)).toEqual(values);
  });

  it("lowers the error on answers that it was not fitted on, and says on how many it rests", () => {
    const answers = answersOf(200, 7);
    const calibration = calibrateAnswers(answers);
    expect(calibration).toMatchObject({
      ...{ method: "platt", metric: "ex", rows: 200, databases: 10 },
      right: answers.filter(({ right }) => right).length,
    });
    expect(calibration.before.ece).toBeGreaterThan(0.3);
    expect(calibration.after.ece).toBeLessThan(0.12);
    expect(calibration.after.brier).toBeLessThan(calibration.before.brier);
  });

  it("is not fooled by its own rows: what cannot be learnt does not look learnt", () => {
    const random = createRandom(11);
    const answers = Array.from({ length: 60 }, (_, i) => {
      const right = random() < 0.5;
      const confidence = 0.5 + 0.5 * random();
      return { confidence, logProbability: Math.log(confidence), executable: true, right, dbId: `db${i % 6}` };
    });
    // A coin's Brier score is 1/4; fitted and measured on the same rows it would be below.
    expect(calibrateAnswers(answers).after.brier).toBeGreaterThan(0.235);
  });

  it("serves answers that run by all answers while few have run", () => {
    const answers: JudgedAnswer[] = answersOf(40, 9).map((answer, i) => ({ ...answer, executable: i < 5 }));
    const { any, runs } = fitCalibration(answers);
    expect(runs).toEqual(any);
  });
});
