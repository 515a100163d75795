import type { WikiSqlQuery } from "../../data/wikisql-sql.js";

/**
 * Whether two queries are the same logical form (salesforce/WikiSQL, lib/query.py, `Query.__eq__`): the same column and
 * aggregate, and the same conditions. Those count as a set, in any order and however often, their values compared as
 * lower-case text; with `ordered` (evaluate.py --ordered) they are a list.
 */
export function sameLogicalForm(gold: WikiSqlQuery, predicted: WikiSqlQuery, ordered = false): boolean {
  if (gold.sel !== predicted.sel || gold.agg !== predicted.agg) return false;
  const a = gold.conds.map(condition);
  const b = predicted.conds.map(condition);
  if (ordered) return a.length === b.length && a.every((text, i) => text === b[i]);
  const [x, y] = [new Set(a), new Set(b)];
  return x.size === y.size && a.every((text) => y.has(text));
}

function condition([column, operator, value]: WikiSqlQuery["conds"][number]): string {
  return `${column},${operator},${String(value).toLowerCase()}`;
}
