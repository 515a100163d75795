import type { Dataset, Example } from "../data/types.js";
import { normalizeSql } from "../sql/statements.js";
import { inTurns, type TurnOptions } from "./in-turns.js";
import { questionForm, wordsOf } from "./question-words.js";
import { sqlForm } from "./sql-forms.js";
import type { LintRow, LintSplit } from "./types.js";

export const SPLITS: readonly LintSplit[] = ["train", "validation", "test"];

/** A row with the forms in which rows are compared. */
export interface DatasetRow {
  id: string;
  file: string | null;
  row: number | null;
  split: LintSplit;
  question: string;
  sql: string;
  dbId: string | null;
  words: string[];
  questionForm: string;
  sqlForm: string;
  /** As the seed's string match compares. */
  normalizedSql: string;
  /** Equal where a model is asked the same thing: question and database. */
  promptKey: string;
}

/** All rows, by split and in the order of their files within each. */
export async function datasetRows(dataset: Dataset, options: TurnOptions = {}): Promise<DatasetRow[]> {
  const all: DatasetRow[] = [];
  for (const split of SPLITS) {
    const rows: DatasetRow[] = [];
    await inTurns(dataset[split], (example) => rows.push(datasetRow(example, split, dataset)), options);
    all.push(...rows.sort(byPlace));
  }
  return all;
}

function datasetRow({ id, question, sql, dbId }: Example, split: LintSplit, { schemas }: Dataset): DatasetRow {
  const form = questionForm(question);
  return {
    ...{ id, ...placeOf(id), split, question, sql, dbId },
    words: wordsOf(question),
    questionForm: form,
    sqlForm: sqlForm(sql, dbId === null ? "sqlite" : schemas.get(dbId)?.dialect),
    normalizedSql: normalizeSql(sql),
    promptKey: `${dbId ?? ""}\n${form}`,
  };
}

/** "questions.csv:12" -> the file and the row; nulls for an id of another form. */
export function placeOf(id: string): { file: string | null; row: number | null } {
  const match = /^(.+\.\w+):(\d+)$/.exec(id);
  return match === null ? { file: null, row: null } : { file: match[1]!, row: Number(match[2]) };
}

/** Files by name, rows by number; rows without a place stay where they are. */
export function byPlace(a: Pick<DatasetRow, "file" | "row">, b: Pick<DatasetRow, "file" | "row">): number {
  if (a.file === null || b.file === null) return 0;
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.row! - b.row!;
}

export function lintRow(row: DatasetRow, detail = ""): LintRow {
  const { id, file, row: number, split, question, sql } = row;
  return { id, file, row: number, line: null, split, detail, question, sql };
}

/** Groups rows by a key, in order of first appearance. */
export function groupBy<T>(rows: Iterable<T>, keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}
