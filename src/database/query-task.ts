import type { QueryLimits, QueryResult, QuerySession } from "./types.js";

export interface QueryInput {
  file: string;
  sql: string;
  limits: QueryLimits;
}

/** The task behind `DatabasePool.query`. */
export default function queryTask({ file, sql, limits }: QueryInput, session: QuerySession): QueryResult {
  return session.query(file, sql, limits);
}
