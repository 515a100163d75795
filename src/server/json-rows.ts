import { z } from "zod";
import type { QueryResult, QuerySuccess, SqlValue } from "../database/index.js";

/** Integers beyond 2^53 and numbers that JSON lacks are texts; bytes are {"base64": …}. */
const jsonValueSchema = z.union([z.string(), z.number(), z.null(), z.strictObject({ base64: z.string() })]);
export type JsonValue = z.output<typeof jsonValueSchema>;

/** A result as it stands in an answer. */
export const resultSchema = z.strictObject({
  columns: z.array(z.string()),
  rows: z.array(z.array(jsonValueSchema)),
  truncated: z.boolean().describe("Whether rows were left out."),
});
export type ResultTable = z.output<typeof resultSchema>;

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
