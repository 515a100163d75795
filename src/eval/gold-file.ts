import { basename } from "node:path";
import { SqltuneError } from "../errors.js";
import { type FileLine, readRowFile } from "./row-file.js";

/** A question's gold query. */
export interface GoldRow {
  /** File and place, from 0: "dev.json:12". */
  id: string;
  /** Empty where the file holds queries alone. */
  question: string;
  sql: string;
  dbId: string;
}

export interface GoldFile {
  rows: GoldRow[];
  /** Rows of each dialogue, which blank lines part; one number for a file without. */
  dialogues: number[];
}

const SHOWN = 5;

/**
 * The rows of a gold file: Spider's JSON (`{question, query, db_id}`, as list or JSON Lines), or `SQL<tab>db_id` lines.
 *
 * @throws SqltuneError that names what cannot be read
 */
export async function readGold(path: string): Promise<GoldFile> {
  const file = await readRowFile(path);
  const problems: string[] = [];
  const name = basename(path);
  const rows: GoldRow[] = [];
  const add = (place: string, row: Omit<GoldRow, "id"> | string) => {
    if (typeof row === "string") problems.push(`${place} ${row}`);
    else rows.push({ id: `${name}:${rows.length}`, ...row });
  };
  if (file.form === "json") for (const [i, value] of file.values.entries()) add(`row ${i}`, fromObject(value));
  else for (const { number, text } of file.lines) if (text !== "") add(`line ${number}`, fromLine(text));
  if (problems.length > 0) {
    const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : "";
    throw new SqltuneError(
      `${path} is no gold file: ${problems.slice(0, SHOWN).join("; ")}${more}. Expected Spider's JSON ({question, query, db_id}), or a query, a tab and the database's id on each line`,
    );
  }
  return { rows, dialogues: file.form === "json" ? [rows.length] : dialogueLengths(file.lines) };
}

/** The rows of a gold file. @throws SqltuneError that names what cannot be read */
export async function readGoldFile(path: string): Promise<GoldRow[]> {
  return (await readGold(path)).rows;
}

/** Blank lines part dialogues in the official scripts; two of them in a row, or some at the end, part nothing. */
export function dialogueLengths(lines: readonly FileLine[]): number[] {
  const lengths = [0];
  for (const { text } of lines) {
    if (text !== "") lengths[lengths.length - 1]!++;
    else if (lengths.at(-1) !== 0) lengths.push(0);
  }
  return lengths.filter((length) => length > 0);
}

function fromLine(text: string): Omit<GoldRow, "id"> | string {
  const tab = text.lastIndexOf("\t");
  const [sql, dbId] = [text.slice(0, Math.max(0, tab)).trim(), text.slice(tab + 1).trim()];
  if (tab < 0 || sql === "" || dbId === "") return `is ${quoted(text)}`;
  return { question: "", sql, dbId };
}

function fromObject(value: unknown): Omit<GoldRow, "id"> | string {
  if (typeof value !== "object" || value === null) return `is ${quoted(String(JSON.stringify(value)))}`;
  const row = value as Record<string, unknown>;
  // Spider's `sql` is its parsed query; other data sets have the text there.
  const sql = [row.query, row.gold, row.gold_sql, row.sql, row.SQL].find((it) => typeof it === "string");
  const { db_id: dbId, question } = row;
  const missing = [
    typeof sql === "string" && sql.trim() ? null : "query",
    typeof dbId === "string" && dbId ? null : "db_id",
  ];
  const named = missing.filter((it) => it !== null);
  if (named.length > 0) return `has no ${named.join(" and no ")}`;
  return { question: typeof question === "string" ? question : "", sql: String(sql).trim(), dbId: String(dbId) };
}

function quoted(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 57)}...` : text}"`;
}
