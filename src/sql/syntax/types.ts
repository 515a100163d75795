/**
 * The syntax tree of a SQLite query (https://sqlite.org/lang_select.html, https://sqlite.org/lang_expr.html). Spellings
 * that mean the same become one node: == is =, != is <>, ISNULL is IS NULL, IS DISTINCT FROM is IS NOT, LIMIT a, b is
 * LIMIT b OFFSET a, INNER JOIN is JOIN; parentheses, ALL and comments leave no trace.
 */

/** Offsets into the SQL in UTF-16 units, from the node's first token to behind its last. */
export interface Range {
  start: number;
  end: number;
}

interface Node {
  range: Range;
}

/** A name as the query spells it, without its quotes. SQLite compares names without regard to ASCII case. */
export interface Name extends Node {
  name: string;
  /** How it was quoted; null for a bare name. Only "x" may turn out to be a string. */
  quote: '"' | "`" | "[" | "'" | null;
}

export type NumberLiteral = Node & { type: "number"; text: string };
export type StringLiteral = Node & { type: "string"; value: string };
/** Its hexadecimal digits as written. */
export type BlobLiteral = Node & { type: "blob"; hex: string };
export type NullLiteral = Node & { type: "null" };
export type CurrentTime = Node & { type: "current_time"; word: "CURRENT_DATE" | "CURRENT_TIME" | "CURRENT_TIMESTAMP" };
/** ?, ?3, :name, @name or $name */
export type Parameter = Node & { type: "parameter"; text: string };
/** column, table.column or schema.table.column. A bare TRUE or FALSE is one of these too, as in SQLite. */
export interface ColumnReference extends Node {
  type: "column";
  schema: Name | null;
  table: Name | null;
  column: Name;
}
export type UnaryOperator = "NOT" | "-" | "+" | "~";
export interface Unary extends Node {
  type: "unary";
  operator: UnaryOperator;
  operand: Expression;
}
export type BinaryOperator =
  | ("OR" | "AND" | "=" | "<>" | "IS" | "IS NOT" | "<" | "<=" | ">" | ">=")
  | ("&" | "|" | "<<" | ">>" | "+" | "-" | "*" | "/" | "%" | "||" | "->" | "->>");
export interface Binary extends Node {
  type: "binary";
  operator: BinaryOperator;
  left: Expression;
  right: Expression;
}
export interface PatternMatch extends Node {
  type: "match";
  operator: "LIKE" | "GLOB" | "REGEXP" | "MATCH";
  negated: boolean;
  operand: Expression;
  pattern: Expression;
  escape: Expression | null;
}
export interface Between extends Node {
  type: "between";
  negated: boolean;
  operand: Expression;
  low: Expression;
  high: Expression;
}
export interface In extends Node {
  type: "in";
  negated: boolean;
  operand: Expression;
  source: Expression[] | SelectStatement | TableReference | TableFunction;
}
export type Exists = Node & { type: "exists"; query: SelectStatement };
/** A query in parentheses as a value. */
export interface ScalarQuery extends Node {
  type: "scalar_query";
  query: SelectStatement;
}
/** (a, b, ..): two values or more. */
export interface RowValue extends Node {
  type: "row";
  values: Expression[];
}
export interface Case extends Node {
  type: "case";
  operand: Expression | null;
  /** WHEN condition THEN result. */
  branches: { condition: Expression; result: Expression }[];
  otherwise: Expression | null;
}
/** Its type as written, "VARCHAR(10)"; empty where SQLite allows that. */
export type Cast = Node & { type: "cast"; operand: Expression; typeName: string };
export interface Collate extends Node {
  type: "collate";
  operand: Expression;
  collation: Name;
}
export interface FunctionCall extends Node {
  type: "call";
  function: Name;
  distinct: boolean;
  /** "*" for count(*). */
  arguments: Expression[] | "*";
  orderBy: OrderingTerm[];
  filter: Expression | null;
  /** The window, or the name of one from the WINDOW clause. */
  over: Window | Name | null;
}

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BlobLiteral
  | NullLiteral
  | CurrentTime
  | Parameter
  | ColumnReference
  | Unary
  | Binary
  | PatternMatch
  | Between
  | In
  | Exists
  | ScalarQuery
  | RowValue
  | Case
  | Cast
  | Collate
  | FunctionCall;

export interface OrderingTerm extends Node {
  expression: Expression;
  descending: boolean;
  nulls: "FIRST" | "LAST" | null;
}

export interface FrameBound {
  kind: "UNBOUNDED PRECEDING" | "PRECEDING" | "CURRENT ROW" | "FOLLOWING" | "UNBOUNDED FOLLOWING";
  /** The number of rows or the distance, for PRECEDING and FOLLOWING. */
  offset: Expression | null;
}
export interface Frame extends Node {
  unit: "ROWS" | "RANGE" | "GROUPS";
  start: FrameBound;
  /** Null without BETWEEN: up to the current row. */
  end: FrameBound | null;
  exclude: "NO OTHERS" | "CURRENT ROW" | "GROUP" | "TIES" | null;
}
export interface Window extends Node {
  type: "window";
  base: Name | null;
  partitionBy: Expression[];
  orderBy: OrderingTerm[];
  frame: Frame | null;
}

export interface TableReference extends Node {
  type: "table";
  schema: Name | null;
  name: Name;
  alias: Name | null;
  /** INDEXED BY name, or NOT INDEXED. */
  index: Name | "none" | null;
}
export interface TableFunction extends Node {
  type: "table_function";
  schema: Name | null;
  name: Name;
  arguments: Expression[];
  alias: Name | null;
}
export interface FromQuery extends Node {
  type: "from_query";
  query: SelectStatement;
  alias: Name | null;
}
/** (a JOIN b): tables in parentheses. */
export interface FromGroup extends Node {
  type: "from_group";
  from: FromClause;
  alias: Name | null;
}
export type TableTerm = TableReference | TableFunction | FromQuery | FromGroup;

export type JoinKind = "," | "JOIN" | "CROSS JOIN" | "LEFT JOIN" | "RIGHT JOIN" | "FULL JOIN";
export interface Join extends Node {
  kind: JoinKind;
  natural: boolean;
  term: TableTerm;
  on: Expression | null;
  using: Name[];
}
export interface FromClause extends Node {
  first: TableTerm;
  joins: Join[];
}

export interface ResultExpression extends Node {
  type: "result";
  expression: Expression;
  alias: Name | null;
}
/** * or table.* */
export interface ResultStar extends Node {
  type: "star";
  table: Name | null;
}
export type ResultColumn = ResultExpression | ResultStar;

export interface SelectCore extends Node {
  type: "select_core";
  distinct: boolean;
  columns: ResultColumn[];
  from: FromClause | null;
  where: Expression | null;
  groupBy: Expression[];
  having: Expression | null;
  windows: { name: Name; window: Window }[];
}
export interface ValuesCore extends Node {
  type: "values";
  rows: Expression[][];
}
export type QueryCore = SelectCore | ValuesCore;

export type CompoundOperator = "UNION" | "UNION ALL" | "INTERSECT" | "EXCEPT";

export interface CommonTable extends Node {
  name: Name;
  /** Names of its columns where they are listed. */
  columns: Name[];
  /** MATERIALIZED, NOT MATERIALIZED or neither. */
  materialized: boolean | null;
  query: SelectStatement;
}

/** A whole query; compound operators bind from left to right, all with one strength. */
export interface SelectStatement extends Node {
  type: "select";
  with: { recursive: boolean; tables: CommonTable[] } | null;
  first: QueryCore;
  compounds: { operator: CompoundOperator; core: QueryCore }[];
  orderBy: OrderingTerm[];
  limit: { count: Expression; offset: Expression | null } | null;
}
