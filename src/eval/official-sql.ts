import { lex } from "../sql/lexer.js";

/** What the official script's switches do to the SQL before it runs. */
export interface ExecutionRules {
  /** False, as in the published scores: DISTINCT is taken out of both queries. */
  keepDistinct: boolean;
  /**
   * The script's evaluation.py writes 1 for every "value" in a prediction, the placeholder of models that predict no
   * values. True does so too; it breaks predictions that name a column with "value" in it.
   */
  valuePlaceholder: boolean;
}

export const DEFAULT_RULES: ExecutionRules = { keepDistinct: false, valuePlaceholder: false };

/** The two queries as they are run: exec_eval.py's `postprocess`, `remove_distinct` and `replace_cur_year`. */
export function officialQueries(
  gold: string,
  predicted: string,
  rules: ExecutionRules,
): { gold: string; predicted: string } {
  const prepare = (sql: string): string => {
    const joined = sql.replaceAll("> =", ">=").replaceAll("< =", "<=").replaceAll("! =", "!=");
    const kept = rules.keepDistinct ? joined : firstStatementWithoutDistinct(joined);
    return kept.replace(/YEAR\s*\(\s*CURDATE\s*\(\s*\)\s*\)\s*/gi, "2020");
  };
  return {
    gold: prepare(gold),
    predicted: prepare(rules.valuePlaceholder ? predicted.replaceAll("value", "1") : predicted),
  };
}

/** The gold's text decides, wherever the words stand: `'order by' in gold.lower()`. */
export function orderMatters(gold: string): boolean {
  return gold.toLowerCase().includes("order by");
}

/** The script keeps what its parser calls the first statement; taking DISTINCT out therefore drops the others. */
function firstStatementWithoutDistinct(sql: string): string {
  let out = "";
  let copied = 0;
  for (const { start, end, text, kind } of lex(sql)) {
    if (text === ";") return out + sql.slice(copied, end);
    if (kind === "comment" || text.toLowerCase() !== "distinct") continue;
    out += sql.slice(copied, start);
    copied = end;
  }
  return out + sql.slice(copied);
}
