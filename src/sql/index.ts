export { needsQuotes, quoteIdentifier, quoteString, unquoteIdentifier, writeIdentifier } from "./identifiers.js";
export { RESERVED_WORDS, SQLITE_KEYWORDS } from "./keywords.js";
export { type LexOptions, lex, type Token, type TokenKind } from "./lexer.js";
export { rewriteDoubleQuotedStrings } from "./quoting.js";
export { normalizeSql, type QueryCategory, queryCategory, type Statement, splitStatements } from "./statements.js";
