/** What SQLite can hand back. Integers are numbers up to 2^53 and bigints beyond (see {@link QueryLimits.safeIntegers}). */
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

/** What one query may give, and in which form. */
export interface QueryLimits {
  /** Default: the pool's. */
  maxRows?: number | undefined;
  /** Default: the pool's. */
  maxBytes?: number | undefined;
  /** Every INTEGER as a bigint, so that 1 and 1.0 can be told apart. Default false. */
  safeIntegers?: boolean | undefined;
  /**
   * What becomes of bytes in a TEXT that are no UTF-8: `replace` (default) puts U+FFFD for them, `drop` leaves them out,
   * as Python's `decode(errors="ignore")` does, and `refuse` makes the query fail, as Python's sqlite3 does.
   */
  invalidUtf8?: "replace" | "drop" | "refuse" | undefined;
}

export interface QueryOptions extends QueryLimits {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
}

/** How code that runs in a child process reaches SQLite; every query has the limits of its own. */
export interface QuerySession {
  query(file: string, sql: string, limits?: QueryLimits): QueryResult;
}

/**
 * Code for the child process: the default export of a module. It gets its input and gives its answer as structured
 * clones, and may be called again from the start when one of its queries had to be killed, which then gives its failure
 * at once.
 */
export type DatabaseTask<Input, Output> = (input: Input, session: QuerySession) => Output;

export interface TaskOptions {
  signal?: AbortSignal | undefined;
  /** Time limit of each query of the task. */
  timeoutMs?: number | undefined;
  /** Tasks of one name go to one process when they can: it has their databases open and their results at hand. */
  affinity?: string | undefined;
}

export type TaskResult<Output> = { ok: true; value: Output } | QueryFailure;

export interface DatabasePoolOptions {
  /** Child processes at most; each starts with its first query. Default: as many as cores, 4 at most. */
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
  /**
   * Runs a {@link DatabaseTask} in a child process, for work that needs many queries and little of their results.
   *
   * @param module the file whose default export is the task
   * @returns its answer; a failure when it threw, or was killed outside a query or by too many of them
   */
  run<Input, Output>(module: URL, input: Input, options?: TaskOptions): Promise<TaskResult<Output>>;
  /** Has every process close a file that is gone from the disk, where it would keep its space. */
  forget(file: string): void;
  /** Processes alive now. */
  readonly pids: number[];
  /** Ends every child and waits until it is gone. Queries not yet answered reject. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
