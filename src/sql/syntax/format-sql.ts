import { needsQuotes, quoteIdentifier, quoteString } from "../identifiers.js";
import { BINARY_OPERATORS, POWER } from "./operators.js";
import type {
  CommonTable,
  Expression,
  FrameBound,
  FromClause,
  FunctionCall,
  In,
  Name,
  OrderingTerm,
  QueryCore,
  SelectStatement,
  TableFunction,
  TableReference,
  TableTerm,
  Window,
} from "./types.js";

/**
 * The query in one canonical spelling: one line, keywords in capitals, names bare where they can be, no parentheses that
 * change nothing, AS before every alias. Parsing the result gives the same tree, apart from ranges and quotes.
 */
export function formatSql(query: SelectStatement): string {
  const parts: string[] = [];
  if (query.with !== null) {
    const tables = query.with.tables.map(formatCommonTable).join(", ");
    parts.push(`WITH ${query.with.recursive ? "RECURSIVE " : ""}${tables}`);
  }
  parts.push(formatCore(query.first));
  for (const { operator, core } of query.compounds) parts.push(operator, formatCore(core));
  let text = parts.join(" ") + formatOrdering(query.orderBy);
  if (query.limit !== null) {
    text += ` LIMIT ${formatExpression(query.limit.count)}`;
    if (query.limit.offset !== null) text += ` OFFSET ${formatExpression(query.limit.offset)}`;
  }
  return text;
}

/**
 * A name, quoted where it must be. A name that was in "double quotes" and could be a string keeps them, and `x y` does
 * not get them.
 */
function formatName(name: Name, mayBeString = false): string {
  if (mayBeString && name.quote === '"') return quoteIdentifier(name.name);
  if (!needsQuotes(name.name)) return name.name;
  return quoteIdentifier(name.name, mayBeString && name.quote !== null ? "mysql" : "sqlite");
}

const formatAlias = (alias: Name | null): string => (alias === null ? "" : ` AS ${formatName(alias)}`);
const formatNames = (names: readonly Name[]): string => names.map((name) => formatName(name)).join(", ");

function formatCommonTable({ name, columns, materialized, query }: CommonTable): string {
  const listed = columns.length === 0 ? "" : `(${formatNames(columns)})`;
  const hint = materialized === null ? "" : materialized ? "MATERIALIZED " : "NOT MATERIALIZED ";
  return `${formatName(name)}${listed} AS ${hint}(${formatSql(query)})`;
}

function formatCore(core: QueryCore): string {
  if (core.type === "values") return `VALUES ${core.rows.map((row) => `(${formatExpressions(row)})`).join(", ")}`;
  const columns = core.columns.map((column) => {
    if (column.type === "star") return column.table === null ? "*" : `${formatName(column.table)}.*`;
    return formatExpression(column.expression) + formatAlias(column.alias);
  });
  const parts = [`SELECT ${core.distinct ? "DISTINCT " : ""}${columns.join(", ")}`];
  if (core.from !== null) parts.push(`FROM ${formatFrom(core.from)}`);
  if (core.where !== null) parts.push(`WHERE ${formatExpression(core.where)}`);
  if (core.groupBy.length > 0) parts.push(`GROUP BY ${formatExpressions(core.groupBy)}`);
  if (core.having !== null) parts.push(`HAVING ${formatExpression(core.having)}`);
  if (core.windows.length > 0) {
    const windows = core.windows.map(({ name, window }) => `${formatName(name)} AS ${formatWindow(window)}`);
    parts.push(`WINDOW ${windows.join(", ")}`);
  }
  return parts.join(" ");
}

function formatFrom({ first, joins }: FromClause): string {
  let text = formatTerm(first);
  for (const { kind, natural, term, on, using } of joins) {
    text += kind === "," ? ", " : ` ${natural ? "NATURAL " : ""}${kind} `;
    text += formatTerm(term);
    if (on !== null) text += ` ON ${formatExpression(on)}`;
    if (using.length > 0) text += ` USING (${formatNames(using)})`;
  }
  return text;
}

function formatTerm(term: TableTerm): string {
  if (term.type === "from_query") return `(${formatSql(term.query)})${formatAlias(term.alias)}`;
  if (term.type === "from_group") return `(${formatFrom(term.from)})${formatAlias(term.alias)}`;
  return formatTable(term);
}

function formatTable(table: TableReference | TableFunction): string {
  const schema = table.schema === null ? "" : `${formatName(table.schema)}.`;
  const name = schema + formatName(table.name);
  if (table.type === "table_function")
    return `${name}(${formatExpressions(table.arguments)})${formatAlias(table.alias)}`;
  const { index } = table;
  const hint = index === null ? "" : index === "none" ? " NOT INDEXED" : ` INDEXED BY ${formatName(index)}`;
  return name + formatAlias(table.alias) + hint;
}

/** How strongly the outermost operator of an expression binds. */
function powerOf(expression: Expression): number {
  switch (expression.type) {
    case "binary":
      return BINARY_OPERATORS.get(expression.operator.replace(" NOT", ""))![1];
    case "unary":
      return expression.operator === "NOT" ? POWER.NOT : POWER.SIGN;
    case "match":
    case "between":
    case "in":
      return POWER.EQUALITY;
    case "collate":
      return POWER.COLLATE;
    default:
      return POWER.OPERAND;
  }
}

/** The expression, in parentheses where its operator binds less than `minimum`. */
export function formatExpression(expression: Expression, minimum: number = POWER.OR): string {
  const text = format(expression);
  return powerOf(expression) < minimum ? `(${text})` : text;
}

const formatExpressions = (list: readonly Expression[]): string =>
  list.map((expression) => formatExpression(expression)).join(", ");

function format(e: Expression): string {
  const not = "negated" in e && e.negated ? "NOT " : "";
  switch (e.type) {
    case "number":
      return e.text;
    case "string":
      return quoteString(e.value);
    case "blob":
      return `X'${e.hex}'`;
    case "null":
      return "NULL";
    case "current_time":
      return e.word;
    case "parameter":
      return e.text;
    case "column": {
      if (e.table === null) return formatName(e.column, true);
      return [e.schema, e.table, e.column].flatMap((name) => (name === null ? [] : formatName(name))).join(".");
    }
    case "unary": {
      if (e.operator === "NOT") return `NOT ${formatExpression(e.operand, POWER.NOT)}`;
      const operand = formatExpression(e.operand, POWER.SIGN);
      // Two minus signs in a row would open a comment.
      return `${e.operator}${operand.startsWith("-") ? " " : ""}${operand}`;
    }
    case "binary": {
      const power = powerOf(e);
      return `${formatExpression(e.left, power)} ${e.operator} ${formatExpression(e.right, power + 1)}`;
    }
    case "match": {
      const escaping = e.escape === null ? "" : ` ESCAPE ${formatExpression(e.escape, POWER.COMPARISON)}`;
      const pattern = formatExpression(e.pattern, POWER.COMPARISON);
      return `${formatExpression(e.operand, POWER.EQUALITY)} ${not}${e.operator} ${pattern}${escaping}`;
    }
    case "between": {
      const ends = [e.low, e.high].map((end) => formatExpression(end, POWER.COMPARISON)).join(" AND ");
      return `${formatExpression(e.operand, POWER.EQUALITY)} ${not}BETWEEN ${ends}`;
    }
    case "in":
      return `${formatExpression(e.operand, POWER.EQUALITY)} ${not}IN ${formatInSource(e.source)}`;
    case "exists":
      return `EXISTS (${formatSql(e.query)})`;
    case "scalar_query":
      return `(${formatSql(e.query)})`;
    case "row":
      return `(${formatExpressions(e.values)})`;
    case "case": {
      const operand = e.operand === null ? "" : ` ${formatExpression(e.operand)}`;
      const branches = e.branches.map(
        ({ condition, result }) => ` WHEN ${formatExpression(condition)} THEN ${formatExpression(result)}`,
      );
      const otherwise = e.otherwise === null ? "" : ` ELSE ${formatExpression(e.otherwise)}`;
      return `CASE${operand}${branches.join("")}${otherwise} END`;
    }
    case "cast":
      return `CAST(${formatExpression(e.operand)} AS ${e.typeName})`;
    case "collate":
      return `${formatExpression(e.operand, POWER.COLLATE)} COLLATE ${formatName(e.collation)}`;
    case "call":
      return formatCall(e);
  }
}

function formatInSource(source: In["source"]): string {
  if (Array.isArray(source)) return `(${formatExpressions(source)})`;
  return source.type === "select" ? `(${formatSql(source)})` : formatTable(source);
}

function formatCall(call: FunctionCall): string {
  const list = call.arguments === "*" ? "*" : formatExpressions(call.arguments);
  const inside = `${call.distinct ? "DISTINCT " : ""}${list}${formatOrdering(call.orderBy)}`;
  const filter = call.filter === null ? "" : ` FILTER (WHERE ${formatExpression(call.filter)})`;
  const over =
    call.over === null ? "" : ` OVER ${"type" in call.over ? formatWindow(call.over) : formatName(call.over)}`;
  return `${formatName(call.function)}(${inside.trimStart()})${filter}${over}`;
}

/** " ORDER BY .." with its leading blank, or nothing. */
function formatOrdering(terms: readonly OrderingTerm[]): string {
  if (terms.length === 0) return "";
  const list = terms.map(({ expression, descending, nulls }) => {
    return `${formatExpression(expression)}${descending ? " DESC" : ""}${nulls === null ? "" : ` NULLS ${nulls}`}`;
  });
  return ` ORDER BY ${list.join(", ")}`;
}

function formatWindow(window: Window): string {
  const parts: string[] = [];
  if (window.base !== null) parts.push(formatName(window.base));
  if (window.partitionBy.length > 0) parts.push(`PARTITION BY ${formatExpressions(window.partitionBy)}`);
  if (window.orderBy.length > 0) parts.push(formatOrdering(window.orderBy).trimStart());
  if (window.frame !== null) {
    const { unit, start, end, exclude } = window.frame;
    const bounds = end === null ? formatBound(start) : `BETWEEN ${formatBound(start)} AND ${formatBound(end)}`;
    parts.push(`${unit} ${bounds}${exclude === null ? "" : ` EXCLUDE ${exclude}`}`);
  }
  return `(${parts.join(" ")})`;
}

/** A distance stands above AND, so that BETWEEN's own AND stays clear. */
const formatBound = ({ kind, offset }: FrameBound): string =>
  offset === null ? kind : `${formatExpression(offset, POWER.NOT)} ${kind}`;
