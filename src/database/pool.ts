import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { SqltuneError } from "../errors.js";
import { type Answer, DatabaseProcess, type ProcessEnd } from "./database-process.js";
import type { TaskRequest } from "./protocol.js";
import type { QueryInput } from "./query-task.js";
import { type Slot, Slots } from "./slots.js";
import type {
  DatabasePool,
  DatabasePoolOptions,
  QueryFailure,
  QueryOptions,
  QueryResult,
  TaskOptions,
  TaskResult,
} from "./types.js";

/** One query of a task may be stopped and the rest still be worth having; one that is stopped again and again is not. */
const MAX_STOPS = 3;
/** A child whose memory is fuller than this after a task is replaced, so that the next one has its share. */
const MEMORY_KEPT = 0.6;

const QUERY_TASK = new URL(import.meta.url.endsWith(".ts") ? "./query-task.ts" : "./query-task.js", import.meta.url);

/**
 * Runs untrusted, read-only SQL in child processes, because nothing else can stop a running SQLite query from Node: a
 * child over its time or memory is killed and the next query gets a new one. `close()` it, or `await using` it.
 */
export function createDatabasePool(options: DatabasePoolOptions = {}): DatabasePool {
  return new Pool(options);
}

/** A query that a process was killed for; `step` is null when it ran none. */
interface Stopped {
  failure: QueryFailure;
  step: string | null;
}

class Pool implements DatabasePool {
  readonly #options: DatabasePoolOptions;
  readonly #timeoutMs: number;
  readonly #memoryMb: number;
  readonly #slots: Slots;
  #closed = false;

  constructor(options: DatabasePoolOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.#memoryMb = options.memoryMb ?? 512;
    this.#slots = new Slots(options.size ?? Math.min(4, availableParallelism()));
  }

  get pids(): number[] {
    return this.#slots.all.flatMap(({ process }) => (process?.usable ? (process.pid ?? []) : []));
  }

  async query(file: string, sql: string, options: QueryOptions = {}): Promise<QueryResult> {
    const { signal, timeoutMs, ...limits } = options;
    const input: QueryInput = {
      file: resolve(file),
      sql,
      limits: {
        ...limits,
        maxRows: limits.maxRows ?? this.#options.maxRows,
        maxBytes: limits.maxBytes ?? this.#options.maxBytes,
      },
    };
    const outcome = await this.#inSlot(undefined, signal, (slot) =>
      this.#attempt(slot, this.#request(QUERY_TASK, input, timeoutMs), signal),
    );
    if ("failure" in outcome) return outcome.failure;
    if ("threw" in outcome) return { ok: false, kind: "error", error: outcome.threw };
    return outcome.value as QueryResult;
  }

  run<Input, Output>(module: URL, input: Input, options: TaskOptions = {}): Promise<TaskResult<Output>> {
    const { signal, timeoutMs, affinity } = options;
    return this.#inSlot(affinity, signal, async (slot) => {
      const stopped = new Map<string, QueryFailure>();
      for (;;) {
        const outcome = await this.#attempt(slot, this.#request(module, input, timeoutMs, stopped), signal);
        if ("value" in outcome) return { ok: true, value: outcome.value as Output };
        if ("threw" in outcome) return { ok: false, kind: "error", error: outcome.threw };
        const { failure, step } = outcome;
        if (step === null || stopped.has(step) || stopped.size >= MAX_STOPS) return failure;
        stopped.set(step, failure);
      }
    });
  }

  forget(file: string): void {
    for (const { process } of this.#slots.all) process?.forget(resolve(file));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#slots.rejectWaiters(closedError());
    await Promise.all(this.#slots.all.map(({ process }) => process?.kill()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #request(module: URL, input: unknown, timeoutMs = this.#timeoutMs, stopped: TaskRequest["stopped"] = new Map()) {
    return { module: module.href, input, timeoutMs, stopped };
  }

  async #inSlot<T>(
    affinity: string | undefined,
    signal: AbortSignal | undefined,
    work: (slot: Slot) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    if (this.#closed) throw closedError();
    const slot = await this.#slots.take(affinity, signal);
    try {
      return await work(slot);
    } catch (error) {
      throw this.#closed ? closedError() : error;
    } finally {
      this.#slots.giveBack(slot);
    }
  }

  /** Runs a task once more in a new process when an old one ran out of memory, which others may have filled. */
  async #attempt(slot: Slot, request: TaskRequest, signal: AbortSignal | undefined): Promise<Answer | Stopped> {
    for (;;) {
      const process = await this.#readyProcess(slot);
      const outcome = await this.#ask(process, request, signal);
      if ("failure" in outcome && outcome.failure.kind === "memory" && process.tasks > 1) continue;
      if ("rss" in outcome && outcome.rss > MEMORY_KEPT * this.#memoryMb * 2 ** 20) void process.kill();
      return outcome;
    }
  }

  async #readyProcess(slot: Slot): Promise<DatabaseProcess> {
    // close() may have come between the call and its turn; a child made now would outlive it.
    if (this.#closed) throw closedError();
    if (!slot.process?.usable) slot.process = new DatabaseProcess(this.#memoryMb);
    await slot.process.whenReady();
    return slot.process;
  }

  async #ask(
    process: DatabaseProcess,
    request: TaskRequest,
    signal: AbortSignal | undefined,
  ): Promise<Answer | Stopped> {
    signal?.throwIfAborted();
    const abort = (): void => void process.kill();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const outcome = await process.run(request);
      if ("answer" in outcome) return outcome.answer;
      signal?.throwIfAborted();
      return this.#stopped(outcome.end, request.timeoutMs);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  #stopped(end: ProcessEnd, timeoutMs: number): Stopped {
    if (end.by === "us") throw closedError();
    const step = end.words?.step ?? null;
    if (end.words?.why === "timeout") {
      return { failure: { ok: false, kind: "timeout", error: `no answer within ${timeoutMs / 1000} s` }, step };
    }
    // Without last words it is the system's out-of-memory killer; V8 without memory aborts.
    if (end.words || end.signal === "SIGKILL" || end.signal === "SIGABRT") {
      const error = `the query took more than ${this.#memoryMb} MiB of memory`;
      return { failure: { ok: false, kind: "memory", error }, step };
    }
    const error = `the query ended its process (${end.signal ?? `code ${end.code}`})`;
    return { failure: { ok: false, kind: "error", error }, step };
  }
}

function closedError(): SqltuneError {
  return new SqltuneError("the database pool is closed; make a new one with createDatabasePool()", {
    code: "ERR_SQLTUNE_POOL_CLOSED",
  });
}
