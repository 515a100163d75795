import type { ResultRows } from "./compare-results.js";
import { ValueIds } from "./python-values.js";

/**
 * A name for each item of a query's SELECT, in its order, as Spider's parser understands it: equal for items that the
 * script takes for the same. No names where the query does not parse.
 */
export interface SelectKeys {
  gold: readonly string[];
  predicted: readonly string[];
}

/**
 * Whether two results are equal by the rule of Spider's first script (taoyds/spider, evaluation.py, `eval_exec_match`):
 * each column by the name of its item, rows always in order. What follows from that is kept: `*` stands for the first
 * column alone, and of two items of one name the last counts.
 */
export function selectedColumnsMatch(gold: ResultRows, predicted: ResultRows, keys: SelectKeys): boolean {
  const columns = new Map(keys.gold.map((key, i) => [key, i]));
  const others = new Map(keys.predicted.map((key, i) => [key, i]));
  if (columns.size !== others.size) return false;
  if (columns.size > 0 && gold.length !== predicted.length) return false;
  const ids = new ValueIds();
  for (const [key, column] of columns) {
    const other = others.get(key);
    if (other === undefined) return false;
    for (const [i, row] of gold.entries()) {
      const [a, b] = [row[column], predicted[i]![other]];
      // The script has no answer for an item without a column.
      if (a === undefined || b === undefined || ids.of(a) !== ids.of(b)) return false;
    }
  }
  return true;
}
