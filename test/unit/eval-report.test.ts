import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DatabasePool } from "../../src/database/index.js";
import { type EvaluateProgress, evaluate, isRight, scorePredictions } from "../../src/eval/index.js";
import { readSqliteSchema } from "../../src/schema/index.js";
import { engineAnswer } from "./engine-answer.js";
import { row, twoShops } from "./eval-shops.js";

let folder: string;
let pool: DatabasePool;
let databases: Map<string, string>;

beforeAll(async () => {
  ({ folder, pool, databases } = await twoShops());
});

afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

describe("scores", () => {
  test("a row at which the official script would stop is told, and has the rules' verdict", async () => {
    // Python cannot sort two different subqueries of FROM.
    const nested = "SELECT count(*) FROM (SELECT name FROM item) (SELECT price FROM item)";
    const schemas = new Map([...databases].map(([id, file]) => [id, readSqliteSchema(file)]));
    const { summary, details } = await scorePredictions([row(nested, nested)], { databases, pool, schemas });
    expect(details[0]).toMatchObject({ em: true, official_script_error: expect.stringContaining("'<' not supported") });
    expect(summary.official_script_errors).toBe(1);
  });

  test("by row, category and database; shares of nothing are null", async () => {
    const rows = [
      row("SELECT name FROM item", "select  name from item;"),
      row("SELECT name FROM item ORDER BY price", "SELECT name FROM item ORDER BY price DESC"),
      row("SELECT count(*) FROM item", "SELECT 3", "zoo"),
      row("SELECT max(price) FROM item", "SELECT max(cost) FROM item", "zoo"),
      row("SELECT name FROM item WHERE price > 10", "DELETE FROM item"),
      row("SELECT name FROM missing", "SELECT name FROM item"),
      row("SELECT name FROM item WHERE price = 20", "SELECT name FROM item WHERE price = 20", null),
      row(
        "SELECT name FROM item",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c",
      ),
      row("SELECT name FROM item", ""),
    ];
    const progress: number[] = [];
    const { summary, details } = await scorePredictions(rows, {
      databases,
      pool,
      timeoutMs: 2_000,
      onProgress: ({ done }) => progress.push(done),
    });
    expect(details.map(({ ex }) => ex)).toEqual([true, false, true, false, false, null, null, false, false]);
    expect(details.map(({ exact_match }) => exact_match)).toEqual([true, ...Array(5).fill(false), true, false, false]);
    expect(details.map(({ failure }) => failure?.kind)).toEqual([
      ...[undefined, undefined, undefined, "error", "not_readonly", "gold", undefined, "timeout", "not_readonly"],
    ]);
    expect(details[5]!.failure?.error).toBe("error: no such table: missing");
    // Without schemas there is no exact set match and no hardness; misses are compared by the databases' own schemas.
    expect(details.map(({ em, ts, hardness, parsed }) => em ?? ts ?? hardness ?? parsed)).toEqual(Array(9).fill(null));
    expect(details.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(details.map(({ error }) => error !== null)).toEqual(details.map(({ ex }) => ex === false));
    expect(summary).toMatchObject({
      questions: 9,
      em: null,
      em_judged: 0,
      ts: null,
      parsed: null,
      components: null,
      gold_failures: 1,
      official_script_errors: 0,
      misses: { total: 5 },
      invented_names: { questions: 1, share: 1 / 8 },
      databases: { named: 2, missing: {}, corrupt: {}, without_suite: {} },
      definition: { evaluator: "test-suite", schemas: null },
      checksums: { tables: null, suites: null, gold: expect.stringMatching(/^[0-9a-f]{64}$/) },
      exact_matches: 2,
      exact_match: 2 / 9,
      ex: 2 / 7,
      ex_correct: 2,
      ex_judged: 7,
      failures: { error: 1, not_readonly: 2, timeout: 1 },
      by_category: {
        aggregation: { questions: 2, ex: 0.5, ex_judged: 2 },
        filter: { questions: 2, ex: 0, ex_judged: 1, exact_match: 0.5 },
        simple: { questions: 5, ex: 0.25, ex_judged: 4 },
      },
      by_database: { shop: { questions: 6, ex: 0.2, ex_judged: 5 }, zoo: { questions: 2, ex: 0.5 } },
      mean_confidence: null,
    });
    expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("exact set match, hardness and test suites, each where it can be judged", async () => {
    const suites = new Map([["shop", [databases.get("shop")!, join(folder, "shop2.sqlite")]]]);
    const other = new Database(suites.get("shop")![1]!);
    other.exec("CREATE TABLE item (name TEXT, price REAL); INSERT INTO item VALUES ('rug', 1), ('mug', 2)");
    other.close();
    const schemas = new Map([["shop", readSqliteSchema(databases.get("shop")!, { dbId: "shop" })]]);
    const rows = [
      row("SELECT name FROM item WHERE price > 10", "SELECT name FROM item WHERE price > 10.0"),
      // Right by chance on the one database, found out by the suite.
      row("SELECT count(*) FROM item", "SELECT 3"),
      row("SELECT name FROM item", "SELECT name FROM items"),
      row("SELECT name FROM item", "SELECT name FROM item", "zoo"),
      row("SELECT name FROM item", "SELECT nome FROM item", null),
      // Spider's parser does not read the gold.
      row("SELECT name FROM item WHERE price IS NOT NULL AND (1 = 1)", "SELECT name FROM item"),
    ];
    const { summary, details } = await scorePredictions(rows, { databases, suites, schemas, pool });
    expect(details.map(({ em }) => em)).toEqual([true, false, false, null, null, null]);
    expect(details.map(({ ex }) => ex)).toEqual([true, true, false, true, null, true]);
    expect(details.map(({ ts }) => ts)).toEqual([true, false, false, true, null, true]);
    expect(details.map(({ hardness }) => hardness)).toEqual(["easy", "easy", "easy", null, null, null]);
    expect(details.map(({ parsed }) => parsed)).toEqual([true, false, false, null, null, null]);
    expect(details.map((detail) => isRight(detail))).toEqual([true, false, false, true, null, true]);
    expect(details.map(({ error }) => error !== null)).toEqual([false, true, true, false, false, false]);
    expect(details[2]!.error).toMatchObject({ kind: "unknown_table", invented: ["items"] });
    expect(details.map(({ suite_size }) => suite_size)).toEqual([2, 2, 2, 1, undefined, 2]);
    expect(summary).toMatchObject({
      em: 1 / 3,
      em_judged: 3,
      em_correct: 1,
      ex: 4 / 5,
      ts: 3 / 5,
      ts_judged: 5,
      parsed: 1,
      by_hardness: { easy: { questions: 3, em: 1 / 3, ts: 1 / 3 }, extra: { questions: 0, em: null } },
      misses: { total: 2, by_kind: { unknown_table: 1 }, by_hardness: { easy: { unknown_table: 1 } } },
      invented_names: { questions: 1, share: 1 / 5 },
      databases: { named: 2, without_suite: { zoo: 1 } },
      definition: { schemas: "schema catalogue" },
    });
    expect(summary.components!.all["select(no AGG)"]).toMatchObject({ accuracy: 1 });
    expect(Object.keys(summary.components!)).toEqual(["all", "easy"]);
    const { checksums } = summary;
    for (const sum of Object.values(checksums)) expect(sum).toMatch(/^[0-9a-f]{64}$/);
    // Another order of the same files gives the same sums; another row of gold another.
    const turned = new Map([...databases].reverse());
    const again = await scorePredictions(rows, { databases: turned, suites, schemas, pool, metrics: ["em"] });
    expect(again.summary.checksums).toEqual(checksums);
    expect(again.summary).toMatchObject({ ex: null, ts: null, em_judged: 3, databases: { without_suite: {} } });
    expect((await scorePredictions(rows.slice(1), { pool })).summary.checksums.gold).not.toBe(checksums.gold);
  });

  test("databases that are missing or damaged are named and counted, their rows not judged", async () => {
    const damaged = join(folder, "damaged.sqlite");
    await writeFile(damaged, "this is no database, but long enough to be taken for one".repeat(40));
    const rows = [
      row("SELECT 1", "SELECT 1"),
      row("SELECT 1", "SELECT 1", "damaged"),
      row("SELECT 1", "SELECT 2", "damaged"),
      row("SELECT 1", "SELECT 1", "gone"),
      row("SELECT 1", "SELECT 1", "never"),
    ];
    const { summary, details } = await scorePredictions(rows, {
      databases: new Map([...databases, ["damaged", damaged], ["gone", join(folder, "gone.sqlite")]]),
      pool,
    });
    expect(details.map(({ ex }) => ex)).toEqual([true, null, null, null, null]);
    expect(summary).toMatchObject({
      ex: 1,
      ex_judged: 1,
      databases: { named: 4, missing: { gone: 1, never: 1 }, corrupt: { damaged: 2 } },
    });
  });

  test("without databases there is no execution accuracy, and no zero in its place", async () => {
    const { summary } = await scorePredictions([row("SELECT 1", "SELECT 1")]);
    expect(summary).toMatchObject({ exact_match: 1, ex: null, ex_judged: 0 });
  });

  test("abort stops it", async () => {
    const endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
    const rows = Array.from({ length: 30 }, () => row("SELECT name FROM item", endless));
    const signal = AbortSignal.timeout(100);
    await expect(scorePredictions(rows, { databases, pool, signal, timeoutMs: 60_000 })).rejects.toThrow("timeout");
    const { summary } = await scorePredictions([row("SELECT 1", "SELECT 1")], { databases, pool });
    expect(summary.ex).toBe(1);
  });
});

describe("an engine's answers", () => {
  test("are asked for with the row's schema and scored", async () => {
    const schema = { dbId: "shop", dialect: "sqlite" as const, tables: [] };
    const asked: unknown[] = [];
    const progress: EvaluateProgress[] = [];
    const answers = [
      engineAnswer("SELECT count(*) FROM item", { calibratedConfidence: 0.75 }),
      engineAnswer("SELECT 1", { confidence: 0.25, abstained: true, repairs: 2 }),
    ];
    const report = await evaluate({
      engine: {
        generateBatch: async (questions, options) => {
          asked.push(...questions);
          for (const [i, each] of answers.entries()) options?.onAnswer?.(each, i);
          return answers;
        },
      },
      rows: [
        { id: "a:1", question: "How many?", sql: "SELECT count(name) FROM item", dbId: "shop" },
        { id: "a:2", question: "Which?", sql: "SELECT name FROM item", dbId: null },
      ],
      schemas: new Map([["shop", schema]]),
      databases,
      pool,
      onProgress: (p) => progress.push(p),
    });
    expect(report.details.map(({ finish_reason }) => finish_reason)).toEqual(["stop", "stop"]);
    // The file is for candidates and repairs, should the engine have them run.
    expect(asked).toEqual([{ question: "How many?", schema, database: databases.get("shop") }, { question: "Which?" }]);
    expect(report.details[0]).toMatchObject({
      id: "a:1",
      ex: true,
      exact_match: false,
      confidence: 0.5,
      latency_ms: 3,
    });
    expect(report.details[1]).toMatchObject({ id: "a:2", ex: null, db_id: null });
    expect(report.summary).toMatchObject({ ex: 1, ex_judged: 1, mean_confidence: 0.375 });
    expect(report.details[0]!.calibrated_confidence).toBe(0.75);
    expect(report.details[1]).toMatchObject({ abstained: true, repairs: 2 });
    expect(Object.keys(report.details[0]!)).not.toContain("abstained");
    // One row is judged: 0.5 and 0.75 from a right answer.
    expect(report.summary.reliability).toMatchObject({
      judged_by: "ex",
      confidence: { rows: 1, ece: 0.5, brier: 0.25 },
      calibrated_confidence: { rows: 1, ece: 0.25, brier: 0.0625 },
    });
    expect(report.summary.answered).toMatchObject({ questions: 1, coverage: 0.5, ex: 1 });
    expect(progress.map(({ phase, done }) => `${phase} ${done}`)).toEqual([
      "answer 1",
      "answer 2",
      "execute 1",
      "execute 2",
    ]);
  });

  test("no rows is an error, not a score", async () => {
    const engine = { generateBatch: async () => [] };
    await expect(evaluate({ engine, rows: [], schemas: new Map() })).rejects.toThrow("the set has no rows");
  });
});
