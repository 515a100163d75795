import type { Column, Domain } from "./domain.js";

/** One entry of Spider's tables.json. Column 0 is "*"; keys are column numbers. */
export interface SpiderTables {
  db_id: string;
  table_names_original: string[];
  table_names: string[];
  column_names_original: [number, string][];
  column_names: [number, string][];
  column_types: string[];
  primary_keys: (number | number[])[];
  foreign_keys: [number, number][];
}

function spiderType(column: Column): string {
  if (column.type !== "TEXT") return "number";
  return column.kind === "date" ? "time" : "text";
}

/** A name as words: "loan_date" and "LoanDate" are both "loan date". */
function words(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/_/g, " ")
    .toLowerCase();
}

export function spiderTables(domain: Domain): SpiderTables {
  const out: SpiderTables = {
    db_id: domain.id,
    table_names_original: domain.tables.map((table) => table.name),
    table_names: domain.tables.map((table) => words(table.name)),
    column_names_original: [[-1, "*"]],
    column_names: [[-1, "*"]],
    column_types: ["text"],
    primary_keys: [],
    foreign_keys: [],
  };
  const number = new Map<string, number>();
  const idOf = new Map<string, number>();
  domain.tables.forEach((table, t) => {
    for (const column of table.columns) {
      number.set(`${table.name}.${column.name}`, out.column_names.length);
      if (column.kind === "id") idOf.set(table.name, out.column_names.length);
      out.column_names_original.push([t, column.name]);
      out.column_names.push([t, words(column.name)]);
      out.column_types.push(spiderType(column));
    }
  });
  for (const table of domain.tables) {
    const references = table.columns.filter((column) => column.reference);
    const key = idOf.get(table.name);
    out.primary_keys.push(key ?? references.map((column) => number.get(`${table.name}.${column.name}`)!));
    for (const column of references) {
      out.foreign_keys.push([number.get(`${table.name}.${column.name}`)!, idOf.get(column.reference!.table)!]);
    }
  }
  return out;
}
