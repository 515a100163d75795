import { type LexOptions, lex, type Token } from "./lexer.js";

/** One statement: its SQL without the semicolon, and its tokens (comments left out, offsets into the whole text). */
export interface Statement {
  sql: string;
  tokens: Token[];
}

/**
 * Splits a script at its semicolons; pieces without a token are dropped. Semicolons inside CREATE TRIGGER .. BEGIN .. END
 * do not split, as in sqlite3_complete().
 */
export function splitStatements(script: string, options: LexOptions = {}): Statement[] {
  const statements: Statement[] = [];
  let tokens: Token[] = [];
  const flush = () => {
    if (tokens.length > 0) statements.push({ sql: script.slice(tokens[0]!.start, tokens.at(-1)!.end), tokens });
    tokens = [];
  };
  for (const token of lex(script, options)) {
    if (token.kind === "comment") continue;
    if (token.text === ";" && !isInsideTrigger(tokens)) flush();
    else tokens.push(token);
  }
  flush();
  return statements;
}

/** True while a CREATE TRIGGER with a BEGIN has not come to the END that follows its last semicolon. */
function isInsideTrigger(tokens: Token[]): boolean {
  const word = (i: number) => tokens[i]?.text.toUpperCase();
  if (word(0) !== "CREATE") return false;
  const at = word(1) === "TEMP" || word(1) === "TEMPORARY" ? 2 : 1;
  if (word(at) !== "TRIGGER" || !tokens.some((token) => token.text.toUpperCase() === "BEGIN")) return false;
  return !(word(tokens.length - 1) === "END" && word(tokens.length - 2) === ";");
}

/**
 * The form in which two queries are compared by text, as the Python seed project does it: lower case, white space
 * collapsed, trailing semicolons gone, one space after a comma and around =, > and <. Literals are lowered too.
 */
export function normalizeSql(sql: string): string {
  return sql
    .toLowerCase()
    .trim()
    .replace(/\s+/g, " ")
    .replace(/[;\s]+$/, "")
    .replace(/\s*,\s*/g, ", ")
    .replace(/\s*=\s*/g, " = ")
    .replace(/\s*>\s*/g, " > ")
    .replace(/\s*<\s*/g, " < ")
    .trim();
}

export type QueryCategory = "aggregation" | "filter" | "simple";

/**
 * The seed's three categories, the first that fits: aggregation (one of COUNT, SUM, AVG, MAX, MIN right before a
 * parenthesis), filter (WHERE), simple. Decided on the text as the seed does, so that its reports compare: "COUNT (*)"
 * with a space does not count.
 */
export function queryCategory(sql: string): QueryCategory {
  if (/(?:COUNT|SUM|AVG|MAX|MIN)\(/i.test(sql)) return "aggregation";
  return /WHERE/i.test(sql) ? "filter" : "simple";
}
