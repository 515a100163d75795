import { writeIdentifier } from "../sql/identifiers.js";
import { shuffleSchema } from "./shuffle-schema.js";
import { typeFamily } from "./type-family.js";
import type { Column, Schema, SchemaFormat, Table } from "./types.js";

/** Goes up whenever a format's text changes: an adapter is only right for the text it was trained on. */
export const SERIALIZER_VERSION = 1;

export interface SerializeOptions {
  /** Shuffles tables and columns, the same way for the same seed; left out, the schema's own order stands. */
  shuffleSeed?: number;
}

/**
 * A schema as it stands in a prompt. Names that SQL needs in quotes stand in quotes, so that copying them is right.
 *
 * - `ddl`: a CREATE TABLE statement a table with types as declared, primary and foreign keys. Executable.
 * - `compact`: one line a table, 36 % fewer tokens than `ddl` on Spider. Types are Spider's five classes, so that the
 *   text is the same whether the schema came from tables.json or from the database; `pk` marks a primary key,
 *   `-> table.column` a foreign key.
 * - `table_line`: the Python seed project's `TABLE: name ( col (type), … )`; it has no keys.
 */
export function serializeSchema(schema: Schema, format: SchemaFormat, options: SerializeOptions = {}): string {
  const { dialect, tables } = options.shuffleSeed === undefined ? schema : shuffleSchema(schema, options.shuffleSeed);
  const write = (name: string) => writeIdentifier(name, dialect);
  switch (format) {
    case "ddl":
      return tables.map((table) => ddl(table, write)).join("\n");
    case "compact":
      return tables.map((table) => compact(table, write)).join("\n");
    case "table_line":
      return tables.map((table) => tableLine(table, write)).join("\n");
  }
}

type Write = (name: string) => string;

function ddl(table: Table, write: Write): string {
  const keys = table.columns.filter((column) => column.primaryKey);
  const list = (names: string[]) => names.map(write).join(", ");
  const lines = table.columns.map(
    (column) =>
      write(column.name) + typeSuffix(column) + (column.primaryKey && keys.length === 1 ? " PRIMARY KEY" : ""),
  );
  if (keys.length > 1) lines.push(`PRIMARY KEY (${list(keys.map((column) => column.name))})`);
  for (const key of table.foreignKeys) {
    lines.push(`FOREIGN KEY (${list(key.columns)}) REFERENCES ${write(key.refTable)} (${list(key.refColumns)})`);
  }
  return `CREATE TABLE ${write(table.name)} (\n  ${lines.join(",\n  ")}\n);`;
}

const typeSuffix = (column: Column): string => (column.type === "" ? "" : ` ${column.type}`);

// Every name has a space before it, as in SQL: most tokenizers then give the name the same tokens in both places.
function compact(table: Table, write: Write): string {
  const columns = table.columns.map((column) => {
    const targets = table.foreignKeys.flatMap((key) =>
      key.columns.flatMap((name, i) =>
        name === column.name ? [` -> ${write(key.refTable)}.${write(key.refColumns[i]!)}`] : [],
      ),
    );
    return `${write(column.name)} ${typeFamily(column.type)}${column.primaryKey ? " pk" : ""}${targets.join("")}`;
  });
  return `CREATE TABLE ${write(table.name)} ( ${columns.join(", ")} )`;
}

function tableLine(table: Table, write: Write): string {
  const columns = table.columns.map(
    (column) => write(column.name) + (column.type === "" ? "" : ` (${column.type.toLowerCase()})`),
  );
  return `TABLE: ${write(table.name)} ( ${columns.join(", ")} )`;
}
