import { SqltuneError } from "../errors.js";
import { inventedIn } from "../eval/misses/invented-names.js";
import type { Schema } from "../schema/types.js";
import { parseSelect, resolveNames, type SchemaColumn } from "../sql/syntax/index.js";

/** What of a schema a query uses. */
export interface NamesUsed {
  tables: string[];
  columns: SchemaColumn[];
  /** Names that the schema does not have. */
  unknown: string[];
}

/** In the schema's spelling, each once, in the order of the query; null for text that is no query. */
export function namesUsed(sql: string, schema: Schema): NamesUsed | null {
  try {
    const names = resolveNames(parseSelect(sql), schema);
    const tables = [...names.sources.values()].flatMap(({ table }) => table ?? []);
    const origins = [...names.columns.values()].flatMap(
      (meaning) => (meaning.kind === "column" ? meaning.origin : null) ?? [],
    );
    const results = [...names.results.values()].flatMap((columns) =>
      (columns ?? []).flatMap(({ origin }) => origin ?? []),
    );
    const columns = new Map([...origins, ...results].map((it) => [`${it.table}\n${it.column}`, it]));
    return { tables: [...new Set(tables)], columns: [...columns.values()], unknown: inventedIn(names, schema) };
  } catch (error) {
    if (error instanceof SqltuneError) return null;
    throw error;
  }
}
