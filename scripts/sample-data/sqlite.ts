import Database from "better-sqlite3";
import type { Domain, Table } from "./domain.js";
import type { Rows } from "./rows.js";

function createTable(table: Table, domain: Domain): string {
  const lines = table.columns.map(
    (column) => `  ${column.name} ${column.type}${column.kind === "id" ? " PRIMARY KEY" : ""}`,
  );
  const references = table.columns.filter((column) => column.reference);
  if (!table.columns.some((column) => column.kind === "id")) {
    lines.push(`  PRIMARY KEY (${references.map((column) => column.name).join(", ")})`);
  }
  for (const column of references) {
    const parent = domain.tables.find((other) => other.name === column.reference!.table)!;
    lines.push(`  FOREIGN KEY (${column.name}) REFERENCES ${parent.name}(${primaryKey(parent)})`);
  }
  return `CREATE TABLE ${table.name} (\n${lines.join(",\n")}\n)`;
}

/** The name of a table's one-column primary key; only linking tables, which nothing refers to, have none. */
export function primaryKey(table: Table): string {
  const key = table.columns.find((column) => column.kind === "id");
  if (!key) throw new Error(`${table.name} has no id column`);
  return key.name;
}

/** The database in memory; `serialize()` gives the bytes of its file. */
export function makeDatabase(domain: Domain, rows: Rows): Database.Database {
  const db = new Database(":memory:");
  // Small pages: a table of twenty rows needs no more.
  db.pragma("page_size = 1024");
  db.pragma("foreign_keys = ON");
  for (const table of domain.tables) {
    db.exec(createTable(table, domain));
    const names = table.columns.map((column) => column.name);
    const insert = db.prepare(
      `INSERT INTO ${table.name} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    );
    for (const row of rows.get(table.name)!) insert.run(names.map((name) => row[name]));
  }
  return db;
}
