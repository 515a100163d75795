/** What SQLite can hand back. Integers are numbers up to 2^53 and bigints beyond (see {@link QueryOptions.safeIntegers}). */
export type SqlValue = number | bigint | string | Uint8Array | null;

/**
 * Why a query gave no rows:
 * - `error`: SQLite refused it (syntax, unknown name, wrong arguments)
 * - `timeout`, `memory`: the limit was reached and the process running it was killed
 * - `not_readonly`: it is not one single SELECT, WITH or VALUES statement
 * - `missing_database`, `corrupt_database`: the file, not the query, is at fault
 * - `too_large`: the SQL text, or one value it makes, is over what is accepted
 */
export type QueryFailureKind =
  | "error"
  | "timeout"
  | "memory"
  | "not_readonly"
  | "missing_database"
  | "corrupt_database"
  | "too_large";

export interface QuerySuccess {
  ok: true;
  columns: string[];
  rows: SqlValue[][];
  /** True when rows were left out because `maxRows` or `maxBytes` was reached. */
  truncated: boolean;
  /** Time SQLite took, without the way to the process and back. */
  seconds: number;
}

export interface QueryFailure {
  ok: false;
  kind: QueryFailureKind;
  error: string;
}

export type QueryResult = QuerySuccess | QueryFailure;

export interface QueryOptions {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  maxRows?: number | undefined;
  /** Every INTEGER as a bigint, so that 1 and 1.0 can be told apart. Default false. */
  safeIntegers?: boolean | undefined;
}

export interface DatabasePoolOptions {
  /** Child processes at most; each starts with its first query. Default: half the cores, 1 to 4. */
  size?: number | undefined;
  /** Time limit of a query. Default 30,000. */
  timeoutMs?: number | undefined;
  /** Rows returned at most. Default 100,000. */
  maxRows?: number | undefined;
  /** Bytes of values returned at most. Default 32 MiB. */
  maxBytes?: number | undefined;
  /** Resident memory of a child at which it is killed, in MiB. Default 512; Node itself takes about 80. */
  memoryMb?: number | undefined;
}

export interface DatabasePool {
  /**
   * Runs one read-only statement on a SQLite file. Whatever the SQL does, this resolves with a {@link QueryResult};
   * it rejects only when `signal` aborts, the pool is closed or SQLite cannot be loaded at all.
   */
  query(file: string, sql: string, options?: QueryOptions): Promise<QueryResult>;
  /** Processes alive now. */
  readonly pids: number[];
  /** Ends every child and waits until it is gone. Queries not yet answered reject. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
