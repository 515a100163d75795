import type { QueryResult } from "./types.js";

/** What the pool asks of a child process. */
export interface QueryRequest {
  id: number;
  file: string;
  sql: string;
  maxRows: number;
  maxBytes: number;
  safeIntegers: boolean;
}

/** What a child process answers. `fatal`: SQLite could not be loaded, no query will ever run. */
export type ChildMessage = { ready: true } | { fatal: string } | { id: number; result: QueryResult };
