import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { normalizeSql, queryCategory, splitStatements } from "../../src/sql/statements.js";
import { sharedPath } from "./data-shared.js";

describe("splitStatements", () => {
  const split = (sql: string) => splitStatements(sql).map((statement) => statement.sql);

  it("splits at semicolons outside literals and comments", () => {
    expect(split("SELECT ';' ; -- one; two\n SELECT \"a;b\"; ;/* ; */ SELECT 3")).toEqual([
      "SELECT ';'",
      'SELECT "a;b"',
      "SELECT 3",
    ]);
    expect(split("  -- nothing\n;")).toEqual([]);
  });

  it("keeps a trigger whole", () => {
    const trigger = "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET a = 1; DELETE FROM u; END";
    expect(split(`${trigger}; SELECT 1;`)).toEqual([trigger, "SELECT 1"]);
    expect(split("CREATE TABLE t (a); SELECT 1")).toHaveLength(2);
  });
});

describe("normalizeSql", () => {
  it("follows the seed's rules", () => {
    expect(normalizeSql(" SELECT  a ,b\nFROM t WHERE x>=1 AND y<>'A' ; ")).toBe(
      "select a, b from t where x > = 1 and y < > 'a'",
    );
  });
});

const oracle = sharedPath("eval-oracle/official_per_example.json");
const gold = sharedPath("data/spider/dev_gold.sql");

describe.skipIf(oracle === null || gold === null)("against the seed's verdicts on eight systems", () => {
  const queries = (path: string) =>
    readFileSync(path, "utf8")
      .split("\n")
      .slice(0, 1034)
      .map((line) => line.split("\t")[0]!);
  interface Oracle {
    seed_category: string[];
    systems: Record<string, { em_seed: number[] }>;
  }

  it("finds the same 8,272 string matches and 1,034 categories", () => {
    const expected = JSON.parse(readFileSync(oracle!, "utf8")) as Oracle;
    const golds = queries(gold!);
    expect(golds.map(queryCategory)).toEqual(expected.seed_category);
    const systems = Object.entries(expected.systems);
    expect(systems).toHaveLength(8);
    for (const [name, { em_seed }] of systems) {
      const predicted = queries(oracle!.replace("official_per_example.json", `${name}.sql`));
      const matches = predicted.map((sql, i) => Number(normalizeSql(sql) === normalizeSql(golds[i]!)));
      expect(matches, name).toEqual(em_seed);
    }
  });
});
