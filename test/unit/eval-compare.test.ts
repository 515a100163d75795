import { describe, expect, test } from "vitest";
import type { SqlValue } from "../../src/database/index.js";
import { officialQueries } from "../../src/eval/execution/official-sql.js";
import { pythonFloat } from "../../src/eval/execution/python-values.js";
import { resultsMatch } from "../../src/eval/index.js";

const rules = { keepDistinct: false, valuePlaceholder: false, plugValues: false };

describe("equal results", () => {
  test.each<[string, SqlValue[][], SqlValue[][], { unordered: boolean; ordered: boolean }]>([
    ["both empty, whatever the columns", [], [], { unordered: true, ordered: true }],
    ["one empty", [], [[1n]], { unordered: false, ordered: false }],
    ["rows in another order", [[1n], [2n]], [[2n], [1n]], { unordered: true, ordered: false }],
    [
      "columns in another order",
      [
        ["a", 1n],
        ["b", 2n],
      ],
      [
        [1n, "a"],
        [2n, "b"],
      ],
      { unordered: true, ordered: true },
    ],
    [
      "both in another order",
      [
        ["a", 1n],
        ["b", 2n],
      ],
      [
        [2n, "b"],
        [1n, "a"],
      ],
      { unordered: true, ordered: false },
    ],
    ["a row once more", [[1n], [1n], [2n]], [[1n], [2n], [2n]], { unordered: false, ordered: false }],
    [
      "values crossed over",
      [
        ["a", "x"],
        ["b", "y"],
      ],
      [
        ["a", "y"],
        ["b", "x"],
      ],
      { unordered: false, ordered: false },
    ],
    ["a column too many", [[1n]], [[1n, 1n]], { unordered: false, ordered: false }],
    ["1 and 1.0", [[1n]], [[1]], { unordered: true, ordered: true }],
    ["1 and '1'", [[1n]], [["1"]], { unordered: false, ordered: false }],
    ["null and ''", [[null]], [[""]], { unordered: false, ordered: false }],
    ["beyond 2^53", [[9007199254740993n]], [[9007199254740992n]], { unordered: false, ordered: false }],
    [
      "a big integer and its rounded real",
      [[9007199254740993n]],
      [[9007199254740992]],
      { unordered: false, ordered: false },
    ],
    ["blobs", [[new Uint8Array([1, 2])]], [[Buffer.from([1, 2])]], { unordered: true, ordered: true }],
    // By the script's sorting, 5 comes after 5.5 ("<" after ".") and 5.0 before it.
    [
      "equal values of two types, in one order by either's text",
      [[1n, "x"]],
      [[1, "x"]],
      { unordered: true, ordered: true },
    ],
    ["0.0 and -0.0", [[0]], [[-0]], { unordered: true, ordered: true }],
    ["the official script's own slip", [[5n, 5.5]], [[5, 5.5]], { unordered: false, ordered: false }],
    [
      "twenty equal columns",
      [new Array(20).fill(null)],
      [new Array(20).fill(null)],
      { unordered: true, ordered: true },
    ],
  ])("%s", (_, gold, predicted, { unordered, ordered }) => {
    expect(resultsMatch(gold, predicted, false)).toBe(unordered);
    expect(resultsMatch(gold, predicted, true)).toBe(ordered);
  });

  test("agrees with trying every permutation, on 4,000 random pairs", () => {
    let state = 1;
    const random = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 16) % n;
    };
    let matches = 0;
    for (let round = 0; round < 4000; round++) {
      const width = 1 + random(4);
      const height = 1 + random(4);
      const gold = Array.from({ length: height }, () => Array.from({ length: width }, () => BigInt(random(3))));
      const order = permutations(width)[random(permutations(width).length)]!;
      const predicted = gold.map((row) => order.map((i) => row[i]!));
      if (random(2)) predicted.push(predicted.shift()!);
      if (random(2)) predicted[random(height)]![random(width)] = BigInt(random(3));
      for (const ordered of [true, false]) {
        const expected = permutations(width).some((permutation) => {
          const moved = predicted.map((row) => permutation.map((i) => row[i]).join());
          const rows = gold.map((row) => row.join());
          return ordered ? moved.join("|") === rows.join("|") : moved.sort().join("|") === rows.sort().join("|");
        });
        expect(resultsMatch(gold, predicted, ordered)).toBe(expected);
        matches += Number(expected);
      }
    }
    expect(matches).toBeGreaterThan(2000);
    expect(matches).toBeLessThan(7000);
  });
});

function permutations(n: number): number[][] {
  if (n === 0) return [[]];
  return permutations(n - 1).flatMap((rest) => Array.from({ length: n }, (_, i) => rest.toSpliced(i, 0, n - 1)));
}

test("DISTINCT is taken out where it is a word of the query, and what follows the first statement", () => {
  const strip = (sql: string) => [...officialQueries(sql, sql, rules).predicted].join();
  expect(strip("SELECT DISTINCT a , count(distinct b) FROM t")).toBe("SELECT  a , count( b) FROM t");
  expect(strip("SELECT a FROM t WHERE b = 'distinct' OR c = \"DISTINCT\"")).toBe(
    "SELECT a FROM t WHERE b = 'distinct' OR c = \"DISTINCT\"",
  );
  expect(strip("SELECT 1; DROP TABLE t")).toBe("SELECT 1; ");
  expect(strip("SELECT a FROM t WHERE b > = 3 AND c ! = ';'")).toBe("SELECT a FROM t WHERE b >= 3 AND c != ';'");
  expect(strip("SELECT year(curdate()) - 1")).toBe("SELECT 2020- 1");
  expect(officialQueries("SELECT DISTINCT a", "SELECT DISTINCT a", { ...rules, keepDistinct: true }).gold).toBe(
    "SELECT DISTINCT a",
  );
});

test("the placeholder goes into predictions only, and only when asked for", () => {
  const sql = "SELECT value FROM t WHERE a = 'value'";
  expect(officialQueries(sql, sql, rules)).toMatchObject({ gold: sql, predicted: [sql] });
  expect(officialQueries(sql, sql, { ...rules, valuePlaceholder: true })).toMatchObject({
    gold: sql,
    predicted: ["SELECT 1 FROM t WHERE a = '1'"],
  });
});

// Right side: repr() of Python 3.11.
test.each([
  [0.1, "0.1"],
  [2, "2.0"],
  [-0, "-0.0"],
  [1e15, "1000000000000000.0"],
  [1e16, "1e+16"],
  [123456789012345680, "1.2345678901234568e+17"],
  [1e22, "1e+22"],
  [0.0001, "0.0001"],
  [0.00009999, "9.999e-05"],
  [0.00123456, "0.00123456"],
  [5e-324, "5e-324"],
  [Number.POSITIVE_INFINITY, "inf"],
])("pythonFloat(%d) is %s", (value, text) => {
  expect(pythonFloat(value)).toBe(text);
});
