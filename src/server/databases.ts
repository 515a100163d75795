import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import { createDatabasePool, type DatabasePool, type QueryResult } from "../database/index.js";
import { SqltuneError } from "../errors.js";
import type { Schema } from "../schema/types.js";
import { HttpError, unknownDatabase } from "./http-error.js";
import { SchemaTexts } from "./schema-texts.js";
import { UploadFolder } from "./upload-folder.js";

/** A database that questions can be asked about and queries run on. */
export interface KnownDatabase {
  name: string;
  file: string;
  /** As it was when the database was registered. */
  schema: Schema;
  bytes: number;
  origin: "file" | "upload";
}

export interface DatabasesOptions {
  files: Readonly<Record<string, string>>;
  dataFolder?: string;
  uploadLimit: number;
  uploadCount: number;
  maxRows: number;
  queryTimeoutMs: number;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const SCHEMA_TASK = new URL(
  import.meta.url.endsWith(".ts") ? "./read-schema-task.ts" : "./read-schema-task.js",
  import.meta.url,
);
/**
 * Queries that run or wait for a process: each may take seconds, and clients wait for theirs. Those of answers come at
 * once when answers are computed together, and the models are the narrower door.
 */
const MAX_QUERIES = 256;
/** Of the clients' own. */
const MAX_OWN_QUERIES = 32;

/** The databases of one server and the processes that their queries run in, apart from the server's own. */
export class Databases {
  /** Beside them, the schemas that clients send as texts. */
  readonly texts = new SchemaTexts();
  private readonly known = new Map<string, KnownDatabase>();
  private readonly pool: DatabasePool;
  private uploads: UploadFolder | null = null;
  private pending = 0;
  /** Names of uploads that are on their way. */
  private readonly arriving = new Set<string>();

  private constructor(private readonly options: DatabasesOptions) {
    this.pool = createDatabasePool({ timeoutMs: options.queryTimeoutMs, maxBytes: 8 * 2 ** 20 });
  }

  /** Reads every schema. @throws SqltuneError naming all files that are no database. */
  static async open(options: DatabasesOptions): Promise<Databases> {
    const databases = new Databases(options);
    const problems: string[] = [];
    const add = async (name: string, file: string, origin: KnownDatabase["origin"]) => {
      await databases.register(name, file, origin).catch((error: Error) => {
        if (!(error instanceof SqltuneError)) throw error;
        problems.push(`${name}: ${error.message}`);
      });
    };
    try {
      for (const [name, file] of Object.entries(options.files)) await add(name, resolve(file), "file");
      if (options.dataFolder !== undefined) {
        databases.uploads = await UploadFolder.open(options.dataFolder);
        for (const [name, file] of databases.uploads.entries) {
          if (!databases.known.has(name)) await add(name, file, "upload");
        }
      }
      if (problems.length > 0) throw new SqltuneError(problems.join("\n"));
      return databases;
    } catch (error) {
      await databases.close();
      throw error;
    }
  }

  get all(): KnownDatabase[] {
    return [...this.known.values()];
  }

  find(name: string): KnownDatabase | null {
    return this.known.get(name) ?? null;
  }

  /** @throws HttpError 404 */
  get(name: string): KnownDatabase {
    const found = this.find(name);
    if (!found) throw unknownDatabase(name);
    return found;
  }

  /** The one database that has exactly these tables and columns; null where none or several have. */
  matching(schema: Schema): KnownDatabase | null {
    const wanted = signature(schema);
    const same = this.all.filter((database) => signature(database.schema) === wanted);
    return same.length === 1 ? same[0]! : null;
  }

  /** Runs SQL in the sandbox; `own`: that a client wrote, not a model. @throws HttpError 429 when too many queries run already. */
  async query(
    database: KnownDatabase,
    sql: string,
    options: { maxRows?: number | undefined; signal: AbortSignal; own?: boolean },
  ): Promise<QueryResult> {
    const { maxRows = Number.POSITIVE_INFINITY, signal, own = false } = options;
    if (this.pending >= (own ? MAX_OWN_QUERIES : MAX_QUERIES)) {
      throw new HttpError(429, `${this.pending} queries run already. Try again later.`, {
        ...{ code: "too_many_queries", retryAfter: 1 },
      });
    }
    this.pending++;
    try {
      const result = await this.pool.query(database.file, sql, {
        maxRows: Math.min(maxRows, this.options.maxRows),
        signal,
      });
      // The file's path is the server's business.
      const withoutPath = <T>(value: T) =>
        typeof value === "string" ? value.replaceAll(database.file, database.name) : value;
      if (!result.ok) return { ...result, error: withoutPath(result.error) };
      return { ...result, rows: result.rows.map((row) => row.map(withoutPath)) as typeof result.rows };
    } finally {
      this.pending--;
    }
  }

  /** @throws HttpError when uploads are off, the name is taken or no name, or the bytes are no database. */
  async upload(name: string, body: Readable): Promise<KnownDatabase> {
    const { uploads } = this;
    if (!uploads)
      throw new HttpError(403, "This server takes no databases: it has no data folder.", { code: "uploads_off" });
    if (!NAME.test(name)) {
      throw new HttpError(400, `${JSON.stringify(name)} is no name for a database: expected ${NAME.source}`, {
        param: "name",
      });
    }
    if (this.known.has(name) || this.arriving.has(name)) {
      throw new HttpError(409, `There is a database ${name} already.`, { code: "name_taken", param: "name" });
    }
    if (uploads.size + this.arriving.size >= this.options.uploadCount) {
      throw new HttpError(409, `${this.options.uploadCount} databases are kept, which is the limit. Delete one.`, {
        code: "full",
      });
    }
    this.arriving.add(name);
    try {
      return await this.take(name, uploads, body);
    } finally {
      this.arriving.delete(name);
    }
  }

  private async take(name: string, uploads: UploadFolder, body: Readable): Promise<KnownDatabase> {
    const path = await uploads.receive(body, this.options.uploadLimit);
    try {
      const database = await this.register(name, path, "upload");
      await uploads.keep(name, path);
      return database;
    } catch (error) {
      if (this.known.get(name)?.file === path) this.known.delete(name);
      await uploads.discard(path);
      this.pool.forget(path);
      // The pool's own failures are no fault of the file.
      if (!(error instanceof SqltuneError && error.details.code === "ERR_DATABASE")) throw error;
      throw new HttpError(415, error.message.replaceAll(path, "The file"), { code: "not_a_database" });
    }
  }

  /** @throws HttpError 404, and 403 for one that was not uploaded. */
  async remove(name: string): Promise<void> {
    if (this.get(name).origin !== "upload") {
      throw new HttpError(403, `${name} was given when the server was started, and stays.`, { code: "not_uploaded" });
    }
    const { file } = this.get(name);
    this.known.delete(name);
    await this.uploads!.remove(name);
    // A process that has it open would keep its space on the disk.
    this.pool.forget(file);
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private async register(name: string, file: string, origin: KnownDatabase["origin"]): Promise<KnownDatabase> {
    if (!NAME.test(name)) throw new SqltuneError(`expected a name of letters, digits, "_", "-" and ".", 64 at most.`);
    const read = await this.pool.run<unknown, Schema>(SCHEMA_TASK, { file, dbId: name }, { affinity: file });
    if (!read.ok) throw new SqltuneError(read.error, { code: "ERR_DATABASE" });
    const database = { name, file, schema: read.value, bytes: (await stat(file)).size, origin };
    if (this.known.has(name)) throw new HttpError(409, `There is a database ${name} already.`, { code: "name_taken" });
    this.known.set(name, database);
    return database;
  }
}

const signatures = new WeakMap<Schema, string>();

/** Tables and columns whatever their order, case, types and keys. */
function signature(schema: Schema): string {
  const known = signatures.get(schema);
  if (known !== undefined) return known;
  const texts = schema.tables.map(({ name, columns }) => {
    return JSON.stringify([name.toLowerCase(), columns.map((column) => column.name.toLowerCase()).sort()]);
  });
  const text = texts.sort().join("\n");
  signatures.set(schema, text);
  return text;
}
