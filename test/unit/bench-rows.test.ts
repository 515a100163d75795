import { describe, expect, it } from "vitest";
import { parseOptions } from "../../bench/options.js";
import { chooseRowSet } from "../../bench/row-sets.js";
import { spread } from "../../bench/statistics.js";

interface Row {
  id: string;
  db: number;
  length: number;
}

/** `count` databases of `rows` rows; those of database d are 100 + 10 d long. */
const databases = (count: number, rows: number): Row[][] =>
  Array.from({ length: count }, (_, db) =>
    Array.from({ length: rows }, (_, i) => ({ id: `${db}:${i}`, db, length: 100 + 10 * db })),
  );

const choose = (k: number, more: { steps?: number; seed?: number; from?: Row[][] } = {}) =>
  chooseRowSet({
    databases: more.from ?? databases(40, 12),
    length: (row) => row.length,
    k,
    steps: more.steps ?? 3,
    rowsPerStep: 16,
    seed: more.seed ?? 42,
  });

const ids = (steps: Row[][][]) => steps.flat(2).map(({ id }) => id);

describe("a row set", () => {
  it.each([1, 2, 4, 8, 16])(
    "of k = %i: steps of 16 rows, groups of k, each group of a step from another database",
    (k) => {
      const steps = choose(k, { from: databases(40, 16) });
      expect(steps.map((groups) => groups.map((rows) => rows.length))).toEqual(
        Array.from({ length: 3 }, () => Array.from({ length: 16 / k }, () => k)),
      );
      for (const groups of steps) {
        const dbs = groups.map((rows) => new Set(rows.map(({ db }) => db)));
        expect(dbs.every((found) => found.size === 1)).toBe(true);
        expect(new Set(groups.map((rows) => rows[0]!.db)).size).toBe(16 / k);
      }
      expect(new Set(ids(steps)).size).toBe(48);
    },
  );

  it("is the same rows for k = 4 and k = 8", () => {
    expect(ids(choose(4)).sort()).toEqual(ids(choose(8)).sort());
  });

  it("is about as long as all rows are, whatever k is", () => {
    for (const k of [1, 4, 8]) {
      const lengths = choose(k)
        .flat(2)
        .map(({ length }) => length);
      const mean = lengths.reduce((a, b) => a + b) / lengths.length;
      expect(Math.abs(mean - 295)).toBeLessThan(3);
    }
  });

  it("follows from the seed", () => {
    expect(choose(8)).toEqual(choose(8));
    expect(ids(choose(8))).not.toEqual(ids(choose(8, { seed: 43 })));
  });

  it("of 30 steps repeats no row, and is refused where rows are too few", () => {
    expect(new Set(ids(choose(4, { steps: 30 }))).size).toBe(480);
    expect(() => choose(8, { steps: 30, from: databases(10, 12) })).toThrow(/30 steps of 16 rows with 8 questions/);
    expect(() => choose(1, { from: databases(8, 12) })).toThrow(/databases/);
  });
});

it("a spread is median, smallest and largest", () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spread([4, 1])).toEqual({ median: 2.5, min: 1, max: 4 });
});

describe("options of the benchmark", () => {
  it("have the setting of docs/performance.md as defaults", async () => {
    const { k, dtype, rounds, steps, dropout, rank, peerBatch } = await parseOptions([]);
    expect({ k, dtype, rounds, steps, dropout, rank, peerBatch }).toEqual({
      ...{ k: [1, 4, 8], dtype: ["fp32", "bf16"], rounds: 3, steps: 3, dropout: 0.05, rank: 8 },
      peerBatch: [{ batch: 1, accumulation: 16 }],
    });
  });

  it.each([
    [["--k", "3"], /--k 3 does not divide the 16 rows/],
    [["--peer-batch", "4x2"], /--peer-batch 4x2 is not 16 rows/],
    [["--dtype", "fp8"], /"fp8", expected fp32 or bf16/],
    [["--rounds", "0"], /--rounds is "0", expected a whole number of at least 1/],
    [["--lengths", "--longest"], /exclude each other/],
    [["--round", "2"], /Unknown argument: round/],
  ])("%j are refused", async (words, message) => {
    await expect(parseOptions(words)).rejects.toThrow(message);
  });
});
