import type { Column, Domain, Row, Source, Table, Value } from "./domain.js";
import { Rng } from "./rng.js";

export type Rows = ReadonlyMap<string, readonly Row[]>;

function dateBetween(rng: Rng, first: string, last: string): string {
  const day = 86_400_000;
  const low = Date.parse(first);
  return new Date(low + rng.int(0, (Date.parse(last) - low) / day) * day).toISOString().slice(0, 10);
}

/** Every row that may be referred to once, then again at random, some of them often. */
function referenceValues(rng: Rng, column: Column, count: number, rows: Rows): Value[] {
  const { table, unused = 0 } = column.reference!;
  const size = rows.get(table)!.length;
  const keys = rng.shuffle(Array.from({ length: size }, (_, i) => i + 1)).slice(unused);
  if (count < keys.length)
    throw new Error(`${column.name}: ${count} rows cannot refer to all ${keys.length} of ${table}`);
  const again = Array.from({ length: count - keys.length }, () => keys[rng.skewed(keys.length)]!);
  return rng.shuffle([...keys, ...again]);
}

function drawn(rng: Rng, source: Exclude<Source, { from: "reference" | "unique" }>, index: number): Value {
  switch (source.from) {
    case "serial":
      return index + 1;
    case "choice":
      return source.list[rng.skewed(source.list.length)]!;
    case "number":
      return source.low + source.step * rng.int(0, Math.round((source.high - source.low) / source.step));
    case "date":
      return dateBetween(rng, source.first, source.last);
  }
}

function columnValues(domain: Domain, table: Table, column: Column, rows: Rows): Value[] {
  const rng = new Rng(`${domain.id}/${table.name}/${column.name}`);
  const { source } = column;
  if (source.from === "reference") return referenceValues(rng, column, table.rows, rows);
  if (source.from === "unique") {
    if (new Set(source.list).size < table.rows)
      throw new Error(`${domain.id}.${table.name}.${column.name}: too few names`);
    return rng.shuffle([...new Set(source.list)]).slice(0, table.rows);
  }
  return Array.from({ length: table.rows }, (_, i) => (rng.chance(column.nulls ?? 0) ? null : drawn(rng, source, i)));
}

/** All rows of a database, by table name; parents before children, which refer to them by serial number. */
export function makeRows(domain: Domain): Rows {
  const rows = new Map<string, Row[]>();
  for (const table of domain.tables) {
    const columns = table.columns.map((column) => columnValues(domain, table, column, rows));
    let made = Array.from(
      { length: table.rows },
      (_, i): Row => Object.fromEntries(table.columns.map((column, c) => [column.name, columns[c]![i]!])),
    );
    if (table.links.length > 0) made = withoutRepeatedPairs(table, made);
    rows.set(table.name, made);
  }
  return rows;
}

/** A linking table holds each pair of references once. */
function withoutRepeatedPairs(table: Table, made: Row[]): Row[] {
  const references = table.columns.filter((column) => column.reference);
  const key = table.columns.find((column) => column.kind === "id");
  const seen = new Set<string>();
  const kept = made.filter((row) => {
    const pair = references.map((column) => row[column.name]).join(",");
    return !seen.has(pair) && seen.add(pair);
  });
  return kept.map((row, i) => (key ? { ...row, [key.name]: i + 1 } : row));
}
