import type { QueryResult, QuerySuccess, SqlValue } from "../database/index.js";

/** A result as it stands in an answer. */
export interface ResultTable {
  columns: string[];
  rows: JsonValue[][];
  /** Whether rows were left out. */
  truncated: boolean;
}

/** Integers beyond 2^53 and numbers that JSON lacks are texts; bytes are {"base64": …}. */
export type JsonValue = string | number | null | { base64: string };

export function resultTable({ columns, rows, truncated }: QuerySuccess): ResultTable {
  return { columns, rows: rows.map((row) => row.map(jsonValue)), truncated };
}

/** The seed project's `execution_result`: the table, or the error's text. */
export function tableOrError(result: QueryResult): ResultTable | string {
  return result.ok ? resultTable(result) : result.error;
}

function jsonValue(value: SqlValue): JsonValue {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  return value;
}
