import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPipeline } from "../../src/data/create-pipeline.js";
import type { Dataset } from "../../src/data/types.js";
import { lintDataset } from "../../src/lint/lint-dataset.js";
import { longestRuns } from "../../src/lint/runs.js";
import { options, temporaryFolder } from "./data-fixture.js";

const files = temporaryFolder();
afterAll(files.remove);

const nouns =
  "apple bridge candle dragon engine forest garden hammer island jacket kettle lemon mirror needle orange pencil queen river saddle tunnel".split(
    " ",
  );
const own = nouns.map((noun, i) => ({
  question: `Which ${noun} stands at place ${i}?`,
  sql: `SELECT ${noun} FROM t${i} WHERE place = ${i}`,
}));
const benchmark = nouns.slice(0, 8).map((noun, i) => ({
  question: `How often was the ${noun} seen?`,
  query: `SELECT count(*) FROM seen${i} WHERE what = "${noun}"`,
  db_id: `db${i}`,
}));
const csvLine = (question: string, sql: string) => `"${question}","${sql.replaceAll('"', '""')}"`;

let dataset: Dataset;
beforeAll(async () => {
  const lines = [
    "text_query,sql_command",
    ...own.slice(0, 10).map((row) => csvLine(row.question, row.sql)),
    // The benchmark in disguise: other case and spacing.
    ...benchmark.map((row) => csvLine(`${row.question.toUpperCase()} `, row.query.replaceAll(" ", "  "))),
    ...own.slice(10).map((row) => csvLine(row.question, row.sql)),
    csvLine(benchmark[2]!.question, "SELECT other FROM seen2"),
    csvLine("Something else?", benchmark[5]!.query),
  ];
  files.write("mine.csv", `${lines.join("\n")}\n`);
  files.write("dev.json", JSON.stringify(benchmark));
  files.write("dev_gold.sql", benchmark.map((row) => `${row.query}\t${row.db_id}`).join("\n"));
  files.write("apart.json", JSON.stringify([{ question: "What else is there?", query: "SELECT 1", db_id: "x" }]));
  const pipeline = await createPipeline(
    options(files.folder, { datasetName: "spider-csv", csv: "mine.csv", valSplitRatio: 0.3 }),
  );
  dataset = await pipeline.prepare();
});

const against = async (file: string) => {
  const report = await lintDataset(dataset, { baseDir: files.folder, against: [`${files.folder}/${file}`] });
  return report.findings.filter(({ check }) => check.startsWith("against"));
};

describe("--against", () => {
  it("tells rows in the file's order as one run, however they were split", async () => {
    expect(new Set(dataset.test.map((row) => row.id)).size).toBeGreaterThan(0);
    const [rows, questions, sql, ...more] = await against("dev.json");
    expect(more).toEqual([]);
    expect(rows).toMatchObject({
      ...{ check: "against-rows", severity: "error", count: 8 },
      message: "rows 10-17 of mine.csv are the 8 rows of dev.json, in order",
    });
    expect(rows!.rows.map(({ row, detail }) => [row, detail])).toEqual(
      benchmark.map((_, i) => [10 + i, `dev.json:${i}`]),
    );
    expect(questions).toMatchObject({
      check: "against-questions",
      rows: [{ row: 28, line: 30, detail: "dev.json:2, with another SQL" }],
    });
    expect(sql).toMatchObject({ check: "against-sql", severity: "note", rows: [{ row: 29, detail: "dev.json:5" }] });
  });

  it("takes a gold file, which has SQL alone", async () => {
    const [rows, ...more] = await against("dev_gold.sql");
    expect(more).toEqual([]);
    expect(rows!.message).toBe(
      "rows 10-17 of mine.csv are the SQL of the 8 rows of dev_gold.sql, in order; 1 more row stands in dev_gold.sql too",
    );
  });

  it("finds nothing in a file of other rows, or in the data's own file", async () => {
    expect(await against("apart.json")).toEqual([]);
    expect(await against("mine.csv")).toEqual([]);
  });

  it("refuses a file without rows that could be compared", async () => {
    files.write("numbers.json", '[{"a": 1}]');
    await expect(against("numbers.json")).rejects.toThrow(
      /numbers\.json has no rows to compare with\. Expected rows with a question/,
    );
  });
});

describe("longestRuns", () => {
  const runs = (list: string, others: string) =>
    longestRuns(
      [...list],
      [...others],
      (c) => c,
      () => true,
    ).map(({ start, other, length }) => [start, other, length]);

  it("cuts at gaps and takes the longest place of several", () => {
    expect(runs("xabcx", "abcabcd")).toEqual([[1, 0, 3]]);
    expect(runs("abcd", "abxabcd")).toEqual([[0, 3, 4]]);
    expect(runs("abzcd", "abcd")).toEqual([
      [0, 0, 2],
      [3, 2, 2],
    ]);
    expect(runs("ba", "ab")).toEqual([
      [0, 1, 1],
      [1, 0, 1],
    ]);
    expect(runs("", "ab")).toEqual([]);
  });
});
