import { lex, type Token } from "../../../src/sql/lexer.js";
import { formatSql } from "../../../src/sql/syntax/format-sql.js";
import { parseSelect } from "../../../src/sql/syntax/parse-select.js";

const CLAUSES = new Set([
  "FROM",
  "WHERE",
  "GROUP",
  "HAVING",
  "ORDER",
  "LIMIT",
  "UNION",
  "INTERSECT",
  "EXCEPT",
  "WINDOW",
]);
const JOIN_WORDS = new Set(["JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL", "OUTER"]);
const COMPOUND = new Set(["UNION", "INTERSECT", "EXCEPT", "ALL"]);

/** A query in the canonical spelling, a clause a line, inner queries indented; null for what does not parse. */
export function formatted(sql: string): string | null {
  // The tree has no comments: they would be lost.
  if (lex(sql).some(({ kind }) => kind === "comment")) return null;
  try {
    return inLines(formatSql(parseSelect(sql)));
  } catch {
    return null;
  }
}

function inLines(sql: string): string {
  const tokens = lex(sql);
  /** Of each open parenthesis: whether a query stands in it. */
  const open: boolean[] = [];
  let text = "";
  let end = 0;
  tokens.forEach((token, at) => {
    const before = tokens[at - 1];
    if (token.text === ")") {
      const wasQuery = open.pop();
      if (wasQuery) text += `\n${indent(open)}`;
    }
    const between = sql.slice(end, token.start);
    text += at > 0 && (open.at(-1) ?? true) && beginsLine(token, before, tokens) ? `\n${indent(open)}` : between;
    text += token.text;
    end = token.end;
    if (token.text === "(") {
      const isQuery = /^(?:SELECT|WITH|VALUES)$/.test(tokens[at + 1]?.text ?? "");
      open.push(isQuery);
      if (isQuery) text += `\n${indent(open)}`;
    }
  });
  return text;
}

function beginsLine({ kind, text }: Token, before: Token | undefined, tokens: readonly Token[]): boolean {
  const previous = before?.kind === "keyword" ? before.text : "";
  if (text === "SELECT") return COMPOUND.has(previous) || (before?.text === ")" && tokens[0]!.text === "WITH");
  if (kind !== "keyword") return false;
  // IS DISTINCT FROM
  if (text === "FROM") return previous !== "DISTINCT";
  if (CLAUSES.has(text)) return true;
  return JOIN_WORDS.has(text) && !JOIN_WORDS.has(previous);
}

function indent(open: readonly boolean[]): string {
  return "  ".repeat(open.filter(Boolean).length);
}
