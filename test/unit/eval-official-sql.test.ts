import { describe, expect, test } from "vitest";
import { withGoldValues } from "../../src/eval/execution/plug-values.js";
import { firstStatementTokens } from "../../src/eval/execution/sqlparse-tokens.js";

// Right sides: parse.py of test-suite-sql-eval with sqlparse 0.6.1.
describe("remove_distinct", () => {
  test.each([
    ["SELECT count(DISTINCT a) FROM t", "SELECT count( a) FROM t"],
    [
      "SELECT a FROM t WHERE b = 'distinct' AND c = \"DISTINCT\"",
      "SELECT a FROM t WHERE b = 'distinct' AND c = \"DISTINCT\"",
    ],
    ["SELECT 'a\\' distinct 'b'", "SELECT 'a\\' distinct 'b'"],
    ["SELECT 1; SELECT 2", "SELECT 1; "],
    ["SELECT 1 ; -- end\nSELECT 2", "SELECT 1 ; -- end\n"],
    ["SELECT (1; SELECT 2", "SELECT (1; SELECT 2"],
    ["SELECT GO FROM t", "SELECT GO "],
    ["SELECT t.GO FROM t", "SELECT t.GO FROM t"],
    ["# distinct\nSELECT 1", "# distinct\nSELECT 1"],
    ["SELECT `distinct`, [distinct], distinct.a", "SELECT `distinct`, [distinct], .a"],
    ["SELECT 'open distinct", "SELECT 'open "],
    ["SELECT CASE a WHEN 1 THEN 2 END; SELECT distinct 3", "SELECT CASE a WHEN 1 THEN 2 END; "],
  ])("%j", (sql, without) => {
    const kept = firstStatementTokens(sql).filter(({ text }) => text.toLowerCase() !== "distinct");
    expect(kept.map(({ text }) => text).join("")).toBe(without);
  });
});

describe("values of the gold in the prediction's places", () => {
  test.each([
    [
      "SELECT a FROM t WHERE b = 'x' AND c > 5",
      "SELECT T1.a FROM t AS T1 WHERE T1.b = 'y' LIMIT 3",
      ["'x' limit 'x'", "'x' limit 5", "5 limit 'x'", "5 limit 5"].map(
        (end) => `select t1 . a from t as t1 where t1 . b = ${end}`,
      ),
    ],
    ["SELECT a FROM t", "SELECT a FROM t WHERE b = 1", []],
    ["SELECT a FROM t WHERE b = 1.5", "select A FROM t where b >= 2", ["select a from t where b >= 1.5"]],
    [
      'SELECT a FROM t WHERE b = "x"',
      "SELECT a, t1.b FROM t2 WHERE c='value'",
      ['select a , t1 . b from t2 where c = "x"'],
    ],
    ["SELECT a FROM t WHERE b = 1", "SELECT Name FROM t", ["select name from t"]],
    [
      "SELECT a FROM t WHERE b BETWEEN 1 AND 2",
      "SELECT a-1 FROM t WHERE b IN (7)",
      [
        "1 from t where b in ( 1 )",
        "1 from t where b in ( 2 )",
        "2 from t where b in ( 1 )",
        "2 from t where b in ( 2 )",
      ].map((end) => `select a ${end}`),
    ],
  ])("%s / %s", (gold, predicted, expected) => {
    expect([...withGoldValues(gold, predicted)].sort()).toEqual(expected);
  });

  test("more combinations than anyone can wait for end", () => {
    const many = (n: number) =>
      `SELECT a FROM t WHERE b IN ( ${Array.from({ length: n }, (_, i) => `'${i}'`).join(" , ")} )`;
    expect([...withGoldValues(many(9), many(30))]).toHaveLength(20_000);
  });
});

test("text of any length and shape is split in time that grows with it", () => {
  for (const part of ["'", "''", "\\'", '"', "/*", "-- ", "(", "[", "$", "`", "a.", "1e", "é", "\u{1f600}"]) {
    const sql = part.repeat(100_000 / part.length);
    expect(firstStatementTokens(sql).reduce((sum, { text }) => sum + text.length, 0)).toBe(sql.length);
  }
});
