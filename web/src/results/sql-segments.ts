import { diffTokens } from "../../../src/eval/html-report/page/diff-tokens.js";
import { lex, type Token } from "../../../src/sql/lexer.js";

/** A token as it is shown. */
export interface SqlSegment {
  /** White space before it: a line break and an indent before a clause. */
  space: string;
  text: string;
  kind: Token["kind"];
  /** Stands in this query and not in the other. */
  only: boolean;
}

/** One query by itself. */
export function sqlSegments(sql: string): SqlSegment[] {
  const tokens = lex(sql);
  return segments(sql, tokens, []);
}

/** Two queries, with what either has and the other has not. */
export function comparedSegments(
  gold: string,
  predicted: string,
): { gold: SqlSegment[]; predicted: SqlSegment[]; same: boolean } {
  const [goldTokens, predictedTokens] = [lex(gold), lex(predicted)];
  const only = diffTokens(goldTokens, predictedTokens);
  return {
    gold: segments(gold, goldTokens, only.gold),
    predicted: segments(predicted, predictedTokens, only.predicted),
    same: !only.gold.includes(true) && !only.predicted.includes(true),
  };
}

function segments(sql: string, tokens: readonly Token[], only: readonly boolean[]): SqlSegment[] {
  // A query that came with line breaks keeps them; one on a single line is broken at its clauses.
  const asWritten = sql.trim().includes("\n");
  let depth = 0;
  return tokens.map((token, at) => {
    if (token.text === ")") depth--;
    const previous = tokens[at - 1];
    const gap = previous ? sql.slice(previous.end, token.start) : "";
    const space = asWritten || gap === "" ? gap : breakBefore(tokens, at, depth);
    if (token.text === "(") depth++;
    return { space, text: token.text, kind: token.kind, only: only[at] === true };
  });
}

const CLAUSES = new Set(["FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "INTERSECT", "EXCEPT"]);
const SET_WORDS = new Set(["ALL", "UNION", "INTERSECT", "EXCEPT"]);
const JOIN_WORDS = new Set(["LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER", "NATURAL"]);

function breakBefore(tokens: readonly Token[], at: number, depth: number): string {
  const word = (place: number) => {
    const token = tokens[place];
    return token?.kind === "keyword" ? token.text.toUpperCase() : "";
  };
  const [here, before] = [word(at), word(at - 1)];
  const indent = "  ".repeat(Math.max(0, depth));
  if (CLAUSES.has(here) && before !== "DISTINCT") return `\n${indent}`;
  if (here === "SELECT" && SET_WORDS.has(before)) return `\n${indent}`;
  // LEFT and its like are also names of functions: a JOIN follows within three words.
  const joins = here === "JOIN" || [1, 2, 3].some((ahead) => word(at + ahead) === "JOIN");
  const first = (here === "JOIN" || JOIN_WORDS.has(here)) && !JOIN_WORDS.has(before) && joins;
  return first ? `\n${indent}  ` : " ";
}
