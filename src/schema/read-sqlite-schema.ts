import { statSync } from "node:fs";
import { basename, extname } from "node:path";
import Database from "better-sqlite3";
import { SqltuneError } from "../errors.js";
import { quoteIdentifier } from "../sql/identifiers.js";
import { openReadOnly } from "./open-read-only.js";
import { resolveForeignKeys } from "./resolve-keys.js";
import type { ForeignKey, Schema, Table } from "./types.js";

/**
 * Tables, columns, declared types and keys of a SQLite file, opened read-only; tables in the order they were created.
 * Views, SQLite's own tables and the shadow tables of virtual ones are left out.
 *
 * @param dbId default: the file's name without its extension.
 * @throws SqltuneError when the file is missing, is no SQLite database, is damaged, or holds no table.
 */
export function readSqliteSchema(file: string, options: { dbId?: string } = {}): Schema {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw new SqltuneError(`There is no database file ${file}.`, { code: "ERR_DATABASE" });
  if (!stat.isFile())
    throw new SqltuneError(`${file} is a folder; a SQLite file was expected.`, { code: "ERR_DATABASE" });
  let database: Database.Database | undefined;
  try {
    database = openReadOnly(file).connection;
    const tables = readTables(database);
    if (tables.length === 0) {
      throw new SqltuneError(`${file} is a SQLite database without a table; there is nothing to ask it.`, {
        code: "ERR_DATABASE",
      });
    }
    return { dbId: options.dbId ?? basename(file, extname(file)), dialect: "sqlite", tables };
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    throw new SqltuneError(explain(file, error), { code: "ERR_DATABASE", cause: error });
  } finally {
    database?.close();
  }
}

function explain(file: string, error: InstanceType<typeof Database.SqliteError>): string {
  if (error.code === "SQLITE_NOTADB") {
    return `${file} is no SQLite database (or it is encrypted). A file made by sqlite3 was expected.`;
  }
  if (error.code.startsWith("SQLITE_CORRUPT")) {
    return `The database ${file} is damaged: ${error.message}. Restore it from a copy, or try \`sqlite3 ${basename(file)} .recover\`.`;
  }
  return `The database ${file} cannot be read: ${error.message} (${error.code}).`;
}

interface ColumnRow {
  name: string;
  type: string;
  pk: number;
  hidden: number;
}

interface ForeignKeyRow {
  id: number;
  seq: number;
  table: string;
  from: string;
  to: string | null;
}

function readTables(database: Database.Database): Table[] {
  const names = database
    .prepare<[], { name: string }>(
      `SELECT l.name FROM pragma_table_list AS l JOIN sqlite_schema AS s ON s.type = 'table' AND s.name = l.name
       WHERE l.schema = 'main' AND l.type IN ('table', 'virtual') AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       ORDER BY s.rowid`,
    )
    .all();
  const tables = names.map(({ name }): Table => {
    const columns = database.pragma(`table_xinfo(${quoteIdentifier(name)})`) as ColumnRow[];
    const keys = database.pragma(`foreign_key_list(${quoteIdentifier(name)})`) as ForeignKeyRow[];
    return {
      name,
      // hidden 1 is a virtual table's hidden column; 2 and 3 are generated columns, which queries may name.
      columns: columns
        .filter((column) => column.hidden !== 1)
        .map((column) => ({ name: column.name, type: column.type, primaryKey: column.pk > 0 })),
      foreignKeys: groupKeys(keys),
    };
  });
  return resolveForeignKeys(tables);
}

/** PRAGMA foreign_key_list gives a row a column, the last declared key first. */
function groupKeys(rows: ForeignKeyRow[]): ForeignKey[] {
  const byId = new Map<number, ForeignKeyRow[]>();
  for (const row of rows) byId.set(row.id, [...(byId.get(row.id) ?? []), row]);
  return [...byId.entries()]
    .sort(([a], [b]) => b - a)
    .map(([, parts]) => ({
      columns: parts.map((part) => part.from),
      refTable: parts[0]!.table,
      refColumns: parts.every((part) => part.to !== null) ? parts.map((part) => part.to!) : [],
    }));
}
