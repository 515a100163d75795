import { describe, expect, it } from "vitest";
import {
  type Expression,
  formatSql,
  parseSelect,
  type SelectCore,
  SqlSyntaxError,
  tableTerms,
  walkExpression,
} from "../../src/sql/syntax/index.js";

const round = (sql: string) => formatSql(parseSelect(sql));
const core = (sql: string) => parseSelect(sql).first as SelectCore;
const expression = (sql: string): Expression => {
  const column = core(`SELECT ${sql}`).columns[0]!;
  if (column.type === "star") throw new Error("an expression was expected");
  return column.expression;
};

/** The error of SQL that must not parse. */
function errorOf(sql: string): SqlSyntaxError {
  try {
    parseSelect(sql);
  } catch (error) {
    if (error instanceof SqlSyntaxError) return error;
    throw error;
  }
  throw new Error(`parsed: ${sql}`);
}

describe("parseSelect", () => {
  it("reads every clause into its own field", () => {
    const query = parseSelect(
      "WITH a (x) AS (SELECT 1) SELECT DISTINCT t.x AS y, * FROM a t LEFT JOIN b USING (x), c WHERE x > 1 GROUP BY x HAVING count(*) > 2 UNION ALL SELECT 1, 2 ORDER BY 1 DESC NULLS LAST LIMIT 5, 10;",
    );
    expect(query.with?.tables.map((table) => [table.name.name, table.columns[0]?.name])).toEqual([["a", "x"]]);
    const first = query.first as SelectCore;
    expect(first.distinct).toBe(true);
    expect(first.columns.map((column) => column.type)).toEqual(["result", "star"]);
    expect(first.from?.joins.map((join) => [join.kind, join.using.map((name) => name.name)])).toEqual([
      ["LEFT JOIN", ["x"]],
      [",", []],
    ]);
    expect(tableTerms(first.from).map((term) => "name" in term && term.name.name)).toEqual(["a", "b", "c"]);
    expect([first.groupBy.length, first.having?.type]).toEqual([1, "binary"]);
    expect(query.compounds.map((part) => part.operator)).toEqual(["UNION ALL"]);
    expect(query.orderBy).toMatchObject([{ descending: true, nulls: "LAST" }]);
    expect(query.limit).toMatchObject({ count: { text: "10" }, offset: { text: "5" } });
  });

  it("gives each node the place of its tokens", () => {
    const sql = "SELECT a + max( b ) AS c FROM t -- end";
    const { columns, range } = core(sql);
    const column = columns[0]!;
    expect(sql.slice(column.range.start, column.range.end)).toBe("a + max( b ) AS c");
    const parts = column.type === "star" ? [] : [...walkExpression(column.expression)];
    expect(parts.map((part) => sql.slice(part.range.start, part.range.end))).toEqual([
      "a + max( b )",
      "a",
      "max( b )",
      "b",
    ]);
    expect(range).toEqual({ start: 0, end: sql.indexOf(" --") });
  });

  it.each([
    ["1 OR 0 AND NOT 1 = 2", "(1 OR (0 AND (NOT (1 = 2))))"],
    ["a = b < c & d + e * f || g COLLATE x", "(a = (b < (c & (d + (e * (f || (g COLLATE x)))))))"],
    ["- a || b", "((- a) || b)"],
    ["NOT a IN (1) = b", "(NOT ((a IN (1)) = b))"],
    ["a = b NOT IN (1)", "((a = b) NOT IN (1))"],
    ["a IS NOT b = c", "((a IS NOT b) = c)"],
    ["a BETWEEN b AND c AND d", "((a BETWEEN b AND c) AND d)"],
    ["a NOT LIKE b || c ESCAPE d OR e", "((a NOT LIKE (b || c) ESCAPE d) OR e)"],
    ["a < b ISNULL", "((a < b) IS NULL)"],
    ["a IS DISTINCT FROM b", "(a IS NOT b)"],
    ["a - b - c", "((a - b) - c)"],
  ])("binds as SQLite does: %s", (sql, expected) => {
    expect(bracketed(expression(sql))).toBe(expected);
  });

  it.each([
    "SELECT key, left, t.cast, replace(a, b, c), end, window FROM row AS full",
    "SELECT 'a' 'b', \"c\" [d e], `f` FROM 't' AS 'u'",
    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 5) SELECT * FROM n",
    "SELECT a FROM t NATURAL LEFT OUTER JOIN (u CROSS JOIN v) FULL JOIN w ON true RIGHT JOIN x NOT INDEXED",
    "SELECT count(*) FILTER (WHERE a) OVER (w ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES) FROM t WINDOW w AS (PARTITION BY a ORDER BY b), v AS (w RANGE CURRENT ROW)",
    "SELECT sum(DISTINCT a ORDER BY b DESC), lag(a) OVER w FROM t",
    "SELECT CASE a WHEN 1 THEN 2 ELSE 3 END, CASE WHEN a THEN b END, CAST(a AS DECIMAL(10, -2)), x'0aFF', -1.5e-3, 0x1F, 1_000",
    "SELECT (a, b) IN (SELECT 1, 2), a IN t, b IN main.t, c IN json_each(d), e IN (), EXISTS (SELECT 1), (SELECT 2)",
    "SELECT a -> 'b' ->> 'c', ~a, - -a, +a FROM json_each('[1]') AS j WHERE a GLOB ? AND b REGEXP :p OR c MATCH @q",
    "SELECT * FROM (SELECT 1) UNION SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4 ORDER BY 1 COLLATE nocase LIMIT 1 OFFSET 2",
    "VALUES (1, 'it''s'), (current_date, NULL)",
  ])("prints what it read: %s", (sql) => {
    const once = round(sql);
    expect(round(once)).toBe(once);
  });

  it("prints one spelling of several", () => {
    expect(
      round("select ALL a aa, (b) from t as tt inner join u where ((a)) == 1 and b != 2 and c isnull limit 2,3;"),
    ).toBe("SELECT a AS aa, b FROM t AS tt JOIN u WHERE a = 1 AND b <> 2 AND c IS NULL LIMIT 3 OFFSET 2");
    expect(round("select -(-1), (1 + 2) * 3, 1 - (2 - 3), not (a or b)")).toBe(
      "SELECT - -1, (1 + 2) * 3, 1 - (2 - 3), NOT (a OR b)",
    );
  });

  it("keeps the quotes of what may be a string", () => {
    expect(round('SELECT "a", t."a", `b`, [c d] FROM "t"')).toBe('SELECT "a", t.a, b, `c d` FROM t');
  });
});

describe("SqlSyntaxError", () => {
  it.each([
    ["SELECT FROM t", 7, "FROM", 'near "FROM" at 7: expected an expression'],
    ["SELECT a FROM", 13, null, 'incomplete input at 13: expected a table or "("'],
    ["SELECT a FROM t WHERE b = 'x", 26, "'x", 'unrecognized token "\'x" at 26: expected an expression'],
    ["SELECT a b c", 11, "c", 'near "c" at 11: expected the end of the query'],
    ["SELECT 1; SELECT 2", 10, "SELECT", 'near "SELECT" at 10: expected the end of the query'],
    [
      "SELECT 1 ORDER BY 1 UNION SELECT 2",
      20,
      "UNION",
      'near "UNION" at 20: expected ORDER BY after UNION, not before it',
    ],
    ["SELECT * FROM t LEFT INNER JOIN u", 16, "LEFT INNER", "unknown join type: LEFT INNER at 16"],
    ["SELECT * FROM t ON 1", 16, "ON", "expected a JOIN before ON or USING"],
    ["UPDATE t SET a = 1", 0, "UPDATE", "expected SELECT, VALUES or WITH"],
    ["", 0, null, "incomplete input at 0"],
  ])("%s", (sql, position, found, message) => {
    const error = errorOf(sql);
    expect([error.position, error.found]).toEqual([position, found]);
    expect(error.message).toContain(message);
    expect(error.message).toContain(error.expected);
  });

  it("refuses what is nested too deeply, in whatever way, and reads what is merely long", () => {
    const times = (text: string, n: number) => text.repeat(n);
    for (const sql of [
      `SELECT ${times("(", 5e3)}1${times(")", 5e3)}`,
      `SELECT ${times("(SELECT ", 2e3)}1${times(")", 2e3)}`,
      `SELECT * FROM ${times("(", 5e3)}t`,
      `SELECT 1${times(" AND 1", 5e3)}`,
      `SELECT ${times("- ", 5e3)}1`,
      `SELECT ${times("CASE WHEN ", 5e3)}1`,
    ]) {
      expect(errorOf(sql).message).toContain("nested too deeply");
    }
    const long = `SELECT ${times("1, ", 2e4)}1 FROM t${times(", t", 2e4)} WHERE a IN (${times("1, ", 2e4)}1)`;
    expect(core(long).columns).toHaveLength(20_001);
  });
});

/** The expression with every pair of parentheses that its tree stands for. */
function bracketed(e: Expression): string {
  const not = "negated" in e && e.negated ? "NOT " : "";
  switch (e.type) {
    case "unary":
      return `(${e.operator} ${bracketed(e.operand)})`;
    case "binary":
      return `(${bracketed(e.left)} ${e.operator} ${bracketed(e.right)})`;
    case "between":
      return `(${bracketed(e.operand)} ${not}BETWEEN ${bracketed(e.low)} AND ${bracketed(e.high)})`;
    case "match": {
      const escaping = e.escape === null ? "" : ` ESCAPE ${bracketed(e.escape)}`;
      return `(${bracketed(e.operand)} ${not}${e.operator} ${bracketed(e.pattern)}${escaping})`;
    }
    case "in":
      return `(${bracketed(e.operand)} ${not}IN (${(e.source as Expression[]).map(bracketed).join(", ")}))`;
    case "collate":
      return `(${bracketed(e.operand)} COLLATE ${e.collation.name})`;
    case "column":
      return e.column.name;
    case "number":
      return e.text;
    case "null":
      return "NULL";
    default:
      throw new Error(e.type);
  }
}
