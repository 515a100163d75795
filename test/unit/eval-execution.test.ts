import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabasePool, type DatabasePool } from "../../src/database/index.js";
import {
  ExecutionJudge,
  type ExecutionOptions,
  type ExecutionPair,
  findSuites,
} from "../../src/eval/execution/index.js";

let folder: string;
let pool: DatabasePool;
let database: string;
let suite: string[];

const ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-execution-"));
  await mkdir(join(folder, "shop"));
  const rows = [
    "('lamp', 9.5, 1), ('chair', 20, 1)",
    "('lamp', 9.5, 1), ('rug', 20, 2)",
    "('lamp', 20, 1), ('lamp', 20, 1), ('LAMP', 1, 2)",
  ];
  for (const [i, values] of rows.entries()) {
    const db = new Database(join(folder, "shop", `shop${i === 0 ? "" : `v${i}`}.sqlite`));
    db.exec(`CREATE TABLE item (name TEXT, price REAL, kind INT); INSERT INTO item VALUES ${values};
      CREATE TABLE odd (id INT, name TEXT);
      INSERT INTO odd VALUES (1, CAST(x'61ff62' AS TEXT)), (2, CAST(x'61fe62' AS TEXT)), (3, 'ab'), (4, 'a\uFFFDb')`);
    db.close();
  }
  suite = (await findSuites(folder)).get("shop")!;
  database = suite[0]!;
  pool = createDatabasePool({ size: 1 });
});

afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

const judge = (pair: Partial<ExecutionPair>, options: ExecutionOptions = {}) =>
  new ExecutionJudge(pool, options).judge({ gold: "", predicted: "", database, ...pair });
const verdict = async (gold: string, predicted: string, options: ExecutionOptions = {}) => {
  const { ex, ts } = await judge({ gold, predicted, suite }, options);
  return [ex, ts];
};

describe("a test suite", () => {
  test("finds what the one database does not tell apart, and says how many files it has", async () => {
    expect(suite).toHaveLength(3);
    const gold = "SELECT name FROM item WHERE price > 10";
    expect(await judge({ gold, predicted: "SELECT name FROM item WHERE name = 'chair'", suite })).toMatchObject({
      ex: true,
      ts: false,
      suiteSize: 3,
    });
    expect(await verdict(gold, "SELECT name FROM item WHERE price > 9.9")).toEqual([true, true]);
    expect(await judge({ gold, predicted: gold })).toMatchObject({ ex: true, ts: null, suiteSize: 0 });
  });

  test("is not found where there is none", async () => {
    await expect(findSuites(join(folder, "none"))).rejects.toThrow("cannot be read");
    await expect(findSuites(join(folder, "shop"))).rejects.toThrow("holds no test suites; expected a folder");
  });

  test("whose file is missing or damaged is named and not judged; the rest of the verdict stands", async () => {
    const broken = join(folder, "broken.sqlite");
    await writeFile(broken, "no database at all, for more than a hundred bytes ".repeat(20));
    const absent = join(folder, "absent.sqlite");
    const row = { gold: "SELECT 1", predicted: "SELECT 2 - 1" };
    expect(await judge({ ...row, suite: [database, broken] })).toMatchObject({
      ex: true,
      ts: null,
      failure: { kind: "corrupt_database", file: broken },
    });
    expect(await judge({ ...row, database: broken, gold: "SELECT * FROM item", suite })).toMatchObject({
      ex: null,
      failure: { kind: "corrupt_database", file: broken },
    });
    expect(await judge({ ...row, database: absent, suite: [absent] })).toMatchObject({
      ex: null,
      ts: null,
      failure: { kind: "missing_database", error: `no such file: ${absent}` },
    });
  });
});

describe("the official rules", () => {
  test.each<[string, string, string, ExecutionOptions["rules"], boolean]>([
    ["DISTINCT is taken out", "SELECT kind FROM item", "SELECT DISTINCT kind FROM item", {}, true],
    ["unless it is kept", "SELECT kind FROM item", "SELECT DISTINCT kind FROM item", { keepDistinct: true }, false],
    [
      "ORDER BY in the gold counts",
      "SELECT name FROM item ORDER BY price",
      "SELECT name FROM item ORDER BY name",
      {},
      false,
    ],
    ["in the prediction it does not", "SELECT name FROM item", "SELECT name FROM item ORDER BY name", {}, true],
    ["values are compared", "SELECT 1 FROM item WHERE price > 9.9", "SELECT 1 FROM item WHERE price > 90", {}, false],
    [
      "or plugged in",
      "SELECT 1 FROM item WHERE price > 9.9",
      "SELECT 1 FROM item WHERE price > 90",
      { plugValues: true },
      true,
    ],
    ["no statement gives no rows", "SELECT name FROM item WHERE 0", "-- I do not know", {}, true],
    ["no text is no answer", "SELECT name FROM item WHERE 0", "", {}, false],
    ["what writes is wrong", "SELECT name FROM item WHERE 0", "DELETE FROM item", {}, false],
    ["a statement after the first is left out", "SELECT 1", "SELECT 1; SELECT 2", {}, true],
    ["but for DISTINCT it would fail", "SELECT 1", "SELECT 1.0;;", { keepDistinct: true }, false],
    ["spaces in operators", "SELECT 1 FROM item WHERE price >= 20", "SELECT 1 FROM item WHERE price > = 20", {}, true],
    ["a year", "SELECT 2020", "SELECT YEAR(CURDATE())", {}, true],
    [
      "the placeholder",
      "SELECT name FROM item LIMIT 1",
      "SELECT name FROM item LIMIT value",
      { valuePlaceholder: true },
      true,
    ],
    [
      "bytes that are no UTF-8 are left out",
      "SELECT name FROM odd WHERE id = 1",
      "SELECT name FROM odd WHERE id = 3 -- x",
      {},
      true,
    ],
    ["a U+FFFD is a character", "SELECT name FROM odd WHERE id = 4", "SELECT name FROM odd WHERE id = 3;", {}, false],
    [
      "and stays one beside them",
      "SELECT name FROM odd WHERE id IN (1, 4)",
      "SELECT name FROM odd WHERE id > 2",
      {},
      true,
    ],
    ["too many rows", "SELECT name FROM item", "SELECT a.name FROM item a, item b, item c", {}, false],
    ["too few", "SELECT name FROM item", "SELECT name FROM item LIMIT 1", {}, false],
  ])("%s", async (_, gold, predicted, rules, right) => {
    expect((await judge({ gold, predicted }, { rules })).ex).toBe(right);
  });

  test("a gold that fails is not judged, and neither is the row counted wrong", async () => {
    expect(await judge({ gold: "SELECT x FROM item", predicted: "SELECT 1" })).toMatchObject({
      ex: null,
      failure: { kind: "gold", error: "error: no such column: x" },
    });
  });
});

describe("a query out of time", () => {
  test("ends alone: the verdict that stands before it is kept, and each query has its own time", async () => {
    const gold = "SELECT count(*) FROM item WHERE kind = 2";
    const slowOnSome = `SELECT CASE WHEN (SELECT count(*) FROM item WHERE kind = 2) = 0 THEN 0 ELSE (${ENDLESS}) END`;
    const started = performance.now();
    const result = await judge({ gold, predicted: slowOnSome, suite }, { timeoutMs: 300 });
    expect(result).toMatchObject({ ex: true, ts: false, failure: { kind: "timeout" } });
    const slowGold = await judge({ gold: ENDLESS, predicted: "SELECT 1", suite }, { timeoutMs: 300 });
    expect(slowGold).toMatchObject({ ex: null, ts: null, failure: { kind: "gold" } });
    expect(await verdict("SELECT 1", "SELECT 1.0")).toEqual([true, true]);
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  test("abort ends all rows, however many wait", async () => {
    const controller = new AbortController();
    const judge = new ExecutionJudge(pool, { signal: controller.signal });
    const rows = Array.from({ length: 40 }, () => judge.judge({ gold: ENDLESS, predicted: "SELECT 1", database }));
    setTimeout(() => controller.abort(), 100);
    const settled = await Promise.allSettled(rows);
    expect(settled.every((row) => row.status === "rejected" && row.reason.name === "AbortError")).toBe(true);
  });
});

describe("Spider's first script", () => {
  const spider = async (gold: string, predicted: string, keys: [string[], string[]]) =>
    (await judge({ gold, predicted, selectKeys: { gold: keys[0], predicted: keys[1] } }, { evaluator: "spider" })).ex;

  test("compares columns by what they select, and rows in order", async () => {
    const [a, b] = ["SELECT name, price FROM item", "SELECT price, name FROM item"];
    expect(
      await spider(a, b, [
        ["n", "p"],
        ["p", "n"],
      ]),
    ).toBe(true);
    expect(
      await spider(a, b, [
        ["n", "p"],
        ["n", "p"],
      ]),
    ).toBe(false);
    expect(
      await spider(a, `${a} ORDER BY name DESC`, [
        ["n", "p"],
        ["n", "p"],
      ]),
    ).toBe(true);
    expect(
      await spider(a, `${a} ORDER BY name`, [
        ["n", "p"],
        ["n", "p"],
      ]),
    ).toBe(false);
    // `*` is one item: its first column alone is compared.
    expect(await spider("SELECT * FROM item", "SELECT name, 7 FROM item", [["*"], ["*"]])).toBe(true);
    expect(await spider(a, a, [["n", "p"], []])).toBe(false);
    expect(await spider("SELECT DISTINCT kind FROM item", "SELECT kind FROM item", [["k"], ["k"]])).toBe(false);
    expect(await spider("SELECT 'x'", "SELECT name FROM odd LIMIT 1", [["k"], ["k"]])).toBe(false);
    await expect(judge({}, { evaluator: "spider" })).rejects.toThrow("pass selectKeys");
  });
});
