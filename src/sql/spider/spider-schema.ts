/** Tables and their columns, by name in lower case. */
export type SpiderTables = Readonly<Record<string, readonly string[]>>;

/** The names that Spider's parser knows of a database, and its ids for them (process_sql.py, `Schema`). */
export class SpiderSchema {
  readonly #columns = new Map<string, ReadonlySet<string>>();
  readonly #ids = new Map<string, string>([["*", "__all__"]]);

  constructor(tables: SpiderTables) {
    const entries = Object.entries(tables).map(
      ([table, columns]) => [table.toLowerCase(), columns.map((column) => column.toLowerCase())] as const,
    );
    for (const [table, columns] of entries) {
      this.#columns.set(table, new Set(columns));
      for (const column of columns) this.#ids.set(`${table}.${column}`, `__${table}.${column}__`);
    }
    for (const [table] of entries) this.#ids.set(table, `__${table}__`);
  }

  /** Names of the tables. */
  get tables(): IterableIterator<string> {
    return this.#columns.keys();
  }

  columnsOf(table: string): ReadonlySet<string> | undefined {
    return this.#columns.get(table);
  }

  /** Id of `table`, `table.column` or `*`. */
  idOf(name: string): string | undefined {
    return this.#ids.get(name);
  }
}
