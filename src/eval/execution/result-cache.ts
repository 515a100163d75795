import type { QueryResult } from "../../database/types.js";

/** Values kept at most, about 50 MB of them, and in one result. */
const KEPT_VALUES = 600_000;
const KEPT_IN_ONE = 50_000;

/** Results of queries, the oldest given up first; results too large to keep are fetched anew. */
export class ResultCache {
  readonly #results = new Map<string, { result: QueryResult; values: number }>();
  #values = 0;

  get(key: string, fetch: () => QueryResult): QueryResult {
    const known = this.#results.get(key);
    if (known) return known.result;
    const result = fetch();
    const values = result.ok ? 1 + result.rows.length * (1 + result.columns.length) : 1;
    // What ran out of time or memory may not do so again.
    const lasting = result.ok || (result.kind !== "timeout" && result.kind !== "memory");
    if (lasting && values <= KEPT_IN_ONE) this.#keep(key, result, values);
    return result;
  }

  #keep(key: string, result: QueryResult, values: number): void {
    this.#results.set(key, { result, values });
    this.#values += values;
    for (const [oldest, { values }] of this.#results) {
      if (this.#values <= KEPT_VALUES) break;
      this.#results.delete(oldest);
      this.#values -= values;
    }
  }
}
