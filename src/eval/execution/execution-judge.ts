import { setMaxListeners } from "node:events";
import { dirname, resolve } from "node:path";
import type { DatabasePool, QueryFailure, TaskResult } from "../../database/types.js";
import { SqltuneError } from "../../errors.js";
import type { ExecutionFailure } from "./execution-failure.js";
import type { ExecutionInput, ExecutionOutput } from "./execution-task.js";
import { DEFAULT_RULES, type ExecutionRules } from "./official-sql.js";
import type { SelectKeys } from "./spider-match.js";

export interface ExecutionOptions {
  rules?: Partial<ExecutionRules> | undefined;
  /** `spider` for the rule of Spider's first script, which needs each pair's `selectKeys`. Default `test-suite`. */
  evaluator?: "test-suite" | "spider" | undefined;
  signal?: AbortSignal | undefined;
  /** Time limit of one query in milliseconds. Default 60,000, the official script's. */
  timeoutMs?: number | undefined;
}

export interface ExecutionPair {
  gold: string;
  predicted: string;
  /** Path of the SQLite file. */
  database: string;
  /** Files of the test suite; without them there is no `ts`. */
  suite?: readonly string[] | undefined;
  selectKeys?: SelectKeys | undefined;
}

/** What running gold and prediction showed; null: cannot be judged, and then `failure` says why. */
export interface ExecutionVerdict {
  /** Equal results on the database. */
  ex: boolean | null;
  /** Equal results on every file of the suite; null without one. */
  ts: boolean | null;
  /** Files that `ts` was asked of. */
  suiteSize: number;
  failure?: ExecutionFailure;
  /** Time in the database process. */
  seconds: number;
}

const TASK = new URL(import.meta.url.endsWith(".ts") ? "./execution-task.ts" : "./execution-task.js", import.meta.url);

/**
 * Execution and test-suite accuracy by the rules of test-suite-sql-eval (exec_eval.py, `eval_exec_match`), on a pool of
 * database processes. Rows may be given all at once: those of one database go to one process, which has its files open
 * and its gold results at hand.
 */
export class ExecutionJudge {
  readonly #pool: DatabasePool;
  readonly #options: ExecutionOptions;
  readonly #rules: ExecutionRules;
  /** Of its own, for each row that waits listens to it. */
  readonly #signal: AbortSignal | undefined;

  constructor(pool: DatabasePool, options: ExecutionOptions = {}) {
    this.#pool = pool;
    this.#options = options;
    this.#signal = options.signal && AbortSignal.any([options.signal]);
    if (this.#signal) setMaxListeners(0, this.#signal);
    this.#rules = { ...DEFAULT_RULES, ...options.rules };
  }

  /** Rejects only when the signal aborts, the pool is closed or SQLite cannot be loaded. */
  async judge({ gold, predicted, database, suite, selectKeys }: ExecutionPair): Promise<ExecutionVerdict> {
    const spider = this.#options.evaluator === "spider";
    if (spider && !selectKeys) {
      throw new SqltuneError("Spider's first script compares the items of SELECT; pass selectKeys with each pair");
    }
    const file = resolve(database);
    const input: ExecutionInput = {
      gold,
      predicted,
      rules: this.#rules,
      database: file,
      suite: suite?.map((path) => resolve(path)) ?? null,
      selectKeys: spider ? selectKeys! : null,
    };
    const suiteSize = suite?.length ?? 0;
    const result = await this.#run(input);
    return { ...(result.ok ? result.value : await this.#afterStop(input, result)), suiteSize };
  }

  /**
   * The row's process was stopped outside a query, or again and again. Where the gold alone gets through, the prediction
   * is at fault, and wrong.
   */
  async #afterStop(input: ExecutionInput, { kind, error }: QueryFailure): Promise<ExecutionOutput> {
    const selectKeys = input.selectKeys && { gold: input.selectKeys.gold, predicted: input.selectKeys.gold };
    const gold = await this.#run({ ...input, predicted: input.gold, selectKeys });
    if (!gold.ok && gold.kind === "error") throw new SqltuneError(`a row could not be judged: ${gold.error}`);
    if (!gold.ok) return { ex: null, ts: null, failure: { kind: gold.kind, error: gold.error }, seconds: 0 };
    if (gold.value.ex === null) return gold.value;
    const alone = input.suite === null ? null : await this.#run({ ...input, suite: null });
    const ex = alone?.ok ? alone.value.ex : false;
    return { ex, ts: input.suite === null ? null : false, failure: { kind, error }, seconds: 0 };
  }

  #run(input: ExecutionInput): Promise<TaskResult<ExecutionOutput>> {
    const affinity = dirname(input.suite?.[0] ?? input.database ?? "");
    const options = { signal: this.#signal, timeoutMs: this.#options.timeoutMs ?? 60_000, affinity };
    return this.#pool.run<ExecutionInput, ExecutionOutput>(TASK, input, options);
  }
}
