import { SqltuneError } from "../errors.js";
import { resolveForeignKeys } from "./resolve-keys.js";
import type { Schema, Table } from "./types.js";

/** One database of Spider's tables.json (https://github.com/taoyds/spider). Column 0 is "*" of table -1. */
export interface SpiderTablesEntry {
  db_id: string;
  table_names_original: string[];
  column_names_original: [table: number, name: string][];
  /** One of text, number, time, boolean, others, by column. */
  column_types: string[];
  /** Column indices; a composite key is a nested list (in BIRD's files). */
  primary_keys: (number | number[])[];
  /** [column, referenced column] */
  foreign_keys: [number, number][];
}

/**
 * A Schema from one entry of tables.json, names as they stand in the database ("original").
 * @throws SqltuneError naming the field that is missing or of the wrong form.
 */
export function schemaFromSpiderTables(entry: SpiderTablesEntry): Schema {
  const problem = problemOf(entry);
  if (problem !== null) {
    const id = typeof entry?.db_id === "string" ? ` of database ${entry.db_id}` : "";
    throw new SqltuneError(
      `The tables.json entry${id} cannot be read: ${problem}. Expected Spider's form: db_id, table_names_original, column_names_original, column_types, primary_keys, foreign_keys.`,
      { code: "ERR_SCHEMA" },
    );
  }
  const columns = entry.column_names_original;
  const primary = new Set(entry.primary_keys.flat());
  const tables: Table[] = entry.table_names_original.map((name, t) => ({
    name,
    columns: columns.flatMap(([table, column], i) =>
      table === t ? [{ name: column, type: entry.column_types[i]!, primaryKey: primary.has(i) }] : [],
    ),
    foreignKeys: entry.foreign_keys
      .filter(([from]) => columns[from]![0] === t)
      .map(([from, to]) => ({
        columns: [columns[from]![1]],
        refTable: entry.table_names_original[columns[to]![0]] ?? "",
        refColumns: [columns[to]![1]],
      })),
  }));
  // Some entries list SQLite's own bookkeeping, which no question is about.
  const own = tables.filter((table) => !/^sqlite_/i.test(table.name));
  return { dbId: entry.db_id, dialect: "sqlite", tables: resolveForeignKeys(own) };
}

function problemOf(entry: SpiderTablesEntry): string | null {
  if (typeof entry !== "object" || entry === null) return "it is no object";
  if (typeof entry.db_id !== "string" || entry.db_id === "") return "db_id is missing";
  const lists = [
    "table_names_original",
    "column_names_original",
    "column_types",
    "primary_keys",
    "foreign_keys",
  ] as const;
  for (const field of lists) if (!Array.isArray(entry[field])) return `${field} is no list`;
  const columns = entry.column_names_original;
  if (entry.column_types.length !== columns.length) {
    return `column_types has ${entry.column_types.length} entries for ${columns.length} columns`;
  }
  if (!columns.every((column) => Array.isArray(column) && typeof column[1] === "string")) {
    return "column_names_original must hold [table index, name] pairs";
  }
  const outside = [...entry.primary_keys.flat(), ...entry.foreign_keys.flat()].find(
    (index) => columns[index] === undefined,
  );
  return outside === undefined ? null : `a key names column ${outside}, but there are ${columns.length}`;
}
