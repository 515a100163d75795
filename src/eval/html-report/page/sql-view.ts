import { lex, type Token } from "../../../sql/lexer.js";
import { h, type PageElement } from "./browser.js";
import { diffTokens } from "./diff-tokens.js";

/** Gold and prediction as two blocks, with the tokens marked that only one of them has. */
export function sqlViews(
  gold: string,
  predicted: string,
): { gold: PageElement; predicted: PageElement; same: boolean } {
  const goldTokens = lex(gold);
  const predictedTokens = lex(predicted);
  const only = diffTokens(goldTokens, predictedTokens);
  return {
    gold: sqlBlock(gold, goldTokens, only.gold, "missing"),
    predicted: sqlBlock(predicted, predictedTokens, only.predicted, "added"),
    same: !only.gold.includes(true) && !only.predicted.includes(true),
  };
}

const CLASSES: Partial<Record<Token["kind"], string>> = {
  keyword: "k",
  string: "s",
  blob: "s",
  number: "n",
  comment: "c",
  illegal: "x",
};

function sqlBlock(sql: string, tokens: readonly Token[], only: readonly boolean[], mark: string): PageElement {
  const code = h("code", {});
  // A query that came with line breaks keeps them; one on a single line is broken at its clauses.
  const asWritten = sql.trim().includes("\n");
  let depth = 0;
  let marked: PageElement | null = null;
  tokens.forEach((token, i) => {
    if (token.text === ")") depth--;
    const previous = tokens[i - 1];
    const gap = previous ? sql.slice(previous.end, token.start) : "";
    const space = asWritten ? gap : gap === "" ? "" : clauseBreak(tokens, i, depth);
    const shown = h("span", { class: CLASSES[token.kind] }, token.text);
    if (!only[i]) {
      marked = null;
      code.append(space, shown);
    } else if (marked && !space.includes("\n")) {
      marked.append(space, shown);
    } else {
      marked = h("mark", { class: mark }, shown);
      code.append(space, marked);
    }
    if (token.text === "(") depth++;
  });
  return h("pre", { class: "sql" }, tokens.length === 0 ? h("span", { class: "none" }, "no answer") : code);
}

const CLAUSES = new Set("FROM WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT".split(" "));
const JOINS = new Set("LEFT RIGHT FULL INNER CROSS OUTER NATURAL".split(" "));

/** What stands before a token: a line break and an indent before a clause, else a space. */
function clauseBreak(tokens: readonly Token[], i: number, depth: number): string {
  const word = (at: number): string => (tokens[at]?.kind === "keyword" ? tokens[at].text.toUpperCase() : "");
  const here = word(i);
  const before = word(i - 1);
  const clause =
    (CLAUSES.has(here) && before !== "DISTINCT") ||
    (here === "SELECT" && (before === "ALL" || before === "UNION" || before === "INTERSECT" || before === "EXCEPT"));
  if (clause) return `\n${"  ".repeat(Math.max(0, depth))}`;
  const join = (here === "JOIN" && !JOINS.has(before)) || (JOINS.has(here) && !JOINS.has(before) && joins(tokens, i));
  return join ? `\n${"  ".repeat(Math.max(0, depth) + 1)}` : " ";
}

/** LEFT and its like may be names of functions; here a JOIN follows within two words. */
function joins(tokens: readonly Token[], i: number): boolean {
  return [1, 2, 3].some((ahead) => tokens[i + ahead]?.text.toUpperCase() === "JOIN");
}
