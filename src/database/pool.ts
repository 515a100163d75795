import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { SqltuneError } from "../errors.js";
import { DatabaseProcess, type ProcessEnd } from "./database-process.js";
import type { DatabasePool, DatabasePoolOptions, QueryOptions, QueryResult } from "./types.js";

/** Longer SQL is not sent to SQLite; the longest gold query of Spider has under 1,000 characters. */
const MAX_SQL_LENGTH = 1_000_000;

/**
 * Runs untrusted, read-only SQL in child processes, because nothing else can stop a running SQLite query from Node: a
 * child over its time or memory is killed and the next query gets a new one. `close()` it, or `await using` it.
 */
export function createDatabasePool(options: DatabasePoolOptions = {}): DatabasePool {
  return new Pool(options);
}

/** A place for one child process; the process in it is made when it is first needed and after each kill. */
interface Slot {
  process: DatabaseProcess | undefined;
}

interface Waiter {
  resolve: (slot: Slot) => void;
  reject: (reason: unknown) => void;
}

class Pool implements DatabasePool {
  readonly #limits: { timeoutMs: number; maxRows: number; maxBytes: number; memoryMb: number };
  readonly #slots: Slot[];
  readonly #free: Slot[];
  readonly #waiters: Waiter[] = [];
  #nextId = 0;
  #closed = false;

  constructor(options: DatabasePoolOptions) {
    const size = options.size ?? Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2)));
    this.#slots = Array.from({ length: size }, () => ({ process: undefined }));
    this.#free = [...this.#slots];
    this.#limits = {
      timeoutMs: options.timeoutMs ?? 30_000,
      maxRows: options.maxRows ?? 100_000,
      maxBytes: options.maxBytes ?? 32 * 2 ** 20,
      memoryMb: options.memoryMb ?? 512,
    };
  }

  get pids(): number[] {
    return this.#slots.flatMap(({ process }) => (process?.usable ? (process.pid ?? []) : []));
  }

  async query(file: string, sql: string, options: QueryOptions = {}): Promise<QueryResult> {
    options.signal?.throwIfAborted();
    if (sql.length > MAX_SQL_LENGTH) {
      return {
        ok: false,
        kind: "too_large",
        error: `the SQL has ${sql.length} characters; ${MAX_SQL_LENGTH} are accepted`,
      };
    }
    const slot = await this.#take(options.signal);
    try {
      // close() may have come between the call and its turn; a child made now would outlive it.
      if (this.#closed) throw closedError();
      if (!slot.process?.usable) slot.process = new DatabaseProcess(this.#limits.memoryMb);
      await slot.process.whenReady();
      return await this.#run(slot.process, resolve(file), sql, options);
    } catch (error) {
      throw this.#closed ? closedError() : error;
    } finally {
      this.#giveBack(slot);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(closedError());
    await Promise.all(this.#slots.map(({ process }) => process?.kill()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(process: DatabaseProcess, file: string, sql: string, options: QueryOptions): Promise<QueryResult> {
    const { signal } = options;
    signal?.throwIfAborted();
    const timeoutMs = options.timeoutMs ?? this.#limits.timeoutMs;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      void process.kill();
    }, timeoutMs);
    const abort = (): void => void process.kill();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const outcome = await process.run({
        id: this.#nextId++,
        file,
        sql,
        maxRows: options.maxRows ?? this.#limits.maxRows,
        maxBytes: this.#limits.maxBytes,
        safeIntegers: options.safeIntegers ?? false,
      });
      if ("result" in outcome) return outcome.result;
      if (late) return { ok: false, kind: "timeout", error: `no answer within ${timeoutMs / 1000} s` };
      signal?.throwIfAborted();
      return this.#died(outcome.end);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  #died(end: ProcessEnd): QueryResult {
    if (end.by === "us") throw closedError();
    // SIGKILL not sent by us is the child's watchdog or the system's out-of-memory killer; V8 without memory aborts.
    if (end.signal === "SIGKILL" || end.signal === "SIGABRT") {
      return { ok: false, kind: "memory", error: `the query took more than ${this.#limits.memoryMb} MiB of memory` };
    }
    return { ok: false, kind: "error", error: `the query ended its process (${end.signal ?? `code ${end.code}`})` };
  }

  #take(signal: AbortSignal | undefined): Promise<Slot> {
    if (this.#closed) return Promise.reject(closedError());
    const slot = this.#free.pop();
    if (slot) return Promise.resolve(slot);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        resolve: (given) => {
          signal?.removeEventListener("abort", abort);
          resolve(given);
        },
        reject: (reason) => {
          signal?.removeEventListener("abort", abort);
          reject(reason);
        },
      };
      this.#waiters.push(waiter);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  #giveBack(slot: Slot): void {
    const next = this.#waiters.shift();
    if (next) next.resolve(slot);
    else this.#free.push(slot);
  }
}

function closedError(): SqltuneError {
  return new SqltuneError("the database pool is closed; make a new one with createDatabasePool()", {
    code: "ERR_SQLTUNE_POOL_CLOSED",
  });
}
