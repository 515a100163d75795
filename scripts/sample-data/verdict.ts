import type Database from "better-sqlite3";

/** More rows than this are a listing of a whole table, never an answer to a question. */
const MOST_ROWS = 70;

/** Why a query is no good gold query on this database, or undefined if it is one. */
export function verdict(db: Database.Database, sql: string): string | undefined {
  const rows = db.prepare(sql).raw().all() as unknown[][];
  if (rows.length === 0) return "empty";
  if (rows.length > MOST_ROWS) return "too many rows";
  const single = rows.length === 1 && rows[0]!.length === 1 ? rows[0]![0] : undefined;
  if (single === null || rows[0]!.every((value) => value === null)) return "null";
  if (/^SELECT COUNT\(\*\) /.test(sql) && single === 0) return "a count of nothing";
  // "The cities of members": each once, or one a member? Only asked where it is the same.
  if (!sql.includes("DISTINCT") && new Set(rows.map((row) => JSON.stringify(row))).size < rows.length)
    return "repeated rows";
  return orderIsSure(db, sql) ? undefined : "ties in the order";
}

/** The order, and what a limit keeps, must not depend on how SQLite breaks ties or places missing values. */
function orderIsSure(db: Database.Database, sql: string): boolean {
  const match = /^SELECT .*? (FROM .*) ORDER BY (\S+)( DESC)?(?: LIMIT (\d+))?$/.exec(sql);
  if (!match) return !sql.includes(" ORDER BY ");
  const [, rest, expression, direction = "", limit] = match;
  const keys = db.prepare(`SELECT ${expression} ${rest} ORDER BY ${expression}${direction}`).pluck().all();
  const seen = limit === undefined ? keys : keys.slice(0, Number(limit) + 1);
  if (limit !== undefined && keys.length <= Number(limit)) return false;
  return !seen.includes(null) && new Set(seen).size === seen.length;
}
