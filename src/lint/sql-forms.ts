import type { Dialect } from "../schema/types.js";
import { unquoteIdentifier } from "../sql/identifiers.js";
import { lex, type Token } from "../sql/lexer.js";

const LITERALS = new Set(["string", "number", "blob"]);
const SPELLINGS: Record<string, string> = { "==": "=", "!=": "<>" };

/**
 * A query up to case, spacing, comments, the kind of quotes and a last semicolon: two queries with the same form differ
 * in nothing that a reader would call a difference. String literals keep their case.
 */
export function sqlForm(sql: string, dialect: Dialect = "sqlite"): string {
  return formOf(sql, dialect, (token) => (token.kind === "number" ? token.text.toLowerCase() : token.text));
}

/** The same with every literal as `?`: what is left when only values differ. Double-quoted words count as literals. */
export function sqlShape(sql: string, dialect: Dialect = "sqlite"): string {
  return formOf(sql, dialect, () => "?");
}

function formOf(sql: string, dialect: Dialect, literal: (token: Token) => string): string {
  const words: string[] = [];
  for (const token of lex(sql, { dialect })) {
    if (token.kind === "comment") continue;
    if (LITERALS.has(token.kind) || isStringLike(token, dialect)) {
      words.push(literal({ ...token, text: isText(token) ? `'${unquoteIdentifier(token.text)}'` : token.text }));
    } else if (token.kind === "quoted_identifier") words.push(unquoteIdentifier(token.text).toLowerCase());
    else words.push(SPELLINGS[token.text] ?? token.text.toLowerCase());
  }
  while (words.at(-1) === ";") words.pop();
  return words.join(" ");
}

const isText = (token: Token): boolean => token.kind === "string" || token.kind === "quoted_identifier";

/** SQLite and MySQL take "x" for a string where it names nothing; whether it does, the text alone does not say. */
const isStringLike = (token: Token, dialect: Dialect): boolean =>
  token.kind === "quoted_identifier" && token.text[0] === '"' && dialect !== "postgresql";

/** True where a LIMIT stands in a query (or subquery) without ORDER BY: which rows it leaves is then SQLite's choice. */
export function limitsWithoutOrder(sql: string): boolean {
  if (!/limit/i.test(sql)) return false;
  // One entry an open parenthesis: whether ORDER BY was seen at this depth.
  const ordered = [false];
  const tokens = lex(sql).filter((token) => token.kind !== "comment");
  for (const [i, token] of tokens.entries()) {
    const word = token.kind === "keyword" ? token.text.toUpperCase() : token.text;
    if (word === "(") ordered.push(false);
    else if (word === ")" && ordered.length > 1) ordered.pop();
    else if (word === "ORDER" && tokens[i + 1]?.text.toUpperCase() === "BY") ordered[ordered.length - 1] = true;
    else if (word === "LIMIT" && !ordered.at(-1)) return true;
  }
  return false;
}

/** True when more than one statement stands in the text. */
export function hasSecondStatement(sql: string): boolean {
  if (!sql.includes(";")) return false;
  const tokens = lex(sql).filter((token) => token.kind !== "comment");
  const end = tokens.findIndex((token) => token.text === ";");
  return end !== -1 && tokens.slice(end).some((token) => token.text !== ";");
}
