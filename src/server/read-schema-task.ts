import { readSqliteSchema } from "../schema/read-sqlite-schema.js";
import type { Schema } from "../schema/types.js";

/** Reads the schema of a file that a stranger may have made, in a database process and not in the server's. */
export default function readSchemaTask({ file, dbId }: { file: string; dbId: string }): Schema {
  return readSqliteSchema(file, { dbId });
}
