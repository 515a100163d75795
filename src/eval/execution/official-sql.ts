import { withGoldValues } from "./plug-values.js";
import { firstStatementTokens } from "./sqlparse-tokens.js";

/** What the official script's switches do to the SQL before it runs. */
export interface ExecutionRules {
  /** False, as in the published scores: DISTINCT is taken out of both queries. */
  keepDistinct: boolean;
  /**
   * The script's evaluation.py writes 1 for every "value" in a prediction, the placeholder of models that predict no
   * values. True does so too; it breaks predictions that name a column with "value" in it.
   */
  valuePlaceholder: boolean;
  /** For systems that predict no values: the prediction is right if it is with any combination of the gold's values. */
  plugValues: boolean;
}

export const DEFAULT_RULES: ExecutionRules = { keepDistinct: false, valuePlaceholder: false, plugValues: false };

/** A row as exec_eval.py runs it. */
export interface OfficialQueries {
  gold: string;
  /** The prediction, and after it its variants with the gold's values; one that is right suffices. */
  predicted: Iterable<string>;
  /** The gold's text decides, wherever the words stand: `'order by' in gold.lower()`. */
  orderMatters: boolean;
}

/** exec_eval.py's `postprocess`, `remove_distinct`, `get_all_preds_for_execution` and `replace_cur_year`. */
export function officialQueries(gold: string, predicted: string, rules: ExecutionRules): OfficialQueries {
  const prepare = (sql: string): string => {
    const joined = sql.replaceAll("> =", ">=").replaceAll("< =", "<=").replaceAll("! =", "!=");
    return rules.keepDistinct ? joined : withoutDistinct(joined);
  };
  const g = prepare(gold);
  const p = prepare(rules.valuePlaceholder ? predicted.replaceAll("value", "1") : predicted);
  return {
    gold: withYear(g),
    predicted: rules.plugValues ? plugged(g, p) : [withYear(p)],
    orderMatters: g.toLowerCase().includes("order by"),
  };
}

function* plugged(gold: string, predicted: string): Generator<string> {
  yield withYear(predicted);
  for (const variant of withGoldValues(gold, predicted)) yield withYear(variant);
}

function withYear(sql: string): string {
  return sql.replace(/YEAR\s*\(\s*CURDATE\s*\(\s*\)\s*\)\s*/gi, "2020");
}

/** The script keeps what its parser calls the first statement; taking DISTINCT out therefore drops the others. */
function withoutDistinct(sql: string): string {
  return firstStatementTokens(sql)
    .filter(({ text }) => text.toLowerCase() !== "distinct")
    .map(({ text }) => text)
    .join("");
}
