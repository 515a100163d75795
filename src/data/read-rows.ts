import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { nearestName } from "../config/index.js";
import { SqltuneError } from "../errors.js";
import { ProblemList } from "./problem-list.js";
import { readCsv } from "./read-csv.js";
import { readJsonLines, readJsonRows } from "./read-json.js";
import type { SourceRow } from "./source-row.js";

export const ROW_FILE_EXTENSIONS = [".csv", ".json", ".jsonl", ".ndjson", ".parquet"];

/**
 * Rows of a CSV, JSON, JSON Lines or Parquet file, by its extension.
 * @throws SqltuneError when the file is missing, broken, of another kind, or holds no row.
 */
export async function readRows(file: string): Promise<SourceRow[]> {
  const stats = await stat(file).catch(() => null);
  if (stats === null) throw new SqltuneError(`There is no file ${file}.`, { code: "ERR_DATA" });
  if (!stats.isFile()) throw new SqltuneError(`${file} is a folder; a file was expected.`, { code: "ERR_DATA" });
  const rows = await readByExtension(file);
  if (rows.length === 0) throw new SqltuneError(`${file} holds no rows.`, { code: "ERR_DATA" });
  return rows;
}

async function readByExtension(file: string): Promise<SourceRow[]> {
  switch (extname(file).toLowerCase()) {
    case ".csv":
      return (await readCsv(file)).rows;
    case ".json":
      return readJsonRows(file);
    case ".jsonl":
    case ".ndjson":
      return readJsonLines(file);
    case ".parquet":
      return readParquet(file);
    default:
      throw new SqltuneError(
        `${file} is of no kind that can be read. Known are ${ROW_FILE_EXTENSIONS.join(", ")}, told by the extension.`,
        { code: "ERR_DATA" },
      );
  }
}

async function readParquet(file: string): Promise<SourceRow[]> {
  const name = basename(file);
  try {
    const objects = await parquetReadObjects({ file: await asyncBufferFromFile(file) });
    return objects.map((values, i) => ({ id: `${name}:${i}`, place: `row ${i}`, values }));
  } catch (error) {
    throw new SqltuneError(
      `${file} cannot be read as Parquet: ${error instanceof Error ? error.message : error}. It may be cut off: download it again. Readable are uncompressed and snappy-compressed files.`,
      { code: "ERR_DATA", cause: error },
    );
  }
}

/**
 * Checks that every row has the columns, and reports the ones it has and the nearest to what is missing.
 * @param expected one name a column, or several of which one must be there.
 */
export function checkColumns(file: string, rows: SourceRow[], expected: readonly (string | readonly string[])[]): void {
  const found = [...new Set(rows.slice(0, 100).flatMap((row) => Object.keys(row.values)))];
  const wanted = expected.map((names) => (typeof names === "string" ? names : names.join(" or "))).join(", ");
  const problems = new ProblemList(
    `${file} has not the columns it needs`,
    `Found: ${found.join(", ") || "none"}. Expected: ${wanted}. Rename the columns of the file.`,
  );
  for (const names of expected) {
    const list = typeof names === "string" ? [names] : names;
    if (list.some((name) => found.includes(name))) continue;
    const near = list.map((name) => nearestName(name, found)).find((name) => name !== null);
    problems.add(`${list.join(" or ")} is missing${near === undefined ? "" : `; ${near} is nearest`}`);
  }
  problems.throwIfAny();
}
