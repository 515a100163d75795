/**
 * First keyword of a statement, upper case, or "" where there is none. Comments and blanks before it are skipped; a
 * scanner and not a regular expression, because ten megabytes of blanks must not exhaust the matcher's stack.
 */
export function firstKeyword(sql: string): string {
  let i = 0;
  while (i < sql.length) {
    const c = sql[i]!;
    if (c === " " || c === "\n" || c === "\t" || c === "\r" || c === "\f" || c === "\uFEFF") i++;
    else if (c === "-" && sql[i + 1] === "-") {
      const end = sql.indexOf("\n", i);
      i = end < 0 ? sql.length : end + 1;
    } else if (c === "/" && sql[i + 1] === "*") {
      const end = sql.indexOf("*/", i + 2);
      i = end < 0 ? sql.length : end + 2;
    } else break;
  }
  let end = i;
  while (end < sql.length && /[A-Za-z_]/.test(sql[end]!)) end++;
  return sql.slice(i, end).toUpperCase();
}

/**
 * Only these may start a statement. `Statement.readonly` alone is not enough: SQLite calls ATTACH read-only, and some
 * PRAGMAs take effect while they are being compiled, before anything could be asked about them.
 */
export function startsLikeSelect(sql: string): boolean {
  const keyword = firstKeyword(sql);
  return keyword === "SELECT" || keyword === "WITH" || keyword === "VALUES";
}
