import type Database from "better-sqlite3";
import { lex } from "../sql/lexer.js";
import type { SqlValue } from "./types.js";

const REPLACEMENT = "\uFFFD";

export function hasReplacement(rows: readonly (readonly SqlValue[])[]): boolean {
  return rows.some((row) => row.some((value) => typeof value === "string" && value.includes(REPLACEMENT)));
}

/**
 * Leaves the bytes that are no UTF-8 out of texts in which they were read as U+FFFD. That character may also stand in the
 * data: the query is run once more for the bytes of its texts, and only where that gives other rows are all of those
 * characters taken out.
 *
 * @param sql the query, which has just given `rows`
 * @returns whether there were such bytes
 */
export function dropInvalidUtf8(
  rows: SqlValue[][],
  prepare: (sql: string) => Database.Statement<unknown[]>,
  sql: string,
): boolean {
  const bytes = textBytes(rows, prepare, sql);
  let dropped = false;
  for (const [i, row] of rows.entries()) {
    for (const [j, value] of row.entries()) {
      if (typeof value !== "string" || !value.includes(REPLACEMENT)) continue;
      const raw = bytes?.[i]?.[j];
      row[j] =
        raw instanceof Uint8Array && Buffer.from(raw).toString("utf8") === value
          ? decodeValid(raw)
          : value.replaceAll(REPLACEMENT, "");
      dropped ||= row[j] !== value;
    }
  }
  return dropped;
}

function textBytes(
  rows: readonly SqlValue[][],
  prepare: (sql: string) => Database.Statement<unknown[]>,
  sql: string,
): SqlValue[][] | null {
  const names = rows[0]!.map((_, i) => `c${i}`);
  const end = lex(sql).findLast(({ kind, text }) => kind !== "comment" && text !== ";")?.end;
  try {
    const statement = prepare(
      `WITH result (${names.join(", ")}) AS MATERIALIZED (${sql.slice(0, end)}) ` +
        `SELECT ${names.map((name) => `CAST(${name} AS BLOB)`).join(", ")} FROM result`,
    );
    const found: SqlValue[][] = [];
    for (const row of statement.raw(true).iterate() as IterableIterator<SqlValue[]>) {
      if (found.push(row) >= rows.length) break;
    }
    return found;
  } catch {
    return null;
  }
}

/** UTF-8 without the bytes that do not belong to a character; a U+FFFD that was written stays. */
function decodeValid(bytes: Uint8Array): string {
  const written = [0xef, 0xbf, 0xbd];
  let out = "";
  let start = 0;
  for (let i = 0; i + 2 < bytes.length; i++) {
    if (written.every((byte, n) => bytes[i + n] === byte)) {
      out += decodeAndDrop(bytes.subarray(start, i)) + REPLACEMENT;
      i += 2;
      start = i + 1;
    }
  }
  return out + decodeAndDrop(bytes.subarray(start));
}

function decodeAndDrop(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8").replaceAll(REPLACEMENT, "");
}
