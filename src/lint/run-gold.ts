import type { Dataset } from "../data/types.js";
import type { DatabasePool, QueryFailureKind } from "../database/types.js";
import type { DatasetRow } from "./dataset-rows.js";

/** What became of one gold query on its database. */
export type GoldOutcome =
  | { ok: true; rows: number; seconds: number }
  | { ok: false; kind: QueryFailureKind; error: string };

export interface RunGoldOptions {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Enough to know that there are some; SQLite still has to go through a sort or an aggregate to give the first. */
const ROWS_FETCHED = 1000;
/** Kept waiting at the pool's door, so that no process of it idles. */
const UNDER_WAY = 8;

/**
 * Runs the gold query of every row that has a SQLite file, each different one of a database once.
 * @returns outcome by {@link goldKey}; rows without a file have none.
 */
export async function runGold(
  dataset: Pick<Dataset, "databases">,
  rows: readonly DatasetRow[],
  pool: DatabasePool,
  options: RunGoldOptions,
): Promise<Map<string, GoldOutcome>> {
  const { signal, timeoutMs, onProgress } = options;
  const outcomes = new Map<string, GoldOutcome>();
  const pending = new Map<string, { file: string; sql: string }>();
  for (const row of rows) {
    const file = row.dbId === null ? undefined : dataset.databases.get(row.dbId);
    if (file !== undefined) pending.set(goldKey(row), { file, sql: row.sql });
  }
  const total = pending.size;
  // The workers share one iterator, so that each query is taken once.
  const queue = pending.entries();
  const work = async () => {
    for (const [key, { file, sql }] of queue) {
      signal?.throwIfAborted();
      const result = await pool.query(file, sql, { maxRows: ROWS_FETCHED, timeoutMs, signal });
      outcomes.set(key, result.ok ? { ok: true, rows: result.rows.length, seconds: result.seconds } : result);
      onProgress?.(outcomes.size, total);
    }
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, work));
  return outcomes;
}

export function goldKey(row: Pick<DatasetRow, "dbId" | "sql">): string {
  return `${row.dbId}\n${row.sql}`;
}
