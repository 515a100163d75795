/**
 * A query reduced to what it asks for: aliases and case are gone, conditions of ON and WHERE stand together in no
 * particular order, BETWEEN is two comparisons, a list after IN is a choice of values. Texts name columns as
 * Table.column in the schema's spelling, so that equal texts mean equal things.
 */
export interface QueryShape {
  /** UNION, INTERSECT, .. in order; one less than `blocks`. */
  operators: string[];
  blocks: Block[];
  /** Terms with " DESC" where they descend. */
  orderBy: string[];
  /** "LIMIT 3 OFFSET 1"; "" without. */
  limit: string;
}

/** One SELECT. */
export interface Block {
  distinct: boolean;
  select: SelectItem[];
  /** Names of the tables; "(query)" for a subquery or a WITH table. */
  tables: string[];
  /** "LEFT JOIN" and the like; inner joins are not listed. */
  outerJoins: string[];
  /** Columns of two tables that must be equal, as sorted pairs. */
  joinPairs: [string, string][];
  filters: Predicate[];
  groupBy: string[];
  /** The grouping is by exactly what is selected, without aggregates: DISTINCT in other words. */
  groupsLikeDistinct: boolean;
  having: Predicate[];
  /** Subqueries in FROM and WITH tables used there. */
  derived: QueryShape[];
}

export interface SelectItem {
  text: string;
  /** The aggregate functions in it: "count", "max,min"; "" for none. */
  aggregates: string;
  /** What it is about once aggregates and DISTINCT are taken away. */
  subject: string;
  distinct: boolean;
  /** Queries nested in it. */
  queries: number;
}

export interface Predicate {
  /** Left side: a column in most cases. */
  subject: string;
  /** =, <>, <, LIKE, NOT IN, EXISTS, .. */
  operator: string;
  /** Right side; "" where there is none or where it is a query. */
  value: string;
  query: QueryShape | null;
  /** True below an OR. */
  optional: boolean;
}

/** One line that is equal for equal shapes, whatever the order of tables and conditions. */
export function shapeText(shape: QueryShape): string {
  const text = known.get(shape) ?? writeShape(shape);
  known.set(shape, text);
  return text;
}

/** Texts written so far: those of deeply nested queries are asked for at every level. */
const known = new WeakMap<QueryShape, string>();

function writeShape(shape: QueryShape): string {
  const blocks = shape.blocks.map(blockText);
  const body = blocks.map((text, i) => (i === 0 ? text : `${shape.operators[i - 1]} ${text}`)).join(" ");
  return [body, ...shape.orderBy.map((term) => `ORDER BY ${term}`), shape.limit]
    .filter((part) => part !== "")
    .join(" ");
}

function blockText(block: Block): string {
  const sorted = (list: string[]) => [...list].sort().join(", ");
  return [
    `SELECT ${block.distinct ? "DISTINCT " : ""}${sorted(block.select.map((item) => item.text))}`,
    `FROM ${sorted([...block.tables, ...block.outerJoins, ...block.derived.map(shapeText)])}`,
    `WHERE ${sorted([...block.joinPairs.map((pair) => pair.join(" = ")), ...block.filters.map(predicateText)])}`,
    `GROUP BY ${sorted(block.groupBy)}`,
    `HAVING ${sorted(block.having.map(predicateText))}`,
  ].join(" ");
}

/** The condition as a user reads it. */
export function predicateText({ subject, operator, value, query, optional }: Predicate): string {
  const right = query === null ? value : `(${shapeText(query)})`;
  return `${optional ? "OR " : ""}${[subject, operator, right].filter((part) => part !== "").join(" ")}`;
}

/** The condition for a sentence: a nested query is not spelled out. */
export function shortPredicate({ subject, operator, value, query }: Predicate): string {
  const right = query === null ? value : "(a nested query)";
  return [subject, operator, right].filter((part) => part !== "").join(" ");
}
