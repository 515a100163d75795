import { RESERVED_WORDS } from "./keywords.js";

type IdentifierDialect = keyof typeof RESERVED_WORDS;

const PLAIN_NAME = {
  sqlite: /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*$/,
  // PostgreSQL folds bare names to lower case, so that a capital letter needs quotes to survive.
  postgresql: /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/,
  mysql: /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*$/,
} as const;

/** True when the name cannot be written bare: a space, a leading digit, a reserved word, capitals in PostgreSQL. */
export function needsQuotes(name: string, dialect: IdentifierDialect = "sqlite"): boolean {
  return !PLAIN_NAME[dialect].test(name) || RESERVED_WORDS[dialect].has(name.toUpperCase());
}

/** "name" (MySQL: `name`), the quote doubled inside. */
export function quoteIdentifier(name: string, dialect: IdentifierDialect = "sqlite"): string {
  return dialect === "mysql" ? `\`${name.replaceAll("`", "``")}\`` : `"${name.replaceAll('"', '""')}"`;
}

/** The name as it has to stand in SQL: quoted only when it needs it. */
export function writeIdentifier(name: string, dialect: IdentifierDialect = "sqlite"): string {
  return needsQuotes(name, dialect) ? quoteIdentifier(name, dialect) : name;
}

/** The name behind "x", `x`, [x] or 'x'; a bare name comes back as it is. */
export function unquoteIdentifier(text: string): string {
  const quote = text[0];
  if (quote === "[" && text.endsWith("]")) return text.slice(1, -1);
  if ((quote === '"' || quote === "`" || quote === "'") && text.length >= 2 && text.endsWith(quote)) {
    return text.slice(1, -1).replaceAll(quote + quote, quote);
  }
  return text;
}

/** 'value', the quote doubled inside. */
export function quoteString(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
