import { SqltuneError } from "../../errors.js";
import type { Schema } from "../../schema/types.js";
import { parseSelect, type ResolvedNames, resolveNames } from "../../sql/syntax/index.js";

/**
 * Names of tables and columns that a query uses and the schema does not have, each once. A column that exists but is
 * out of reach, because its table is not in FROM, is not invented: Table.column is invented when that table lacks it, a
 * bare column when no table has it. A query that does not parse has no names.
 */
export function inventedNames(sql: string, schema: Schema): string[] {
  try {
    return inventedIn(resolveNames(parseSelect(sql), schema), schema);
  } catch (error) {
    if (error instanceof SqltuneError) return [];
    throw error;
  }
}

/** The same for a query whose names are resolved already. */
export function inventedIn(names: ResolvedNames, schema: Schema): string[] {
  const tables = new Map(schema.tables.map((table) => [table.name.toLowerCase(), table]));
  const has = (table: string, column: string): boolean =>
    tables.get(table.toLowerCase())?.columns.some(({ name }) => name.toLowerCase() === column.toLowerCase()) ?? false;
  const invented = names.unknownTables.filter((name) => !tables.has(name.toLowerCase()));
  // What a qualifier stands for: the tables of that alias anywhere in the query.
  const sources = [...names.sources.values()];
  for (const { table, column } of names.unknownColumns) {
    if (table === null) {
      if (![...tables.keys()].some((name) => has(name, column.name))) invented.push(column.name);
      continue;
    }
    const meant = sources.filter((source) => source.name.toLowerCase() === table.name.toLowerCase());
    const behind = meant.flatMap((source) => source.table ?? []);
    if (behind.length === 0 && tables.has(table.name.toLowerCase()))
      behind.push(tables.get(table.name.toLowerCase())!.name);
    if (behind.some((name) => has(name, column.name))) continue;
    invented.push(`${behind[0] ?? table.name}.${column.name}`);
  }
  const seen = new Set<string>();
  return invented.filter((name) => !seen.has(name.toLowerCase()) && seen.add(name.toLowerCase()));
}
