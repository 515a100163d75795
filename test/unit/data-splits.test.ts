import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { databaseSplit, holdOutDatabases } from "../../src/data/database-split.js";
import { leakNote } from "../../src/data/finish-dataset.js";
import { NumpyGenerator } from "../../src/data/numpy-random.js";
import { randomSplit } from "../../src/data/random-split.js";
import type { Example } from "../../src/data/types.js";

const digest = (numbers: number[]) => createHash("sha256").update(numbers.join(",")).digest("hex").slice(0, 16);

describe("NumpyGenerator", () => {
  // numpy.random.default_rng(seed).permutation(n), NumPy 2.4.6
  it.each([
    [42, 20, [15, 9, 14, 7, 12, 10, 6, 19, 3, 0, 16, 5, 11, 18, 2, 4, 17, 1, 13, 8]],
    [0, 7, [2, 4, 3, 6, 5, 0, 1]],
    [123456789012345, 12, [2, 11, 8, 9, 4, 3, 7, 5, 10, 0, 1, 6]],
    [42, 1, [0]],
    [42, 0, []],
  ])("seed %i, permutation(%i)", (seed, n, expected) => {
    expect(new NumpyGenerator(seed).permutation(n)).toEqual(expected);
  });

  it("permutes 8034 rows as NumPy does", () => {
    expect(digest(new NumpyGenerator(42).permutation(8034))).toBe("482ce9a5bd2ec396");
  });
});

describe("randomSplit", () => {
  // datasets 5.2.0: Dataset.train_test_split(test_size=ratio, seed=42), its test half split again by 0.5.
  it.each([
    [8034, 0.1, [7230, 402, 402], ["8f8ab70dac0a09e6", "cfd971af6248fa5f", "d87b78da2a4813ab"]],
    [500, 0.1, [450, 25, 25], ["e8ea42aa8a514886", "0e7e5ccd3f561d33", "15e215a3773ec957"]],
    [23, 0.3, [16, 3, 4], ["45054e7c0f2898df", "03e686ee7906775b", "f3221949a98284a6"]],
  ])("%i rows at %f as the seed project splits them", (n, ratio, sizes, digests) => {
    const split = randomSplit(
      Array.from({ length: n }, (_, i) => i),
      ratio,
      42,
    );
    const parts = [split.train, split.validation, split.test];
    expect(parts.map((part) => part.length)).toEqual(sizes);
    expect(parts.map(digest)).toEqual(digests);
  });

  it("refuses too few rows", () => {
    expect(() => randomSplit([1, 2], 0.1, 42)).toThrow(/2 rows are too few to hold out 0.1/);
  });
});

const rowsOf = (sizes: Record<string, number>): Example[] =>
  Object.entries(sizes).flatMap(([dbId, n]) =>
    Array.from({ length: n }, (_, i) => ({ id: `${dbId}:${i}`, question: "q", sql: `SELECT ${i}`, dbId })),
  );
const disjoint = (a: Example[], b: Example[]) => {
  const known = databasesOf(a);
  return b.every((row) => !known.has(row.dbId));
};
const databasesOf = (rows: Example[]) => new Set(rows.map((row) => row.dbId));

describe("databaseSplit", () => {
  const sizes = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`db${i}`, 5 + ((i * 7) % 23)]));
  const rows = rowsOf(sizes);

  it("puts no database in two parts, and holds out about what is asked", () => {
    for (let seed = 0; seed < 50; seed++) {
      const { train, validation, test } = databaseSplit(rows, 0.2, seed);
      expect(train.length + validation.length + test.length).toBe(rows.length);
      for (const [a, b] of [
        [train, validation],
        [train, test],
        [validation, test],
      ] as const) {
        expect(disjoint(a, b)).toBe(true);
      }
      for (const part of [validation, test]) {
        expect(part.length).toBeLessThanOrEqual(rows.length * 0.1);
        expect(part.length).toBeGreaterThan(rows.length * 0.05);
      }
    }
  });

  it("does not depend on the order of the rows", () => {
    const turned = databaseSplit([...rows].reverse(), 0.2, 42);
    expect(databasesOf(turned.test)).toEqual(databasesOf(databaseSplit(rows, 0.2, 42).test));
    expect(databasesOf(databaseSplit(rows, 0.2, 43).test)).not.toEqual(databasesOf(turned.test));
  });

  it("takes the smallest database when none fits, and needs three", () => {
    const { train, validation, test } = databaseSplit(rowsOf({ a: 100, b: 40, c: 60 }), 0.1, 1);
    expect([databasesOf(test), databasesOf(validation), databasesOf(train)].map((set) => [...set])).toEqual([
      ["b"],
      ["c"],
      ["a"],
    ]);
    expect(() => databaseSplit(rowsOf({ a: 5, b: 5 }), 0.1, 1)).toThrow(
      /needs at least 3 databases, and these rows name 2/,
    );
  });

  it("sets whole databases aside for validation", () => {
    const { train, validation } = holdOutDatabases(rows, 0.1, 42);
    expect(disjoint(train, validation)).toBe(true);
    expect(validation.length).toBeGreaterThan(rows.length * 0.05);
    expect(holdOutDatabases(rowsOf({ a: 5 }), 0.1, 42).validation).toEqual([]);
  });
});

describe("leakNote", () => {
  const row = (sql: string): Example => ({ id: "x", question: "q", sql, dbId: null });

  it("counts test SQL that stands in train, as the seed's match compares", () => {
    const train = [row("SELECT a FROM t WHERE x=1"), row("SELECT b FROM t")];
    const test = [row("select A from T where x  =  1;"), row("SELECT c FROM t"), row("SELECT d"), row("SELECT e")];
    expect(leakNote({ train, test })).toBe(
      "1 of 4 test queries (25.0 %) stand in the training rows too. A score on it measures memory more than skill.",
    );
    expect(leakNote({ train, test: [row("SELECT c")] })).toBe(
      "0 of 1 test queries (0.0 %) stand in the training rows too.",
    );
    expect(leakNote({ train, test: [] })).toBeNull();
  });
});
