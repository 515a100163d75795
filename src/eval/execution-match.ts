import type { DatabasePool, QueryFailureKind, QueryResult } from "../database/index.js";
import { resultsMatch } from "./compare-results.js";
import { type ExecutionRules, officialQueries, orderMatters } from "./official-sql.js";

/** What running gold and prediction showed. */
export interface ExecutionVerdict {
  /** Null: cannot be judged, because the gold does not run or gives more rows than are fetched. */
  match: boolean | null;
  /** Why a prediction gave no result ("error", "timeout", …), or why the row cannot be judged ("gold: …"). */
  failure?: { kind: QueryFailureKind | "gold"; error: string };
}

export interface ExecutionPair {
  gold: string;
  predicted: string;
  /** Path of the SQLite file. */
  database: string;
}

export interface ExecutionOptions {
  rules: ExecutionRules;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
}

/** Golds of neighbouring rows are often one query in two wordings. */
const GOLDS_KEPT = 8;

/** Judges pairs of queries on one pool of database processes. */
export class ExecutionJudge {
  readonly #pool: DatabasePool;
  readonly #options: ExecutionOptions;
  readonly #golds = new Map<string, Promise<QueryResult>>();

  constructor(pool: DatabasePool, options: ExecutionOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  async judge({ gold, predicted, database }: ExecutionPair): Promise<ExecutionVerdict> {
    const queries = officialQueries(gold, predicted, this.#options.rules);
    const expected = await this.#gold(database, queries.gold);
    if (!expected.ok) return { match: null, failure: { kind: "gold", error: `${expected.kind}: ${expected.error}` } };
    if (expected.truncated) {
      const error = `the gold gives more than the ${expected.rows.length} rows that are compared`;
      return { match: null, failure: { kind: "gold", error } };
    }
    const found = await this.#run(database, queries.predicted);
    if (!found.ok) return { match: false, failure: { kind: found.kind, error: found.error } };
    // The gold was whole, so a result that had to be cut is a longer one.
    if (found.truncated) return { match: false };
    return { match: resultsMatch(expected.rows, found.rows, orderMatters(gold)) };
  }

  #gold(database: string, sql: string): Promise<QueryResult> {
    const key = `${database}\n${sql}`;
    const known = this.#golds.get(key);
    if (known) return known;
    const running = this.#run(database, sql);
    this.#golds.set(key, running);
    if (this.#golds.size > GOLDS_KEPT) this.#golds.delete(this.#golds.keys().next().value!);
    return running;
  }

  #run(database: string, sql: string): Promise<QueryResult> {
    const { signal, timeoutMs } = this.#options;
    return this.#pool.query(database, sql, { signal, timeoutMs, safeIntegers: true });
  }
}
