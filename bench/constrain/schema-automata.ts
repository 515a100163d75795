import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import type { Addon, NativeAutomaton } from "../../src/native/types.js";
import { readSqliteSchema } from "../../src/schema/read-sqlite-schema.js";
import type { Schema } from "../../src/schema/types.js";
import { compileGrammar } from "../../src/sql/grammar/index.js";
import type { Tokenizer } from "../../src/tokenizer/types.js";

export interface DatabaseAutomaton {
  database: Database.Database;
  schema: Schema;
  automaton: NativeAutomaton;
  columns: ReadonlySet<string>;
}

/** The automaton of each of Spider's databases, made when first asked for; null for a database that is absent. */
export function schemaAutomata(
  addon: Addon,
  tokenizer: Tokenizer,
  spider: string,
): (dbId: string) => DatabaseAutomaton | null {
  const { bytes, offsets } = tokenizer.tokenBytes();
  const vocabulary = addon.createTokenVocabulary(bytes, offsets);
  const stops = Int32Array.from(tokenizer.stopIds);
  const made = new Map<string, DatabaseAutomaton | null>();
  return (dbId) => {
    const known = made.get(dbId);
    if (known !== undefined) return known;
    const file = `${spider}/database/${dbId}/${dbId}.sqlite`;
    let result: DatabaseAutomaton | null = null;
    if (existsSync(file)) {
      const schema = readSqliteSchema(file);
      const automaton = addon.createAutomaton(vocabulary, compileGrammar(schema)!, stops);
      const columns = new Set(schema.tables.flatMap((table) => table.columns.map(({ name }) => name.toLowerCase())));
      result = { database: new Database(file, { readonly: true }), schema, automaton, columns };
    }
    made.set(dbId, result);
    return result;
  };
}
