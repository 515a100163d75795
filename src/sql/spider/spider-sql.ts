/**
 * A query as Spider's process_sql.py understands it. Its tuples are arrays here; what stands where follows the comment at
 * the head of that file. Numbers for operators and aggregates are places in the lists below.
 */

export const WHERE_OPS = ["not", "between", "=", ">", "<", ">=", "<=", "!=", "in", "like", "is", "exists"] as const;
export const UNIT_OPS = ["none", "-", "+", "*", "/"] as const;
export const AGG_OPS = ["none", "max", "min", "count", "sum", "avg"] as const;
export const SQL_OPS = ["intersect", "union", "except"] as const;

/** The column's id is `__table.column__`, or `__all__` for `*`. DISTINCT is null once it no longer counts. */
export type ColUnit = readonly [agg: number, column: string, distinct: boolean | null];

export type ValUnit = readonly [op: number, left: ColUnit, right: ColUnit | null];

/** A string keeps its (double) quotation marks. */
export type CondValue = number | string | ColUnit | SpiderSql | null;

export type Cond = readonly [not: boolean, op: number, left: ValUnit, value: CondValue, upTo: CondValue];

/** Conditions and the words between them, in turn; where a query leaves a word out, two conditions follow each other. */
export type Conds = readonly (Cond | "and" | "or")[];

/** A table's id is `__table__`. */
export type TableUnit = readonly ["table_unit", string] | readonly ["sql", SpiderSql];

export type SelectUnit = readonly [agg: number, value: ValUnit];

export interface SpiderSql {
  select: readonly [distinct: boolean | null, units: readonly SelectUnit[]];
  from: { table_units: readonly TableUnit[]; conds: Conds };
  where: Conds;
  groupBy: readonly ColUnit[];
  having: Conds;
  /** The last direction named holds for all. */
  orderBy: readonly [] | readonly [direction: "asc" | "desc", units: readonly ValUnit[]];
  limit: bigint | null;
  intersect: SpiderSql | null;
  union: SpiderSql | null;
  except: SpiderSql | null;
}

/** What the official script compares with where the prediction does not parse. */
export const EMPTY_SQL: SpiderSql = {
  select: [false, []],
  from: { table_units: [], conds: [] },
  where: [],
  groupBy: [],
  having: [],
  orderBy: [],
  limit: null,
  intersect: null,
  union: null,
  except: null,
};

/** Whether a condition's value is a nested query. */
export function isNestedSql(value: CondValue): value is SpiderSql {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Spider's parser did not read the query; with Python's, any exception comes to the same. */
export class SpiderParseError extends Error {
  override readonly name = "SpiderParseError";
}
