import { stat } from "node:fs/promises";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { SqltuneError } from "../errors.js";
import { readSqliteSchema } from "../schema/read-sqlite-schema.js";
import { serializeSchema } from "../schema/serialize-schema.js";
import type { Schema } from "../schema/types.js";
import { sha256Text } from "./checksum.js";
import { splitFilesAt } from "./context-rows-pipeline.js";
import { findDatabases } from "./database-files.js";
import { finishDataset } from "./finish-dataset.js";
import { makeExample } from "./make-example.js";
import type { DataOptions } from "./options.js";
import { checkColumns, readRows } from "./read-rows.js";
import { SchemaCatalogue } from "./schema-catalogue.js";
import { checksumsOf, locateSource } from "./source-location.js";
import type { SourceRow } from "./source-row.js";
import type { DataPipeline, Dataset, DroppedRow, Example } from "./types.js";

const COLUMNS = { question: "question", sql: "sql" };
const ADVICE =
  'Give a file (or a folder with train, validation and test files) of rows {"question", "sql", and "schema" or "db"}, as JSON Lines, JSON, CSV or Parquet.';

/**
 * Your own rows: question, sql, and either schema (DDL or a `TABLE:` line) or db (a SQLite file, by its path from the
 * rows' file, or a name in data.databases).
 */
export class JsonlPipeline implements DataPipeline {
  private readonly catalogue = new SchemaCatalogue();
  private readonly databases = new Map<string, string>();
  private readonly databaseSchemas = new Map<string, Schema>();
  private readonly dropped: DroppedRow[] = [];

  constructor(private readonly options: DataOptions) {}

  async prepare(): Promise<Dataset> {
    const location = await locateSource(this.options, { datasetId: null, advice: ADVICE });
    const files = await splitFilesAt(location);
    const parts: (Example[] | null)[] = [];
    for (const paths of [files.train, files.validation, files.test]) {
      const examples: Example[] = [];
      for (const path of paths) {
        const rows = await readRows(path);
        checkColumns(path, rows, [COLUMNS.question, COLUMNS.sql, ["schema", "db"]]);
        for (const [i, row] of rows.entries()) {
          if (i % 500 === 0) await nextTurn();
          const dbId = await this.databaseOf(row, path);
          const example = dbId === null ? null : makeExample(row, COLUMNS, dbId, this.dropped);
          if (example !== null) examples.push(example);
        }
      }
      parts.push(paths.length > 0 ? examples : null);
    }
    const checksums = await checksumsOf(location, [...files.train, ...files.validation, ...files.test]);
    for (const [dbId, schema] of this.databaseSchemas) {
      checksums[`database ${dbId} (schema)`] = sha256Text(serializeSchema(schema, "ddl"));
    }
    return finishDataset(
      {
        source: location.label,
        train: parts[0] ?? [],
        validation: parts[1]!,
        test: parts[2]!,
        schemas: new Map([...this.catalogue.schemas, ...this.databaseSchemas]),
        databases: this.databases,
        dropped: this.dropped,
        checksums,
        notes: [],
      },
      this.options,
    );
  }

  /** The row's dbId; null, with the reason in `dropped`, when it has none that can be read. */
  private async databaseOf(row: SourceRow, rowsFile: string): Promise<string | null> {
    const { schema, db } = row.values;
    const fail = (reason: string) => {
      this.dropped.push({ id: row.id, reason: `${reason} (${row.place})` });
      return null;
    };
    if (typeof db === "string" && db.trim() !== "") {
      const file = await this.findFile(db.trim(), rowsFile);
      if (file === null) return fail(`there is no database ${db}`);
      const found = this.addDatabase(file);
      return typeof found === "string" ? found : fail(found.problem);
    }
    if (typeof schema !== "string" || schema.trim() === "") return fail("it has neither schema nor db");
    const added = this.catalogue.add(schema);
    return "problem" in added ? fail(added.problem) : added.dbId;
  }

  private async findFile(db: string, rowsFile: string): Promise<string | null> {
    const beside = resolve(dirname(rowsFile), db);
    if ((await stat(beside).catch(() => null))?.isFile()) return beside;
    if (this.options.databases === null) return null;
    const folder = resolve(this.options.baseDir, this.options.databases);
    return (await findDatabases(folder, [db])).get(db) ?? null;
  }

  private addDatabase(file: string): string | { problem: string } {
    const known = [...this.databases].find(([, path]) => path === file);
    if (known !== undefined) return known[0];
    const short = basename(file, extname(file));
    const dbId = this.databases.has(short) ? relative(this.options.baseDir, file) : short;
    try {
      this.databaseSchemas.set(dbId, readSqliteSchema(file, { dbId }));
    } catch (error) {
      if (!(error instanceof SqltuneError)) throw error;
      return { problem: error.message };
    }
    this.databases.set(dbId, file);
    return dbId;
  }
}
