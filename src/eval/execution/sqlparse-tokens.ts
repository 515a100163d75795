/**
 * SQL split as the Python package sqlparse (0.5 and later) splits it. The official script takes DISTINCT out of these
 * pieces, and looks for values among them, so its verdicts follow from them even where SQLite reads the text otherwise.
 * Words that sqlparse joins ("GROUP BY") are apart here: nothing that the script does depends on it.
 */
export interface SqlparseToken {
  text: string;
  /** `space`: blanks and tabs, not line breaks. `string`: '..' and "..", quotes included. */
  kind: "space" | "break" | "comment" | "string" | "other";
}

/** `\w` and `\s` as Python reads them: letters and digits of every script; the separators 0x1c to 0x1f and 0x85 too. */
const WORD = "[\\p{L}\\p{N}_]";
export const PYTHON_SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const SPACE = new RegExp(PYTHON_SPACE);
const LETTER = /[A-Za-z\u00c0-\u00dc\u00e0-\u00fc]/;
const at = (pattern: string): RegExp => new RegExp(pattern, "yu");

const LINE_COMMENT = at("(?:--|# )[^\\r\\n]*(?:\\r\\n|\\r|\\n|$)");
const LINE_BREAK = at("\\r\\n|\\r|\\n");
const BRACKETED = at("\\[[^\\[\\]]+\\]");
const PLACEHOLDER = at(`%(?:\\(${WORD}+\\))?s`);
const PARAMETER = at(`[$:]${WORD}+`);
const COMMAND = at(`\\\\${WORD}+`);
const AT_NAME = at(`(?:@|##|#)${LETTER.source}${WORD}+`);
const AFTER_DOT = at(`${LETTER.source}${WORD}*`);
const NAME = at(`${WORD}(?:${WORD}|[$#])*`);
const NUMBERS = [
  at("-?0[xX][0-9a-fA-F]+"),
  at("-?[0-9]+(?:\\.[0-9]+)?[eE]-?[0-9]+"),
  // What follows may be no letter; sqlparse then goes back a digit, and "12ab" becomes "1" and "2ab".
  at("-?(?:[0-9]+\\.[0-9]*|\\.[0-9]+)(?![_A-Za-z\u00c0-\u00dc\u00e0-\u00fc])"),
  at("-?[0-9]+(?![_A-Za-z\u00c0-\u00dc\u00e0-\u00fc])"),
];
const OPERATORS = [at(":=|::|->>?|#>>?|@>|<@|\\?[|&]?|#-|-"), at("[<>=~!]+"), at("[+/@#%^&|]+[+/@#%^&|-]*")];

/** The tokens of `sqlparse.parse(sql)[0]`: the first statement, with the semicolon and the blanks after it. */
export function firstStatementTokens(sql: string): SqlparseToken[] {
  const tokens: SqlparseToken[] = [];
  let depth = 0;
  let ended = false;
  for (let i = 0; i < sql.length; ) {
    const token = scan(sql, i);
    if (ended && token.kind !== "space" && !(token.kind === "comment" && !token.text.startsWith("/*"))) break;
    tokens.push(token);
    i += token.text.length;
    if (token.text === "(") depth++;
    else if (token.text === ")" || isKeyword(sql, i, token.text, "END")) depth--;
    else if (token.text === ";") ended = depth <= 0;
    // A word of SQL Server that parts batches; sqlparse knows it in capitals.
    if (token.text === "GO" && isKeyword(sql, i, token.text, "GO")) ended = true;
  }
  return tokens;
}

/** Whether the word that ends at `end` is the keyword, and not a name before a dot, after one, or of a function. */
function isKeyword(sql: string, end: number, word: string, keyword: string): boolean {
  if (word.length !== keyword.length || word.toUpperCase() !== keyword) return false;
  return sql[end - word.length - 1] !== "." && !/^(?:\(|\s*\.(?!\d))/.test(sql.slice(end, end + 20));
}

function scan(sql: string, i: number): SqlparseToken {
  const c = sql[i]!;
  const comment = match(LINE_COMMENT, sql, i) ?? blockComment(sql, i);
  if (comment !== null) return { text: comment, kind: "comment" };
  const lineBreak = match(LINE_BREAK, sql, i);
  if (lineBreak !== null) return { text: lineBreak, kind: "break" };
  if (SPACE.test(c)) return { text: c, kind: "space" };
  if (c === "'" || c === '"') {
    const text = quoted(sql, i, true);
    return text === null ? { text: c, kind: "other" } : { text, kind: "string" };
  }
  return { text: other(sql, i, c), kind: "other" };
}

function other(sql: string, i: number, c: string): string {
  const before = sql[i - 1] ?? "";
  const wordBefore = isWord(before);
  if (c === "`" || c === "\u00b4") return quoted(sql, i, false) ?? c;
  if (c === "[" && !wordBefore && before !== "]" && before !== ")") return match(BRACKETED, sql, i) ?? c;
  const special =
    match(PLACEHOLDER, sql, i) ??
    (wordBefore ? null : match(PARAMETER, sql, i)) ??
    match(COMMAND, sql, i) ??
    match(AT_NAME, sql, i);
  if (special !== null) return special;
  if (before === ".") {
    const name = match(AFTER_DOT, sql, i);
    if (name !== null) return name;
  }
  for (const pattern of NUMBERS) {
    const number = match(pattern, sql, i);
    if (number !== null) return number;
  }
  const name = match(NAME, sql, i);
  if (name !== null) return name;
  for (const pattern of OPERATORS) {
    const operator = match(pattern, sql, i);
    if (operator !== null) return operator;
  }
  return String.fromCodePoint(sql.codePointAt(i)!);
}

function match(pattern: RegExp, sql: string, i: number): string | null {
  pattern.lastIndex = i;
  return pattern.exec(sql)?.[0] ?? null;
}

function isWord(c: string): boolean {
  return c !== "" && /[\p{L}\p{N}_]/u.test(c);
}

function blockComment(sql: string, i: number): string | null {
  if (!sql.startsWith("/*", i)) return null;
  const close = sql.indexOf("*/", i + (sql[i + 2] === "+" ? 3 : 2));
  return close < 0 ? null : sql.slice(i, close + 2);
}

/**
 * From a quote to the one that closes it. The quote is doubled inside, or stands after a backslash; where the text ends
 * before the closing quote, the last of those pairs is taken for it after all. Null where there is none.
 */
function quoted(sql: string, i: number, backslash: boolean): string | null {
  const quote = sql[i]!;
  let lastChance = -1;
  for (let j = i + 1; j < sql.length; j++) {
    if (backslash && sql[j] === "\\" && sql[j + 1] === quote) lastChance = ++j;
    else if (sql[j] === quote) {
      if (sql[j + 1] !== quote) return sql.slice(i, j + 1);
      lastChance = j++;
    }
  }
  return lastChance < 0 ? null : sql.slice(i, lastChance + 1);
}
