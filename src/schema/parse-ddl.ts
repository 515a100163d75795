import { SqltuneError } from "../errors.js";
import { splitStatements } from "../sql/statements.js";
import { detectDialect } from "./detect-dialect.js";
import { type DeclaredTable, parseCreateTable, parseItem } from "./parse-create-table.js";
import { resolveForeignKeys } from "./resolve-keys.js";
import { TokenCursor } from "./token-cursor.js";
import type { Dialect, Schema } from "./types.js";

export interface ParseDdlOptions {
  /** Default "schema". */
  dbId?: string;
  /** Default: detected. */
  dialect?: Dialect;
}

const BETWEEN_CREATE_AND_TABLE = new Set(["GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED", "OR", "REPLACE"]);

/**
 * Reads CREATE TABLE and ALTER TABLE .. ADD from DDL or a whole dump; every other statement is passed over.
 * Column order is kept. Qualifiers ("public.", "mydb.") are dropped.
 * @throws SqltuneError with the line when a table cannot be read, or when there is none.
 */
export function parseDdl(ddl: string, options: ParseDdlOptions = {}): Schema {
  const dialect = options.dialect ?? detectDialect(ddl);
  // A COPY block of pg_dump holds rows, not SQL: blank it out, keeping the line numbers.
  const text =
    dialect === "postgresql"
      ? ddl.replace(/^[ \t]*COPY [^;]* FROM stdin;\n[\s\S]*?^\\\.$/gim, (block) => block.replace(/[^\n]/g, " "))
      : ddl;
  const tables = new Map<string, DeclaredTable>();
  for (const statement of splitStatements(text, { dialect })) {
    const cursor = new TokenCursor(statement.tokens, text, dialect);
    const illegal = statement.tokens.find((token) => token.kind === "illegal");
    if (cursor.accept("CREATE")) {
      while (BETWEEN_CREATE_AND_TABLE.has(cursor.word())) cursor.next();
      if (!cursor.accept("TABLE")) continue;
      if (illegal !== undefined) {
        throw cursor.error(`this is never closed or is no ${dialect} SQL: ${illegal.text.slice(0, 40)}`, illegal);
      }
      addTable(tables, parseCreateTable(cursor), cursor);
    } else if (cursor.accept("ALTER", "TABLE")) alterTable(tables, cursor);
    else if (cursor.accept("DROP", "TABLE")) {
      cursor.accept("IF", "EXISTS");
      for (const item of cursor.splitAtCommas()) tables.delete(item.qualifiedName().toLowerCase());
    }
  }
  if (tables.size === 0) {
    throw new SqltuneError(
      "No CREATE TABLE with columns was found in this schema. Example: CREATE TABLE singer (singer_id INT PRIMARY KEY, name TEXT);",
      { code: "ERR_SCHEMA" },
    );
  }
  return { dbId: options.dbId ?? "schema", dialect, tables: resolveForeignKeys([...tables.values()]) };
}

function addTable(tables: Map<string, DeclaredTable>, table: DeclaredTable | null, cursor: TokenCursor): void {
  if (table === null) return;
  const key = table.name.toLowerCase();
  if (tables.has(key)) {
    if (table.ifNotExists) return;
    throw cursor.error(`table ${table.name} is defined twice`);
  }
  for (const { name, at } of table.like.toReversed()) {
    const source = tables.get(name.toLowerCase());
    if (source === undefined) throw cursor.error(`table ${table.name} is LIKE ${name}, which is not defined before it`);
    table.columns.splice(at, 0, ...source.columns.map((column) => ({ ...column })));
  }
  tables.set(key, table);
}

/** ALTER TABLE t ADD PRIMARY KEY | FOREIGN KEY | COLUMN; other actions and unknown tables are passed over. */
function alterTable(tables: Map<string, DeclaredTable>, cursor: TokenCursor): void {
  cursor.accept("IF", "EXISTS");
  cursor.accept("ONLY");
  const table = tables.get(cursor.qualifiedName().toLowerCase());
  if (table === undefined) return;
  for (const action of cursor.splitAtCommas()) {
    if (!action.accept("ADD")) continue;
    action.accept("COLUMN");
    action.accept("IF", "NOT", "EXISTS");
    const items = action.peek()?.text === "(" ? action.group().splitAtCommas() : [action];
    for (const item of items) parseItem(item, table);
  }
}
