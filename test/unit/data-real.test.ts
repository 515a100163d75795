import { readFileSync } from "node:fs";
import Database from "better-sqlite3";
import { afterAll, describe, expect, it } from "vitest";
import { checkGold } from "../../src/data/check-gold.js";
import { createPipeline } from "../../src/data/create-pipeline.js";
import type { DataOptions } from "../../src/data/options.js";
import type { Example } from "../../src/data/types.js";
import { createDatabasePool } from "../../src/database/index.js";
import { serializeSchema } from "../../src/schema/serialize-schema.js";
import { jsonLines, options, temporaryFolder } from "./data-fixture.js";
import { sharedPath } from "./data-shared.js";

const prepare = async (baseDir: string, given: Partial<DataOptions>) =>
  (await createPipeline(options(baseDir, given))).prepare();
const databasesOf = (rows: Example[]) => [...new Set(rows.map((row) => row.dbId!))].sort();

const csv = sharedPath("data/spider/spider_text_sql.csv");
describe.skipIf(csv === null)("the seed's CSV", () => {
  it("is split row for row as the seed project splits it, and says how it leaks", async () => {
    const dataset = await prepare(".", { datasetName: "spider-csv", csv });
    const rows = (part: Example[]) => part.slice(0, 5).map((row) => Number(row.id.split(":")[1]));
    expect([dataset.train.length, dataset.validation.length, dataset.test.length]).toEqual([7230, 402, 402]);
    expect(rows(dataset.train)).toEqual([8026, 6336, 6991, 3367, 6041]);
    expect(rows(dataset.validation)).toEqual([436, 5756, 3436, 6022, 6056]);
    expect(rows(dataset.test)).toEqual([5578, 186, 519, 1879, 3040]);
    expect(dataset.dropped).toEqual([]);
    expect(dataset.notes.join("\n")).toMatch(
      /313 of 402 test queries \(77\.9 %\) stand in the training rows too\. A score on it measures memory/,
    );
  });

  it("takes the first N rows before it is split", async () => {
    const dataset = await prepare(".", { datasetName: "spider-csv", csv, maxTrainSamples: 500 });
    expect(dataset.train.length + dataset.validation.length + dataset.test.length).toBe(500);
    expect(dataset.test.slice(0, 5).map((row) => row.id)).toEqual(
      [232, 96, 53, 166, 434].map((i) => `spider_text_sql.csv:${i}`),
    );
  });
});

const spider = sharedPath("data/spider/dev.json")?.replace(/\/dev\.json$/, "") ?? null;
describe.skipIf(spider === null)("Spider", () => {
  it("has dev as test, and validation databases of its own", async () => {
    const dataset = await prepare(".", { datasetName: "spider", path: spider });
    expect(dataset.test.map((row) => row.id)).toEqual(Array.from({ length: 1034 }, (_, i) => `dev.json:${i}`));
    expect(dataset.train.length + dataset.validation.length).toBe(7000);
    expect(dataset.validation.length).toBeGreaterThan(250);
    expect(dataset.validation.length).toBeLessThanOrEqual(350);
    const [train, validation, test] = [dataset.train, dataset.validation, dataset.test].map(databasesOf);
    expect(train!.length + validation!.length).toBe(140);
    expect(test!.length).toBe(20);
    expect(new Set([...train!, ...validation!, ...test!]).size).toBe(160);
    expect(dataset.schemas.size).toBe(160);
    // baseball_1 and soccer_1 have no file here.
    expect(dataset.databases.size).toBe(158);
    expect(dataset.notes.join("\n")).toMatch(/2 of 160 databases have no SQLite file \(baseball_1, soccer_1\)/);
    expect(dataset.dropped).toEqual([]);
  });

  it("runs all gold queries of dev, and all but three of the train databases that have broken ones", async () => {
    const whole = await prepare(".", { datasetName: "spider", path: spider });
    const broken = ["assets_maintenance", "document_management"];
    const dataset = { ...whole, train: whole.train.filter((row) => broken.includes(row.dbId!)) };
    expect(dataset.train.length).toBeGreaterThan(70);
    await using pool = createDatabasePool({ size: 2 });
    const checked = await checkGold(dataset, (file, sql) => pool.query(file, sql));
    expect(checked.test).toHaveLength(1034);
    expect(checked.dropped.map((row) => row.reason.split(" (SELECT")[0]).sort()).toEqual([
      "the gold query does not run: ORDER BY clause should come after INTERSECT not before",
      "the gold query does not run: ORDER BY clause should come after INTERSECT not before",
      expect.stringMatching(/^the gold query does not run: no such table: /),
    ]);
  }, 60_000);
});

const wikisql = sharedPath("data/wikisql/dev.jsonl");
describe.skipIf(wikisql === null)("WikiSQL", () => {
  const files = temporaryFolder();
  afterAll(files.remove);

  it("gives SQL that SQLite takes for all 8,421 dev queries", async () => {
    const known = JSON.parse(readFileSync(wikisql!.replace("dev.jsonl", "columns-partial.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    const lines = readFileSync(wikisql!, "utf8");
    // The tables' headers are only known in part: what is missing stays empty, and becomes col3 and the like.
    const width = new Map<string, number>();
    for (const line of lines.trim().split("\n")) {
      const { table_id: id, sql } = JSON.parse(line) as { table_id: string; sql: { sel: number; conds: [number][] } };
      const used = [sql.sel, ...sql.conds.map(([column]) => column), ...Object.keys(known[id] ?? {}).map(Number)];
      width.set(id, Math.max(width.get(id) ?? 0, ...used.map((column) => column + 1)));
    }
    const tables = [...width].map(([id, n]) => ({
      id,
      header: Array.from({ length: n }, (_, i) => known[id]?.[i] ?? ""),
      types: Array.from({ length: n }, () => "text"),
    }));
    files.write("train.jsonl", lines);
    files.write("train.tables.jsonl", jsonLines(tables));
    const dataset = await prepare(files.folder, {
      datasetName: "wikisql-original",
      path: ".",
      split: "random",
      valSplitRatio: 0.5,
    });
    const rows = [...dataset.train, ...dataset.validation, ...dataset.test];
    expect(rows).toHaveLength(8421);
    expect(dataset.dropped).toEqual([]);
    const database = new Database(":memory:");
    rows.sort((a, b) => (a.dbId! < b.dbId! ? -1 : 1));
    const refused: string[] = [];
    for (const [i, row] of rows.entries()) {
      if (row.dbId !== rows[i - 1]?.dbId) {
        database.exec(`DROP TABLE IF EXISTS "table"; ${serializeSchema(dataset.schemas.get(row.dbId!)!, "ddl")}`);
      }
      try {
        database.prepare(row.sql);
      } catch (error) {
        refused.push(`${row.id}: ${(error as Error).message}: ${row.sql}`);
      }
    }
    expect(refused).toEqual([]);
    database.close();
  });
});
