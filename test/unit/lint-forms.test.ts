import { describe, expect, it } from "vitest";
import { comparedStrings } from "../../src/lint/hidden-values.js";
import { type NearItem, nearDuplicates } from "../../src/lint/near-duplicates.js";
import { questionForm } from "../../src/lint/question-words.js";
import { hasSecondStatement, limitsWithoutOrder, sqlForm, sqlShape } from "../../src/lint/sql-forms.js";
import type { Schema } from "../../src/schema/types.js";

describe("forms", () => {
  it("of a question leave case, spacing and punctuation out", () => {
    expect(questionForm("  How MANY singers, do we have ?")).toBe("how many singers do we have");
    expect(questionForm("Wie heißt ﬁnn’s café?")).toBe("wie heißt finn s café");
    expect(questionForm("多少 歌手？")).toBe("多少 歌手");
    expect(questionForm(" ?! ")).toBe("?!");
  });

  it("of SQL leave case, spacing, comments and the kind of quotes out, but not a literal's case", () => {
    const form = sqlForm("SELECT A.b FROM t AS A WHERE c = 'X' ;");
    expect(sqlForm('select a.b\tfrom T as a /* all */ where C == "X"')).toBe(form);
    expect(sqlForm("select a.b from t as a where c = 'x'")).not.toBe(form);
    expect(sqlForm("SELECT a FROM t WHERE b != 1")).toBe(sqlForm("SELECT a FROM t WHERE b<>1;"));
    expect(sqlForm("SELECT ab FROM t")).not.toBe(sqlForm("SELECT a b FROM t"));
    expect(sqlForm('SELECT "Name" FROM t', "postgresql")).toBe(sqlForm("SELECT name FROM t", "postgresql"));
  });

  it("of SQL without its literals are its shape", () => {
    expect(sqlShape("SELECT a FROM t WHERE b = 'x' AND c > 1.5 LIMIT 3")).toBe(
      sqlShape('select a from t where b = "y" and c > 2 limit 10'),
    );
    expect(sqlShape("SELECT a FROM t WHERE b = 1")).not.toBe(sqlShape("SELECT a FROM t WHERE c = 1"));
  });

  it("tell a LIMIT that nothing orders, at its own depth", () => {
    expect(limitsWithoutOrder("SELECT a FROM t LIMIT 1")).toBe(true);
    expect(limitsWithoutOrder("SELECT a FROM t ORDER BY a LIMIT 1")).toBe(false);
    expect(limitsWithoutOrder("SELECT a FROM t WHERE b = (SELECT c FROM u LIMIT 1) ORDER BY a")).toBe(true);
    expect(limitsWithoutOrder("SELECT a FROM t WHERE b = (SELECT c FROM u ORDER BY c) LIMIT 1")).toBe(true);
    expect(limitsWithoutOrder("SELECT 'LIMIT 1' FROM t")).toBe(false);
  });

  it("tell a second statement from a last semicolon", () => {
    expect(hasSecondStatement("SELECT 1; SELECT 2")).toBe(true);
    expect(hasSecondStatement("SELECT ';' ; -- done")).toBe(false);
  });
});

describe("comparedStrings", () => {
  const schema: Schema = {
    ...{ dbId: "s", dialect: "sqlite" },
    tables: [
      { name: "t", columns: ["a", "b"].map((name) => ({ name, type: "text", primaryKey: false })), foreignKeys: [] },
    ],
  };
  const cases: [sql: string, strings: string[]][] = [
    ["SELECT a FROM t WHERE b = 'x' AND 'y' <> a", ["x", "y"]],
    ["SELECT a FROM t WHERE b LIKE '%x_z%' ESCAPE '!'", ["x_z"]],
    ["SELECT a FROM t WHERE b NOT IN ('x', 'it''s', 3)", ["x", "it's"]],
    ["SELECT a FROM t WHERE b BETWEEN 'x' AND 'y'", ["x", "y"]],
    ["SELECT strftime('%Y', b) AS 'year' FROM t WHERE strftime('%Y', b) = '2013'", ["2013"]],
    ['SELECT a FROM t WHERE b = "x" AND a = "b"', ["x"]],
    ["SELECT a FROM t WHERE b = 1", []],
  ];
  it.each(cases)("%s", (sql, strings) => expect(comparedStrings(sql, schema)).toEqual(strings));
});

/** Levenshtein distance by its definition. */
function distance(a: readonly string[], b: readonly string[]): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i]![j] = Math.min(
        table[i - 1]![j]! + 1,
        table[i]![j - 1]! + 1,
        table[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    }
  }
  return table[a.length]![b.length]!;
}

describe("nearDuplicates", () => {
  // A small generator with a seed: the same texts each time (Lehmer, 48271).
  let state = 7;
  const below = (n: number) => {
    state = (state * 48271) % 2147483647;
    return state % n;
  };
  const vocabulary = "a b c d e f g h i j k l m n o p q r s t".split(" ");
  const texts: string[][] = [];
  for (let i = 0; i < 300; i++) {
    const copied = texts[below(texts.length || 1)];
    const words =
      copied && below(2) === 0 ? [...copied] : Array.from({ length: 1 + below(14) }, () => vocabulary[below(20)]!);
    for (let edits = below(3); edits > 0; edits--) words.splice(below(words.length), below(2), vocabulary[below(20)]!);
    texts.push(words);
  }
  const items = texts.map(
    (words, i): NearItem => ({ words, group: i % 3 === 0 ? "x" : "y", part: i < 200 ? "train" : "test" }),
  );

  it.each([0.6, 0.8, 0.9, 1])("finds what a comparison of all pairs finds, from %f on", async (similarity) => {
    const expected: string[] = [];
    for (const [i, item] of items.entries()) {
      for (const part of ["train", "test"]) {
        const near = items.slice(0, i).flatMap((other) => {
          if (other.group !== item.group || other.part !== part) return [];
          const longer = Math.max(other.words.length, item.words.length);
          const edits = distance(item.words, other.words);
          return edits > 0 && edits <= (1 - similarity) * longer + 1e-9 ? [1 - edits / longer] : [];
        });
        if (near.length > 0) expected.push(`${i} ${part} ${Math.max(...near).toFixed(6)}`);
      }
    }
    const found = await nearDuplicates(items, { similarity });
    expect(
      found.map((match) => `${match.item} ${items[match.earlier]!.part} ${match.similarity.toFixed(6)}`).sort(),
    ).toEqual(expected.sort());
    for (const { item, earlier } of found) expect(earlier).toBeLessThan(item);
    if (similarity <= 0.8) expect(found.length).toBeGreaterThan(20);
  });

  it("looks at fifty texts of a template, not at all of them", async () => {
    let compared = 0;
    const words = (i: number) =>
      new Proxy(["show", "me", "the", "one", "numbered", `${i}`], {
        get: (target, key) => {
          if (key === "length") compared++;
          return Reflect.get(target, key);
        },
      });
    const many = Array.from({ length: 2000 }, (_, i): NearItem => ({ words: words(i), group: "", part: "train" }));
    const found = await nearDuplicates(many, { similarity: 0.8 });
    expect(found).toHaveLength(1999);
    // Texts are turned into numbers once; nothing reads them again for each pair.
    expect(compared).toBeLessThan(2000 * 20);
  });
});
