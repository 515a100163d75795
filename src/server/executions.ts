import type { QueryResult } from "../database/index.js";
import type { CallOptions } from "../infer/index.js";
import type { KnownDatabase } from "./databases.js";
import type { ServerContext } from "./server-context.js";

/**
 * The queries of one request on its database, each text run once: the engine asks which of its candidates run, and the
 * reply shows the rows of the one it chose.
 */
export class Executions {
  private readonly results = new Map<string, Promise<QueryResult>>();

  constructor(
    private readonly context: ServerContext,
    private readonly database: KnownDatabase,
    private readonly options: { maxRows?: number | undefined; signal: AbortSignal },
  ) {}

  run(sql: string): Promise<QueryResult> {
    const known = this.results.get(sql);
    if (known) return known;
    const result = this.query(sql);
    this.results.set(sql, result);
    return result;
  }

  /** For the engine's `execute`. */
  readonly forEngine: NonNullable<CallOptions["execute"]> = async (sql) => {
    const result = await this.run(sql);
    if (!result.ok) return { ok: false, error: result.error };
    return { ok: true, rows: result.rows, columns: result.columns };
  };

  private async query(sql: string): Promise<QueryResult> {
    const { databases, metrics } = this.context;
    const result = await databases.query(this.database, sql, this.options);
    metrics.query(result.ok ? "ok" : result.kind);
    return result;
  }
}
