import { conditionSql } from "../condition.js";
import { aggregatesOf } from "./one-table.js";
import type { Draft, Shape, Stage } from "./shape.js";

const COUNT = "COUNT(*)";

/** One category, with the table it groups. */
function grouped(
  stage: Stage,
  build: (g: NonNullable<ReturnType<typeof pickGroup>>) => Draft | undefined,
): Draft | undefined {
  const picked = pickGroup(stage);
  return picked && build(picked);
}

function pickGroup(stage: Stage) {
  const table = stage.table("category");
  const group = table && stage.group(table);
  if (!group) return undefined;
  return { table, group, slots: { E: table.many, e: table.one, G: group.labels, g: group.label } };
}

const groupCount = (stage: Stage) =>
  grouped(stage, ({ table, group, slots }) => ({
    sql: `SELECT ${group.name}, ${COUNT} FROM ${table.name} GROUP BY ${group.name}`,
    slots,
  }));

const groupCountWhere = (stage: Stage) =>
  grouped(stage, ({ table, group, slots }) => {
    const condition = stage.condition(table, [group]);
    if (!condition) return undefined;
    const sql = `SELECT ${group.name}, ${COUNT} FROM ${table.name} WHERE ${conditionSql(condition)} GROUP BY ${group.name}`;
    return { sql, slots: { ...slots, P: stage.speaker.condition(condition) } };
  });

const groupCountOrder = (stage: Stage) =>
  grouped(stage, ({ table, group, slots }) => {
    const descending = stage.rng.chance(0.6);
    const sql = `SELECT ${group.name}, ${COUNT} FROM ${table.name} GROUP BY ${group.name} ORDER BY ${COUNT}${descending ? " DESC" : ""}`;
    return {
      sql,
      slots: {
        ...slots,
        [descending ? "down" : "up"]: "",
        dir: stage.rng.pick(stage.speaker.bank.directions[descending ? "down" : "up"]),
      },
    };
  });

const groupAggregate = (stage: Stage) =>
  grouped(stage, ({ table, group, slots }) => {
    const column = stage.column(table, ["measure", "measure", "date"]);
    if (!column) return undefined;
    const name = stage.rng.pick(aggregatesOf(column));
    const sql = `SELECT ${group.name}, ${name}(${column.name}) FROM ${table.name} GROUP BY ${group.name}`;
    return { sql, slots: { ...slots, agg: stage.speaker.aggregate(name, column) } };
  });

const groupHaving = (stage: Stage) =>
  grouped(stage, ({ table, group, slots }) => {
    const [symbol, say] = stage.rng.pick([
      [">", "more"],
      [">=", "least"],
      ["<", "fewer"],
    ] as const);
    const n = stage.rng.int(2, 8);
    const sql = `SELECT ${group.name} FROM ${table.name} GROUP BY ${group.name} HAVING ${COUNT} ${symbol} ${n}`;
    return {
      sql,
      slots: { ...slots, many: { more: `more than ${n}`, least: `at least ${n}`, fewer: `fewer than ${n}` }[say] },
    };
  });

const groupHavingAggregate = (stage: Stage) =>
  grouped(stage, ({ table, group, slots }) => {
    const column = stage.column(table, ["measure"]);
    if (!column) return undefined;
    const name = stage.rng.pick(aggregatesOf(column).filter((aggregate) => aggregate === "AVG" || aggregate === "SUM"));
    const values = stage.rowsOf(table).map((row) => Number(row[column.name] ?? 0));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const grain = 10 ** Math.max(0, Math.floor(Math.log10(mean)) - 1);
    const size = name === "SUM" ? values.length / new Set(stage.rowsOf(table).map((row) => row[group.name])).size : 1;
    const n = Math.round((mean * size) / grain) * grain;
    const over = stage.rng.chance(0.6);
    const sql = `SELECT ${group.name} FROM ${table.name} GROUP BY ${group.name} HAVING ${name}(${column.name}) ${over ? ">" : "<"} ${n}`;
    const agg = stage.speaker.aggregate(name, column);
    return { sql, slots: { ...slots, agg, [over ? "over" : "under"]: String(n) } };
  });

const groupTop = (stage: Stage) =>
  grouped(stage, ({ table, group, slots }) => {
    const most = stage.rng.chance(0.7);
    const sql = `SELECT ${group.name} FROM ${table.name} GROUP BY ${group.name} ORDER BY ${COUNT}${most ? " DESC" : ""} LIMIT 1`;
    return { sql, slots: { ...slots, [most ? "most" : "least"]: "" } };
  });

const groupTopAggregate = (stage: Stage) =>
  grouped(stage, ({ table, group, slots }) => {
    const column = stage.column(table, ["measure"]);
    if (!column) return undefined;
    const name = stage.rng.pick(aggregatesOf(column).filter((aggregate) => aggregate === "AVG" || aggregate === "SUM"));
    const most = stage.rng.chance(0.6);
    const sql = `SELECT ${group.name} FROM ${table.name} GROUP BY ${group.name} ORDER BY ${name}(${column.name})${most ? " DESC" : ""} LIMIT 1`;
    return { sql, slots: { ...slots, [most ? "most" : "least"]: "", agg: stage.speaker.aggregate(name, column) } };
  });

export const grouping: readonly Shape[] = [
  { id: "group-count", weight: 3, draft: groupCount },
  { id: "group-count-where", weight: 1.2, draft: groupCountWhere },
  { id: "group-count-order", weight: 1, draft: groupCountOrder },
  { id: "group-aggregate", weight: 2.5, draft: groupAggregate },
  { id: "group-having", weight: 2.2, draft: groupHaving },
  { id: "group-having-aggregate", weight: 1, draft: groupHavingAggregate },
  { id: "group-top", weight: 2, draft: groupTop },
  { id: "group-top-aggregate", weight: 1, draft: groupTopAggregate },
];
