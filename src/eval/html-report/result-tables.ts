import type { DatabasePool, QueryResult, SqlValue } from "../../database/index.js";
import type { EvalDetail } from "../eval-report.js";

/** What a query gave, for showing. */
export interface ResultTable {
  columns: string[];
  /** The first rows. Integers are bigints where they were fetched as such, so that 1 and 1.0 look different. */
  rows: SqlValue[][];
  /** Rows the query gave; where `truncated`, as far as they were counted. */
  total: number;
  truncated: boolean;
}

/** Results of the two queries of a row; null for one that gave none. */
export interface ResultPair {
  gold: ResultTable | null;
  predicted: ResultTable | null;
}

export interface ResultTablesOptions {
  /** Which rows to run; default those that one of em, ex and ts calls wrong. */
  shown?: ((detail: EvalDetail) => boolean) | undefined;
  /** Rows kept of each result. Default 50. */
  maxRows?: number | undefined;
  /** Rows counted of each result. Default 10,000. */
  maxCounted?: number | undefined;
  /** Bytes of values kept in all; rows of the report beyond them get no results. Default 16 MiB. */
  maxBytes?: number | undefined;
  /** Time limit of one query. Default 5,000: a result that is only to be looked at is not worth more. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

const ROWS_AT_ONCE = 8;

/**
 * Runs gold and prediction of the rows that are worth a look, as they were written: no DISTINCT is taken out.
 *
 * @returns results by the row's index, for htmlReport; rows whose database is absent are not in it
 */
export async function resultTables(
  pool: DatabasePool,
  details: readonly EvalDetail[],
  databases: ReadonlyMap<string, string>,
  options: ResultTablesOptions = {},
): Promise<Map<number, ResultPair>> {
  const { shown = isMiss, maxRows = 50, maxCounted = 10_000, maxBytes = 16 * 2 ** 20, timeoutMs = 5_000 } = options;
  const { signal } = options;
  const wanted = details.filter((detail) => detail.db_id !== null && databases.has(detail.db_id) && shown(detail));
  const found = new Map<number, ResultPair>();
  let bytes = 0;
  let next = 0;
  const run = async (file: string, sql: string): Promise<ResultTable | null> => {
    const result = await pool.query(file, sql, { safeIntegers: true, maxRows: maxCounted, timeoutMs, signal });
    return head(result, maxRows);
  };
  const runRows = async (): Promise<void> => {
    for (let i = next++; i < wanted.length && bytes < maxBytes; i = next++) {
      const detail = wanted[i]!;
      const file = databases.get(detail.db_id!)!;
      const pair = { gold: await run(file, detail.gold), predicted: await run(file, detail.predicted) };
      bytes += size(pair.gold) + size(pair.predicted);
      if (bytes < maxBytes) found.set(detail.index, pair);
    }
  };
  await Promise.all(Array.from({ length: ROWS_AT_ONCE }, runRows));
  return found;
}

function isMiss({ em, ex, ts }: EvalDetail): boolean {
  return em === false || ex === false || ts === false;
}

function head(result: QueryResult, maxRows: number): ResultTable | null {
  if (!result.ok) return null;
  const { columns, rows, truncated } = result;
  return { columns, rows: rows.slice(0, maxRows).map((row) => row.map(short)), total: rows.length, truncated };
}

/** A value of megabytes is cut here, so that the results of many rows do not stand in memory; the page cuts further. */
function short(value: SqlValue): SqlValue {
  if (typeof value === "string") return value.length > MAX_VALUE ? value.slice(0, MAX_VALUE) : value;
  return value;
}

const MAX_VALUE = 4_096;

function size(table: ResultTable | null): number {
  let bytes = 0;
  for (const value of table?.rows.flat() ?? []) {
    bytes += typeof value === "string" ? value.length : value instanceof Uint8Array ? 64 : 8;
  }
  return bytes;
}
