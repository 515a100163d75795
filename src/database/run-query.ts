import { prepareAsStock } from "./double-quoted-strings.js";
import { dropInvalidUtf8, hasReplacement } from "./exact-text.js";
import type { OpenDatabases } from "./open-databases.js";
import { startsLikeSelect } from "./single-select.js";
import type { QueryFailure, QueryFailureKind, QueryLimits, QueryResult, SqlValue } from "./types.js";

/** Longer SQL is not given to SQLite; the longest gold query of Spider has under 1,000 characters. */
export const MAX_SQL_LENGTH = 1_000_000;

const MAX_ROWS = 100_000;
const MAX_BYTES = 32 * 2 ** 20;

/** Runs one query in this process. Never throws. */
export function runQuery(databases: OpenDatabases, file: string, sql: string, limits: QueryLimits = {}): QueryResult {
  const { maxRows = MAX_ROWS, maxBytes = MAX_BYTES, safeIntegers = false } = limits;
  const refused = refusal(sql);
  if (refused) return refused;
  try {
    const database = databases.get(file);
    const prepare = (text: string) => prepareAsStock(database.connection, text, database.columns);
    const statement = prepare(sql);
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
    const { invalidUtf8 = "replace" } = limits;
    if (invalidUtf8 !== "replace" && hasReplacement(rows)) {
      const dropped = dropInvalidUtf8(rows, prepare, sql);
      if (dropped && invalidUtf8 === "refuse") return failure("error", "the result has text that is no UTF-8");
    }
    return { ok: true, columns, rows, truncated, seconds: Number(process.hrtime.bigint() - start) / 1e9 };
  } catch (error) {
    return classify(error, file);
  }
}

function refusal(sql: string): QueryFailure | null {
  if (sql.length > MAX_SQL_LENGTH) {
    return failure("too_large", `the SQL has ${sql.length} characters; ${MAX_SQL_LENGTH} are accepted`);
  }
  // SQLite would read up to it, whatever was checked behind it.
  if (sql.includes("\0")) return failure("error", "the SQL contains a null character");
  if (!startsLikeSelect(sql)) return failure("not_readonly", "only a SELECT, WITH or VALUES statement is run");
  return null;
}

function shortInteger(value: SqlValue): SqlValue {
  if (typeof value !== "bigint") return value;
  const short = Number(value);
  return Number.isSafeInteger(short) ? short : value;
}

function rowBytes(row: SqlValue[]): number {
  let bytes = 0;
  for (const value of row) {
    if (typeof value === "string") bytes += value.length;
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
  if (name === "EACCES" || name === "ELOOP" || name.startsWith("SQLITE_CANTOPEN")) {
    return failure("missing_database", `${file} cannot be opened: ${message}`);
  }
  if (name === "SQLITE_NOTADB" || name.startsWith("SQLITE_CORRUPT") || name.startsWith("SQLITE_IOERR")) {
    return failure("corrupt_database", `${file} is damaged or no SQLite database: ${message}`);
  }
  if (name.startsWith("SQLITE_READONLY")) return failure("not_readonly", message);
  if (name === "SQLITE_NOMEM") return failure("memory", message);
  if (name === "SQLITE_TOOBIG") return failure("too_large", message);
  if (message.includes("more than one statement"))
    return failure("not_readonly", "only one statement is run at a time");
  return failure("error", message);
}
