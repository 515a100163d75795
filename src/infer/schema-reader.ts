import { SqltuneError } from "../errors.js";
import { parseSchema } from "../schema/parse-schema.js";
import { readSqliteSchema } from "../schema/read-sqlite-schema.js";
import type { Schema } from "../schema/types.js";
import type { Question } from "./engine-types.js";

/**
 * Reads the schemas of one call's questions, each text and file once. Null for a question without a schema. A schema
 * text is only ever parsed, never opened as a path.
 */
export function schemaReader(): (question: Question) => Schema | null {
  const read = new Map<string, Schema>();
  const once = (key: string, make: () => Schema): Schema => {
    const known = read.get(key) ?? make();
    read.set(key, known);
    return known;
  };
  return ({ schema, db, database }) => {
    if (schema !== undefined && db !== undefined) {
      throw new SqltuneError("Both schema and db are given: give the schema, or the SQLite file to read it from.");
    }
    if (db !== undefined && database !== undefined) {
      throw new SqltuneError("Both db and database are given: db alone is the file of the schema and of the answers.");
    }
    if (db !== undefined) return once(`db:${db}`, () => readSqliteSchema(db));
    if (typeof schema === "string") return once(`text:${schema}`, () => parseSchema(schema));
    return schema ?? null;
  };
}
