import type { Schema, Table } from "../../schema/types.js";
import type { ColumnReference, ResultExpression, SelectStatement, TableFunction, TableReference } from "./types.js";

/** A column of the schema, in the schema's own spelling. */
export interface SchemaColumn {
  table: string;
  column: string;
}

/** A column that a FROM clause offers. */
export interface SourceColumn {
  name: string;
  /** The schema's column behind it; null for what is computed. */
  origin: SchemaColumn | null;
}

/** A table, common table, subquery or table function in a FROM clause. */
export interface Source {
  /** The name that qualifies its columns: its alias, else its own; "" for a subquery without alias. */
  name: string;
  /** The schema's table, where it is one. */
  table: string | null;
  /** Null where they cannot be known: the table does not exist, or it is a function of SQLite's. */
  columns: SourceColumn[] | null;
  /** Lower-case names that USING or NATURAL has made one with a column further left. */
  merged: Set<string>;
}

/** A WITH table; its columns are null until its query has been read. */
export interface CommonTableScope {
  name: string;
  columns: SourceColumn[] | null;
}

export interface Scope {
  sources: Source[];
  /** Result columns whose aliases can be used here; null while they themselves are read. */
  results: readonly ResultExpression[] | null;
  common: readonly CommonTableScope[];
  parent: Scope | null;
}

/** What a column reference means. */
export type Meaning =
  | { kind: "column"; source: Source; name: string; origin: SchemaColumn | null }
  | { kind: "rowid"; source: Source }
  /** The alias of a result column of the same SELECT. */
  | { kind: "result"; result: ResultExpression }
  /** "x" that names no column is a string, as in stock SQLite (https://sqlite.org/quirks.html#dblquote). */
  | { kind: "string"; value: string }
  | { kind: "boolean"; value: boolean }
  | { kind: "ambiguous"; sources: Source[] }
  /** A column of a table that does not exist or whose columns are not known. */
  | { kind: "opaque" }
  | { kind: "unknown" };

/** What the names of a query mean. */
export interface ResolvedNames {
  columns: Map<ColumnReference, Meaning>;
  /** By the node of the FROM clause or of the IN operator. */
  sources: Map<object, Source>;
  /** The result columns of each query, stars expanded; null where a star stands for what is not known. */
  results: Map<SelectStatement, SourceColumn[] | null>;
  /** Tables that neither the schema nor WITH has, and the tables of t.* that FROM does not have. */
  unknownTables: string[];
  /** References that SQLite answers with "no such column". */
  unknownColumns: ColumnReference[];
}

export const sameName = (a: string, b: string): boolean => a.length === b.length && a.toLowerCase() === b.toLowerCase();

const computed = (names: string): SourceColumn[] => names.split(" ").map((name) => ({ name, origin: null }));
const CATALOGUE = computed("type name tbl_name rootpage sql");
const JSON_COLUMNS = computed("key value type atom id parent fullkey path json root");
/** Tables that every SQLite database has. */
const BUILT_IN = new Map<string, SourceColumn[] | null>([
  ...["sqlite_schema", "sqlite_master", "sqlite_temp_schema", "sqlite_temp_master"].map(
    (name): [string, SourceColumn[]] => [name, CATALOGUE],
  ),
  ["json_each", JSON_COLUMNS],
  ["json_tree", JSON_COLUMNS],
]);

export function columnsOfTable(table: Table): SourceColumn[] {
  return table.columns.map(({ name }) => ({ name, origin: { table: table.name, column: name } }));
}

/** Finds a table by name: WITH's first, then the schema's, then SQLite's own. Null when there is none. */
export function findTable(
  reference: TableReference | TableFunction,
  scope: Pick<Scope, "common"> | null,
  schema: Schema,
): Pick<Source, "table" | "columns"> | null {
  const { name } = reference.name;
  const database = reference.schema?.name.toLowerCase() ?? null;
  if (database === null) {
    const common = scope?.common.find((entry) => sameName(entry.name, name));
    if (common !== undefined) return { table: null, columns: common.columns };
  } else if (database !== "main" && database !== "temp") return null;
  if (database !== "temp") {
    const table = schema.tables.find((candidate) => sameName(candidate.name, name));
    if (table !== undefined) return { table: table.name, columns: columnsOfTable(table) };
  }
  const builtIn = BUILT_IN.get(name.toLowerCase());
  if (builtIn !== undefined) return { table: null, columns: builtIn };
  return /^pragma_/i.test(name) ? { table: null, columns: null } : null;
}

const ROWID = new Set(["rowid", "oid", "_rowid_"]);

/** Looks a reference up in one scope alone; null when nothing there has that name. */
function lookUpHere(reference: ColumnReference, scope: Scope, resultsFirst: boolean): Meaning | null {
  const { name } = reference.column;
  const bare = reference.table === null;
  const result = bare
    ? scope.results?.find((item) => item.alias !== null && sameName(item.alias.name, name))
    : undefined;
  if (result !== undefined && resultsFirst) return { kind: "result", result };
  const sources = scope.sources.filter(
    (source) => reference.table === null || sameName(source.name, reference.table.name),
  );
  const found = sources.flatMap((source) => {
    const column = source.columns?.find((candidate) => isColumn(candidate, name));
    if (column === undefined || (bare && source.merged.has(name.toLowerCase()))) return [];
    return [{ source, column }];
  });
  const first = found[0];
  if (first !== undefined) {
    if (found.length > 1) return { kind: "ambiguous", sources: found.map(({ source }) => source) };
    return { kind: "column", source: first.source, name: first.column.name, origin: first.column.origin };
  }
  const tables = sources.filter((source) => source.table !== null);
  if (tables.length === 1 && ROWID.has(name.toLowerCase())) return { kind: "rowid", source: tables[0]! };
  if (result !== undefined) return { kind: "result", result };
  return sources.some((source) => source.columns === null) ? { kind: "opaque" } : null;
}

/** A computed column is named after its expression, whose blanks may differ. */
function isColumn(column: SourceColumn, name: string): boolean {
  if (sameName(column.name, name)) return true;
  return column.origin === null && name.includes("(") && sameName(tight(column.name), tight(name));
}

const tight = (text: string): string => text.replace(/\s+/g, "");

/** The meaning of a reference: the innermost scope that has the name, else a string, TRUE or FALSE, else nothing. */
export function lookUp(reference: ColumnReference, scope: Scope, resultsFirst = false): Meaning {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const meaning = lookUpHere(reference, at, resultsFirst && at === scope);
    if (meaning !== null) return meaning;
  }
  const { name, quote } = reference.column;
  if (reference.table === null) {
    if (quote === '"') return { kind: "string", value: name };
    if (quote === null && /^(?:true|false)$/i.test(name)) return { kind: "boolean", value: /^true$/i.test(name) };
  }
  return { kind: "unknown" };
}
