import { nearestName } from "../../../src/config/nearest.js";
import type { Table } from "../api/types.js";

/** The name of the schema that may be meant where SQLite's error does not know one; null where none is near. */
export function meantName(error: string, tables: readonly Table[]): string | null {
  const [, kind, first, second] = /no such (column|table): (?:([^.\s]+)\.)?(\S+)$/.exec(error) ?? [];
  if (second === undefined) return null;
  if (kind === "table") return nearestName(second, new Set(tables.map(({ name }) => name)));
  const isSame = (a: string, b: string | undefined) => a.toLowerCase() === b?.toLowerCase();
  // An alias is no table of the schema: then any column may be meant.
  const own = tables.find(({ name }) => isSame(name, first));
  const near = nearestName(
    second,
    new Set((own ? [own] : tables).flatMap((table) => table.columns.map(({ name }) => name))),
  );
  if (near !== null && !isSame(near, second)) return near;
  const elsewhere = tables.find(({ columns }) => columns.some(({ name }) => isSame(name, second)));
  return elsewhere ? `${elsewhere.name}.${second}` : null;
}
