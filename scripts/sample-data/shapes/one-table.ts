import { conditionSql, literal } from "../condition.js";
import type { Column, Table } from "../domain.js";
import { type Draft, nameOf, type Shape, type Stage } from "./shape.js";

const words = (table: Table) => ({ E: table.many, e: table.one, its: table.people ? "their" : "its" });
const names = (columns: readonly Column[]) => columns.map((column) => column.name).join(", ");

function projection(count: number, distinct = false) {
  return (stage: Stage): Draft | undefined => {
    const table = stage.table();
    const columns = table && (distinct ? [stage.column(table, ["category"])!] : stage.columns(table, count));
    if (!columns?.[0]) return undefined;
    const sql = `SELECT ${distinct ? "DISTINCT " : ""}${names(columns)} FROM ${table!.name}`;
    return { sql, slots: { ...words(table!), ...stage.speaker.columns(columns) } };
  };
}

function filtered(count: number, joint?: "AND" | "OR") {
  return (stage: Stage): Draft | undefined => {
    const table = stage.table();
    const one = table && stage.condition(table);
    const other = one && joint ? stage.condition(table, [one.column]) : undefined;
    if (!one || (joint && !other)) return undefined;
    const columns = stage.columns(table, count, other ? [one.column, other.column] : [one.column]);
    if (!columns) return undefined;
    const where = other ? `${conditionSql(one)} ${joint} ${conditionSql(other)}` : conditionSql(one);
    const { speaker } = stage;
    const P = other
      ? joint === "AND"
        ? speaker.both(one, other)
        : speaker.either(one, other)
      : speaker.condition(one);
    return {
      sql: `SELECT ${names(columns)} FROM ${table.name} WHERE ${where}`,
      slots: { ...words(table), ...speaker.columns(columns), P },
    };
  };
}

function aggregated(where: boolean) {
  return (stage: Stage): Draft | undefined => {
    const table = stage.table("measure", "date");
    const column = table && stage.column(table, ["measure", "measure", "date"]);
    if (!column) return undefined;
    const condition = where ? stage.condition(table, [column]) : undefined;
    if (where && !condition) return undefined;
    const name = stage.rng.pick(aggregatesOf(column));
    const sql = `SELECT ${name}(${column.name}) FROM ${table.name}${condition ? ` WHERE ${conditionSql(condition)}` : ""}`;
    const P = condition && stage.speaker.condition(condition);
    return { sql, slots: { ...words(table), agg: stage.speaker.aggregate(name, column), P } };
  };
}

export function aggregatesOf(column: Column): ("AVG" | "SUM" | "MAX" | "MIN")[] {
  if (column.kind === "date") return ["MAX", "MIN"];
  // A total of years or of ages is nonsense.
  return column.sum ? ["AVG", "SUM", "MAX", "MIN"] : ["AVG", "MAX", "MIN"];
}

function ordered(limit: "none" | "one" | "several", where = false) {
  return (stage: Stage): Draft | undefined => {
    const table = stage.table("measure", "date");
    const by = table && stage.column(table, limit === "none" ? ["measure", "date", "name"] : ["measure", "date"]);
    const condition = by && where ? stage.condition(table, [by]) : undefined;
    if (!by || (where && !condition)) return undefined;
    const columns = stage.columns(table, stage.rng.chance(0.3) ? 2 : 1, limit === "none" ? [] : [by]);
    if (!columns) return undefined;
    const descending = stage.rng.chance(0.55);
    const n = limit === "one" ? 1 : stage.rng.int(3, 5);
    const sql = [
      `SELECT ${names(columns)} FROM ${table.name}`,
      condition && ` WHERE ${conditionSql(condition)}`,
      ` ORDER BY ${by.name}${descending ? " DESC" : ""}`,
      limit !== "none" && ` LIMIT ${n}`,
    ].filter(Boolean);
    const { speaker } = stage;
    const slots = {
      ...words(table),
      ...speaker.columns(columns),
      ...speaker.superlative(by, descending),
      dir: speaker.direction(by, descending),
      o: by.label,
      n: String(n),
      P: condition && speaker.condition(condition),
    };
    return { sql: sql.join(""), slots };
  };
}

function count(stage: Stage): Draft | undefined {
  const table = stage.rng.pick(stage.domain.tables);
  return { sql: `SELECT COUNT(*) FROM ${table.name}`, slots: words(table) };
}

function countDistinct(stage: Stage): Draft | undefined {
  const table = stage.table("category");
  const column = table && stage.column(table, ["category"]);
  if (!column) return undefined;
  const sql = `SELECT COUNT(DISTINCT ${column.name}) FROM ${table.name}`;
  return { sql, slots: { ...words(table), ...stage.speaker.columns([column]) } };
}

function countWhere(stage: Stage): Draft | undefined {
  const table = stage.table();
  const one = table && stage.condition(table);
  if (!one) return undefined;
  const other = stage.rng.chance(0.2) ? stage.condition(table, [one.column]) : undefined;
  const where = other ? `${conditionSql(one)} AND ${conditionSql(other)}` : conditionSql(one);
  const P = other ? stage.speaker.both(one, other) : stage.speaker.condition(one);
  return { sql: `SELECT COUNT(*) FROM ${table.name} WHERE ${where}`, slots: { ...words(table), P } };
}

function range(stage: Stage): Draft | undefined {
  const table = stage.table("measure");
  const column = table && stage.column(table, ["measure"]);
  if (!column) return undefined;
  const [one, other] = stage.rng.pick([
    ["MIN", "MAX"],
    ["MAX", "MIN"],
    ["AVG", "MAX"],
    ["MIN", "AVG"],
  ] as const);
  const label = ` ${column.label}`;
  const agg = stage.speaker.aggregate(one, column).slice(0, -label.length);
  const agg2 = stage.speaker.aggregate(other, column);
  const sql = `SELECT ${one}(${column.name}), ${other}(${column.name}) FROM ${table.name}`;
  return { sql, slots: { ...words(table), agg: `${agg} and ${agg2}` } };
}

/** A column of the row that has a name. */
function lookup(stage: Stage): Draft | undefined {
  const table = stage.table("name");
  const name = table && nameOf(table)!;
  const columns = table && stage.columns(table, stage.rng.chance(0.25) ? 2 : 1, [name!]);
  if (!columns) return undefined;
  const row = stage.rng.pick(stage.rowsOf(table));
  if (columns.some((column) => row[column.name] === null)) return undefined;
  const value = row[name!.name]!;
  const sql = `SELECT ${names(columns)} FROM ${table.name} WHERE ${name!.name} = ${literal(value)}`;
  return { sql, slots: { ...words(table), ...stage.speaker.columns(columns), v: String(value), d: name!.label } };
}

export const oneTable: readonly Shape[] = [
  { id: "list", weight: 2, draft: projection(1) },
  { id: "list-two", weight: 2, draft: projection(2) },
  { id: "distinct", weight: 2, draft: projection(1, true) },
  { id: "count", weight: 1.6, draft: count },
  { id: "count-distinct", weight: 1.6, draft: countDistinct },
  { id: "aggregate", weight: 3, draft: aggregated(false) },
  { id: "range", weight: 1.2, draft: range },
  { id: "where", weight: 6, draft: filtered(1) },
  { id: "where-two-columns", weight: 2.5, draft: filtered(2) },
  { id: "and", weight: 2.5, draft: filtered(1, "AND") },
  { id: "or", weight: 1.5, draft: filtered(1, "OR") },
  { id: "count-where", weight: 4, draft: countWhere },
  { id: "aggregate-where", weight: 2.5, draft: aggregated(true) },
  { id: "order", weight: 2, draft: ordered("none") },
  { id: "superlative", weight: 3.5, draft: ordered("one") },
  { id: "top", weight: 1.5, draft: ordered("several") },
  { id: "where-order", weight: 1.2, draft: ordered("none", true) },
  { id: "where-superlative", weight: 1.2, draft: ordered("one", true) },
  { id: "lookup", weight: 3, draft: lookup },
];
