import { type Condition, conditionSql, satisfies } from "../condition.js";
import type { Column, Row } from "../domain.js";
import type { Draft, Shape, Stage } from "./shape.js";
import { columnsOf, nameOf } from "./shape.js";

type Operation = "UNION" | "INTERSECT" | "EXCEPT";

/** The same category in two tables: cities of members and of branches. */
function acrossTables(operation: Operation) {
  return (stage: Stage): Draft | undefined => {
    const pairs = stage.domain.tables.flatMap((one) =>
      stage.domain.tables.flatMap((other) =>
        columnsOf(one, "category").flatMap((column) =>
          columnsOf(other, "category")
            .filter((twin) => one !== other && twin.label === column.label)
            .map((twin) => ({ one, other, column, twin })),
        ),
      ),
    );
    if (pairs.length === 0) return undefined;
    const { one, other, column, twin } = stage.rng.pick(pairs);
    const sql = `SELECT ${column.name} FROM ${one.name} ${operation} SELECT ${twin.name} FROM ${other.name}`;
    return { sql, slots: { E: one.many, F: other.many, e: one.one, f: other.one, ...stage.speaker.columns([column]) } };
  };
}

/** Neither condition implies the other, and what EXCEPT takes away was there. */
function meaningful(
  operation: Operation,
  rows: readonly Row[],
  column: Column,
  one: Condition,
  other: Condition,
): boolean {
  const [left, right] = [one, other].map((condition) => rows.filter((row) => satisfies(row, condition)));
  if (left!.every((row) => right!.includes(row)) || right!.every((row) => left!.includes(row))) return false;
  return operation !== "EXCEPT" || left!.some((row) => right!.some((twin) => twin[column.name] === row[column.name]));
}

/** One category, under two conditions on the same table. */
function acrossConditions(operation: Operation) {
  return (stage: Stage): Draft | undefined => {
    const table = stage.table("category", "name");
    const column = table && (operation === "UNION" ? nameOf(table) : stage.group(table));
    const one = column && stage.condition(table, [column]);
    const other = one && stage.condition(table, [column]);
    if (!other || !meaningful(operation, stage.rowsOf(table), column, one, other)) return undefined;
    const select = (condition: typeof one) =>
      `SELECT ${column.name} FROM ${table.name} WHERE ${conditionSql(condition)}`;
    const slots = {
      E: table.many,
      e: table.one,
      ...stage.speaker.columns([column]),
      P: stage.speaker.condition(one),
      Q: stage.speaker.condition(other),
    };
    return { sql: `${select(one)} ${operation} ${select(other)}`, slots };
  };
}

export const setOperations: readonly Shape[] = [
  { id: "union-tables", weight: 1, draft: acrossTables("UNION") },
  { id: "intersect-tables", weight: 1, draft: acrossTables("INTERSECT") },
  { id: "except-tables", weight: 1, draft: acrossTables("EXCEPT") },
  { id: "union", weight: 0.8, draft: acrossConditions("UNION") },
  { id: "intersect", weight: 1, draft: acrossConditions("INTERSECT") },
  { id: "except", weight: 1, draft: acrossConditions("EXCEPT") },
];
