import type { ForeignKey, Table } from "./types.js";

/**
 * Foreign keys in the spelling of the tables they name. A key without target columns points at the target's primary
 * key. A key whose table or columns do not exist is left out: a model would copy the name it invents.
 */
export function resolveForeignKeys(tables: Table[]): Table[] {
  const byName = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
  return tables.map((table) => ({
    name: table.name,
    columns: table.columns,
    foreignKeys: distinct(
      table.foreignKeys
        .map((key) => resolve(key, table, byName.get(key.refTable.toLowerCase())))
        .filter((key) => key !== null),
    ),
  }));
}

function resolve(key: ForeignKey, table: Table, target: Table | undefined): ForeignKey | null {
  if (target === undefined) return null;
  const refNames =
    key.refColumns.length > 0
      ? key.refColumns
      : target.columns.filter((column) => column.primaryKey).map((column) => column.name);
  const columns = spellings(key.columns, table);
  const refColumns = spellings(refNames, target);
  if (columns === null || refColumns === null || columns.length !== refColumns.length) return null;
  return { columns, refTable: target.name, refColumns };
}

function spellings(names: string[], table: Table): string[] | null {
  const found = names.map(
    (name) => table.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name,
  );
  return found.every((name) => name !== undefined) && found.length > 0 ? found : null;
}

function distinct(keys: ForeignKey[]): ForeignKey[] {
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
}
