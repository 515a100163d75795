import { isAbort } from "../api/api-error.js";
import { requestJson } from "../api/client.js";
import type { QueryReply, ResultTable, SqlAnswer } from "../api/types.js";
import { createStore } from "../state/store.js";

export type QueryState =
  | { phase: "idle" }
  | { phase: "running"; sql: string }
  | { phase: "done"; sql: string; result: ResultTable; ms: number | null }
  /** SQLite refused it, or the server did not answer. */
  | { phase: "failed"; sql: string; error: unknown };

export const queryState = createStore<QueryState>({ phase: "idle" });

let running: AbortController | null = null;

/** Runs a query, read-only, where the server runs all of them; one that still runs is given up. */
export async function runQuery(database: string, sql: string): Promise<void> {
  clearQuery();
  const controller = new AbortController();
  running = controller;
  queryState.set({ phase: "running", sql });
  const path = `v1/databases/${encodeURIComponent(database)}/query`;
  try {
    const { seconds, ...result } = await requestJson<QueryReply>(path, { json: { sql }, signal: controller.signal });
    if (running === controller) queryState.set({ phase: "done", sql, result, ms: seconds * 1000 });
  } catch (error) {
    if (isAbort(error) || running !== controller) return;
    queryState.set({ phase: "failed", sql, error });
  }
}

/** What came with the answer. */
export function showResult({ sql, result, error, timings }: SqlAnswer): void {
  if (result) queryState.set({ phase: "done", sql, result, ms: timings.execute_ms });
  else if (error) queryState.set({ phase: "failed", sql, error: new Error(error.message) });
}

export function clearQuery(): void {
  running?.abort();
  running = null;
  queryState.set({ phase: "idle" });
}
