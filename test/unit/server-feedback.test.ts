import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createPipeline } from "../../src/data/index.js";
import { createServer } from "../../src/server/create-server.js";
import { options } from "./data-fixture.js";

const DDL = "CREATE TABLE item (name TEXT, price REAL)";
let root: string;
let data: string;
let app: Awaited<ReturnType<typeof createServer>>;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "sqltune-feedback-"));
  const database = new Database(join(root, "shop.sqlite"));
  database.exec(`${DDL}; INSERT INTO item VALUES ('lamp', 9)`);
  database.close();
});
beforeEach(async () => {
  data = mkdtempSync(join(root, "data-"));
  app = await createServer({ models: [], databases: { shop: join(root, "shop.sqlite") }, dataFolder: data });
});
afterEach(() => app.close());
afterAll(() => rmSync(root, { recursive: true }));

const send = (payload: object) => app.inject({ method: "POST", url: "/v1/feedback", payload });
const rows = (file = "feedback.jsonl") =>
  readFileSync(join(data, file), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const right = { question: "How many items?", sql: "SELECT count(*) FROM item", verdict: "right", database: "shop" };
const corrected = {
  ...{ question: "The dearest item", sql: "SELECT max(price) FROM item", verdict: "corrected", schema: `${DDL};` },
  corrected_sql: "SELECT name FROM item ORDER BY price DESC LIMIT 1",
};
const wrong = { question: "Names", sql: "SELECT nme FROM item", verdict: "wrong", database: "shop" };

describe("feedback", () => {
  it("becomes rows that training reads: right answers as they are, corrections in the answer's place", async () => {
    const replies = [await send(right), await send(corrected), await send(wrong)];
    expect(replies.map((reply) => [reply.statusCode, reply.json()])).toEqual([
      [201, { verdict: "right", training_row: true, file: "feedback.jsonl", rows: 1 }],
      [201, { verdict: "corrected", training_row: true, file: "feedback.jsonl", rows: 2 }],
      [201, { verdict: "wrong", training_row: false, file: "feedback-wrong.jsonl", rows: 1 }],
    ]);
    const path = join(data, "feedback.jsonl");
    // Training holds some rows out, for which two are too few.
    for (let i = 0; i < 8; i++) await send({ ...right, question: `Question ${i}` });
    const pipeline = await createPipeline(options(data, { path, split: "random", valSplitRatio: 0.5 }));
    const { train, validation, test, schemas, dropped } = await pipeline.prepare();
    const read = [...train, ...validation, ...test].map(({ question, sql }) => ({ question, sql }));
    expect(dropped).toEqual([]);
    expect(read).toHaveLength(10);
    expect(read).toContainEqual({ question: right.question, sql: right.sql });
    expect(read).toContainEqual({ question: corrected.question, sql: corrected.corrected_sql });
    expect([...schemas.values()].map(({ tables }) => tables.map(({ name }) => name))).toEqual([["item"]]);
    expect(rows()[1]).toMatchObject({ predicted: corrected.sql, verdict: "corrected", database: "shop" });
    expect(rows("feedback-wrong.jsonl")).toEqual([
      expect.objectContaining({ question: "Names", predicted: wrong.sql, verdict: "wrong", database: "shop" }),
    ]);
    expect(rows("feedback-wrong.jsonl")[0]).not.toHaveProperty("sql");
  });

  it("appends whole lines, also at once and after one that was cut off", async () => {
    writeFileSync(join(data, "feedback.jsonl"), '{"question": "cut o');
    await Promise.all(Array.from({ length: 20 }, (_, i) => send({ ...right, question: `Question ${i}\nwith a line` })));
    const lines = readFileSync(join(data, "feedback.jsonl"), "utf8").split("\n");
    expect(lines).toHaveLength(22);
    const questions = lines.slice(1, -1).map((line) => (JSON.parse(line) as { question: string }).question);
    expect(questions.sort()).toEqual(Array.from({ length: 20 }, (_, i) => `Question ${i}\nwith a line`).sort());
  });

  it("is kept where only the owner reads it", async () => {
    await send(right);
    expect(statSync(join(data, "feedback.jsonl")).mode & 0o077).toBe(0);
  });

  it.each([
    ["no question", { ...right, question: " " }, "question"],
    ["an empty answer called right", { ...right, sql: "" }, "not right"],
    ["a correction that is missing", { ...corrected, corrected_sql: undefined }, "corrected_sql is missing"],
    ["a correction of a right answer", { ...right, corrected_sql: "SELECT 1" }, "does not go with"],
    ["a correction that does not run", { ...corrected, corrected_sql: "SELECT nme FROM item" }, "no such column: nme"],
    ["a correction that writes", { ...corrected, corrected_sql: "DELETE FROM item" }, "no SELECT"],
    ["two statements", { ...corrected, corrected_sql: "SELECT 1; DROP TABLE item" }, "does not run"],
    ["neither schema nor database", { ...right, database: undefined }, "Neither"],
    ["both", { ...right, schema: DDL }, "Both"],
    ["a schema that is none", { ...corrected, schema: "/etc/passwd" }, "CREATE TABLE"],
    ["an unknown field", { ...right, path: "../x" }, "path"],
    ["an unknown verdict", { ...right, verdict: "perhaps" }, "verdict"],
  ])("refuses %s", async (_, payload, text) => {
    const reply = await send(payload);
    expect(reply.statusCode).toBe(400);
    expect((reply.json() as { error: { message: string } }).error.message).toContain(text);
    expect(existsSync(join(data, "feedback.jsonl"))).toBe(false);
  });

  it("ends where the file is full", async () => {
    appendFileSync(join(data, "feedback.jsonl"), " ".repeat(64 * 2 ** 20));
    const reply = await send(right);
    expect([reply.statusCode, reply.json()]).toMatchObject([507, { error: { code: "full" } }]);
  });

  it("is not kept without a data folder", async () => {
    const without = await createServer({ models: [] });
    const reply = await without.inject({ method: "POST", url: "/v1/feedback", payload: right });
    await without.close();
    expect([reply.statusCode, reply.json()]).toMatchObject([403, { error: { code: "feedback_off" } }]);
  });
});
