import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabasePool, type DatabasePool } from "../../src/database/index.js";
import {
  type EvaluateProgress,
  evaluate,
  oneLineSql,
  type Prediction,
  readGoldFile,
  readPredictionFile,
  scorePredictions,
  writeEvalFiles,
} from "../../src/eval/index.js";

let folder: string;
let pool: DatabasePool;
let databases: Map<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-eval-"));
  databases = new Map(["shop", "zoo"].map((id) => [id, join(folder, `${id}.sqlite`)]));
  for (const file of databases.values()) {
    const db = new Database(file);
    db.exec(
      "CREATE TABLE item (name TEXT, price REAL); INSERT INTO item VALUES ('lamp', 9.5), ('chair', 20), ('rug', 20)",
    );
    db.close();
  }
  pool = createDatabasePool({ size: 1, timeoutMs: 2000 });
});

afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

const row = (sql: string, predicted: string, dbId: string | null = "shop"): Prediction => ({
  id: `dev:${sql.length}`,
  question: "?",
  sql,
  predicted,
  dbId,
});

describe("scores", () => {
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
      timeoutMs: 300,
      onProgress: ({ done }) => progress.push(done),
    });
    expect(details.map(({ ex }) => ex)).toEqual([true, false, true, false, false, null, null, false, false]);
    expect(details.map(({ exact_match }) => exact_match)).toEqual([true, ...Array(5).fill(false), true, false, false]);
    expect(details.map(({ failure }) => failure?.kind)).toEqual([
      ...[undefined, undefined, undefined, "error", "not_readonly", "gold", undefined, "timeout", "not_readonly"],
    ]);
    expect(details[5]!.failure?.error).toBe("error: no such table: missing");
    expect(summary).toMatchObject({
      questions: 9,
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

  test("without databases there is no execution accuracy, and no zero in its place", async () => {
    const { summary } = await scorePredictions([row("SELECT 1", "SELECT 1")]);
    expect(summary).toMatchObject({ exact_match: 1, ex: null, ex_judged: 0 });
  });

  test("a gold with more rows than are fetched is not judged; a prediction with more is wrong", async () => {
    await using small = createDatabasePool({ size: 1, maxRows: 2 });
    const rows = [
      row("SELECT name FROM item", "SELECT name FROM item"),
      row("SELECT name FROM item LIMIT 2", "SELECT name FROM item"),
    ];
    const { details } = await scorePredictions(rows, { databases, pool: small });
    expect(details.map(({ ex }) => ex)).toEqual([null, false]);
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
    const answer = (sql: string, confidence: number) => ({
      sql,
      text: sql,
      confidence,
      tokens: new Int32Array(1),
      probabilities: new Float32Array(1),
      finishReason: "stop" as const,
      promptTokens: 1,
      timings: { encodeMs: 1, generateMs: 2, totalMs: 3 },
    });
    const report = await evaluate({
      engine: {
        generateBatch: async (questions, options) => {
          asked.push(...questions);
          const answers = [answer("SELECT count(*) FROM item", 0.5), answer("SELECT 1", 0.25)];
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
    expect(asked).toEqual([{ question: "How many?", schema }, { question: "Which?" }]);
    expect(report.details[0]).toMatchObject({
      id: "a:1",
      ex: true,
      exact_match: false,
      confidence: 0.5,
      latency_ms: 3,
    });
    expect(report.details[1]).toMatchObject({ id: "a:2", ex: null, db_id: null });
    expect(report.summary).toMatchObject({ ex: 1, ex_judged: 1, mean_confidence: 0.375 });
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

describe("files for the official scripts", () => {
  test.each([
    ["SELECT a\n\tFROM t  \r\n WHERE b", "SELECT a FROM t WHERE b"],
    ["SELECT a -- the name\nFROM t /* all\nof it */ LIMIT 1", "SELECT a FROM t LIMIT 1"],
    ["SELECT 'two  spaces', 'a\nb', '-- no comment'", "SELECT 'two  spaces', 'a b', '-- no comment'"],
    ["  \n", ""],
    ["-- only\n-- comments", ""],
    ["not\nsql at 'all\n", "not sql at 'all"],
  ])("%j on one line", (sql, line) => {
    expect(oneLineSql(sql)).toBe(line);
  });

  test("are written beside the report and read back", async () => {
    const rows = [row("SELECT name\nFROM item", "SELECT\tname FROM item -- done"), row("SELECT 1", "", "zoo")];
    const report = await scorePredictions(rows, { databases, pool });
    const output = join(folder, "out", "eval.json");
    const written = await writeEvalFiles(report, output);
    expect(written).toEqual(["eval.json", "predictions.sql", "gold.sql"].map((name) => join(folder, "out", name)));
    expect(JSON.parse(await readFile(output, "utf8"))).toEqual(JSON.parse(JSON.stringify(report)));
    expect(await readFile(written[1]!, "utf8")).toBe("SELECT name FROM item\nNO_ANSWER\n");
    expect(await readFile(written[2]!, "utf8")).toBe("SELECT name FROM item\tshop\nSELECT 1\tzoo\n");
    expect(await readPredictionFile(written[1]!)).toEqual(["SELECT name FROM item", "NO_ANSWER"]);
    expect(await readGoldFile(written[2]!)).toEqual([
      { sql: "SELECT name FROM item", dbId: "shop" },
      { sql: "SELECT 1", dbId: "zoo" },
    ]);
    await expect(readGoldFile(written[1]!)).rejects.toThrow(':1 is "SELECT name FROM item"; expected SQL, a tab');
  });

  test("are left out when a row names no database", async () => {
    const report = await scorePredictions([row("SELECT 1", "SELECT 1", null)]);
    const output = join(folder, "alone", "eval.json");
    expect(await writeEvalFiles(report, output)).toEqual([output]);
  });
});
