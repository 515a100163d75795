import { constants, existsSync, type Stats, statSync } from "node:fs";
import type Database from "better-sqlite3";
import { openReadOnly } from "../schema/open-read-only.js";

export interface OpenDatabase {
  connection: Database.Database;
  /** Lower-case names of all columns of its tables and views. */
  columns(): ReadonlySet<string>;
}

interface Entry extends OpenDatabase {
  /** Whether the file, with these properties now, is the one that was opened. */
  isCurrent(stats: Stats): boolean;
  /** Memory that it may come to hold, in bytes. */
  cost: number;
}

/** A test suite of Spider has up to 60 files, which every question about it goes through. */
const KEPT_OPEN = 128;
const KEPT_BYTES = 128 * 2 ** 20;
const CACHE_BYTES = 4 * 2 ** 20;

/** SQLite connections of one process, read-only, the least recently used closed first. */
export class OpenDatabases {
  readonly #entries = new Map<string, Entry>();
  #cost = 0;

  /** @throws what `stat` or SQLite throws when the file is absent or no database. */
  get(file: string): OpenDatabase {
    const stats = statSync(file);
    if ((stats.mode & constants.S_IFMT) !== constants.S_IFREG)
      throw Object.assign(new Error(`${file} is no file`), { code: "ENOTFILE" });
    let entry = this.#entries.get(file);
    if (entry) this.#entries.delete(file);
    if (entry && !entry.isCurrent(stats)) {
      this.#close(entry);
      entry = undefined;
    }
    if (!entry) {
      entry = open(file, stats);
      this.#cost += entry.cost;
    }
    this.#entries.set(file, entry);
    for (const [oldest, candidate] of this.#entries) {
      if ((this.#entries.size <= KEPT_OPEN && this.#cost <= KEPT_BYTES) || candidate === entry) break;
      this.#entries.delete(oldest);
      this.#close(candidate);
    }
    return entry;
  }

  /** Closes a file, if it is open: one that was deleted takes its space on the disk until then. */
  forget(file: string): void {
    const entry = this.#entries.get(file);
    if (!entry) return;
    this.#entries.delete(file);
    this.#close(entry);
  }

  #close({ connection, cost }: Entry): void {
    connection.close();
    this.#cost -= cost;
  }
}

function open(file: string, stats: Stats): Entry {
  const { connection, copied } = openReadOnly(file);
  // Sorts and temporary indices stay in memory, where the limit sees them; on disk they could fill it.
  connection.pragma("temp_store = MEMORY");
  connection.pragma("trusted_schema = OFF");
  connection.pragma(`cache_size = -${CACHE_BYTES / 1024}`);
  let columns: ReadonlySet<string> | undefined;
  return {
    isCurrent: ({ dev, ino, size, mtimeMs }) =>
      dev === stats.dev &&
      ino === stats.ino &&
      // SQLite sees what others write to an open file, but not to the file behind a copy.
      (!copied || (size === stats.size && mtimeMs === stats.mtimeMs && !existsSync(`${file}-wal`))),
    cost: copied ? stats.size : Math.min(stats.size, CACHE_BYTES),
    connection,
    columns: () => {
      columns ??= readColumns(connection);
      return columns;
    },
  };
}

function readColumns(connection: Database.Database): ReadonlySet<string> {
  const names = connection
    .prepare("SELECT c.name FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c WHERE m.type IN ('table', 'view')")
    .pluck()
    .all() as string[];
  return new Set(names.map((name) => name.toLowerCase()));
}
