import { constants, statSync } from "node:fs";
import Database from "better-sqlite3";

export interface OpenDatabase {
  connection: Database.Database;
  /** Lower-case column names of each table and view, by its lower-case name. */
  columns(): ReadonlyMap<string, ReadonlySet<string>>;
}

interface Entry extends OpenDatabase {
  /** device:inode, so that a file put in the place of another is opened anew. */
  identity: string;
}

const KEPT_OPEN = 16;

/** SQLite connections of one process, read-only, the least recently used closed first. */
export class OpenDatabases {
  readonly #entries = new Map<string, Entry>();

  /** @throws what `stat` or SQLite throws when the file is absent or no database. */
  get(file: string): OpenDatabase {
    const { dev, ino, mode } = statSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG)
      throw Object.assign(new Error(`${file} is no file`), { code: "ENOTFILE" });
    const identity = `${dev}:${ino}`;
    let entry = this.#entries.get(file);
    this.#entries.delete(file);
    if (entry && entry.identity !== identity) {
      entry.connection.close();
      entry = undefined;
    }
    entry ??= open(file, identity);
    this.#entries.set(file, entry);
    for (const [oldest, { connection }] of this.#entries) {
      if (this.#entries.size <= KEPT_OPEN) break;
      connection.close();
      this.#entries.delete(oldest);
    }
    return entry;
  }
}

function open(file: string, identity: string): Entry {
  const connection = new Database(file, { readonly: true, fileMustExist: true });
  // Sorts and temporary indices stay in memory, where the limit sees them; on disk they could fill it.
  connection.pragma("temp_store = MEMORY");
  connection.pragma("trusted_schema = OFF");
  connection.pragma("cache_size = -4000");
  let columns: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  return {
    identity,
    connection,
    columns: () => {
      columns ??= readColumns(connection);
      return columns;
    },
  };
}

function readColumns(connection: Database.Database): ReadonlyMap<string, ReadonlySet<string>> {
  const rows = connection
    .prepare(
      `SELECT m.name AS tableName, c.name AS columnName FROM sqlite_master AS m, pragma_table_info(m.name) AS c
       WHERE m.type IN ('table', 'view')`,
    )
    .all() as { tableName: string; columnName: string }[];
  const tables = new Map<string, Set<string>>();
  for (const { tableName, columnName } of rows) {
    const key = tableName.toLowerCase();
    const columns = tables.get(key) ?? new Set<string>();
    columns.add(columnName.toLowerCase());
    tables.set(key, columns);
  }
  return tables;
}
