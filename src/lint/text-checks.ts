import type { DroppedRow } from "../data/types.js";
import { firstKeyword } from "../database/single-select.js";
import { lex } from "../sql/lexer.js";
import { type DatasetRow, groupBy, lintRow, placeOf } from "./dataset-rows.js";
import { finding } from "./finding.js";
import { inTurns, type TurnOptions } from "./in-turns.js";
import type { LintFinding, LintRow } from "./types.js";
import { counted, plural } from "./wording.js";

const looksLikeSelect = (text: string): boolean =>
  (firstKeyword(text) === "SELECT" && text.trim().includes(" ")) ||
  /^WITH\s+\w+\s*(?:\([^)]*\)\s*)?AS\s*\(/i.test(text.trim());

/** A question where SQL should be and SQL where the question should be. */
export function isSwapped(row: Pick<DatasetRow, "question" | "sql">): boolean {
  // "Select all singers" is a question too, so that the other side has to be none of SQL.
  return looksLikeSelect(row.question) && !looksLikeSelect(row.sql) && /\s/.test(row.sql);
}

/** Texts that stand in the wrong column, and characters that are no part of a text. */
export async function textChecks(rows: readonly DatasetRow[], options: TurnOptions = {}): Promise<LintFinding[]> {
  const swapped: LintRow[] = [];
  const odd: LintRow[] = [];
  const look = (row: DatasetRow): void => {
    if (isSwapped(row)) swapped.push(lintRow(row));
    const found = [...oddIn("question", row.question), ...oddIn("SQL", row.sql), ...oddInSql(row.sql)];
    if (found.length > 0) odd.push(lintRow(row, found.join(", ")));
  };
  await inTurns(rows, look, options);
  const all = swapped.length === rows.length ? "all of them; the columns look swapped" : "their columns look swapped";
  return [
    ...finding(swapped, {
      check: "columns-swapped",
      severity: "error",
      message: `${counted(swapped.length, "row", "has", "have")} SQL for a question and a question for SQL (${all})`,
      fix: "Swap the two texts, or the names in the file's header.",
    }),
    ...finding(odd, {
      check: "odd-characters",
      severity: "warning",
      message: `${counted(odd.length, "row", "holds", "hold")} characters that look like a fault of encoding or copying`,
      fix: "Write them as they were meant: the file in UTF-8, plain quotes and spaces in SQL.",
    }),
  ];
}

/** UTF-8 that was read as Latin-1 or Windows-1252 and written again: "Ã©" for "é", "â€™" for "’". */
const MOJIBAKE = /[ÃÂ][\u0080-\u00BF]|â€[\u0080-\u00BF™œ“”˜]?|ï»¿/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/u;

function oddIn(where: string, text: string): string[] {
  const found: string[] = [];
  if (text.includes("\uFFFD")) found.push(`${where}: U+FFFD, a character that could not be read`);
  const garbled = MOJIBAKE.exec(text)?.[0];
  if (garbled !== undefined) found.push(`${where}: "${garbled}", text in UTF-8 that was read as Latin-1`);
  const control = CONTROL.exec(text)?.[0];
  if (control !== undefined) found.push(`${where}: control character ${codePoint(control)}`);
  return found;
}

const UNSEEN = /[\u00A0\u2000-\u200F\u2018-\u201F\u2028\u2029\u202F\u2060\u3000\uFEFF]/u;

/** Outside of literals SQLite takes these for letters of a name. */
function oddInSql(sql: string): string[] {
  if (!UNSEEN.test(sql)) return [];
  const outside = lex(sql)
    .filter(({ kind }) => kind === "identifier" || kind === "illegal")
    .map(({ text }) => text)
    .join(" ");
  const odd = UNSEEN.exec(outside)?.[0];
  return odd === undefined ? [] : [`SQL: ${codePoint(odd)}${/[\u2018-\u201F]/u.test(odd) ? ` (${odd})` : ", unseen"}`];
}

const codePoint = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;

const QUESTION_COLUMNS = new Set(["question", "text_query"]);

/** The rows that the data source could not use, by what is wrong with them. */
export function droppedRowChecks(dropped: readonly DroppedRow[]): LintFinding[] {
  const groups = groupBy(dropped, ({ reason }) => kindOf(reason));
  const rows = (check: string): LintRow[] => (groups.get(check) ?? []).map(droppedRow);
  const [questions, queries, others] = ["empty-question", "empty-sql", "unusable-row"].map(rows) as [
    LintRow[],
    LintRow[],
    LintRow[],
  ];
  const leftOut = (count: number) => `${count === 1 ? "is" : "are"} left out`;
  return [
    ...finding(questions, {
      check: "empty-question",
      severity: "warning",
      message: `${plural(questions.length, "row")} without a question ${leftOut(questions.length)}`,
      fix: "Write the question, or remove the row.",
    }),
    ...finding(queries, {
      check: "empty-sql",
      severity: "warning",
      message: `${plural(queries.length, "row")} without SQL ${leftOut(queries.length)}`,
      fix: "Write the SQL, or remove the row.",
    }),
    ...finding(others, {
      check: "unusable-row",
      severity: "warning",
      message: `${plural(others.length, "row")} cannot be used and ${leftOut(others.length)}`,
      fix: "Mend what is named beside each row.",
    }),
  ];
}

function kindOf(reason: string): "empty-question" | "empty-sql" | "unusable-row" {
  const column = /^(\S+) is (?:missing or empty|blank)/.exec(reason)?.[1];
  if (column === undefined) return "unusable-row";
  return QUESTION_COLUMNS.has(column) ? "empty-question" : "empty-sql";
}

/** A dropped row's reason ends with its place: "question is blank (row 3, line 5)". */
function droppedRow({ id, reason }: DroppedRow): LintRow {
  const match = /^(.*) \(row \d+(?:, line (\d+))?\)$/s.exec(reason);
  const line = match?.[2] === undefined ? null : Number(match[2]);
  return { id, ...placeOf(id), line, split: null, detail: match?.[1] ?? reason, question: null, sql: null };
}
