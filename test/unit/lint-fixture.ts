import { createPipeline } from "../../src/data/create-pipeline.js";
import type { DataOptions } from "../../src/data/options.js";
import type { Dataset } from "../../src/data/types.js";
import { createDatabasePool } from "../../src/database/index.js";
import { lintDataset } from "../../src/lint/lint-dataset.js";
import type { LintContext, LintReport } from "../../src/lint/types.js";
import { jsonLines, options, temporaryFolder } from "./data-fixture.js";

export interface Row {
  question: unknown;
  sql: unknown;
  db?: string;
  schema?: string;
}
export type Parts = Record<"train" | "validation" | "test", Row[]>;

const row = (db: string) => (question: string, sql: string) => ({ question, sql, db: `${db}.sqlite` });
const [shop, library, school] = ["shop", "library", "school"].map(row) as [
  ReturnType<typeof row>,
  ReturnType<typeof row>,
  ReturnType<typeof row>,
];

/** Rows with nothing to find: three databases, each in a split of its own. A new copy each time. */
export const cleanRows = (): Parts => ({
  train: [
    shop("Which items cost more than 5 euros?", "SELECT name FROM item WHERE price > 5"),
    shop("How many items are there?", "SELECT count(*) FROM item"),
    shop("What does the lamp cost?", "SELECT price FROM item WHERE name = 'lamp'"),
    shop("List the colors by price, the cheapest item first.", "SELECT color FROM item ORDER BY price"),
    shop("Show the average price.", "SELECT avg(price) FROM item"),
    shop("What is the red thing called?", 'SELECT name FROM item WHERE color = "red"'),
  ],
  validation: [
    library("Give the titles of books from before 1980.", "SELECT title FROM book WHERE year < 1980"),
    library("Who wrote Dune?", "SELECT author FROM book WHERE title = 'Dune'"),
    library("When was the oldest book written?", "SELECT min(year) FROM book"),
  ],
  test: [
    school("Name the pupils in grade 7.", "SELECT name FROM pupil WHERE grade = 7"),
    school("How old is Ann?", "SELECT age FROM pupil WHERE name = 'Ann'"),
    school("What is the highest age among pupils?", "SELECT max(age) FROM pupil"),
  ],
});

export const DATABASES = {
  "shop.sqlite": `CREATE TABLE item (name TEXT, price REAL, color TEXT);
    INSERT INTO item VALUES ('lamp', 20, 'white'), ('tea', 4, 'green'), ('rug', 80, 'red');
    CREATE TABLE returned (name TEXT);`,
  "library.sqlite": `CREATE TABLE book (title TEXT, author TEXT, year INTEGER);
    INSERT INTO book VALUES ('Dune', 'Frank Herbert', 1965), ('Emma', 'Jane Austen', 1815);`,
  "school.sqlite": `CREATE TABLE pupil (name TEXT, age INTEGER, grade INTEGER);
    INSERT INTO pupil VALUES ('Ann', 12, 7), ('Bob', 13, 8);`,
};

/** A folder with the three databases, and data sets read from it as users' own rows are. */
export function lintFolder() {
  const files = temporaryFolder();
  for (const [name, ddl] of Object.entries(DATABASES)) files.database(name, ddl);
  const prepare = async (given: Partial<DataOptions> = {}): Promise<Dataset> =>
    (await createPipeline(options(files.folder, { datasetName: "jsonl", path: ".", ...given }))).prepare();
  const pool = createDatabasePool({ size: 2 });
  const write = (parts: Partial<Parts>) => {
    for (const [part, rows] of Object.entries(parts)) files.write(`${part}.jsonl`, jsonLines(rows));
  };
  return {
    ...files,
    pool,
    prepare,
    writeParts: write,
    async close(): Promise<void> {
      await pool.close();
      files.remove();
    },
    /** Writes the parts, reads them as given splits and lints them; how busy the machine is does not matter. */
    async lint(parts: Parts, more: LintContext = {}): Promise<LintReport> {
      write(parts);
      return lintDataset(await prepare(), { baseDir: files.folder, pool, slowSeconds: 30, ...more });
    },
  };
}

/** What was found: the rows' ids by check. */
export function foundIn({ findings }: LintReport): Record<string, string[]> {
  return Object.fromEntries(findings.map(({ check, rows }) => [check, rows.map(({ id }) => id)]));
}
