import { stat } from "node:fs/promises";
import { findDatabases } from "../data/database-files.js";
import { readJsonRows } from "../data/read-json.js";
import { SqltuneError } from "../errors.js";
import { readSqliteSchema } from "../schema/read-sqlite-schema.js";
import { type SpiderTablesEntry, schemaFromSpiderTables } from "../schema/spider-tables.js";
import type { Schema } from "../schema/types.js";
import { findSuites } from "./execution/index.js";
import { type GoldFile, readGold } from "./gold-file.js";
import { type OfficialSchemas, readOfficialSchemas } from "./official/index.js";
import { type PredictionFile, readPredictions } from "./prediction-file.js";
import type { Prediction, ScoreOptions } from "./score-predictions.js";

/** Files and folders that a system's predictions are scored with. */
export interface ScoringFiles {
  predictions: string;
  gold: string;
  /** Spider's tables.json. */
  tables?: string | undefined;
  /** Folder of SQLite files, DB/DB.sqlite or DB.sqlite. */
  databases?: string | undefined;
  /** Folder of test suites, DB/*.sqlite. */
  suites?: string | undefined;
}

/** What `scorePredictions` takes, read from files. */
export interface ScoringInputs extends Required<Pick<ScoreOptions, "databases" | "suites" | "schemas">> {
  predictions: Prediction[];
  tables: { file: string; schemas: OfficialSchemas } | undefined;
  /** What was read in a way that its writer might not expect. */
  notes: string[];
}

/**
 * Reads everything that scoring needs. A database without a file is no error here, since the report names and counts its
 * rows; a folder without any of them is.
 *
 * @throws SqltuneError that names everything that is wrong with the files, not the first thing alone
 */
export async function readScoringInputs(files: ScoringFiles): Promise<ScoringInputs> {
  const problems: string[] = [];
  const attempt = async <T>(read: Promise<T>): Promise<T | null> =>
    read.catch((error: unknown) => {
      if (!(error instanceof SqltuneError)) throw error;
      problems.push(error.message);
      return null;
    });
  const gold = await attempt(readGold(files.gold));
  // Without the gold a predictions file is still looked at: both mistakes are told at once.
  const predicted = await attempt(gold ? readPredictions(files.predictions, gold) : exists(files.predictions));
  const tables = files.tables === undefined ? null : await attempt(readTables(files.tables));
  const dbIds = new Set(gold?.rows.map(({ dbId }) => dbId));
  const { databases: folder, suites: suitesFolder } = files;
  const databases = folder === undefined ? null : await attempt(databasesIn(folder, dbIds));
  const suites = suitesFolder === undefined ? null : await attempt(suitesIn(suitesFolder, dbIds));
  const unknown = [...dbIds].filter((dbId) => isUnknown(dbId, tables, databases)).sort();
  if (unknown.length > 0) {
    const places = [files.tables, folder].filter((it) => it !== undefined).join(" and ");
    problems.push(
      `${files.gold} names databases that ${places} ${tables && databases ? "do" : "does"} not have: ${listed(unknown)}`,
    );
  }
  if (problems.length > 0 || !gold || !predicted) throw allOf(problems);
  const { sql, notes } = predicted as PredictionFile;
  return {
    predictions: gold.rows.map((row, i) => ({ ...row, predicted: sql[i]! })),
    databases: databases ?? new Map(),
    suites: suites ?? new Map(),
    schemas: tables?.catalogue ?? schemasOf(databases ?? new Map()),
    tables: tables ? { file: files.tables!, schemas: tables.schemas } : undefined,
    notes: [...notes, ...absent(gold, databases)],
  };
}

async function exists(path: string): Promise<null> {
  if ((await stat(path).catch(() => null))?.isFile()) return null;
  throw new SqltuneError(`there is no file ${path}`);
}

interface Tables {
  schemas: OfficialSchemas;
  catalogue: Map<string, Schema>;
}

async function readTables(path: string): Promise<Tables> {
  const schemas = await readOfficialSchemas(path);
  const catalogue = new Map<string, Schema>();
  for (const { values } of await readJsonRows(path)) {
    try {
      const schema = schemaFromSpiderTables(values as unknown as SpiderTablesEntry);
      catalogue.set(schema.dbId, schema);
    } catch (error) {
      // Exact set match needs less of an entry than a schema does; without one its misses are told with less detail.
      if (!(error instanceof SqltuneError)) throw error;
    }
  }
  return { schemas, catalogue };
}

async function databasesIn(folder: string, dbIds: ReadonlySet<string>): Promise<Map<string, string>> {
  await requireFolder(folder, "DB/DB.sqlite or DB.sqlite");
  const found = await findDatabases(folder, dbIds);
  if (found.size > 0 || dbIds.size === 0) return found;
  const [first] = dbIds;
  throw new SqltuneError(
    `${folder} has none of the ${dbIds.size} databases; looked for ${first}/${first}.sqlite and ${first}.sqlite`,
  );
}

async function suitesIn(folder: string, dbIds: ReadonlySet<string>): Promise<ScoringInputs["suites"]> {
  await requireFolder(folder, "DB/*.sqlite");
  const found = await findSuites(folder);
  if (dbIds.size === 0 || [...dbIds].some((dbId) => found.has(dbId))) return found;
  throw new SqltuneError(
    `${folder} has a suite of none of the ${dbIds.size} databases; looked for ${[...dbIds][0]}/*.sqlite`,
  );
}

async function requireFolder(folder: string, content: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (!found) throw new SqltuneError(`there is no folder ${folder}; it should hold ${content}`);
  if (!found.isDirectory()) throw new SqltuneError(`${folder} is a file; a folder with ${content} was expected`);
}

/** Schemas of the databases themselves; a file that is no database has none, and the report names it. */
function schemasOf(databases: ReadonlyMap<string, string>): Map<string, Schema> {
  const schemas = new Map<string, Schema>();
  for (const [dbId, file] of databases) {
    try {
      schemas.set(dbId, readSqliteSchema(file, { dbId }));
    } catch (error) {
      if (!(error instanceof SqltuneError)) throw error;
    }
  }
  return schemas;
}

function isUnknown(dbId: string, tables: Tables | null, databases: ReadonlyMap<string, string> | null): boolean {
  if (!tables && !databases) return false;
  return !tables?.schemas.has(dbId) && !databases?.has(dbId);
}

function absent(gold: GoldFile, databases: ReadonlyMap<string, string> | null): string[] {
  if (!databases) return [];
  const rows = gold.rows.filter(({ dbId }) => !databases.has(dbId));
  if (rows.length === 0) return [];
  const names = [...new Set(rows.map(({ dbId }) => dbId))].sort();
  return [
    `no file of ${names.length} databases, whose ${rows.length} rows are not judged by execution: ${listed(names)}.`,
  ];
}

function listed(names: readonly string[]): string {
  return names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");
}

function allOf(problems: readonly string[]): SqltuneError {
  if (problems.length === 1) return new SqltuneError(`${problems[0]!.replace(/[^.]$/, "$&.")}`);
  return new SqltuneError(`nothing was scored:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
}
