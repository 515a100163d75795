import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createDatabasePool, type DatabasePool } from "../../src/database/index.js";
import type { Answer, Question } from "../../src/infer/index.js";
import { createAnswerEvaluation } from "../../src/train/answer-evaluation.js";
import type { GenerationPlan } from "../../src/train/generation-plan.js";
import { engineAnswer } from "./engine-answer.js";

let root: string;
let database: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sqltune-answers-"));
  database = join(root, "shop.sqlite");
  const connection = new Database(database);
  connection.exec("CREATE TABLE item (name TEXT, price REAL); INSERT INTO item VALUES ('a', 1), ('b', 2)");
  connection.close();
});
afterEach(() => rmSync(root, { recursive: true }));

const questions = ["SELECT name FROM item", "SELECT count(*) FROM item", "SELECT max(price) FROM item"].map(
  (sql, i) => ({ id: `dev.json:${i}`, question: `Question ${i}`, sql, dbId: "shop" }),
);
const answers = ["SELECT name FROM item", "SELECT count(name) FROM item", "SELECT prize FROM item"];

/** Scores fixed answers on a real database, in real child processes. */
function evaluation(change: {
  plan?: Partial<GenerationPlan>;
  generateBatch?: (questions: readonly Question[]) => Promise<Answer[]>;
  createPool?: () => DatabasePool;
}) {
  const warnings: string[] = [];
  const pools: DatabasePool[] = [];
  const controller = new AbortController();
  const evaluations = join(root, "evaluations");
  const made = createAnswerEvaluation({
    plan: { questions, metrics: ["ex", "exact_match"], every: 1, suites: new Map(), warnings: [], ...change.plan },
    engine: { generateBatch: change.generateBatch ?? (async () => answers.map((sql) => engineAnswer(sql))) },
    dataset: { schemas: new Map(), databases: new Map([["shop", database]]) },
    folder: { evaluations },
    signal: controller.signal,
    warn: (message) => warnings.push(message),
    createPool: () => {
      const pool = change.createPool?.() ?? createDatabasePool({ size: 1 });
      pools.push(pool);
      return pool;
    },
  });
  return { ...made, warnings, pools, controller, evaluations };
}

it("gives the shares, keeps every answer with its verdicts, and leaves no process", async () => {
  const { score, pools, warnings, evaluations } = evaluation({});
  expect(await score(40)).toEqual({ ex: 2 / 3, exact_match: 1 / 3, questions: 3 });
  expect(warnings).toEqual([]);
  expect(pools.flatMap(({ pids }) => pids)).toEqual([]);
  expect(readdirSync(evaluations)).toEqual(["step-40.jsonl"]);
  const lines = readFileSync(join(evaluations, "step-40.jsonl"), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { id: "dev.json:0", db_id: "shop", question: "Question 0", gold: questions[0]?.sql, ex: true, exact_match: true },
    { predicted: answers[1], ex: true, exact_match: false, confidence: 0.5 },
    { predicted: answers[2], ex: false, failure: { kind: "error", error: expect.stringContaining("prize") } },
  ]);
});

it("judges by the test suite where there is one", async () => {
  const other = join(root, "shop_2.sqlite");
  const connection = new Database(other);
  connection.exec("CREATE TABLE item (name TEXT, price REAL); INSERT INTO item VALUES (NULL, 1), ('b', 2)");
  connection.close();
  // The two counts are the same only where every item has a name.
  const suites = new Map([["shop", [database, other]]]);
  const { score } = evaluation({ plan: { metrics: ["ex", "ts"], suites } });
  expect(await score(1)).toEqual({ ex: 2 / 3, ts: 1 / 3, questions: 3 });
});

it("does not run SQL for what needs none", async () => {
  const { score, pools } = evaluation({ plan: { metrics: ["exact_match"] } });
  expect(await score(1)).toEqual({ exact_match: 1 / 3, questions: 3 });
  expect(pools.every(({ pids }) => pids.length === 0)).toBe(true);
});

it("goes on without a database that is gone, says so once, and gives no number that earlier ones cannot be held to", async () => {
  const { score, warnings } = evaluation({});
  expect((await score(1)).ex).toBe(2 / 3);
  rmSync(database);
  expect(await score(2)).toEqual({ ex: null, exact_match: 1 / 3, questions: 3 });
  expect(await score(3)).toEqual({ ex: null, exact_match: 1 / 3, questions: 3 });
  expect(warnings).toEqual([expect.stringMatching(/^step 2: 3 of 3 questions are not judged by ex/)]);
});

it("goes on when the queries cannot be run at all, and says so once", async () => {
  const createPool = (): DatabasePool => {
    const pool = createDatabasePool();
    void pool.close();
    return pool;
  };
  const { score, warnings, evaluations } = evaluation({ createPool });
  expect(await score(1)).toEqual({ ex: null, exact_match: null, questions: 3 });
  expect(await score(2)).toEqual({ ex: null, exact_match: null, questions: 3 });
  expect(warnings).toEqual([expect.stringMatching(/^step 1: .* training goes on: .*pool is closed/)]);
  expect(existsSync(evaluations)).toBe(false);
});

it("ends with the signal's reason when it is stopped, its processes gone", async () => {
  const stopped = evaluation({
    generateBatch: async () => {
      stopped.controller.abort(new Error("Ctrl-C"));
      return answers.map((sql) => engineAnswer(sql));
    },
  });
  await expect(stopped.score(1)).rejects.toThrow("Ctrl-C");
  expect(stopped.warnings).toEqual([]);
  expect(stopped.pools.flatMap(({ pids }) => pids)).toEqual([]);
  expect(existsSync(stopped.evaluations)).toBe(false);
});

it("asks nothing where no validation row can be judged", async () => {
  const { score, pools } = evaluation({ plan: { questions: [], metrics: ["ex"] } });
  expect(await score(1)).toEqual({ ex: null, questions: 0 });
  expect(pools).toEqual([]);
});
