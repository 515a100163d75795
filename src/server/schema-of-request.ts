import { SqltuneError } from "../errors.js";
import type { Schema } from "../schema/types.js";
import type { Databases, KnownDatabase } from "./databases.js";
import { HttpError } from "./http-error.js";

/** What a question is asked about; `database` where its queries can be run. */
export interface Subject {
  schema: Schema;
  database: KnownDatabase | null;
}

/**
 * A schema as text, or the name of a database in its place. A text with the tables and columns of one known database
 * means that database; the prompt has the text as it was given. Never a path: nothing a client names is opened.
 *
 * @param client who sent it: see FastifyRequest.client
 * @throws HttpError 400 for a text that is no schema
 */
export function subjectOf(text: string, databases: Databases, client: string | null = null): Subject {
  const named = databases.find(text.trim());
  if (named) return { schema: named.schema, database: named };
  const schema = readSchema(text, databases, client);
  return { schema, database: databases.matching(schema) };
}

function readSchema(text: string, { texts }: Databases, client: string | null): Schema {
  try {
    return texts.get(text, client ?? "");
  } catch (error) {
    if (!(error instanceof SqltuneError)) throw error;
    // What parseSchema advises is the command line's; files are not read here.
    const message = error.message.split(" Accepted forms:")[0]!;
    throw new HttpError(
      400,
      `${message} Expected CREATE TABLE statements, "TABLE: name ( column (type), … )" lines or the name of a database.`,
      { code: "invalid_schema", param: "schema" },
    );
  }
}
