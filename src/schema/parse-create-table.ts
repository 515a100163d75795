import type { TokenCursor } from "./token-cursor.js";
import type { Column, ForeignKey, Table } from "./types.js";

/** A table as it was declared: keys are not yet checked against other tables, empty refColumns mean the primary key. */
export interface DeclaredTable extends Table {
  /** Tables whose columns are copied in before column `at`: PostgreSQL's (LIKE other), MySQL's LIKE other. */
  like: { name: string; at: number }[];
  /** IF NOT EXISTS: a second definition is passed over. */
  ifNotExists: boolean;
}

/** Words that begin a column constraint and so end the type before them. */
const ENDS_TYPE = new Set(
  `CONSTRAINT PRIMARY NOT NULL UNIQUE CHECK DEFAULT COLLATE REFERENCES GENERATED AS AUTOINCREMENT AUTO_INCREMENT COMMENT ON
  KEY VISIBLE INVISIBLE STORAGE COLUMN_FORMAT CHARSET DEFERRABLE INITIALLY IDENTITY VIRTUAL STORED COMPRESSION OPTIONS`.split(
    /\s+/,
  ),
);
const BEGINS_CONSTRAINT = new Set(["CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"]);
const BEGINS_MYSQL_INDEX = new Set(["KEY", "INDEX", "FULLTEXT", "SPATIAL"]);

/** Reads from after CREATE .. TABLE; null when no columns are listed (CREATE TABLE .. AS SELECT, PARTITION OF). */
export function parseCreateTable(cursor: TokenCursor): DeclaredTable | null {
  const ifNotExists = cursor.accept("IF", "NOT", "EXISTS");
  const table: DeclaredTable = { name: cursor.qualifiedName(), columns: [], foreignKeys: [], like: [], ifNotExists };
  if (cursor.accept("LIKE")) {
    table.like.push({ name: cursor.qualifiedName(), at: 0 });
    return table;
  }
  if (cursor.done) throw cursor.error(`table ${table.name} has no column list`);
  if (cursor.peek()?.text !== "(") return null;
  for (const item of cursor.group().splitAtCommas()) parseItem(item, table);
  if (table.columns.length === 0 && table.like.length === 0) throw cursor.error(`table ${table.name} has no columns`);
  return table;
}

/** One piece between the commas of a column list, or what follows ALTER TABLE .. ADD: a column or constraints. */
export function parseItem(item: TokenCursor, table: DeclaredTable): void {
  if (item.accept("LIKE")) table.like.push({ name: item.qualifiedName(), at: table.columns.length });
  else if (!startsConstraint(item)) parseColumn(item, table);
  // SQLite lets the commas between table constraints be left out.
  while (!item.done) if (!parseConstraint(item, table)) item.next();
}

function startsConstraint(item: TokenCursor): boolean {
  if (BEGINS_CONSTRAINT.has(item.word())) return true;
  if (item.dialect !== "mysql" || !BEGINS_MYSQL_INDEX.has(item.word())) return false;
  // KEY name (column) is an index, but `key varchar(20)` is a column: a type's parentheses hold a number.
  const last = [1, 2, 3].find((i) => item.peek(i)?.text === "(");
  return last !== undefined && item.peek(last + 1)?.kind !== "number";
}

/** Takes one table constraint; false when none stands here. */
function parseConstraint(cursor: TokenCursor, table: Table): boolean {
  if (cursor.accept("CONSTRAINT")) {
    if (!BEGINS_CONSTRAINT.has(cursor.word())) cursor.name();
    return true;
  }
  if (cursor.accept("PRIMARY", "KEY")) {
    while (!cursor.done && cursor.peek()?.text !== "(") cursor.next();
    for (const name of columnList(cursor)) markPrimaryKey(table, name);
    return true;
  }
  if (cursor.accept("FOREIGN", "KEY")) {
    // MySQL allows an index name here.
    if (cursor.peek()?.text !== "(") cursor.name();
    const columns = columnList(cursor);
    if (!cursor.accept("REFERENCES")) throw cursor.error(`REFERENCES was expected after FOREIGN KEY in ${table.name}`);
    table.foreignKeys.push(parseReference(cursor, columns));
    return true;
  }
  return false;
}

function parseColumn(cursor: TokenCursor, table: Table): void {
  const name = cursor.name();
  const column: Column = { name, type: parseType(cursor), primaryKey: false };
  if (table.columns.some((other) => other.name.toLowerCase() === name.toLowerCase())) {
    throw cursor.error(`table ${table.name} has two columns named ${name}`);
  }
  table.columns.push(column);
  while (!cursor.done) {
    if (cursor.word() === "PRIMARY" && cursor.word(1) === "KEY" && cursor.peek(2)?.text !== "(") {
      cursor.next();
      cursor.next();
      column.primaryKey = true;
    } else if (cursor.word() === "UNIQUE" && cursor.word(1) === "KEY") {
      cursor.next();
      cursor.next();
    } else if (cursor.dialect === "mysql" && cursor.accept("KEY")) {
      // In a MySQL column, KEY alone is short for PRIMARY KEY.
      column.primaryKey = true;
    } else if (cursor.accept("REFERENCES")) {
      table.foreignKeys.push(parseReference(cursor, [name]));
    } else if (cursor.accept("COMMENT") || cursor.accept("COLLATE")) {
      if (!cursor.done) cursor.next();
    } else if (!cursor.skipParentheses() && !parseConstraint(cursor, table)) {
      cursor.next();
    }
  }
}

/** The declared type as it was written: several words, (arguments), [] for PostgreSQL's arrays. */
function parseType(cursor: TokenCursor): string {
  const first = cursor.peek();
  // SQL Server's scripts quote types: [nvarchar](50).
  const bracketed = first?.text.startsWith("[") && !isArraySuffix(first.text);
  while (!cursor.done) {
    const token = cursor.peek()!;
    const word = cursor.word();
    if (ENDS_TYPE.has(word) || (word === "CHARACTER" && cursor.word(1) === "SET")) break;
    if (token.text === "(") cursor.skipParentheses();
    else if (["keyword", "identifier", "quoted_identifier"].includes(token.kind) || token.text === ".") cursor.next();
    else break;
  }
  const type = cursor.textSince(first);
  return bracketed ? type.replace(/^\[([^\]]*)\]/, "$1") : type;
}

const isArraySuffix = (text: string): boolean => /^\[\d*\]$/.test(text);

function parseReference(cursor: TokenCursor, columns: string[]): ForeignKey {
  const refTable = cursor.qualifiedName();
  return { columns, refTable, refColumns: cursor.peek()?.text === "(" ? columnList(cursor) : [] };
}

/** (a, "b" DESC, c(10)): the names alone. */
function columnList(cursor: TokenCursor): string[] {
  return cursor
    .group()
    .splitAtCommas()
    .filter((item) => item.peek()?.text !== "(")
    .map((item) => item.name());
}

function markPrimaryKey(table: Table, name: string): void {
  const column = table.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (column !== undefined) column.primaryKey = true;
}
