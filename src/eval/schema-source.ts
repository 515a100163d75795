import { SqltuneError } from "../errors.js";
import { readSqliteSchema } from "../schema/read-sqlite-schema.js";
import type { Schema } from "../schema/types.js";

/** Schemas by database id: those given, else read from the database itself, each at most once. */
export class SchemaSource {
  readonly given: ReadonlyMap<string, Schema>;
  readonly #databases: ReadonlyMap<string, string>;
  readonly #read = new Map<string, Schema | null>();

  constructor(given: ReadonlyMap<string, Schema>, databases: ReadonlyMap<string, string>) {
    this.given = given;
    this.#databases = databases;
  }

  /** Null where nothing tells it. */
  of(dbId: string | null): Schema | null {
    if (dbId === null) return null;
    const known = this.given.get(dbId) ?? this.#read.get(dbId);
    if (known !== undefined) return known;
    const file = this.#databases.get(dbId);
    const schema = file === undefined ? null : readOrNull(file, dbId);
    this.#read.set(dbId, schema);
    return schema;
  }
}

/** A damaged file is named elsewhere, by the rows that it leaves unjudged. */
function readOrNull(file: string, dbId: string): Schema | null {
  try {
    return readSqliteSchema(file, { dbId });
  } catch (error) {
    if (error instanceof SqltuneError) return null;
    throw error;
  }
}
