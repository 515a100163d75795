import { type Cond, type Conds, isNestedSql, type SpiderSql, WHERE_OPS } from "../../sql/spider/index.js";
import type { Hardness } from "../verdicts.js";
import { OfficialScriptFailure } from "./rebuild.js";

/** evaluation.py, `eval_hardness`, of the gold query as it was parsed. @throws OfficialScriptFailure */
export function hardnessOf(sql: SpiderSql): Hardness {
  const parts = countParts(sql);
  const nested = countNested(sql);
  const others = countOthers(sql);
  if (parts <= 1 && others === 0 && nested === 0) return "easy";
  if (nested === 0 && ((others <= 2 && parts <= 1) || (parts <= 2 && others < 2))) return "medium";
  if (nested === 0 && ((others > 2 && parts <= 2) || (parts === 3 && others <= 2))) return "hard";
  return parts <= 1 && others === 0 && nested <= 1 ? "hard" : "extra";
}

const everySecond = <T>(list: readonly T[], first: 0 | 1): T[] => list.filter((_, i) => i % 2 === first);

function conditionsOf(sql: SpiderSql): (Cond | "and" | "or")[] {
  return [sql.from.conds, sql.where, sql.having].flatMap((conds) => everySecond(conds, 0));
}

/** `count_component1`: clauses, joins, OR and LIKE. */
function countParts(sql: SpiderSql): number {
  const clauses = [sql.where.length > 0, sql.groupBy.length > 0, sql.orderBy.length > 0, sql.limit !== null];
  const joins = Math.max(0, sql.from.table_units.length - 1);
  const words = [sql.from.conds, sql.where, sql.having].flatMap((conds) => everySecond<Conds[number]>(conds, 1));
  const likes = conditionsOf(sql).filter((cond) => cond[1] === WHERE_OPS.indexOf("like"));
  return clauses.filter(Boolean).length + joins + words.filter((word) => word === "or").length + likes.length;
}

/** `count_component2`: nested queries in conditions, and set operations. */
function countNested(sql: SpiderSql): number {
  let count = [sql.intersect, sql.except, sql.union].filter((other) => other !== null).length;
  for (const cond of conditionsOf(sql)) {
    if (typeof cond === "string") throw new OfficialScriptFailure("string index out of range");
    count += Number(isNestedSql(cond[3])) + Number(isNestedSql(cond[4]));
  }
  return count;
}

/** `count_others`: more than one aggregate, selected column, condition and group. */
function countOthers(sql: SpiderSql): number {
  // The script asks whether the first thing of a condition is none: that is NOT, and of the words in HAVING a letter.
  const firsts: unknown[] = [
    ...sql.select[1].map(([agg]) => agg),
    ...everySecond(sql.where, 0).map(([first]) => first),
    ...sql.groupBy.map(([agg]) => agg),
    ...(sql.orderBy[1] ?? []).flatMap(([, left, right]) => (right === null ? [left[0]] : [left[0], right[0]])),
    ...sql.having.map(([first]) => first),
  ];
  const aggregates = firsts.filter((first) => first !== 0 && first !== false).length;
  // Every word between two conditions counts as well.
  return [aggregates, sql.select[1].length, sql.where.length, sql.groupBy.length].filter((count) => count > 1).length;
}
