import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createPipeline } from "../../src/data/create-pipeline.js";
import type { DataOptions } from "../../src/data/options.js";
import type { Dataset } from "../../src/data/types.js";
import { options, temporaryFolder } from "./data-fixture.js";

const files = temporaryFolder();
afterAll(files.remove);

const prepare = async (given: Partial<DataOptions>): Promise<Dataset> =>
  (await createPipeline(options(files.folder, given))).prepare();
const ids = (dataset: Dataset) =>
  [dataset.train, dataset.validation, dataset.test].map((part) => part.map((row) => row.id));

const spiderRow = (db: string, n: number) => ({
  db_id: db,
  question: ` How many in ${n}? `,
  query: `SELECT count(*) FROM t -- ${n}\n`,
});
const spiderTables = (...names: string[]) =>
  JSON.stringify(
    names.map((db_id) => ({
      db_id,
      table_names_original: ["t"],
      column_names_original: [
        [-1, "*"],
        [0, "a"],
      ],
      column_types: ["text", "number"],
      primary_keys: [1],
      foreign_keys: [],
    })),
  );

describe("Spider's form", () => {
  it("reads the sample's files as they are split", async () => {
    files.write(
      "sample/train.json",
      JSON.stringify([spiderRow("x", 1), spiderRow("x", 2), { db_id: "x", question: " ", query: "SELECT 1" }]),
    );
    files.write("sample/validation.json", JSON.stringify([spiderRow("y", 3)]));
    files.write("sample/test.json", JSON.stringify([spiderRow("z", 1), spiderRow("nowhere", 4)]));
    files.write("sample/tables.json", spiderTables("x", "y", "z", "unused"));
    const z = files.database("sample/database/z/z.sqlite", "CREATE TABLE t (a)");
    const dataset = await prepare({ datasetName: "sample", path: "sample" });
    expect(ids(dataset)).toEqual([["train.json:0", "train.json:1"], ["validation.json:0"], ["test.json:0"]]);
    expect(dataset.train[0]).toEqual({
      id: "train.json:0",
      question: "How many in 1?",
      sql: "SELECT count(*) FROM t -- 1",
      dbId: "x",
    });
    expect([...dataset.schemas.keys()]).toEqual(["x", "y", "z"]);
    expect(dataset.databases).toEqual(new Map([["z", z]]));
    expect(dataset.dropped).toEqual([
      { id: "train.json:2", reason: "question is blank (row 2)" },
      { id: "test.json:1", reason: "database nowhere has no schema (row 1)" },
    ]);
    expect(Object.keys(dataset.checksums)).toEqual(
      ["train.json", "validation.json", "test.json", "tables.json"].map((name) => `sample/${name}`),
    );
    expect(dataset.notes.join("\n")).toMatch(
      /3 of 4 databases have no SQLite file[\s\S]*Split as the source gives it: 2 rows of 1 databases for training[\s\S]*1 of 1 test queries \(100.0 %\)/,
    );
    await expect(prepare({ datasetName: "sample", path: "sample", strict: true })).rejects.toThrow(
      /rows that cannot be used:\n {2}train\.json:2: question is blank[\s\S]*test\.json:1: database nowhere/,
    );
  });

  it("takes the Hub's files with databases elsewhere, the structure read from them", async () => {
    const row = (db: string, n: number) => JSON.stringify(spiderRow(db, n));
    files.write("hub/spider/train-00000-of-00001.jsonl", [row("p", 1), row("q", 2), row("q", 3)].join("\n"));
    files.write("hub/spider/validation-00000-of-00001.jsonl", row("r", 4));
    for (const db of ["p", "q", "r"]) files.database(`dbs/${db}.sqlite`, `CREATE TABLE t (a INTEGER, from_${db} TEXT)`);
    const asked: string[] = [];
    const resolveDataset = async (id: string) => {
      asked.push(id);
      return join(files.folder, "hub");
    };
    const dataset = await prepare({ datasetName: "spider", databases: "dbs", resolveDataset });
    expect(asked).toEqual(["xlangai/spider"]);
    // Spider's dev part is scored at the end; validation is a database set aside from train.
    expect(ids(dataset)[2]).toEqual(["validation-00000-of-00001.jsonl:0"]);
    expect(dataset.validation.map((r) => r.dbId)).toEqual(["p"]);
    expect(dataset.schemas.get("r")!.tables[0]!.columns[1]!.name).toBe("from_r");
    expect(Object.keys(dataset.checksums)).toEqual([
      "hub:xlangai/spider/spider/train-00000-of-00001.jsonl",
      "hub:xlangai/spider/spider/validation-00000-of-00001.jsonl",
      "database p (schema)",
      "database q (schema)",
      "database r (schema)",
    ]);
    await expect(prepare({ datasetName: "spider", resolveDataset })).rejects.toThrow(
      /There is no .*tables\.json, and no database either\. The Hub's copy of Spider has the questions alone\. Spider comes from https:\/\/yale-lily/,
    );
  });

  it("says where Spider comes from when it is not there", async () => {
    await expect(prepare({ datasetName: "spider", path: "nowhere" })).rejects.toThrow(
      /There is no .*nowhere \(data set spider\)\. Spider comes from https:\/\/yale-lily\.github\.io\/spider: unpack it/,
    );
  });
});
