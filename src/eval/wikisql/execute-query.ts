import type { WikiSqlQuery } from "../../data/wikisql-sql.js";
import type { DatabasePool, QueryResult } from "../../database/types.js";
import { quoteString } from "../../sql/identifiers.js";

const AGGREGATES = ["", "MAX", "MIN", "COUNT", "SUM", "AVG"];
const OPERATORS = ["=", ">", "<"];

/**
 * Runs a query on WikiSQL's database, where a table is called table_1_10015132_11 and its columns col0, col1, …, by the
 * rules of salesforce/WikiSQL (lib/dbengine.py): values are lowered, and become numbers where the column is real.
 *
 * @param types "real" or "text", by column
 */
export async function executeWikiSql(
  pool: DatabasePool,
  database: string,
  tableId: string,
  query: WikiSqlQuery,
  types: readonly string[],
  signal?: AbortSignal,
): Promise<QueryResult> {
  const sql = wikiSqlDatabaseText(tableId, query, types);
  if (sql === null) return { ok: false, kind: "error", error: "no such column, aggregate or operator, or no number" };
  return pool.query(database, sql, { safeIntegers: true, signal });
}

/** @returns null where the script raises an exception before it asks the database */
export function wikiSqlDatabaseText(tableId: string, query: WikiSqlQuery, types: readonly string[]): string | null {
  const table = tableId.startsWith("table") ? tableId : `table_${tableId.replaceAll("-", "_")}`;
  const aggregate = AGGREGATES[query.agg];
  if (aggregate === undefined || types[query.sel] === undefined) return null;
  const selected = aggregate === "" ? `col${query.sel}` : `${aggregate}(col${query.sel})`;
  // The script binds values by column: of two conditions on one column, both get the last one's value.
  const values = new Map<number, string>();
  for (const [column, operator, value] of query.conds) {
    const literal = types[column] === undefined ? null : literalOf(value, types[column]);
    if (literal === null || OPERATORS[operator] === undefined) return null;
    values.set(column, literal);
  }
  const conditions = query.conds.map(
    ([column, operator]) => `col${column} ${OPERATORS[operator]} ${values.get(column)}`,
  );
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  return `SELECT ${selected} AS result FROM ${table}${where}`;
}

function literalOf(value: string | number, type: string): string | null {
  if (typeof value === "number") return String(value);
  const text = value.toLowerCase();
  if (type !== "real") return quoteString(text);
  const number = realOf(text);
  return number === null ? null : realLiteral(number);
}

/** babel's `parse_decimal` for English, else the first number in the text; null where there is none. */
function realOf(text: string): number | null {
  const plain = text.replaceAll(",", "").trim();
  if (/^[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[-+]?\d+)?$/.test(plain)) return Number(plain.replaceAll("_", ""));
  const word = /^([-+]?)(inf(?:inity)?|nan)$/.exec(plain);
  if (word) return word[2] === "nan" ? Number.NaN : word[1] === "-" ? -Infinity : Infinity;
  const found = /[-+]?\d*\.\d+|\d+/.exec(text);
  return found ? Number(found[0]) : null;
}

function realLiteral(value: number): string {
  if (Number.isNaN(value)) return "NULL";
  if (!Number.isFinite(value)) return value > 0 ? "9e999" : "-9e999";
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
