import { quoteString } from "../../sql/identifiers.js";
import type { ColumnReference, Expression, ResolvedNames, SelectStatement, Source } from "../../sql/syntax/index.js";
import { childrenOf, walkExpression } from "../../sql/syntax/index.js";

/** What is needed to write a name so that equal texts mean equal things. */
export interface Naming {
  names: ResolvedNames;
  /** Names of tables that are read more than once; the others go by their own. */
  labels: ReadonlyMap<Source, string>;
  /** The one name that stands for a column and all those that joins make equal to it. */
  standFor: (column: string) => string;
  /** True for "Table.column" that is a whole primary key. */
  isKey: (column: string) => boolean;
  /** Text of a query inside an expression. */
  query: (query: SelectStatement) => string;
}

const AGGREGATES = new Set("count sum avg min max total group_concat string_agg median".split(" "));

export function isAggregate(e: Expression): boolean {
  if (e.type !== "call" || e.over !== null) return false;
  const name = e.function.name.toLowerCase();
  // With two arguments and more, min and max choose among them in one row.
  const scalar = (name === "min" || name === "max") && e.arguments !== "*" && e.arguments.length > 1;
  return AGGREGATES.has(name) && !scalar;
}

/** "Table.column" of the schema; "name" of a computed column; null where the reference means a value or nothing. */
export function columnName(reference: ColumnReference, { names, labels }: Naming): string | null {
  const meaning = names.columns.get(reference);
  if (meaning?.kind === "column") {
    return meaning.origin === null
      ? meaning.name.toLowerCase()
      : `${labels.get(meaning.source) ?? meaning.origin.table}.${meaning.origin.column}`;
  }
  if (meaning?.kind === "rowid") return `${meaning.source.table}.rowid`;
  return null;
}

/** An expression without aliases, with names in the schema's spelling. `query` gives the text of nested queries. */
export function normalText(e: Expression, naming: Naming): string {
  const text = (child: Expression): string => normalText(child, naming);
  const list = (children: readonly Expression[]): string => children.map(text).join(", ");
  switch (e.type) {
    case "number":
      return numberText(e.text);
    case "string":
      return valueText(e.value);
    case "column":
      return columnText(e, naming);
    case "unary":
      return e.operator === "-" && e.operand.type === "number"
        ? `-${text(e.operand)}`
        : `${e.operator} ${text(e.operand)}`;
    case "binary": {
      const sides = [text(e.left), text(e.right)];
      if (["+", "*", "=", "<>", "AND", "OR", "&", "|"].includes(e.operator)) sides.sort();
      return `(${sides.join(` ${e.operator} `)})`;
    }
    case "call": {
      const name = e.function.name.toLowerCase();
      const values = e.arguments === "*" ? "*" : list(e.arguments);
      // Every row has its key, so that counting keys is counting rows.
      const rows = name === "count" && !e.distinct && (naming.isKey(values) || e.arguments.length === 0);
      return `${name}(${e.distinct ? "DISTINCT " : ""}${rows ? "*" : values})`;
    }
    case "collate":
      return text(e.operand);
    case "cast":
      return `CAST(${text(e.operand)} AS ${e.typeName.toUpperCase()})`;
    case "scalar_query":
    case "exists":
      return `(${naming.query(e.query)})`;
    default: {
      const { expressions, queries } = childrenOf(e);
      return `${e.type}(${[list(expressions), ...queries.map(naming.query)].join("; ")})`;
    }
  }
}

function columnText(e: ColumnReference, naming: Naming): string {
  const meaning = naming.names.columns.get(e);
  if (meaning?.kind === "string") return valueText(meaning.value);
  if (meaning?.kind === "boolean") return meaning.value ? "1" : "0";
  if (meaning?.kind === "result") return normalText(meaning.result.expression, naming);
  const name = columnName(e, naming);
  if (name !== null) return naming.standFor(name);
  return [e.table, e.column].flatMap((part) => (part === null ? [] : part.name.toLowerCase())).join(".");
}

/** A string that spells a number compares as one with a number column: '80000' and 80000 are one value. */
function valueText(value: string): string {
  return value !== "" && String(Number(value)) === value ? value : quoteString(value);
}

function numberText(text: string): string {
  const value = Number(text.replaceAll("_", ""));
  return Number.isNaN(value) ? text : String(value);
}

/** The aggregate functions in an expression, sorted, and what is left of it without them. */
export function aggregation(e: Expression, naming: Naming): { aggregates: string; subject: string; distinct: boolean } {
  const parts = [...walkExpression(resolved(e, naming))];
  const calls = parts.filter((part) => part.type === "call" && isAggregate(part));
  const aggregates = calls.map((call) => (call.type === "call" ? call.function.name.toLowerCase() : "")).sort();
  const distinct = calls.some((call) => call.type === "call" && call.distinct);
  if (calls.length === 0) return { aggregates: "", subject: normalText(e, naming), distinct };
  const columns = parts.filter((part) => part.type === "column").map((part) => normalText(part, naming));
  const rows = calls.some((call) => normalText(call, naming).endsWith("(*)"));
  return { aggregates: aggregates.join(","), subject: rows ? "*" : columns.sort().join(", "), distinct };
}

/** The expression behind an alias. */
export function resolved(e: Expression, naming: Pick<Naming, "names">): Expression {
  const meaning = e.type === "column" ? naming.names.columns.get(e) : undefined;
  return meaning?.kind === "result" ? resolved(meaning.result.expression, naming) : e;
}
