import { afterAll, describe, expect, it } from "vitest";
import { cleanRows, foundIn, lintFolder, type Parts } from "./lint-fixture.js";

const data = lintFolder();
afterAll(data.close);

it("finds nothing in clean data", async () => {
  const report = await data.lint(cleanRows());
  expect(report.findings).toEqual([]);
  expect(report.summary).toMatchObject({
    rows: { train: 6, validation: 3, test: 3, dropped: 0 },
    distinct_sql: { train: 6, validation: 3, test: 3 },
    ...{ databases: 3, errors: 0, warnings: 0, notes: 0, skipped: [] },
  });
});

/** Changes the clean rows; and the rows that are then named, by check. Nothing else may be found. */
interface Fault {
  name: string;
  plant: (rows: Parts) => void;
  found: Record<string, string[]>;
  /** Part of the first row's detail. */
  detail?: RegExp;
}

const shop = (question: string, sql: string) => ({ question, sql, db: "shop.sqlite" });
const school = (question: string, sql: string) => ({ question, sql, db: "school.sqlite" });

const faults: Fault[] = [
  {
    name: "gold that SQLite refuses",
    plant: ({ train }) => void train.push(shop("Which items are heavy?", "SELECT name FROM item WHERE weight > 5")),
    found: { "gold-fails": ["train.jsonl:6"] },
    detail: /^no such column: weight$/,
  },
  {
    name: "gold with a mistake in its syntax",
    plant: ({ test }) => void test.push(school("Who is there?", "SELECT name FORM pupil WHERE age > 1")),
    found: { "gold-fails": ["test.jsonl:3"] },
    detail: /syntax error/,
  },
  {
    name: "gold that returns nothing",
    plant: ({ test }) => void test.push(school("Who is older than 99?", "SELECT name FROM pupil WHERE age > 99")),
    found: { "gold-returns-nothing": ["test.jsonl:3"] },
  },
  {
    name: "gold on an empty table",
    plant: ({ train }) => void train.push(shop("Count what came back.", "SELECT count(*) FROM returned")),
    found: { "empty-table": ["train.jsonl:6"] },
    detail: /^returned of shop$/,
  },
  {
    name: "gold that is no SELECT",
    plant: ({ train }) => {
      train.push(shop("Delete the tea.", "DELETE FROM item WHERE name = 'tea'"));
      train.push(shop("Show all, twice.", "SELECT * FROM item; SELECT * FROM item"));
      train.push(shop("Show all, with an end.", "SELECT * FROM item ;"));
    },
    found: { "gold-not-select": ["train.jsonl:6", "train.jsonl:7"] },
    detail: /^starts with DELETE$/,
  },
  {
    name: "LIMIT without ORDER BY",
    plant: ({ train }) => {
      train.push(shop("Name any item.", "SELECT name FROM item LIMIT 1"));
      train.push(shop("Name the dearest.", "SELECT name FROM item ORDER BY price DESC LIMIT 1"));
    },
    found: { "gold-undetermined": ["train.jsonl:6"] },
  },
  {
    name: "gold that Spider's parser does not know",
    plant: ({ train }) => void train.push(shop("Rank them.", "SELECT name, rank() OVER (ORDER BY price) FROM item")),
    found: { "gold-beyond-spider": ["train.jsonl:6"] },
  },
  {
    name: "a value that the prompt does not show",
    plant: ({ train }) => {
      train.push(shop("What do we have to drink?", "SELECT price FROM item WHERE name = 'tea' OR name IN ('lamp')"));
      train.push(shop("Which names hold an A or a PRICE?", "SELECT name FROM item WHERE name LIKE '%a%'"));
    },
    found: { "hidden-value": ["train.jsonl:6"] },
    detail: /^'tea', 'lamp'$/,
  },
  {
    name: "a training question among the test rows",
    plant: ({ train, test }) => {
      train.push(school("How old is ANN ?", "SELECT age FROM pupil WHERE name = 'Ann'"));
      test.push(school("How many pupils are older than 12?", "SELECT count(*) FROM pupil WHERE age > 12"));
    },
    found: {
      "question-in-two-splits": ["test.jsonl:1"],
      "sql-in-train": ["test.jsonl:1"],
      "shared-database": ["test.jsonl:0"],
    },
    detail: /^also train\.jsonl:6 in train$/,
  },
  {
    name: "nearly a training question among the test rows",
    plant: ({ train, test }) => {
      train.push(school("What are the names of the pupils in grade 8?", "SELECT name FROM pupil WHERE grade = 8"));
      test.push(
        school("What are the names of all pupils in grade 7?", "SELECT DISTINCT name FROM pupil WHERE grade = 7"),
      );
    },
    found: {
      "shared-database": ["test.jsonl:0"],
      "near-question-in-two-splits": ["test.jsonl:3"],
      "sql-but-literals-in-train": ["test.jsonl:0"],
    },
  },
  {
    name: "nearly the same question in one split",
    plant: ({ train }) =>
      void train.push(shop("List the color by price, the cheapest item first.", "SELECT DISTINCT color FROM item")),
    found: { "near-question": ["train.jsonl:6"] },
    detail: /^89 % as train\.jsonl:3 in train/,
  },
  {
    name: "rows that contradict each other",
    plant: ({ train }) => void train.push(shop("how many items are there", "SELECT count(name) FROM item")),
    found: { "contradictory-rows": ["train.jsonl:1", "train.jsonl:6"] },
    detail: /^train\.jsonl:6 has: SELECT count\(name\) FROM item$/,
  },
  {
    name: "a row that stands twice",
    plant: ({ train }) => void train.push(shop("How many items are there?", "select COUNT( * ) from item;")),
    found: { "repeated-row": ["train.jsonl:6"] },
    detail: /^repeats train\.jsonl:1$/,
  },
  {
    name: "empty texts",
    plant: ({ train }) => {
      train.push(shop("  ", "SELECT 1"), shop("What?", ""), { ...shop("Where?", "SELECT 2"), db: "lost.sqlite" });
      train.push({ question: 7, sql: "SELECT 3", db: "shop.sqlite" });
    },
    found: {
      "empty-question": ["train.jsonl:6"],
      "empty-sql": ["train.jsonl:7"],
      "unusable-row": ["train.jsonl:8", "train.jsonl:9"],
    },
  },
  {
    name: "question and SQL in each other's place",
    plant: ({ train }) => {
      train.push(shop("SELECT DISTINCT name FROM item", "What are the names?"));
      train.push(shop("Select the names of red items", "SELECT name FROM item WHERE color = 'red' AND price > 1"));
    },
    found: { "columns-swapped": ["train.jsonl:6"] },
  },
  {
    name: "faults of encoding",
    plant: ({ train }) => {
      train.push(shop("What does the cafÃ© sell?", "SELECT DISTINCT name FROM item"));
      train.push(shop("What is ‘white’ or naïve?", "SELECT name FROM item WHERE color = 'white' "));
      train.push(shop("Are there \uFFFD?", "SELECT min(price) FROM item"));
    },
    found: { "odd-characters": ["train.jsonl:6", "train.jsonl:8"] },
    detail: /^question: "Ã©"/,
  },
  {
    name: "spaces that are none in SQL",
    plant: ({ train }) => void train.push(shop("Give every price.", "SELECT\u00A0price FROM item")),
    found: { "gold-fails": ["train.jsonl:6"], "odd-characters": ["train.jsonl:6"] },
  },
];

describe("a planted fault is found, on its rows and nowhere else:", () => {
  it.each(faults)("$name", async ({ plant, found, detail }) => {
    const rows = cleanRows();
    plant(rows);
    const report = await data.lint(rows);
    expect(foundIn(report)).toEqual(found);
    if (detail) expect(report.findings[0]!.rows[0]!.detail).toMatch(detail);
    for (const { fix, message, count } of report.findings) {
      expect(fix).not.toBe("");
      expect(message).toContain(String(count));
    }
  });
});
