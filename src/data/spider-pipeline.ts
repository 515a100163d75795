import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { SqltuneError } from "../errors.js";
import { readSqliteSchema } from "../schema/read-sqlite-schema.js";
import { serializeSchema } from "../schema/serialize-schema.js";
import { type SpiderTablesEntry, schemaFromSpiderTables } from "../schema/spider-tables.js";
import type { Schema } from "../schema/types.js";
import { sha256Text } from "./checksum.js";
import { findDatabases } from "./database-files.js";
import { finishDataset } from "./finish-dataset.js";
import { makeExample } from "./make-example.js";
import type { DataOptions } from "./options.js";
import { readJsonRows } from "./read-json.js";
import { checkColumns, readRows } from "./read-rows.js";
import { checksumsOf, locateSource, type SourceLocation } from "./source-location.js";
import type { SourceRow } from "./source-row.js";
import { findSplitFiles, type SplitFiles } from "./split-files.js";
import type { DataPipeline, Dataset, DroppedRow, Example } from "./types.js";

const COLUMNS = { question: "question", sql: "query" };
const ADVICE =
  "Spider comes from https://yale-lily.github.io/spider: unpack it and set data.path to the folder with train_spider.json, dev.json, tables.json and database/.";
const SCHEMA_ADVICE = `The Hub's copy of Spider has the questions alone. ${ADVICE} Or keep the Hub's questions and set data.databases to the folder of its SQLite files.`;

/** The bundled sample data, from src/data and from dist/data alike. */
const SAMPLE_FOLDER = fileURLToPath(new URL("../../data/sample", import.meta.url));

/**
 * Spider's own files (train_spider.json, dev.json, tables.json, database/), the Hub's Parquet of its questions, or data
 * in the same form such as the bundled sample (train.json, validation.json, test.json, tables.json, database/).
 * Spider's dev part is `test` here, so that it is scored once at the end; validation databases are set aside from train.
 */
export class SpiderPipeline implements DataPipeline {
  constructor(
    private readonly options: DataOptions,
    /** `others`: train on train_others.json (scholar, geo, academic, …) as well; Spider's leaderboard allows it. */
    private readonly extra: { others?: boolean } = {},
  ) {}

  async prepare(): Promise<Dataset> {
    const { options } = this;
    const sample = options.datasetName === "sample";
    const location = await locateSource(options, {
      datasetId: sample ? null : "xlangai/spider",
      ...(sample ? { bundled: SAMPLE_FOLDER } : {}),
      advice: sample ? "The sample comes with sqltune: install it again." : ADVICE,
    });
    if (location.isFile)
      throw new SqltuneError(`${location.path} is a file; a folder was expected. ${ADVICE}`, { code: "ERR_DATA" });
    const files = await this.splitFiles(location.path);
    const dropped: DroppedRow[] = [];
    const rows = {
      train: await readAll(files.train),
      validation: await readAll(files.validation),
      test: await readAll(files.test),
    };
    const dbIds = new Set([...rows.train, ...rows.validation, ...rows.test].map((row) => String(row.values.db_id)));
    const databases = await this.databases(location.path, dbIds);
    const { schemas, checksums } = await this.schemas(location, databases, dbIds);
    const examples = (part: SourceRow[]): Example[] =>
      part.flatMap((row) => {
        const dbId = String(row.values.db_id);
        if (schemas.has(dbId)) return makeExample(row, COLUMNS, dbId, dropped) ?? [];
        dropped.push({ id: row.id, reason: `database ${dbId} has no schema (${row.place})` });
        return [];
      });
    return finishDataset(
      {
        source: location.path,
        train: examples(rows.train),
        validation: files.validation.length > 0 ? examples(rows.validation) : null,
        test: files.test.length > 0 ? examples(rows.test) : null,
        schemas,
        databases,
        dropped,
        checksums: {
          ...(await checksumsOf(location, [...files.train, ...files.validation, ...files.test])),
          ...checksums,
        },
        notes: databaseNotes(dbIds, databases),
      },
      options,
    );
  }

  private async splitFiles(folder: string): Promise<SplitFiles> {
    const there = async (...names: string[]) => {
      const paths = names.map((name) => join(folder, name));
      const stats = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
      return paths.filter((_, i) => stats[i]?.isFile());
    };
    const official = await there("train_spider.json");
    if (official.length > 0) {
      const others = this.extra.others ? await there("train_others.json") : [];
      // A dev.json is the part that is scored; a hidden test.json beside it has another tables file.
      return {
        train: [...official, ...others],
        validation: await there("validation.json"),
        test: await there("dev.json"),
      };
    }
    const train = await there("train.json");
    if (train.length > 0) {
      const [test, dev] = [await there("test.json"), await there("dev.json")];
      const validation = await there("validation.json");
      return { train, validation, test: test.length > 0 ? test : dev };
    }
    const found = await findSplitFiles(folder).catch((error: unknown) => {
      if (!(error instanceof SqltuneError)) throw error;
      throw new SqltuneError(`${error.message}\n${ADVICE}`, { code: "ERR_DATA" });
    });
    return found.test.length > 0 ? found : { train: found.train, validation: [], test: found.validation };
  }

  private async databases(folder: string, dbIds: Set<string>): Promise<Map<string, string>> {
    const configured = this.options.databases;
    if (configured === null) return findDatabases(join(folder, "database"), dbIds);
    const path = resolve(this.options.baseDir, configured);
    if (!(await stat(path).catch(() => null))?.isDirectory()) {
      throw new SqltuneError(`There is no folder ${path} (data.databases). ${ADVICE}`, { code: "ERR_DATA" });
    }
    return findDatabases(path, dbIds);
  }

  /** From tables.json, beside the questions or beside the databases; else from the database files themselves. */
  private async schemas(
    location: SourceLocation,
    databases: Map<string, string>,
    dbIds: Set<string>,
  ): Promise<{ schemas: Map<string, Schema>; checksums: Record<string, string> }> {
    const folders = [location.path];
    if (this.options.databases !== null) {
      const path = resolve(this.options.baseDir, this.options.databases);
      folders.push(path, dirname(path));
    }
    for (const folder of folders) {
      const file = join(folder, "tables.json");
      if (!(await stat(file).catch(() => null))?.isFile()) continue;
      const entries = (await readJsonRows(file)).map((row) => row.values as unknown as SpiderTablesEntry);
      const wanted = entries.filter((entry) => dbIds.has(entry.db_id)).map(schemaFromSpiderTables);
      const checksums = await checksumsOf(
        folder === location.path ? location : { path: folder, isFile: false, label: this.options.databases! },
        [file],
      );
      return { schemas: new Map(wanted.map((schema) => [schema.dbId, schema])), checksums };
    }
    if (databases.size === 0)
      throw new SqltuneError(
        `There is no ${join(location.path, "tables.json")}, and no database either. ${SCHEMA_ADVICE}`,
        { code: "ERR_DATA" },
      );
    const schemas = new Map([...databases].map(([dbId, file]) => [dbId, readSqliteSchema(file, { dbId })]));
    // The rows in a database may change without harm to a resumed run; its structure may not.
    const checksums = Object.fromEntries(
      [...schemas].map(([dbId, schema]) => [`database ${dbId} (schema)`, sha256Text(serializeSchema(schema, "ddl"))]),
    );
    return { schemas, checksums };
  }
}

async function readAll(files: string[]): Promise<SourceRow[]> {
  const rows: SourceRow[] = [];
  for (const file of files) {
    const read = await readRows(file);
    checkColumns(file, read, [COLUMNS.question, COLUMNS.sql, "db_id"]);
    rows.push(...read);
  }
  return rows;
}

function databaseNotes(dbIds: Set<string>, databases: Map<string, string>): string[] {
  const absent = [...dbIds].filter((id) => !databases.has(id)).sort();
  if (absent.length === 0) return [];
  const names = `${absent.slice(0, 5).join(", ")}${absent.length > 5 ? ", …" : ""}`;
  return [
    `${absent.length} of ${dbIds.size} databases have no SQLite file (${names}): their questions can be trained on, but not scored by execution.`,
  ];
}
