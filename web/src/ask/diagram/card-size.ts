import type { Column, Table } from "../../api/types.js";

export const HEAD = 30;
export const ROW = 22;
export const FOOT = 6;
/** Width of a letter of the cards' 12-pixel monospaced type. */
export const LETTER = 7.25;
/** Longer tables show their keys and their first columns until they are opened; in a large schema sooner. */
const MOST_ROWS = 12;
const MOST_ROWS_AMONG_MANY = 6;
const MANY_TABLES = 30;

const NARROW = 130;
const WIDE = 264;

/** A table as it is drawn: which columns, and how large. */
export interface Card {
  table: Table;
  columns: Column[];
  /** Columns that are not shown. */
  hidden: number;
  /** Whether it can be opened and closed. */
  long: boolean;
  width: number;
  height: number;
}

/** @param among number of tables that are drawn */
export function cardOf(table: Table, open: boolean, among: number): Card {
  const most = among > MANY_TABLES ? MOST_ROWS_AMONG_MANY : MOST_ROWS;
  const long = table.columns.length > most;
  const columns = open || !long ? table.columns : shownColumns(table, most - 1);
  const hidden = table.columns.length - columns.length;
  const widest = Math.max(
    table.name.length * (LETTER + 0.4) + 24,
    ...columns.map(({ name, type }) => (name.length + shortType(type).length + 2) * LETTER + 38),
  );
  const rows = columns.length + (long ? 1 : 0);
  return {
    ...{ table, columns, hidden, long },
    width: Math.round(Math.min(WIDE, Math.max(NARROW, widest))),
    height: HEAD + rows * ROW + FOOT,
  };
}

/** Keys first: they are what the curves join. The order among those shown stays the table's. */
function shownColumns({ columns, foreignKeys }: Table, most: number): Column[] {
  const keys = new Set(foreignKeys.flatMap((key) => key.columns.map((name) => name.toLowerCase())));
  const isKey = (column: Column) => column.primaryKey || keys.has(column.name.toLowerCase());
  const chosen = new Set([...new Set([...columns.filter(isKey), ...columns])].slice(0, most));
  return columns.filter((column) => chosen.has(column));
}

/** A declared type in the room beside a name. */
export function shortType(type: string): string {
  const bare = type.toLowerCase().replace(/\s*\(.*$/s, "");
  return bare.length > 9 ? `${bare.slice(0, 8)}…` : bare;
}

export function cutText(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, Math.max(1, Math.floor(letters) - 1))}…` : text;
}
