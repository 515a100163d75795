import type { Split } from "./domain.js";
import { domains } from "./domains/index.js";
import type { Question } from "./questions.js";
import type { Sample } from "./sample.js";
import { levels } from "./shapes/index.js";

const SPLITS: readonly Split[] = ["train", "validation", "test"];

const shapeOf = (question: Question) => question.template.split("/")[1]!;

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}

function splitTable({ questions }: Sample): string[] {
  return SPLITS.map((split) => {
    const own = domains.filter((domain) => domain.split === split).map((domain) => domain.id);
    const wordings = new Set(questions[split].map((question) => question.template)).size;
    return row([split, own.length, questions[split].length, wordings, own.join(", ")]);
  });
}

function levelTable({ questions }: Sample): string[] {
  return Object.entries(levels).map(([level, shapes]) => {
    const ids = new Set(shapes.map((shape) => shape.id));
    const counts = SPLITS.map((split) => questions[split].filter((question) => ids.has(shapeOf(question))).length);
    return row([level, shapes.map((shape) => shape.id).join(", "), ...counts]);
  });
}

/** data/README.md; its numbers are counted, so that they cannot go stale. */
export function readme(sample: Sample): string {
  return `# The sample databases and questions

Small SQLite databases of everyday domains, and questions about them with their SQL. The quickstart trains on the
\`train\` databases and is scored on the \`test\` databases, which it never saw. Everything here is made by
\`npx jiti scripts/sample-data/main.ts\`: the names, rows and questions are invented, seeded and the same at every run.
This file is written by the script too. Licence: Apache-2.0, as the project.

| split | databases | questions | wordings | which |
| --- | --- | --- | --- | --- |
${splitTable(sample).join("\n")}

The splits share no database and no wording of a question: each split has a bank of sentences of its own
(\`scripts/sample-data/phrasing\`), and a test compares the questions with names, labels, values and numbers masked.

## Files
- \`sample/train.json\`, \`validation.json\`, \`test.json\`: \`{question, query, db_id, template}\`, in Spider's form;
  \`template\` is \`split/shape/number of the sentence\`.
- \`sample/tables.json\`: the schemas in Spider's form.
- \`sample/database/DB/DB.sqlite\`: the databases.
- \`sample/gold.sql\`: the test queries, \`SQL<tab>db_id\`, one a line.

## What is asked

| level | shapes | train | validation | test |
| --- | --- | --- | --- | --- |
${levelTable(sample).join("\n")}

## Rules the data keeps
- Every query runs, and none is empty, null or a count of nothing.
- The question names the columns asked for, in their order. Where a listing could be meant with or without repeats, both
  are the same.
- An order has no ties where they would matter, and no missing values.
- Questions about groups of a joined table are asked where every group has a row; a category that has missing values is
  not grouped by. "Not equal" is not asked of columns with missing values.
- One question, one style of SQL: plain column names for one table, \`table.column\` for joins, the referring table first,
  \`IN\` for rows that something else refers to.
`;
}
