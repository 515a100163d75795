import type { SqlValue } from "../../database/index.js";
import type { PageCell, PageTable } from "./page-data.js";
import type { ResultTable } from "./result-tables.js";

const MAX_ROWS = 50;
const MAX_COLUMNS = 40;
const MAX_CHARACTERS = 300;
const MAX_BLOB_BYTES = 16;

/** A result as the page shows it: at most 50 rows, each value cut to 300 characters. */
export function pageTable(table: ResultTable | null): PageTable | null {
  if (table === null) return null;
  const { columns, rows, total, truncated } = table;
  return {
    columns: columns.slice(0, MAX_COLUMNS).map((name) => clip(name, MAX_CHARACTERS)),
    rows: rows.slice(0, MAX_ROWS).map((row) => row.slice(0, MAX_COLUMNS).map(pageCell)),
    total,
    more: truncated,
  };
}

function pageCell(value: SqlValue): PageCell {
  if (value === null) return null;
  if (typeof value === "string") return clip(value, MAX_CHARACTERS);
  if (typeof value === "bigint") return { n: value.toString() };
  if (typeof value === "number") return { n: realText(value) };
  const start = Buffer.from(value.buffer, value.byteOffset, Math.min(value.byteLength, MAX_BLOB_BYTES));
  return { b: start.toString("hex").toUpperCase(), bytes: value.byteLength };
}

/** As SQLite's shell writes a REAL: 1.0, never 1, so that it is told from the integer. */
function realText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(1) : String(value);
}

/** The text, or its start and how long it is. */
export function clip(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${text.slice(0, characters)}… (${text.length.toLocaleString("en-US")} characters)`;
}
