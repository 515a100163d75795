import { conditionSql, literal } from "../condition.js";
import { type Draft, keyOf, nameOf, relationSlots, type Shape, type Stage } from "./shape.js";

/** Parents that have, or do not have, a child with something. */
function inside(negated: boolean, counting = false) {
  return (stage: Stage): Draft | undefined => {
    const relation = stage.relation((r) => nameOf(r.parent) !== undefined);
    if (!relation) return undefined;
    const { child, column, parent } = relation;
    // "Members who made loans" is everybody where each member has a loan: say of which kind.
    const bare = relation.reference.unused && stage.rng.chance(negated ? 0.6 : 0.15);
    const condition = bare ? undefined : stage.condition(child);
    if (!bare && !condition) return undefined;
    const columns = stage.columns(parent, 1)!;
    const inner = `SELECT ${column.name} FROM ${child.name}${condition ? ` WHERE ${conditionSql(condition)}` : ""}`;
    const select = counting ? "COUNT(*)" : columns[0]!.name;
    const sql = `SELECT ${select} FROM ${parent.name} WHERE ${keyOf(parent)} ${negated ? "NOT IN" : "IN"} (${inner})`;
    const P = condition ? stage.speaker.condition(condition) : "";
    return { sql, slots: { ...relationSlots(relation), ...stage.speaker.columns(columns), P } };
  };
}

function againstAverage(stage: Stage): Draft | undefined {
  const table = stage.table("measure");
  const column = table && stage.column(table, ["measure"]);
  const columns = column && stage.columns(table, 1, [column]);
  if (!columns) return undefined;
  const above = stage.rng.chance(0.6);
  const sql = `SELECT ${columns[0]!.name} FROM ${table.name} WHERE ${column.name} ${above ? ">" : "<"} (SELECT AVG(${column.name}) FROM ${table.name})`;
  const slots = {
    E: table.many,
    e: table.one,
    ...stage.speaker.columns(columns),
    o: column.label,
    [above ? "above" : "below"]: "",
  };
  return { sql, slots };
}

function countAgainstAverage(stage: Stage): Draft | undefined {
  const draft = againstAverage(stage);
  return draft && { ...draft, sql: draft.sql.replace(/^SELECT \w+/, "SELECT COUNT(*)") };
}

function againstOne(stage: Stage): Draft | undefined {
  const table = stage.table("name");
  const name = table && nameOf(table)!;
  const column = table && stage.column(table, ["measure", "date"]);
  if (!column) return undefined;
  const row = stage.rng.pick(stage.rowsOf(table));
  if (row[column.name] === null) return undefined;
  const above = stage.rng.chance(0.5);
  const other = `SELECT ${column.name} FROM ${table.name} WHERE ${name!.name} = ${literal(row[name!.name]!)}`;
  const sql = `SELECT ${name!.name} FROM ${table.name} WHERE ${column.name} ${above ? ">" : "<"} (${other})`;
  const dated = column.kind === "date";
  const slots = {
    E: table.many,
    e: table.one,
    ...stage.speaker.columns([name!]),
    o: column.label,
    v: String(row[name!.name]),
    [dated ? (above ? "later" : "earlier") : above ? "above" : "below"]: "",
  };
  return { sql, slots };
}

export const nesting: readonly Shape[] = [
  { id: "in", weight: 3, draft: inside(false) },
  { id: "not-in", weight: 2.8, draft: inside(true) },
  { id: "count-not-in", weight: 1, draft: inside(true, true) },
  { id: "against-average", weight: 2.4, draft: againstAverage },
  { id: "count-against-average", weight: 0.8, draft: countAgainstAverage },
  { id: "against-one", weight: 1.2, draft: againstOne },
];
