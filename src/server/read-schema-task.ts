import { readSqliteSchema } from "../schema/read-sqlite-schema.js";
import type { Schema } from "../schema/types.js";

/** Reads the schema of a file that a stranger may have made, in a database process and not in the server's. */
export default function readSchemaTask({ file, dbId }: { file: string; dbId: string }): Schema {
  const schema = readSqliteSchema(file, { dbId });
  const columns = schema.tables.reduce((sum, table) => sum + table.columns.length, 0);
  if (columns > MAX_COLUMNS) {
    throw new Error(`The file has ${columns} columns in ${schema.tables.length} tables; ${MAX_COLUMNS} are accepted.`);
  }
  return schema;
}

/** No prompt holds a hundredth of them, and the server keeps every schema in memory. */
const MAX_COLUMNS = 50_000;
