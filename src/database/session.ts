import type { OpenDatabases } from "./open-databases.js";
import { type QuerySteps, stepKey } from "./query-steps.js";
import { runQuery } from "./run-query.js";
import type { QueryFailure, QueryLimits, QueryResult, QuerySession } from "./types.js";

/** The queries of one task, which has begun: the watchdog knows of each, and what an earlier process was killed for is not run again. */
export function createSession(
  databases: OpenDatabases,
  steps: QuerySteps,
  timeoutMs: number,
  stopped: ReadonlyMap<string, QueryFailure>,
): QuerySession {
  return {
    query(file: string, sql: string, limits?: QueryLimits): QueryResult {
      const key = stepKey(file, sql);
      const known = stopped.get(key);
      if (known) return known;
      steps.begin(key, timeoutMs);
      try {
        return runQuery(databases, file, sql, limits);
      } finally {
        steps.beginTask(timeoutMs);
      }
    },
  };
}
