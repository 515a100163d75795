import { randomBits } from "./random-bits.js";

/** Verdicts of one system on the rows compared: 1 right, 0 wrong. */
export type Outcomes = Uint8Array;

export interface BootstrapOptions {
  /** Default 10,000. */
  resamples?: number | undefined;
  /** Default 42. */
  seed?: number | undefined;
}

export const RESAMPLES = 10_000;

/** 2.5th and 97.5th percentile. */
export type Interval = [low: number, high: number];

/**
 * The share of right rows in each resample, for all systems on the same drawn rows, which is what pairs them.
 * Rows are drawn with replacement (Efron 1979), as many as there are.
 *
 * @returns [system][resample]
 */
export function resampledShares(systems: readonly Outcomes[], options: BootstrapOptions = {}): Float64Array[] {
  const { resamples = RESAMPLES, seed = 42 } = options;
  const rows = systems[0]!.length;
  const random = randomBits(seed);
  const shares = systems.map(() => new Float64Array(resamples));
  const drawn = new Int32Array(rows);
  for (let resample = 0; resample < resamples; resample++) {
    for (let i = 0; i < rows; i++) drawn[i] = Math.floor((random() / 2 ** 32) * rows);
    for (const [s, outcomes] of systems.entries()) {
      let right = 0;
      for (let i = 0; i < rows; i++) right += outcomes[drawn[i]!]!;
      shares[s]![resample] = right / rows;
    }
  }
  return shares;
}

/** The middle 95 % of the values (the percentile bootstrap), interpolated between neighbours as NumPy does. */
export function middle95(values: Float64Array): Interval {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
  };
  return [at(0.025), at(0.975)];
}
