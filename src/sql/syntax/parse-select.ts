import { parseExpression } from "./parse-expression.js";
import { parseFrom } from "./parse-from.js";
import { parseExpressions, parseOrdering } from "./parse-lists.js";
import { parseWindow } from "./parse-window.js";
import { TokenStream } from "./token-stream.js";
import type { CommonTable, CompoundOperator, QueryCore, ResultColumn, SelectCore, SelectStatement } from "./types.js";

/** SQLite's own limit, SQLITE_MAX_COMPOUND_SELECT. */
const MAX_TERMS = 500;

/**
 * Reads one query as SQLite's own parser does (parse.y, 3.53): what SQLite rejects in its grammar is rejected here, and
 * nothing else but RAISE, which is for triggers, and nesting of more than 1000 levels. Semicolons around it are allowed.
 * @throws SqlSyntaxError with position, found and expected.
 */
export function parseSelect(sql: string): SelectStatement {
  const s = new TokenStream(sql, { query: parseQuery, expression: parseExpression });
  while (s.takeSymbol(";"));
  const query = s.query();
  while (s.takeSymbol(";"));
  if (!s.atEnd) s.fail("the end of the query");
  return query;
}

function parseQuery(s: TokenStream): SelectStatement {
  s.enter();
  const start = s.start;
  const withClause = s.takeWord("WITH") ? parseWith(s) : null;
  const first = parseCore(s);
  const compounds: SelectStatement["compounds"] = [];
  let last = first;
  for (;;) {
    const operator = parseCompoundOperator(s);
    if (operator === null) break;
    last = parseCore(s);
    compounds.push({ operator, core: last });
    if (compounds.length === MAX_TERMS) s.fail(`at most ${MAX_TERMS} SELECTs in one query`);
  }
  // ORDER BY and LIMIT belong to the whole query and cannot follow VALUES.
  const orderBy = last.type === "values" ? [] : parseOrdering(s);
  const limit = last.type === "values" ? null : parseLimit(s);
  if ((orderBy.length > 0 || limit !== null) && isCompoundWord(s)) {
    s.fail(`${orderBy.length > 0 ? "ORDER BY" : "LIMIT"} after ${s.word()}, not before it`);
  }
  s.leave();
  const range = s.rangeFrom(start);
  const statement: SelectStatement = { type: "select", with: withClause, first, compounds, orderBy, limit, range };
  const cores = compounds.map((part) => part.core);
  const tables = withClause?.tables.map((table) => table.query) ?? [];
  return s.over(statement, first, cores, tables, orderBy, limit?.count ?? null, limit?.offset ?? null);
}

function isCompoundWord(s: TokenStream): boolean {
  return ["UNION", "INTERSECT", "EXCEPT"].includes(s.word());
}

function parseCompoundOperator(s: TokenStream): CompoundOperator | null {
  if (!isCompoundWord(s)) return null;
  const word = s.word() as CompoundOperator;
  s.take();
  return word === "UNION" && s.takeWord("ALL") ? "UNION ALL" : word;
}

function parseWith(s: TokenStream): SelectStatement["with"] {
  const recursive = s.takeWord("RECURSIVE");
  const tables = [parseCommonTable(s)];
  while (s.takeSymbol(",")) tables.push(parseCommonTable(s));
  return { recursive, tables };
}

function parseCommonTable(s: TokenStream): CommonTable {
  const start = s.start;
  const name = s.takeName("a name for the common table");
  const columns: CommonTable["columns"] = [];
  if (s.takeSymbol("(")) {
    do columns.push(s.takeName("a column"));
    while (s.takeSymbol(","));
    s.expectSymbol(")");
  }
  s.expectWord("AS");
  let materialized: boolean | null = null;
  if (s.takeWord("MATERIALIZED")) materialized = true;
  else if (s.takeWord("NOT")) {
    s.expectWord("MATERIALIZED");
    materialized = false;
  }
  s.expectSymbol("(");
  const query = s.query();
  s.expectSymbol(")");
  return { name, columns, materialized, query, range: s.rangeFrom(start) };
}

function parseCore(s: TokenStream): QueryCore {
  const start = s.start;
  if (s.takeWord("VALUES")) {
    const rows: QueryCore & { type: "values" } = { type: "values", rows: [], range: { start, end: start } };
    do {
      s.expectSymbol("(");
      rows.rows.push(parseExpressions(s));
      s.expectSymbol(")");
    } while (s.takeSymbol(","));
    rows.range = s.rangeFrom(start);
    return s.over(rows, rows.rows.flat());
  }
  if (!s.takeWord("SELECT")) s.fail("SELECT, VALUES or WITH");
  const distinct = s.takeWord("DISTINCT");
  if (!distinct) s.takeWord("ALL");
  const columns = [parseResultColumn(s)];
  while (s.takeSymbol(",")) columns.push(parseResultColumn(s));
  const from = s.takeWord("FROM") ? parseFrom(s) : null;
  const where = s.takeWord("WHERE") ? s.expression() : null;
  const groupBy = s.takeWord("GROUP") ? parseGroupBy(s) : [];
  const having = s.takeWord("HAVING") ? s.expression() : null;
  const windows = s.takeWord("WINDOW") ? parseWindows(s) : [];
  const range = s.rangeFrom(start);
  const core: SelectCore = { type: "select_core", distinct, columns, from, where, groupBy, having, windows, range };
  const results = columns.map((column) => (column.type === "star" ? null : column.expression));
  const defined = windows.map(({ window }) => window);
  return s.over(core, from, where, having, results, groupBy, defined);
}

function parseGroupBy(s: TokenStream): SelectCore["groupBy"] {
  s.expectWord("BY");
  return parseExpressions(s);
}

function parseWindows(s: TokenStream): SelectCore["windows"] {
  const windows: SelectCore["windows"] = [];
  do {
    const name = s.takeName("a name for the window");
    s.expectWord("AS");
    windows.push({ name, window: parseWindow(s) });
  } while (s.takeSymbol(","));
  return windows;
}

function parseResultColumn(s: TokenStream): ResultColumn {
  const start = s.start;
  if (s.takeSymbol("*")) return { type: "star", table: null, range: s.rangeFrom(start) };
  if (s.isName() && s.isSymbol(".", 1) && s.isSymbol("*", 2)) {
    const table = s.takeName("a table");
    s.take();
    s.take();
    return { type: "star", table, range: s.rangeFrom(start) };
  }
  const expression = s.expression();
  const alias = s.takeAlias();
  return { type: "result", expression, alias, range: s.rangeFrom(start) };
}

function parseLimit(s: TokenStream): SelectStatement["limit"] {
  if (!s.takeWord("LIMIT")) return null;
  const first = s.expression();
  if (s.takeWord("OFFSET")) return { count: first, offset: s.expression() };
  if (s.takeSymbol(",")) return { offset: first, count: s.expression() };
  return { count: first, offset: null };
}
