import { type WikiSqlQuery, type WikiSqlTable, wikiSqlTable, wikiSqlText } from "../../data/wikisql-sql.js";
import type { DatabasePool, QueryResult } from "../../database/types.js";
import { SqltuneError } from "../../errors.js";
import { ValueIds } from "../execution/python-values.js";
import { executeWikiSql } from "./execute-query.js";
import { sameLogicalForm } from "./logical-form.js";
import { parseWikiSqlText } from "./parse-query.js";

export interface WikiSqlRow {
  table_id: string;
  question: string;
  sql: WikiSqlQuery;
}

/** A system's answer: WikiSQL's own form, SQL text, or the reason why there is none. */
export type WikiSqlPrediction = { query: WikiSqlQuery } | { sql: string } | { error: string };

export interface WikiSqlScoreOptions {
  /** Tables by id; header and types are needed. */
  tables: ReadonlyMap<string, WikiSqlTable>;
  /** WikiSQL's SQLite file; without it there is no execution accuracy. */
  database?: string | undefined;
  pool?: DatabasePool | undefined;
  /** Conditions must stand in the same order (evaluate.py --ordered). Default false. */
  ordered?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

export interface WikiSqlDetail {
  index: number;
  table_id: string;
  question: string;
  lf: boolean;
  /** Null without a database, and where the gold does not run. */
  ex: boolean | null;
  /** The prediction in WikiSQL's form; null where it has none. */
  query: WikiSqlQuery | null;
  failure?: string;
}

export interface WikiSqlScores {
  summary: {
    questions: number;
    /** Share of rows with the gold's logical form; null for no rows. */
    lf_accuracy: number | null;
    /** Share of `ex_judged` rows with the gold's result; null where none was judged. */
    ex_accuracy: number | null;
    ex_judged: number;
  };
  details: WikiSqlDetail[];
}

/**
 * Logical form and execution accuracy as salesforce/WikiSQL scores them (evaluate.py): results are equal as lists, in
 * their order. SQL text is compared with the gold's own text, both read back, so that "1,234" and 1234 are one number.
 *
 * @throws SqltuneError for a row without its table, or lists of different length
 */
export async function wikiSqlScores(
  rows: readonly WikiSqlRow[],
  predictions: readonly WikiSqlPrediction[],
  options: WikiSqlScoreOptions,
): Promise<WikiSqlScores> {
  if (rows.length !== predictions.length) {
    throw new SqltuneError(
      `there are ${rows.length} rows and ${predictions.length} predictions; one for each is needed`,
    );
  }
  const tables = rows.map(({ table_id }, index) => {
    const table = options.tables.get(table_id);
    if (table) return table;
    throw new SqltuneError(`row ${index + 1} is about table ${table_id}, which is not among the tables given`);
  });
  const details = await Promise.all(
    rows.map((row, index) => score(row, predictions[index]!, index, tables[index]!, options)),
  );
  const judged = details.filter(({ ex }) => ex !== null);
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  return {
    summary: {
      questions: rows.length,
      lf_accuracy: share(details.filter(({ lf }) => lf).length, details.length),
      ex_accuracy: share(judged.filter(({ ex }) => ex).length, judged.length),
      ex_judged: judged.length,
    },
    details,
  };
}

async function score(
  row: WikiSqlRow,
  prediction: WikiSqlPrediction,
  index: number,
  table: WikiSqlTable,
  { database, pool, ordered, signal }: WikiSqlScoreOptions,
): Promise<WikiSqlDetail> {
  const isText = "sql" in prediction;
  const query = queryOf(prediction, table);
  const gold = isText ? asWritten(row.sql, table) : row.sql;
  const detail: WikiSqlDetail = {
    index,
    table_id: row.table_id,
    question: row.question,
    lf: query !== null && sameLogicalForm(gold, query, ordered),
    ex: null,
    query,
  };
  if (database === undefined || !pool) return detail;
  const expected = await executeWikiSql(pool, database, row.table_id, row.sql, table.types, signal);
  if (!expected.ok) return { ...detail, failure: `gold: ${expected.error}` };
  if (query === null) return { ...detail, ex: false, failure: reasonOf(prediction) };
  const found = await executeWikiSql(pool, database, row.table_id, query, table.types, signal);
  return found.ok ? { ...detail, ex: sameList(expected, found) } : { ...detail, ex: false, failure: found.error };
}

function queryOf(prediction: WikiSqlPrediction, table: WikiSqlTable): WikiSqlQuery | null {
  if ("query" in prediction) return prediction.query;
  return "sql" in prediction ? parseWikiSqlText(prediction.sql, wikiSqlTable(table)) : null;
}

function reasonOf(prediction: WikiSqlPrediction): string {
  return "error" in prediction ? prediction.error : "the SQL has no logical form of WikiSQL";
}

/** The gold with its values as SQL writes them. */
function asWritten(query: WikiSqlQuery, table: WikiSqlTable): WikiSqlQuery {
  const schema = wikiSqlTable(table);
  const text = wikiSqlText(query, schema);
  return ("sql" in text && parseWikiSqlText(text.sql, schema)) || query;
}

function sameList(a: QueryResult & { ok: true }, b: QueryResult & { ok: true }): boolean {
  const ids = new ValueIds();
  return a.rows.length === b.rows.length && a.rows.every((row, i) => ids.of(row[0]!) === ids.of(b.rows[i]![0]!));
}
