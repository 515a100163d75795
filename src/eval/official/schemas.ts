import { readFile } from "node:fs/promises";
import { SqltuneError } from "../../errors.js";
import type { Schema } from "../../schema/types.js";
import type { SpiderTables } from "../../sql/spider/index.js";
import { type ForeignKeyMap, foreignKeyMap } from "./foreign-keys.js";

/** What exact set match needs to know of one database. */
export interface OfficialSchema {
  tables: SpiderTables;
  foreignKeys: ForeignKeyMap;
}

/** By `db_id`. */
export type OfficialSchemas = ReadonlyMap<string, OfficialSchema>;

/**
 * The databases of Spider's tables.json, or of a file of that form: `db_id`, `table_names_original`,
 * `column_names_original` and, where there are any, `foreign_keys`.
 *
 * @throws SqltuneError naming every entry that is not of that form
 */
export async function readOfficialSchemas(tablesJsonPath: string): Promise<OfficialSchemas> {
  const text = await readFile(tablesJsonPath, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new SqltuneError(
      `The tables file ${tablesJsonPath} cannot be read: ${cause.message}. Expected Spider's tables.json.`,
      { code: "ERR_SCHEMA", cause },
    );
  });
  return officialSchemas(entriesOf(text, tablesJsonPath), tablesJsonPath);
}

function entriesOf(text: string, path: string): unknown[] {
  let entries: unknown;
  try {
    entries = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new SqltuneError(
      `${path} is no JSON: ${(cause as Error).message}. Expected Spider's tables.json, a list of databases.`,
      { code: "ERR_SCHEMA", cause },
    );
  }
  if (Array.isArray(entries)) return entries;
  throw new SqltuneError(
    `${path} holds ${entries === null ? "null" : `one ${typeof entries}`}; expected Spider's tables.json, a list of databases.`,
    { code: "ERR_SCHEMA" },
  );
}

interface Entry {
  db_id: string;
  table_names_original: string[];
  column_names_original: [table: number, name: string][];
  foreign_keys?: [number, number][] | null;
}

function officialSchemas(entries: readonly unknown[], path: string): OfficialSchemas {
  const problems: string[] = [];
  const schemas = new Map<string, OfficialSchema>();
  entries.forEach((entry, i) => {
    const problem = problemOf(entry);
    if (problem !== null) problems.push(`entry ${i}${nameOf(entry)}: ${problem}`);
    // The last of two entries with one id counts, as in the script's dictionary.
    else schemas.set((entry as Entry).db_id, officialSchema(entry as Entry));
  });
  if (problems.length > 0) {
    const shown = problems.slice(0, 10).join("; ") + (problems.length > 10 ? `; and ${problems.length - 10} more` : "");
    throw new SqltuneError(
      `${path} is not of the form of Spider's tables.json: ${shown}. Expected db_id, table_names_original, column_names_original ([table, name] pairs) and foreign_keys ([column, column] pairs).`,
      { code: "ERR_SCHEMA" },
    );
  }
  return schemas;
}

function nameOf(entry: unknown): string {
  const id = (entry as { db_id?: unknown } | null)?.db_id;
  return typeof id === "string" ? ` (${id})` : "";
}

function problemOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return "is no object";
  const entry = value as Partial<Entry>;
  if (typeof entry.db_id !== "string" || entry.db_id === "") return "has no db_id";
  const tables = entry.table_names_original;
  const columns = entry.column_names_original;
  if (!Array.isArray(tables) || !tables.every((name) => typeof name === "string")) {
    return "table_names_original is no list of names";
  }
  const isColumn = (column: unknown): boolean =>
    Array.isArray(column) &&
    typeof column[1] === "string" &&
    (column[0] === -1 || (Number.isInteger(column[0]) && tables[column[0]] !== undefined));
  if (!Array.isArray(columns)) return "column_names_original is no list";
  const wrong = columns.findIndex((column) => !isColumn(column));
  if (wrong >= 0) return `column ${wrong} is ${JSON.stringify(columns[wrong])}`;
  const keys = entry.foreign_keys ?? [];
  if (!Array.isArray(keys)) return "foreign_keys is no list";
  const isKey = (key: unknown): boolean =>
    Array.isArray(key) && key.length === 2 && key.every((column) => columns[column as number] !== undefined);
  const key = keys.findIndex((pair) => !isKey(pair));
  return key < 0 ? null : `foreign key ${key} is ${JSON.stringify(keys[key])}, with ${columns.length} columns`;
}

function officialSchema(entry: Entry): OfficialSchema {
  const tables: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  const names = entry.table_names_original.map((name) => name.toLowerCase());
  for (const name of names) tables[name] = [];
  for (const [table, column] of entry.column_names_original) {
    if (table >= 0) tables[names[table]!]!.push(column.toLowerCase());
  }
  return { tables, foreignKeys: foreignKeyMap(names, entry.column_names_original, entry.foreign_keys ?? []) };
}

/** A schema's names in the form that Spider's parser takes them. */
export function tablesOfSchema(schema: Schema): SpiderTables {
  return Object.fromEntries(
    schema.tables.map(({ name, columns }) => [name.toLowerCase(), columns.map((column) => column.name.toLowerCase())]),
  );
}
