import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkGold, type RunQuery } from "../../src/data/check-gold.js";
import type { Dataset, Example } from "../../src/data/types.js";
import { createDatabasePool } from "../../src/database/index.js";
import type { DatabasePool } from "../../src/database/types.js";
import { temporaryFolder } from "./data-fixture.js";

const files = temporaryFolder();
let pool: DatabasePool;
let dataset: Dataset;

beforeAll(() => {
  pool = createDatabasePool({ size: 1 });
  const shop = files.database("shop.sqlite", "CREATE TABLE item (name TEXT); INSERT INTO item VALUES ('tea')");
  const row = (id: string, sql: string, dbId: string | null = "shop"): Example => ({ id, question: "q", sql, dbId });
  dataset = {
    train: [
      row("t0", "SELECT name FROM item"),
      row("t1", "SELECT nome FROM item"),
      row("t2", 'SELECT name FROM item WHERE name = "tea"'),
      row("t3", "SELECT nonsense", null),
      row("t4", "SELECT nonsense", "elsewhere"),
      row("t5", "SELECT name FROM item"),
    ],
    validation: [row("v0", "SELECT nome FROM item")],
    test: [row("e0", "SELECT count(*) FROM item"), row("e1", "SELECT name FROM thing")],
    schemas: new Map(),
    databases: new Map([["shop", shop]]),
    dropped: [{ id: "x", reason: "before" }],
    checksums: {},
    notes: ["before"],
  };
});
afterAll(async () => {
  await pool.close();
  files.remove();
});

describe("checkGold", () => {
  it("leaves out the rows whose query does not run, with SQLite's reason", async () => {
    const calls: string[] = [];
    const run: RunQuery = (file, sql) => {
      calls.push(sql);
      return pool.query(file, sql);
    };
    const progress: string[] = [];
    const checked = await checkGold(dataset, run, { onProgress: (done, total) => progress.push(`${done}/${total}`) });
    expect([checked.train, checked.validation, checked.test].map((part) => part.map((row) => row.id))).toEqual([
      ["t0", "t2", "t3", "t4", "t5"],
      [],
      ["e0"],
    ]);
    expect(checked.dropped).toEqual([
      { id: "x", reason: "before" },
      { id: "t1", reason: "the gold query does not run: no such column: nome (SELECT nome FROM item)" },
      { id: "v0", reason: "the gold query does not run: no such column: nome (SELECT nome FROM item)" },
      { id: "e1", reason: "the gold query does not run: no such table: thing (SELECT name FROM thing)" },
    ]);
    expect(checked.notes[1]).toMatch(/^3 rows were left out because their gold query does not run; the first is t1: /);
    // Rows with the same query share one run, and rows without a database need none.
    expect(calls.length).toBe(5);
    expect(progress.at(-1)).toBe("5/5");
    expect(dataset.train).toHaveLength(6);
    expect(dataset.notes).toEqual(["before"]);
  });

  it("names them all and throws when strict", async () => {
    await expect(checkGold(dataset, (file, sql) => pool.query(file, sql), { strict: true })).rejects.toThrow(
      /3 gold queries do not run:\n {2}t1: .*no such column: nome[\s\S]*v0: [\s\S]*e1: .*no such table: thing[\s\S]*turn data\.strict off/,
    );
  });

  it("stops when it is aborted", async () => {
    const controller = new AbortController();
    let calls = 0;
    const run: RunQuery = async () => {
      if (++calls === 2) controller.abort(new Error("enough"));
      return { ok: true };
    };
    await expect(checkGold(dataset, run, { signal: controller.signal, concurrency: 1 })).rejects.toThrow("enough");
    expect(calls).toBe(2);
  });
});
