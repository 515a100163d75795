import type { Column, Row, Table, Value } from "./domain.js";
import type { Rng } from "./rng.js";

export type Operator =
  | "eq"
  | "ne"
  | "in"
  | "gt"
  | "lt"
  | "ge"
  | "le"
  | "between"
  | "contains"
  | "starts"
  | "null"
  | "notNull";

/** One comparison of a column with values that were seen in its rows. */
export interface Condition {
  table: Table;
  column: Column;
  operator: Operator;
  values: Value[];
}

export function literal(value: Value): string {
  if (value === null) return "NULL";
  return typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;
}

const SYMBOL = { eq: "=", ne: "!=", gt: ">", lt: "<", ge: ">=", le: "<=" } as const;

/** The condition as SQL; `qualified` writes table.column. */
export function conditionSql({ table, column, operator, values }: Condition, qualified = false): string {
  const name = qualified ? `${table.name}.${column.name}` : column.name;
  const [first = null, second = null] = values;
  switch (operator) {
    case "in":
      return `${name} IN (${values.map(literal).join(", ")})`;
    case "between":
      return `${name} BETWEEN ${literal(first)} AND ${literal(second)}`;
    case "contains":
      return `${name} LIKE '%${first}%'`;
    case "starts":
      return `${name} LIKE '${first}%'`;
    case "null":
      return `${name} IS NULL`;
    case "notNull":
      return `${name} IS NOT NULL`;
    default:
      return `${name} ${SYMBOL[operator]} ${literal(first)}`;
  }
}

function compare(a: Value, b: Value): number {
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

export function satisfies(row: Row, { column, operator, values }: Condition): boolean {
  const value = row[column.name]!;
  if (operator === "null") return value === null;
  if (value === null) return false;
  const [first = null, second = null] = values;
  switch (operator) {
    case "notNull":
      return true;
    case "in":
      return values.includes(value);
    case "between":
      return compare(value, first) >= 0 && compare(value, second) <= 0;
    case "contains":
      return String(value).toLowerCase().includes(String(first).toLowerCase());
    case "starts":
      return String(value).toLowerCase().startsWith(String(first).toLowerCase());
    case "eq":
      return value === first;
    case "ne":
      return value !== first;
    case "gt":
      return compare(value, first) > 0;
    case "lt":
      return compare(value, first) < 0;
    case "ge":
      return compare(value, first) >= 0;
    case "le":
      return compare(value, first) <= 0;
  }
}

/** A number that people would say: two significant digits, and never finer than the column's step. */
function rounded(value: number, column: Column): number {
  const step = column.source.from === "number" ? column.source.step : 1;
  // A year is said in full.
  if (column.kind === "date") return value;
  const grain = Math.max(step, 10 ** (Math.floor(Math.log10(Math.abs(value) || 1)) - 1));
  return Math.round(value / grain) * grain;
}

function operators(column: Column): Operator[] {
  const missing: Operator[] = column.nulls ? ["null", "null", "notNull"] : [];
  // A row without a value is neither equal nor unequal: no "not" where there are such rows.
  const unequal: Operator[] = column.nulls ? [] : ["ne"];
  switch (column.kind) {
    case "name":
      return ["contains", "starts"];
    case "category":
      return ["eq", "eq", "eq", "eq", "eq", "in", ...unequal, ...missing];
    case "measure":
      return ["gt", "gt", "gt", "lt", "lt", "lt", "ge", "le", "between", ...missing];
    case "date":
      return ["gt", "gt", "lt", "lt", "between", ...missing];
    default:
      return [];
  }
}

function valuesFor(rng: Rng, column: Column, operator: Operator, present: Value[]): Value[] {
  const [one, other] = [rng.pick(present), rng.pick(present)].sort(compare);
  const say = (value: Value): Value => {
    if (typeof value === "number") return rounded(value, column);
    // Half of the days said are the first of a month.
    return rng.chance(0.5) ? String(value).replace(/-\d\d$/, "-01") : value;
  };
  switch (operator) {
    case "null":
    case "notNull":
      return [];
    case "in":
      return rng.shuffle([...new Set(present)]).slice(0, 2);
    case "between":
      return [say(one!), say(other!)];
    case "contains":
      return [
        rng.pick(
          String(one)
            .split(" ")
            .filter((word) => word.length > 2),
        ),
      ];
    case "starts":
      return [String(one)[0]!];
    case "gt":
    case "lt":
    case "ge":
    case "le":
      return [say(rng.pick([one!, other!]))];
    default:
      return [one!];
  }
}

/** A condition that some rows fulfil and some do not; undefined when luck does not give one. */
export function drawCondition(
  rng: Rng,
  table: Table,
  rows: readonly Row[],
  columns: readonly Column[],
): Condition | undefined {
  const usable = columns.filter((column) => operators(column).length > 0);
  // Names are matched by a part of them only now and then.
  const frequent = usable.filter((column) => column.kind !== "name");
  const pool = frequent.length > 0 && rng.chance(0.88) ? frequent : usable;
  for (let attempt = 0; attempt < 12 && pool.length > 0; attempt++) {
    const column = rng.pick(pool);
    const operator = rng.pick(operators(column));
    const present = rows.map((row) => row[column.name]!).filter((value) => value !== null);
    if (present.length === 0) continue;
    const values = valuesFor(rng, column, operator, present);
    if (values.includes(undefined as never) || (values.length === 2 && values[0] === values[1])) continue;
    if (operator === "in" && values.length < 2) continue;
    const condition = { table, column, operator, values };
    const share = rows.filter((row) => satisfies(row, condition)).length / rows.length;
    if (share > 0 && share < 0.75) return condition;
  }
  return undefined;
}
