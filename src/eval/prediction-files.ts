import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SqltuneError } from "../errors.js";
import { lex } from "../sql/lexer.js";
import type { EvalReport } from "./eval-report.js";

/**
 * What stands for an empty answer. An empty line would part two dialogues to the official scripts, and a comment would run
 * and match an empty result; this fails to parse there, as it should.
 */
export const NO_ANSWER = "NO_ANSWER";

/** SQL on one line, as the official scripts read it: no line breaks and no tabs, comments left out, literals kept whole. */
export function oneLineSql(sql: string): string {
  let out = "";
  let end = 0;
  for (const token of lex(sql)) {
    const separated = token.start > end;
    end = token.end;
    if (token.kind === "comment") {
      if (!out.endsWith(" ")) out += " ";
      continue;
    }
    if (separated && !out.endsWith(" ")) out += " ";
    // Inside a literal: a line break there cannot be kept, and becomes the space that it looks like.
    out += token.text.replace(/[\r\n\t]/g, " ");
  }
  return out.trim();
}

/** predictions.sql: one query a line. gold.sql: `SQL<tab>db_id`, in the same order. */
export function officialFiles(report: EvalReport): { predictions: string; gold: string } {
  const lines = (of: (detail: EvalReport["details"][number]) => string): string =>
    report.details.map((detail) => `${of(detail)}\n`).join("");
  return {
    predictions: lines((detail) => oneLineSql(detail.predicted_sql) || NO_ANSWER),
    gold: lines((detail) => `${oneLineSql(detail.gold_sql)}\t${detail.db_id}`),
  };
}

/**
 * Writes the report as JSON to `output` and, beside it, predictions.sql and gold.sql; these only when every row names its
 * database, without which the official scripts cannot read them. Each file appears whole.
 *
 * @returns the paths written
 */
export async function writeEvalFiles(report: EvalReport, output: string): Promise<string[]> {
  const folder = dirname(output);
  await mkdir(folder, { recursive: true });
  const files: [path: string, text: string][] = [[output, `${JSON.stringify(report, null, 2)}\n`]];
  if (report.details.length > 0 && report.details.every(({ db_id }) => db_id !== null)) {
    const { predictions, gold } = officialFiles(report);
    files.push([join(folder, "predictions.sql"), predictions], [join(folder, "gold.sql"), gold]);
  }
  for (const [path, text] of files) {
    await writeFile(`${path}.tmp`, text);
    await rename(`${path}.tmp`, path);
  }
  return files.map(([path]) => path);
}

/** The queries of a predictions file, one a line; what follows a tab is left out, as the official scripts do. */
export async function readPredictionFile(path: string): Promise<string[]> {
  return (await readLines(path)).map((line) => line.split("\t")[0]!.trim());
}

/** The rows of a gold file: `SQL<tab>db_id`. @throws SqltuneError that names the first line without a database */
export async function readGoldFile(path: string): Promise<{ sql: string; dbId: string }[]> {
  return (await readLines(path)).map((line, i) => {
    const [sql = "", dbId = ""] = line.split("\t").map((part) => part.trim());
    if (sql && dbId) return { sql, dbId };
    throw new SqltuneError(`${path}:${i + 1} is "${line.slice(0, 80)}"; expected SQL, a tab and the database's id`);
  });
}

async function readLines(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new SqltuneError(`${path} cannot be read: ${error.message}`, { cause: error });
  });
  const lines = text.split(/\r?\n/);
  while (lines.at(-1)?.trim() === "") lines.pop();
  return lines;
}
