/** A database's structure, whatever it was read from: DDL, a SQLite file, Spider's tables.json or the seed's TABLE line. */
export type Dialect = "sqlite" | "postgresql" | "mysql";

export interface Column {
  name: string;
  /** Declared type as written ("INTEGER", "varchar(20)"); empty when none was declared. */
  type: string;
  primaryKey: boolean;
}

export interface ForeignKey {
  columns: string[];
  refTable: string;
  refColumns: string[];
}

export interface Table {
  name: string;
  columns: Column[];
  foreignKeys: ForeignKey[];
}

export interface Schema {
  dbId: string;
  dialect: Dialect;
  tables: Table[];
}

/** How a schema is written into a prompt. */
export type SchemaFormat = "ddl" | "compact" | "table_line";
