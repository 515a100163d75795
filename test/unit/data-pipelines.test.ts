import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createPipeline } from "../../src/data/create-pipeline.js";
import type { DataOptions } from "../../src/data/options.js";
import type { Dataset } from "../../src/data/types.js";
import { jsonLines, options, temporaryFolder } from "./data-fixture.js";

const files = temporaryFolder();
afterAll(files.remove);

const prepare = async (given: Partial<DataOptions>): Promise<Dataset> =>
  (await createPipeline(options(files.folder, given))).prepare();
const ids = (dataset: Dataset) =>
  [dataset.train, dataset.validation, dataset.test].map((part) => part.map((row) => row.id));

describe("wikisql-original", () => {
  it("writes the queries as SQL", async () => {
    const table = (id: string) => ({
      id,
      header: ["Player", "No.", "player", "", "order"],
      types: ["text", "real", "text", "text", "real"],
      rows: [],
    });
    const query = (sql: unknown, id = "1-1") => ({ phase: 1, table_id: id, question: "q?", sql });
    files.write(
      "wiki/train.jsonl",
      jsonLines([
        query({ sel: 0, agg: 0, conds: [] }),
        query({
          sel: 1,
          agg: 5,
          conds: [
            [0, 0, "O'Neal"],
            [1, 1, "1,234"],
            [4, 2, 3.5],
          ],
        }),
        query({ sel: 2, agg: 3, conds: [[1, 0, "N/A"]] }),
        query({ sel: 9, agg: 0, conds: [] }),
        query({ sel: 0, agg: 0, conds: [[0, 3, "x"]] }),
        query({ sel: 0, agg: 0, conds: [] }, "gone"),
        query({ sel: 0 }),
      ]),
    );
    files.write("wiki/train.tables.jsonl", jsonLines([table("1-1")]));
    files.write("wiki/dev.jsonl", jsonLines([query({ sel: 3, agg: 1, conds: [] }, "1-2")]));
    files.write("empty/readme.md", "nothing");
    files.write("wiki/dev.tables.jsonl", jsonLines([table("1-2")]));
    const dataset = await prepare({ datasetName: "wikisql", path: "wiki" });
    expect(dataset.train.map((row) => row.sql)).toEqual([
      'SELECT Player FROM "table"',
      `SELECT AVG("No.") FROM "table" WHERE Player = 'O''Neal' AND "No." > 1234 AND "order" < 3.5`,
      `SELECT COUNT("player 2") FROM "table" WHERE "No." = 'N/A'`,
    ]);
    expect(dataset.validation).toEqual([
      { id: "dev.jsonl:0", question: "q?", sql: 'SELECT MAX(col3) FROM "table"', dbId: "1-2" },
    ]);
    expect(dataset.dropped.map((row) => row.reason)).toEqual([
      "sel is 9, but the table has 5 columns (row 3, line 4)",
      "a condition has operator 3; 0 to 2 are known (row 4, line 5)",
      "table gone is not in the tables file (row 5, line 6)",
      "sql has not the form {sel, agg, conds: [[column, operator, value]]} (row 6, line 7)",
    ]);
    await expect(prepare({ datasetName: "wikisql-original", path: "empty" })).rejects.toThrow(
      /There is no .*train\.jsonl\. WikiSQL comes from https:\/\/github\.com\/salesforce\/WikiSQL/,
    );
    await expect(prepare({ datasetName: "wikisql-original" })).rejects.toThrow(/wikisql-original needs data\.path/);
  });
});

describe("the Hub's tables with a schema in each row", () => {
  it("wikisql: three CSV files, first N rows of each", async () => {
    const header = "question,create_table_statement,sql_query\n";
    const row = (n: number) =>
      `Q ${n}?,"CREATE TABLE ""t_${n % 2}"" (""Col A"" text)","SELECT ""Col A"" FROM ""t_${n % 2}"""\n`;
    files.write("kaxap/train.csv", header + [1, 2, 3].map(row).join(""));
    files.write("kaxap/dev.csv", header + [4, 5].map(row).join(""));
    files.write("kaxap/test.csv", `${header}${[6, 7].map(row).join("")}bad,not ddl,SELECT 1\n`);
    const dataset = await prepare({
      datasetName: "wikisql",
      maxTrainSamples: 2,
      maxValSamples: 1,
      resolveDataset: async (id) => join(files.folder, id.split("/")[0]!),
    });
    expect(ids(dataset)).toEqual([["train.csv:0", "train.csv:1"], ["dev.csv:0"], ["test.csv:0"]]);
    expect(dataset.schemas.size).toBe(2);
    expect(dataset.schemas.get(dataset.train[0]!.dbId!)).toMatchObject({
      dialect: "postgresql",
      tables: [{ name: "t_1" }],
    });
    expect(dataset.train[0]!.dbId).toMatch(/^t_1-[0-9a-f]{8}$/);
    expect(dataset.dropped).toEqual([
      { id: "test.csv:2", reason: expect.stringMatching(/^create_table_statement: "not ddl" is neither DDL/) },
    ]);
  });

  it("sql-create-context: one JSON file, split by schema, or at random as the seed does", async () => {
    const rows = Array.from({ length: 60 }, (_, n) => ({
      question: `Q ${n}?`,
      context: `CREATE TABLE head_${n % 20} (age INTEGER)`,
      answer: `SELECT COUNT(*) FROM head_${n % 20} WHERE age > ${n}`,
    }));
    files.write("context/sql_create_context_v4.json", JSON.stringify(rows));
    const byDatabase = await prepare({ datasetName: "sql-create-context", path: "context", valSplitRatio: 0.2 });
    const dbs = [byDatabase.train, byDatabase.validation, byDatabase.test].map(
      (part) => new Set(part.map((row) => row.dbId)),
    );
    expect(dbs.map((set) => set.size)).toEqual([16, 2, 2]);
    expect(new Set(dbs.flatMap((set) => [...set])).size).toBe(20);
    const random = await prepare({
      datasetName: "sql-create-context",
      path: "context",
      split: "random",
      maxTrainSamples: 23,
      valSplitRatio: 0.3,
    });
    // datasets 5.2.0 on 23 rows at 0.3, seed 42.
    expect(random.test.map((row) => row.id.split(":")[1])).toEqual(["22", "17", "7", "16"]);
    await expect(prepare({ datasetName: "sql-create-context", path: "context", split: "given" })).rejects.toThrow(
      /data\.split is given, but .*has only training rows/,
    );
  });
});

describe("jsonl", () => {
  it("takes schemas, databases beside the file, and databases by name", async () => {
    files.database("mine/shop.sqlite", "CREATE TABLE item (id INTEGER PRIMARY KEY)");
    files.database("named/zoo/zoo.sqlite", "CREATE TABLE animal (name TEXT)");
    const rows = [
      { question: "a?", sql: "SELECT 1", schema: "TABLE: t ( a (int) )" },
      { question: "b?", sql: "SELECT id FROM item", db: "shop.sqlite" },
      { question: "c?", sql: "SELECT name FROM animal", db: "zoo" },
      { question: "d?", sql: "SELECT 1" },
      { question: "e?", sql: "SELECT 1", db: "lost.sqlite" },
      { question: "f?", sql: "SELECT 1", schema: "CREATE TABLE t (" },
      { question: 7, sql: "SELECT 1", schema: "TABLE: t ( a (int) )" },
    ];
    files.write("mine/train.jsonl", jsonLines(rows));
    files.write("mine/test.jsonl", jsonLines(rows.slice(1, 2)));
    const dataset = await prepare({ path: "mine", databases: "named" });
    expect(ids(dataset)).toEqual([["train.jsonl:0", "train.jsonl:1"], ["train.jsonl:2"], ["test.jsonl:0"]]);
    expect([...dataset.databases.keys()]).toEqual(["shop", "zoo"]);
    expect(dataset.schemas.get("zoo")!.tables[0]!.name).toBe("animal");
    expect(dataset.dropped.map((row) => row.reason)).toEqual([
      "it has neither schema nor db (row 3, line 4)",
      "there is no database lost.sqlite (row 4, line 5)",
      expect.stringMatching(/this "\(" is never closed.*\(row 5, line 6\)/),
      "question is a number, not a text (row 6, line 7)",
    ]);
  });

  it("reads CSV, and splits one database at random, saying so", async () => {
    const rows = Array.from({ length: 20 }, (_, i) => `Q${i},SELECT ${i} FROM t,TABLE: t ( a )`);
    files.write("one.csv", `question,sql,schema\n${rows.join("\n")}\n`);
    const dataset = await prepare({ path: "one.csv", valSplitRatio: 0.2 });
    expect(ids(dataset).map((part) => part.length)).toEqual([16, 2, 2]);
    expect(dataset.notes).toContain("Split at random: the rows name 1 database, and a split by database needs 3.");
    expect(Object.keys(dataset.checksums)).toEqual(["one.csv"]);
    await expect(prepare({ path: "one.csv", split: "database" })).rejects.toThrow(/needs at least 3 databases/);
  });

  it("names the columns it found", async () => {
    files.write("bad.jsonl", jsonLines([{ question: "a?", sqll: "SELECT 1" }]));
    await expect(prepare({ path: "bad.jsonl" })).rejects.toThrow(
      /sql is missing; sqll is nearest\n {2}schema or db is missing\nFound: question, sqll/,
    );
    await expect(prepare({})).rejects.toThrow(/Data set jsonl needs data\.path/);
  });
});

it("names the known data sets for an unknown one", async () => {
  await expect(prepare({ datasetName: "spyder" as never })).rejects.toThrow(
    /no data set spyder \(the nearest is spider\)\. Known are sample, spider/,
  );
});
