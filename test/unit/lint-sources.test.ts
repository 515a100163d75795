import { afterAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../../src/config/index.js";
import { createPipeline } from "../../src/data/create-pipeline.js";
import { createTokenCounter } from "../../src/lint/count-tokens.js";
import { lintDataset } from "../../src/lint/lint-dataset.js";
import { createTokenizer } from "../../src/tokenizer/create-tokenizer.js";
import { options } from "./data-fixture.js";
import { cleanRows, foundIn, lintFolder, type Row } from "./lint-fixture.js";
import { byteLevelDefinition } from "./tokenizer-fixtures.js";

const data = lintFolder();
afterAll(data.close);

const schema = "CREATE TABLE item (name TEXT, price REAL, color TEXT)";

describe("rows with a schema and no database", () => {
  it("have their gold parsed, and its names looked up in the schema", async () => {
    const train: Row[] = [
      { question: "Which items are there?", sql: "SELECT name FROM item", schema },
      { question: "What is heavy?", sql: "SELECT i.name FROM item AS i WHERE i.weight > 5", schema },
      { question: "Who bought it?", sql: "SELECT name FROM buyer", schema },
      { question: "How dear is it?", sql: "SELECT price FROM item WHERE", schema },
      { question: "Forget everything.", sql: "DROP TABLE item", schema },
    ];
    const validation = [{ question: "Prices?", sql: "SELECT min(price) FROM item", schema }];
    const report = await data.lint({
      train,
      validation,
      test: [{ question: "Any?", sql: "SELECT max(price) FROM item", schema }],
    });
    expect(foundIn(report)).toEqual({
      "gold-not-select": ["train.jsonl:4"],
      "gold-unparsable": ["train.jsonl:3"],
      "unknown-name": ["train.jsonl:1", "train.jsonl:2"],
      // All rows have one schema: that is one database.
      "shared-database": ["validation.jsonl:0"],
    });
    const [, unparsable, unknown] = report.findings;
    expect(unparsable!.rows[0]!.detail).toMatch(/^incomplete input at 28/);
    expect(unknown!.rows.map(({ detail }) => detail)).toEqual(["column i.weight", "table buyer"]);
    expect(report.summary.skipped).toEqual([
      {
        checks: ["gold-fails", "gold-returns-nothing", "gold-slow", "empty-table"],
        reason: "gold was not run: this data has no databases",
      },
    ]);
  });
});

describe("files", () => {
  const csv = async (text: string | Buffer) => {
    data.write("rows.csv", text);
    const pipeline = await createPipeline(
      options(data.folder, { datasetName: "spider-csv", csv: "rows.csv", valSplitRatio: 0.4 }),
    );
    return lintDataset(await pipeline.prepare(), { baseDir: data.folder });
  };
  // Rows that have nothing to do with each other, and a field with a line break of its own.
  const lines = [
    "text_query,sql_command",
    '"How many\nitems?",SELECT count(*) FROM item',
    "Red?,SELECT a FROM b",
    "Old?,SELECT c FROM d",
    "Far?,SELECT e FROM f",
  ];

  it("in order are passed over", async () => {
    expect(foundIn(await csv(`${lines.join("\r\n")}\r\n`))).toEqual({});
  });

  it("with two kinds of line endings, or bytes that are no UTF-8, are named with the line", async () => {
    const mixed = await csv(`${lines.slice(0, 4).join("\n")}\r\n${lines[4]}\n`);
    expect(mixed.findings).toMatchObject([
      {
        check: "mixed-line-endings",
        rows: [
          { file: "rows.csv", line: 5, row: null, detail: "1 line ends in CRLF, 4 in LF; the first CRLF is here" },
        ],
      },
    ]);
    const latin = await csv(Buffer.from(`${lines.join("\n")}\nCaf\u00e9?,SELECT g FROM h\n`, "latin1"));
    expect(foundIn(latin)).toEqual({ "file-encoding": ["rows.csv"], "odd-characters": ["rows.csv:4"] });
    expect(latin.findings.map(({ rows }) => rows[0]!.line)).toEqual([7, 7]);
  });

  it("give rows their lines, and JSON's rows none", async () => {
    const report = await csv(`${lines.join("\n")}\nFar?,SELECT z FROM f\n`);
    expect(report.findings.find(({ check }) => check === "contradictory-rows")!.rows).toMatchObject([
      { id: "rows.csv:3", file: "rows.csv", row: 3, line: 6 },
      { id: "rows.csv:4", file: "rows.csv", row: 4, line: 7 },
    ]);
  });
});

describe("lengths", () => {
  it("of rows and of held-out answers are those of the prompt in the model's tokens", async () => {
    const rows = cleanRows();
    data.writeParts(rows);
    const dataset = await data.prepare();
    const config = resolveConfig({ data: { prompt: "chat", schema_format: "compact" } });
    const countTokens = createTokenCounter(config, createTokenizer(byteLevelDefinition()), dataset);
    const counts = [...dataset.train, ...dataset.validation].map((row) => countTokens(row).row);
    const row = Math.max(...counts) - 1;
    // "SELE" is one token of the test's tokenizer, every other character one.
    const answer = "SELECT name FROM pupil WHERE grade = 7".length - 3;
    const lint = (maxTokens: { row: number; answer: number }) =>
      lintDataset(dataset, { baseDir: data.folder, pool: data.pool, countTokens, maxTokens });
    expect(foundIn(await lint({ row: row + 1, answer: 100 }))).toEqual({});
    const long = await lint({ row, answer: 100 });
    expect(long.findings).toMatchObject([{ check: "row-too-long", count: 1, rows: [{ detail: `${row + 1} tokens` }] }]);
    expect(long.findings[0]!.fix).toContain(`the longest has ${row + 1}`);
    const cut = await lint({ row: 10_000, answer: answer - 1 });
    expect(foundIn(cut)["answer-too-long"]).toContain("test.jsonl:0");
    expect(foundIn(cut)["answer-too-long"]!.some((id) => id.startsWith("train"))).toBe(false);
    expect(foundIn(await lint({ row: 10_000, answer }))["answer-too-long"] ?? []).not.toContain("test.jsonl:0");
  });
});

describe("databases", () => {
  it("that are missing, damaged or shared are named, with their rows", async () => {
    const rows = cleanRows();
    rows.train.push({ question: "How many pupils are there?", sql: "SELECT count(*) FROM pupil", db: "school.sqlite" });
    data.writeParts(rows);
    const dataset = await data.prepare();
    const damaged = data.write(
      "damaged.sqlite",
      "this is no database, though it is long enough to be read as one".repeat(20),
    );
    const databases = new Map(dataset.databases);
    databases.delete("library");
    databases.set("shop", damaged);
    const report = await lintDataset({ ...dataset, databases }, { baseDir: data.folder, pool: data.pool });
    expect(foundIn(report)).toEqual({
      "database-unreadable": ["train.jsonl:0"],
      "database-missing": ["validation.jsonl:0"],
      "shared-database": ["test.jsonl:0"],
    });
    const details = report.findings.map(({ rows: [first] }) => first!.detail);
    expect(details[0]).toMatch(/damaged\.sqlite is damaged or no SQLite database/);
    expect(details.slice(1)).toEqual(["school: 1 row of train, 3 rows of test", "library: 3 rows"]);
  });

  it("a query without end is stopped and called slow, and the rest is still run", async () => {
    const rows = cleanRows();
    const sql = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    rows.train.push({ question: "Count up to the end.", sql, db: "shop.sqlite" });
    const report = await data.lint(rows, { timeoutSeconds: 0.5, ignore: ["gold-beyond-spider"] });
    expect(foundIn(report)).toEqual({ "gold-slow": ["train.jsonl:6"] });
    expect(report.findings[0]!.rows[0]!.detail).toBe("stopped after 0.5 s");
  });

  it("an abort ends it with the signal's reason", async () => {
    data.writeParts(cleanRows());
    const dataset = await data.prepare();
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error("enough"));
    await expect(lintDataset(dataset, { pool: data.pool, signal: stop.signal, onProgress })).rejects.toThrow("enough");
  });
});
