import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { createDatabasePool } from "../../src/database/index.js";
import type { EvalDetail, EvalReport } from "../../src/eval/eval-report.js";
import { htmlReport, resultTables } from "../../src/eval/html-report/index.js";
import { summarize } from "../../src/eval/summarize.js";
import { COMPONENTS, type MissKind, type PartialScores } from "../../src/eval/verdicts.js";
import { queryCategory } from "../../src/sql/statements.js";

/** What a test of the page changes in a row; the rest is that of a right answer. */
type Row = Partial<Omit<EvalDetail, "error">> & { question: string; gold: string; kind?: MissKind; why?: string };

export const HOSTILE =
  "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'><!--<script>\u2028\u2029 & \"'";

const ROWS: Row[] = [
  { question: "How many items are there?", gold: "SELECT count(*) FROM item", predicted: "select COUNT(*) from item;" },
  { question: "Names of all items", gold: "SELECT name FROM item", hardness: "easy" },
  {
    question: "Which items cost more than 5?",
    gold: "SELECT name FROM item WHERE price > 5",
    predicted: "SELECT name FROM item WHERE price >= 3",
    ...{ em: true, ex: false, ts: false, hardness: "medium", kind: "wrong_value", confidence: 0.25 },
    why: "The gold has 5 where the prediction has 3.",
  },
  {
    question: "Everything about the lamp",
    gold: "SELECT name, price, photo, note FROM item WHERE name = 'lamp'",
    predicted: "SELECT name, price, photo, note FROM item WHERE name = 'chair'",
    ...{ em: false, ex: false, ts: false, hardness: "hard", kind: "wrong_value" },
  },
  {
    question: "The average price",
    gold: "SELECT avg(price) FROM item",
    predicted: "SELECT max(cost) FROM thing",
    ...{ em: false, ex: false, ts: false, parsed: false, hardness: "medium", kind: "unknown_table" },
    failure: { kind: "error", error: "no such table: thing" },
  },
  {
    question: "Right on this database, wrong on others",
    gold: "SELECT name FROM item ORDER BY price DESC LIMIT 1",
    predicted: "SELECT name FROM item ORDER BY id LIMIT 1",
    ...{ em: false, ex: true, ts: false, hardness: "hard", kind: "ordering_or_limit" },
  },
  { question: "Written otherwise", gold: "SELECT id FROM item", predicted: "SELECT id FROM item AS i", em: false },
  { question: HOSTILE, gold: `SELECT '${HOSTILE.replaceAll("'", "''")}'`, predicted: `SELECT 1 -- ${HOSTILE}` },
  { question: "A long result", gold: "SELECT a.id, b.id, c.id FROM item a, item b, item c, item d, item e", em: false },
  { question: "Seen in the library", gold: "SELECT title FROM book", db_id: "library", hardness: "extra" },
  {
    question: "No database to run on",
    gold: "SELECT 1 FROM nowhere",
    ...{ db_id: "absent", em: null, ex: null, ts: null, parsed: null, hardness: null, partial: null },
  },
  {
    question: "What the model did not answer",
    gold: "SELECT title FROM book WHERE title LIKE 'a%'",
    predicted: "",
    ...{ db_id: "library", em: false, ex: false, ts: false, hardness: "extra", kind: "does_not_parse" },
    failure: { kind: "not_readonly", error: "only a SELECT, WITH or VALUES statement is run" },
  },
];

const PARTIAL = Object.fromEntries(
  COMPONENTS.map((name, i) => {
    const right = name === "where" ? 0 : 1;
    return [name, { acc: right, rec: right, f1: right, label_total: Number(i < 4), pred_total: Number(i < 4) }];
  }),
) as PartialScores;

function detail(row: Row, index: number): EvalDetail {
  const { kind, why, ...given } = row;
  const invented = kind === "unknown_table" ? ["thing", "cost"] : [];
  return {
    ...{ index, id: `questions.json:${index}`, db_id: "shop", hardness: "easy", predicted: row.gold },
    ...{ em: true, ex: true, ts: true, parsed: true, partial: PARTIAL, seconds: 0.001, suite_size: 3 },
    ...{ category: queryCategory(row.gold), exact_match: row.predicted === undefined, confidence: 0.9 },
    ...given,
    error: kind ? { kind, all: [kind, "distinct"], detail: why ?? `It is ${kind}.`, invented } : null,
  };
}

/** A dozen rows on two small databases: right ones, misses of several kinds, hostile text, rows nothing can judge. */
export async function shopReport(): Promise<{ html: string; report: EvalReport; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "sqltune-report-"));
  const databases = new Map(["shop", "library"].map((id) => [id, join(folder, `${id}.sqlite`)]));
  const shop = new Database(databases.get("shop")!);
  shop.exec(`CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL, photo BLOB, note TEXT);
    INSERT INTO item VALUES (1, 'lamp', 9, x'00FF10', NULL), (2, 'chair', 120.5, NULL, ''), (3, 'cup', 3, NULL, 'blue')`);
  shop.close();
  const library = new Database(databases.get("library")!);
  library.exec("CREATE TABLE book (title TEXT); INSERT INTO book VALUES ('atlas'), ('bestiary')");
  library.close();
  const report = makeReport(ROWS.map(detail));
  await using pool = createDatabasePool({ size: 1 });
  const results = await resultTables(pool, report.details, databases);
  const tokens = new Map([[2, ["SELECT", " name", " FROM item WHERE price", " >=", " 3"].map(asToken)]]);
  return { html: htmlReport(report, { title: `Shop ${HOSTILE}`, results, tokens }), report, folder };
}

function asToken(text: string, at: number): { text: string; probability: number } {
  return { text, probability: at < 3 ? 0.99 : 0.5 - at / 100 };
}

/** Many rows, every third of them wrong. */
export function longEvaluation(rows: number): EvalReport {
  const details = Array.from({ length: rows }, (_, index) =>
    detail({ question: `Question ${index}`, gold: `SELECT ${index}`, ...(index % 3 ? {} : WRONG) }, index),
  );
  return makeReport(details);
}

export function longReport(rows: number): string {
  return htmlReport(longEvaluation(rows), { title: `${rows} rows` });
}

const WRONG: Partial<Row> = { predicted: "SELECT 0", ex: false, kind: "wrong_column_selected" };

function makeReport(details: EvalDetail[]): EvalReport {
  const summary = summarize(details, {
    definition: {
      evaluator: "test-suite",
      rules: { keep_distinct: false, plug_value: false, value_placeholder: false },
      metrics: { ex: "Equal results on the question's database." },
      schemas: "tables.json",
    },
    checksums: { gold: "0123456789abcdef".repeat(4), tables: null, databases: null, suites: null },
    databases: { missing: { absent: 1 }, corrupt: {}, without_suite: { library: 2 } },
    hasSchema: (dbId) => dbId !== "absent",
    seconds: 1.5,
  });
  return { summary, details };
}
