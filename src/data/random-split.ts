import { SqltuneError } from "../errors.js";
import { NumpyGenerator } from "./numpy-random.js";

export interface Split<T> {
  train: T[];
  validation: T[];
  test: T[];
}

/**
 * The Python seed project's split: `train_test_split(test_size=ratio, seed)` of HuggingFace datasets, then the held-out
 * rows in halves by the same call. Row for row the same (tested against datasets 5.2 and NumPy 2.4).
 * @param ratio share held out, in (0, 1); half of it becomes validation, half test.
 */
export function randomSplit<T>(rows: readonly T[], ratio: number, seed: number): Split<T> {
  const [train, held] = trainTestSplit(rows, ratio, seed);
  if (train.length === 0 || held.length < 2) {
    throw new SqltuneError(
      `${rows.length} rows are too few to hold out ${ratio} of them for validation and test: give more rows or another data.val_split_ratio.`,
      { code: "ERR_DATA" },
    );
  }
  const [validation, test] = trainTestSplit(held, 0.5, seed);
  return { train, validation, test };
}

function trainTestSplit<T>(rows: readonly T[], testSize: number, seed: number): [train: T[], test: T[]] {
  const order = new NumpyGenerator(seed).permutation(rows.length);
  const tests = Math.ceil(testSize * rows.length);
  return [order.slice(tests).map((i) => rows[i]!), order.slice(0, tests).map((i) => rows[i]!)];
}
