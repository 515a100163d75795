import { readFile } from "node:fs/promises";
import type { WikiSqlTable } from "../../data/wikisql-sql.js";
import { SqltuneError } from "../../errors.js";
import { pythonFloat } from "../execution/python-values.js";
import type { WikiSqlPrediction, WikiSqlRow } from "./scores.js";

/** Rows of WikiSQL's train.jsonl, dev.jsonl or test.jsonl. @throws SqltuneError that names the first line that is none */
export function readWikiSqlRows(path: string): Promise<WikiSqlRow[]> {
  return readLines(path, "{table_id, question, sql: {sel, agg, conds}}", (row: Partial<WikiSqlRow>) =>
    typeof row.table_id === "string" && typeof row.question === "string" && isQuery(row.sql)
      ? (row as WikiSqlRow)
      : null,
  );
}

/** Predictions in the form that evaluate.py reads, `{"query": {sel, agg, conds}}` or `{"error": …}`, or `{"sql": …}`. */
export function readWikiSqlPredictions(path: string): Promise<WikiSqlPrediction[]> {
  const form = '{"query": {sel, agg, conds}}, {"error": "…"} or {"sql": "SELECT …"}';
  return readLines(path, form, (row: Record<string, unknown>): WikiSqlPrediction | null => {
    if (row.error) return { error: String(row.error) };
    if (typeof row.sql === "string") return { sql: row.sql };
    return isQuery(row.query) ? { query: row.query } : null;
  });
}

/** Tables of *.tables.jsonl by their id. */
export async function readWikiSqlTables(path: string): Promise<Map<string, WikiSqlTable>> {
  const tables = await readLines(path, "{id, header, types}", (row: Partial<WikiSqlTable>) =>
    typeof row.id === "string" && Array.isArray(row.header) && Array.isArray(row.types) ? (row as WikiSqlTable) : null,
  );
  return new Map(tables.map((table) => [table.id, table]));
}

function isQuery(value: unknown): value is WikiSqlRow["sql"] {
  const query = (value ?? {}) as Partial<WikiSqlRow["sql"]>;
  return (
    Number.isInteger(query.sel) &&
    Number.isInteger(query.agg) &&
    Array.isArray(query.conds) &&
    query.conds.every((condition) => Array.isArray(condition) && condition.length === 3)
  );
}

async function readLines<Row extends object, T>(
  path: string,
  form: string,
  read: (row: Row) => T | null,
): Promise<T[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new SqltuneError(`${path} cannot be read: ${error.message}`, { cause: error });
  });
  const lines = text.split("\n");
  while (lines.at(-1)?.trim() === "") lines.pop();
  return lines.map((line, i) => {
    const row = parse(line);
    const value = row === null ? null : read(row as Row);
    if (value !== null) return value;
    throw new SqltuneError(`${path}:${i + 1} is "${line.slice(0, 80)}"; expected ${form}`);
  });
}

function parse(line: string): object | null {
  try {
    const value = JSON.parse(withFloatsAsText(line)) as unknown;
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/**
 * 2.0 becomes "2.0", as Python would write it: JavaScript has no other way to tell it from 2, and the official comparison
 * does. It means the same to the database.
 */
function withFloatsAsText(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (token) =>
    /^-?\d/.test(token) && /[.eE]/.test(token) ? `"${pythonFloat(Number(token))}"` : token,
  );
}
