import { createHash } from "node:crypto";
import { basename } from "node:path";
import { sha256File } from "../data/index.js";
import type { Schema } from "../schema/types.js";
import type { EvalChecksums } from "./eval-report.js";
import { goldLine } from "./one-line-sql.js";

/** What the verdicts were reached with. */
export interface ScoredInputs {
  rows: readonly { sql: string; dbId: string | null }[];
  /** Path of tables.json, or the schemas that took its place; null where em was not judged. */
  tables: string | ReadonlyMap<string, Schema> | null;
  databases: ReadonlyMap<string, string>;
  suites: ReadonlyMap<string, readonly string[]>;
}

/**
 * Checksums of all that the verdicts hang on, but the predictions. Databases that no row names are left out, so that a
 * folder with more of them gives the same numbers; a file that cannot be read is left out too, for the report names it.
 */
export async function checksumsOf({ rows, tables, databases, suites }: ScoredInputs): Promise<EvalChecksums> {
  const named = new Set(rows.flatMap(({ dbId }) => dbId ?? []));
  const used = <T>(files: ReadonlyMap<string, T>): [string, T][] => [...files].filter(([dbId]) => named.has(dbId));
  const ofSuites = used(suites).flatMap(([dbId, files]) => files.map((file) => [`${dbId}/${basename(file)}`, file]));
  return {
    gold: sha256(rows.map(({ sql, dbId }) => goldLine(sql, dbId)).join("")),
    tables:
      tables === null ? null : typeof tables === "string" ? await sha256File(tables) : schemasChecksum(used(tables)),
    databases: await filesChecksum(used(databases)),
    suites: await filesChecksum(ofSuites as [string, string][]),
  };
}

function schemasChecksum(schemas: readonly (readonly [string, Schema])[]): string | null {
  if (schemas.length === 0) return null;
  return sha256(sortedLines(schemas.map(([dbId, schema]) => [JSON.stringify(schema.tables), dbId])));
}

async function filesChecksum(files: readonly (readonly [name: string, file: string])[]): Promise<string | null> {
  const sums: [sum: string, name: string][] = [];
  for (const [name, file] of files) {
    // One after the other: reading is over before the queries are, and they need the other cores.
    const sum = await sha256File(file).catch(() => null);
    if (sum !== null) sums.push([sum, name]);
  }
  return sums.length === 0 ? null : sha256(sortedLines(sums));
}

/** As `sha256sum` writes a list, sorted by name. */
function sortedLines(sums: readonly (readonly [sum: string, name: string])[]): string {
  const byName = [...sums].sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0));
  return byName.map(([sum, name]) => `${sum}  ${name}\n`).join("");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
