import { open, readFile, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { SqltuneError } from "../errors.js";
import { parseSchema, SCHEMA_FORMS } from "./parse-schema.js";
import { readSqliteSchema } from "./read-sqlite-schema.js";
import type { Dialect, Schema } from "./types.js";

/**
 * What `--schema` takes: DDL, a `TABLE:` line, a file of either, or `@file.sqlite`.
 * A SQLite file is known by its first bytes, so the @ may be left out, and `@schema.sql` works too.
 * @throws SqltuneError naming the accepted forms when the argument is none of them.
 */
export async function readSchemaArgument(argument: string, options: { dialect?: Dialect } = {}): Promise<Schema> {
  const text = argument.trim();
  if (text === "" || text === "@") {
    throw new SqltuneError(`--schema is empty. Accepted forms:\n${SCHEMA_FORMS}`, { code: "ERR_SCHEMA", exitCode: 2 });
  }
  if (text.startsWith("@")) return readSchemaFile(text.slice(1), options);
  // A path has neither parentheses with a space before them nor line breaks; a schema has one of both.
  if (/\n|\(|^TABLE\s*:/i.test(text) && (await stat(text).catch(() => null)) === null)
    return parseSchema(text, options);
  return readSchemaFile(text, options);
}

/** A schema from a file: a SQLite database, DDL or `TABLE:` lines. `dbId` is the file's name without its extension. */
export async function readSchemaFile(file: string, options: { dialect?: Dialect } = {}): Promise<Schema> {
  const stats = await stat(file).catch(() => null);
  if (stats === null) {
    throw new SqltuneError(`There is no file ${file}, and it is no schema either. Accepted forms:\n${SCHEMA_FORMS}`, {
      code: "ERR_SCHEMA",
      exitCode: 2,
    });
  }
  if (!stats.isFile())
    throw new SqltuneError(`${file} is a folder; a schema file was expected.`, { code: "ERR_SCHEMA" });
  if (/\.(?:sqlite3?|db3?)$/i.test(file) || (await isSqliteFile(file))) return readSqliteSchema(file);
  return parseSchema(await readFile(file, "utf8"), { ...options, dbId: basename(file, extname(file)) });
}

async function isSqliteFile(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return bytesRead === 16 && buffer.toString("latin1") === "SQLite format 3\0";
  } finally {
    await handle.close();
  }
}
