import { unquoteIdentifier } from "../sql/identifiers.js";
import { lex } from "../sql/lexer.js";
import { rewriteDoubleQuotedStrings } from "../sql/quoting.js";
import type { OpenDatabase, OpenDatabases } from "./open-databases.js";
import type { QueryRequest } from "./protocol.js";
import { startsLikeSelect } from "./single-select.js";
import type { QueryFailure, QueryFailureKind, QueryResult, SqlValue } from "./types.js";

/** Runs one request in this process. Never throws. */
export function runQuery(databases: OpenDatabases, request: QueryRequest): QueryResult {
  const { file, sql, maxRows, maxBytes, safeIntegers } = request;
  if (!startsLikeSelect(sql)) {
    return failure("not_readonly", "only a SELECT, WITH or VALUES statement is run");
  }
  try {
    const database = databases.get(file);
    const statement = database.connection.prepare(readAsSqliteDoes(sql, database));
    if (!statement.reader || !statement.readonly) {
      return failure("not_readonly", "the statement would write, or returns no rows");
    }
    const columns = statement.columns().map((column) => column.name);
    const start = process.hrtime.bigint();
    const rows: SqlValue[][] = [];
    let bytes = 0;
    let truncated = false;
    for (const row of statement.raw(true).safeIntegers(true).iterate() as IterableIterator<SqlValue[]>) {
      bytes += rowBytes(row);
      if (rows.length >= maxRows || bytes > maxBytes) {
        truncated = true;
        break;
      }
      rows.push(safeIntegers ? row : row.map(shortInteger));
    }
    return { ok: true, columns, rows, truncated, seconds: Number(process.hrtime.bigint() - start) / 1e9 };
  } catch (error) {
    return classify(error, file);
  }
}

/**
 * "name" that is no column of the query's tables is a string to the SQLite that the published queries were written for.
 * Which tables a query uses is decided by their names standing in it: a superset of the right answer, and a table named
 * but not used costs a rewrite only if it has a column spelt like the string.
 */
function readAsSqliteDoes(sql: string, database: OpenDatabase): string {
  if (!sql.includes('"')) return sql;
  const words = new Set(lex(sql).map((token) => unquoteIdentifier(token.text).toLowerCase()));
  const columns = new Set<string>();
  for (const [table, names] of database.columns()) {
    if (words.has(table)) for (const name of names) columns.add(name);
  }
  return rewriteDoubleQuotedStrings(sql, columns);
}

function shortInteger(value: SqlValue): SqlValue {
  if (typeof value !== "bigint") return value;
  const short = Number(value);
  return Number.isSafeInteger(short) ? short : value;
}

function rowBytes(row: SqlValue[]): number {
  let bytes = 0;
  for (const value of row) {
    if (typeof value === "string") bytes += Buffer.byteLength(value);
    else bytes += value instanceof Uint8Array ? value.byteLength : 8;
  }
  return bytes;
}

function failure(kind: QueryFailureKind, error: string): QueryFailure {
  return { ok: false, kind, error };
}

function classify(error: unknown, file: string): QueryFailure {
  const { code, message } = error as { code?: unknown; message: string };
  const name = typeof code === "string" ? code : "";
  if (name === "ENOENT" || name === "ENOTDIR") return failure("missing_database", `no such file: ${file}`);
  if (name === "ENOTFILE") return failure("missing_database", message);
  if (name.startsWith("SQLITE_CANTOPEN")) return failure("missing_database", `${file} cannot be opened: ${message}`);
  if (name === "SQLITE_NOTADB" || name.startsWith("SQLITE_CORRUPT")) {
    return failure("corrupt_database", `${file} is damaged or no SQLite database: ${message}`);
  }
  if (name.startsWith("SQLITE_READONLY")) return failure("not_readonly", message);
  if (name === "SQLITE_NOMEM") return failure("memory", message);
  if (name === "SQLITE_TOOBIG") return failure("too_large", message);
  if (message.includes("more than one statement"))
    return failure("not_readonly", "only one statement is run at a time");
  return failure("error", message);
}
