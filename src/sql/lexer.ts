import { SQLITE_KEYWORDS } from "./keywords.js";

export type TokenKind =
  | "keyword"
  | "identifier"
  | "quoted_identifier"
  | "string"
  | "blob"
  | "number"
  | "operator"
  | "punctuation"
  | "comment"
  | "parameter"
  | "illegal";

export interface Token {
  kind: TokenKind;
  /** Offsets into the SQL in UTF-16 units; `end` is exclusive. */
  start: number;
  end: number;
  text: string;
}

export interface LexOptions {
  /**
   * Whose literals to read; default "sqlite", which follows SQLite's tokenizer (tokenize.c, 3.53, built without Tcl
   * variables) exactly. "mysql" adds
   * backslash escapes and # comments, "postgresql" adds E'..', $tag$..$tag$, nested comments and the :: operator.
   */
  dialect?: "sqlite" | "postgresql" | "mysql";
}

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= "0" && c <= "9";
const isHexDigit = (c: string | undefined): boolean => c !== undefined && /^[0-9a-fA-F]$/.test(c);
/** What may stand inside an unquoted name: SQLite counts every byte from 0x80 on as a letter. */
const isNamePart = (c: string | undefined): boolean => c !== undefined && (/^[A-Za-z0-9_$]$/.test(c) || c >= "\u0080");
const isSpace = (c: string | undefined): boolean => c !== undefined && /^[\t-\r ]$/.test(c);

const TWO_CHARACTER_OPERATORS = new Set(["==", "<=", "<>", "<<", ">=", ">>", "!=", "||", "->"]);

/** Splits SQL into tokens; white space is left out, everything else is kept. Never throws: what SQLite rejects is "illegal". */
export function lex(sql: string, options: LexOptions = {}): Token[] {
  const dialect = options.dialect ?? "sqlite";
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const first = sql[at]!;
    // A vertical tab is white space only after other white space: SQLite's own quirk.
    if (isSpace(first) && first !== "\v") {
      at = skipWhile(sql, at + 1, isSpace);
      continue;
    }
    if (first === "\uFEFF") {
      at++;
      continue;
    }
    const [kind, end] = scan(sql, at, dialect);
    tokens.push({ kind, start: at, end, text: sql.slice(at, end) });
    at = end;
  }
  return tokens;
}

type Scanned = [kind: TokenKind, end: number];

function scan(sql: string, at: number, dialect: NonNullable<LexOptions["dialect"]>): Scanned {
  const c = sql[at]!;
  const next = sql[at + 1];
  if (c === "-" && next === "-") return ["comment", lineEnd(sql, at)];
  if (c === "#" && dialect === "mysql") return ["comment", lineEnd(sql, at)];
  // "/*" as the very last characters is a slash and a star to SQLite, not an open comment.
  if (c === "/" && next === "*" && at + 2 < sql.length) return ["comment", blockCommentEnd(sql, at, dialect)];
  if (c === "'" || c === '"' || c === "`") return scanQuoted(sql, at, dialect === "mysql" && c !== "`");
  if (c === "[") return scanBracketed(sql, at);
  if (isDigit(c) || (c === "." && isDigit(next))) return scanNumber(sql, at);
  if ((c === "x" || c === "X") && next === "'") return scanBlob(sql, at);
  if (dialect === "postgresql") {
    const scanned = scanPostgresql(sql, at);
    if (scanned !== null) return scanned;
  }
  if (c === "?") return ["parameter", skipWhile(sql, at + 1, isDigit)];
  if (c === "$" || c === "@" || c === "#" || c === ":") {
    const end = skipWhile(sql, at + 1, isNamePart);
    return [end > at + 1 ? "parameter" : "illegal", end];
  }
  if (isNamePart(c)) {
    const end = skipWhile(sql, at + 1, isNamePart);
    return [SQLITE_KEYWORDS.has(sql.slice(at, end).toUpperCase()) ? "keyword" : "identifier", end];
  }
  if ("(),;.".includes(c)) return ["punctuation", at + 1];
  if (sql.startsWith("->>", at)) return ["operator", at + 3];
  if (next !== undefined && TWO_CHARACTER_OPERATORS.has(c + next)) return ["operator", at + 2];
  if ("-+*/%=<>|&~".includes(c)) return ["operator", at + 1];
  return ["illegal", at + 1];
}

function skipWhile(sql: string, from: number, test: (c: string | undefined) => boolean): number {
  let end = from;
  while (test(sql[end])) end++;
  return end;
}

function lineEnd(sql: string, at: number): number {
  const newline = sql.indexOf("\n", at);
  return newline === -1 ? sql.length : newline;
}

/** Past the closing mark, or the end of the text: SQLite lets a comment stay open. */
function blockCommentEnd(sql: string, at: number, dialect: string): number {
  let depth = 1;
  // SQLite looks for the closing mark from the third character on, so "/*/" does not close itself.
  for (let i = at + 2; i < sql.length; i++) {
    if (sql.startsWith("*/", i)) {
      if (--depth === 0) return i + 2;
      i++;
    } else if (dialect === "postgresql" && sql.startsWith("/*", i)) {
      depth++;
      i++;
    }
  }
  return sql.length;
}

/** '..', ".." or `..`; the quote is doubled inside, or escaped by a backslash where the dialect has that. */
function scanQuoted(sql: string, at: number, backslash: boolean): Scanned {
  const quote = sql[at]!;
  for (let i = at + 1; i < sql.length; i++) {
    if (backslash && sql[i] === "\\") i++;
    else if (sql[i] === quote) {
      if (sql[i + 1] === quote) i++;
      else return [quote === "'" ? "string" : "quoted_identifier", i + 1];
    }
  }
  return ["illegal", sql.length];
}

function scanBracketed(sql: string, at: number): Scanned {
  const close = sql.indexOf("]", at);
  return close === -1 ? ["illegal", sql.length] : ["quoted_identifier", close + 1];
}

/** x'53514C': an even number of hexadecimal digits; anything else up to the closing quote is one illegal token. */
function scanBlob(sql: string, at: number): Scanned {
  const digitsEnd = skipWhile(sql, at + 2, isHexDigit);
  if (sql[digitsEnd] === "'" && (digitsEnd - at) % 2 === 0) return ["blob", digitsEnd + 1];
  const close = sql.indexOf("'", digitsEnd);
  return ["illegal", close === -1 ? sql.length : close + 1];
}

/** 12, 1.5, .5, 1e5, 0x1F and, since SQLite 3.46, single underscores between digits; a letter right after is illegal. */
function scanNumber(sql: string, at: number): Scanned {
  const digitOrSeparator = (c: string | undefined) => isDigit(c) || c === "_";
  const hexadecimal = sql[at] === "0" && (sql[at + 1] === "x" || sql[at + 1] === "X") && isHexDigit(sql[at + 2]);
  let end: number;
  if (hexadecimal) {
    end = skipWhile(sql, at + 2, (c) => isHexDigit(c) || c === "_");
  } else {
    end = skipWhile(sql, at, digitOrSeparator);
    if (sql[end] === ".") end = skipWhile(sql, end + 1, digitOrSeparator);
    if (sql[end] === "e" || sql[end] === "E") {
      const sign = sql[end + 1] === "+" || sql[end + 1] === "-" ? 1 : 0;
      if (isDigit(sql[end + 1 + sign])) end = skipWhile(sql, end + 1 + sign, digitOrSeparator);
    }
  }
  const nameEnd = skipWhile(sql, end, isNamePart);
  if (nameEnd > end) return ["illegal", nameEnd];
  const digit = hexadecimal ? isHexDigit : isDigit;
  const separatorsAreBetweenDigits = sql
    .slice(at, end)
    .split("_")
    .every((part, i, parts) => i === 0 || (digit(parts[i - 1]!.at(-1)) && digit(part[0])));
  return [separatorsAreBetweenDigits ? "number" : "illegal", end];
}

function scanPostgresql(sql: string, at: number): Scanned | null {
  if (sql.startsWith("::", at)) return ["operator", at + 2];
  if ((sql[at] === "e" || sql[at] === "E") && sql[at + 1] === "'") return scanQuoted(sql, at + 1, true);
  const tag =
    sql[at] === "$"
      ? /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(sql.slice(at, at + 66))?.[0]
      : undefined;
  if (tag === undefined) return null;
  const close = sql.indexOf(tag, at + tag.length);
  return close === -1 ? ["illegal", sql.length] : ["string", close + tag.length];
}
