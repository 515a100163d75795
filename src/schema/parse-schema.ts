import { SqltuneError } from "../errors.js";
import { type ParseDdlOptions, parseDdl } from "./parse-ddl.js";
import { isTableLine, parseTableLines } from "./parse-table-line.js";
import type { Schema } from "./types.js";

/** The accepted spellings of a schema, for messages. */
export const SCHEMA_FORMS = `  CREATE TABLE singer (singer_id INT PRIMARY KEY, name TEXT);      DDL of SQLite, PostgreSQL or MySQL
  TABLE: singer ( singer_id (int), name (text) )                    one line a table
  schema.sql                                                        a file of either
  @singers.sqlite                                                   a SQLite database`;

/**
 * Reads a schema written as DDL or as `TABLE:` lines.
 * @throws SqltuneError when the text is empty or neither of them.
 */
export function parseSchema(text: string, options: ParseDdlOptions = {}): Schema {
  if (text.trim() === "")
    throw new SqltuneError(`The schema is empty. Accepted forms:\n${SCHEMA_FORMS}`, { code: "ERR_SCHEMA" });
  if (isTableLine(text)) return parseTableLines(text, options);
  if (/\bCREATE\b[\s\S]*\bTABLE\b/i.test(text)) return parseDdl(text, options);
  throw new SqltuneError(
    `"${text.trim().slice(0, 60)}" is neither DDL nor a TABLE: line. Accepted forms:\n${SCHEMA_FORMS}`,
    { code: "ERR_SCHEMA" },
  );
}
