import { afterAll, describe, expect, it } from "vitest";
import type { SqlValue } from "../../src/database/index.js";
import { resultsMatch } from "../../src/eval/index.js";
import { rankCandidates } from "../../src/infer/choose-candidate.js";
import { resultKey } from "../../src/infer/result-key.js";
import { createRandom } from "../../src/train/random.js";
import { candidate, openSingers } from "./singer-candidates.js";

const singers = openSingers();
const { runs } = singers;
afterAll(() => singers.close());

describe("equal results", () => {
  const VALUES: SqlValue[] = [null, 0, 1, 2, "1", "a", "b", new Uint8Array([1])];

  /** Small results of few values, so that many are equal but for the order of rows or columns. */
  function results(count: number): SqlValue[][][] {
    const random = createRandom(17);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
    return Array.from({ length: count }, () => {
      const width = 1 + Math.floor(random() * 2);
      return Array.from({ length: Math.floor(random() * 4) }, () =>
        Array.from({ length: width }, () => pick(VALUES.slice(0, 5))),
      );
    });
  }

  it.each([
    ["as bags", "SELECT x FROM t", false],
    ["in their order", "SELECT x FROM t ORDER BY x", true],
  ])("%s are those of execution accuracy", (_, sql, ordered) => {
    const all = results(220);
    let equal = 0;
    for (const [i, a] of all.entries()) {
      for (const b of all.slice(i + 1)) {
        const keys = resultKey(a, sql) === resultKey(b, sql);
        const official = resultsMatch(a, b, ordered);
        // Never more than the official comparison; less only where two columns hold the same bag of values.
        if (keys) expect(official, JSON.stringify([a, b])).toBe(true);
        else if (official) expect(sameBags(a), JSON.stringify([a, b])).toBe(true);
        equal += Number(keys);
      }
    }
    expect(equal).toBeGreaterThan(300);
  });

  function sameBags(rows: SqlValue[][]): boolean {
    const bags = rows[0]!.map((_, column) =>
      rows
        .map((row) => `${typeof row[column]} ${row[column]}`)
        .sort()
        .join(),
    );
    return new Set(bags).size < bags.length;
  }

  it("tell numbers from texts, and not whole numbers from reals", () => {
    const key = (value: unknown) => resultKey([[value]], "SELECT 1");
    expect(key(1)).toBe(key(1n));
    expect(key(1)).not.toBe(key("1"));
    expect(key(null)).not.toBe(key("null"));
    expect(key("a\tb")).not.toBe(resultKey([["a", "b"]], "SELECT 1"));
    expect(key(new Uint8Array([97]))).not.toBe(key("a"));
    expect(resultKey([], "SELECT 1, 2")).toBe(resultKey([], "SELECT 1 ORDER BY 1"));
  });

  it("reals of the database are its whole numbers too", async () => {
    const ranked = await rankCandidates(
      [
        candidate("SELECT name FROM singer WHERE age = 41", 0.99),
        candidate("SELECT age FROM singer WHERE name = 'Ana'", 0.5),
        candidate("SELECT fee FROM singer WHERE name = 'Ana'", 0.4),
      ],
      "vote",
      runs(),
    );
    expect(ranked[0]).toMatchObject({ votes: 2, candidate: { sql: "SELECT age FROM singer WHERE name = 'Ana'" } });
  });
});
