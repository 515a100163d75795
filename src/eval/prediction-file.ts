import { SqltuneError } from "../errors.js";
import { dialogueLengths, type GoldFile } from "./gold-file.js";
import { type FileLine, readRowFile } from "./row-file.js";

/** One system's answers, in the order of the gold rows. */
export interface PredictionFile {
  sql: string[];
  /** What was read in a way that its writer might not expect. */
  notes: string[];
}

/** Where an object of a predictions file has its SQL, the first that is there. */
const SQL_KEYS = ["predicted", "predicted_sql", "prediction", "pred", "query", "sql", "SQL"];

interface Answer {
  sql: string;
  dbId: string | null;
}

/** The queries of a predictions file in the order they stand there, blank lines left out. @throws SqltuneError */
export async function readPredictionFile(path: string): Promise<string[]> {
  const file = await readRowFile(path);
  const answers =
    file.form === "json" ? fromValues(path, file.values) : fromLines(file.lines.filter(({ text }) => text));
  return answers.map(({ sql }) => sql);
}

/**
 * Reads the answers to the rows of a gold file: one query a line, as the official scripts read them (what follows a tab is
 * left out, blank lines part dialogues), or JSON or JSON Lines of texts or of objects with `predicted`, `query` or `sql`.
 *
 * @throws SqltuneError when there is not one answer a row
 */
export async function readPredictions(path: string, gold: GoldFile): Promise<PredictionFile> {
  const file = await readRowFile(path);
  const wanted = gold.rows.length;
  const notes: string[] = [];
  let answers: Answer[];
  if (file.form === "json") answers = fromValues(path, file.values);
  else {
    answers = fromLines(file.lines.filter(({ text }) => text !== ""));
    const dialogues = dialogueLengths(file.lines);
    if (answers.length === wanted && dialogues.length > 1 && gold.dialogues.length > 1) {
      const at = dialogues.findIndex((length, i) => length !== gold.dialogues[i]);
      if (at >= 0)
        throw new SqltuneError(
          `${path}: dialogue ${at + 1} has ${dialogues[at]} queries, in the gold ${gold.dialogues[at] ?? 0}; a blank line parts two dialogues`,
        );
    }
    // The official scripts refuse such a file; one line for each question is what its writer meant.
    if (answers.length !== wanted && file.lines.length === wanted && gold.dialogues.length === 1) {
      notes.push(`${path}: ${wanted - answers.length} blank lines are counted as empty answers.`);
      answers = fromLines(file.lines);
    }
  }
  if (answers.length !== wanted)
    throw new SqltuneError(
      `${path} has ${answers.length} predictions for ${wanted} gold queries; one for each, in the same order, was expected`,
    );
  const others = answers.flatMap(({ dbId }, i) => (dbId !== null && dbId !== gold.rows[i]!.dbId ? [i] : []));
  if (others.length > 0) {
    const [first] = others as [number];
    notes.push(
      `${path}: ${others.length} predictions name another database than the gold does, row ${first} the first (${answers[first]!.dbId}, gold ${gold.rows[first]!.dbId}). The gold's is taken; is it the right file?`,
    );
  }
  return { sql: answers.map(({ sql }) => sql), notes };
}

function fromLines(lines: readonly FileLine[]): Answer[] {
  return lines.map(({ text }) => {
    const [sql = "", dbId] = text.split("\t").map((part) => part.trim());
    return { sql, dbId: dbId || null };
  });
}

function fromValues(path: string, values: readonly unknown[]): Answer[] {
  const strange: number[] = [];
  const answers = values.map((value, i) => {
    const row = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : { sql: value };
    const key = SQL_KEYS.find((name) => typeof row[name] === "string" || row[name] === null);
    if (key === undefined) strange.push(i);
    const dbId = typeof row.db_id === "string" ? row.db_id : null;
    return { sql: key === undefined ? "" : ((row[key] as string | null) ?? "").trim(), dbId };
  });
  if (strange.length > 0) {
    const named = `${strange.slice(0, 5).join(", ")}${strange.length > 5 ? `, and ${strange.length - 5} more` : ""}`;
    throw new SqltuneError(
      `${path}: no SQL in row ${named}; expected a text, or an object with one in ${SQL_KEYS.slice(0, 1).concat("query", "sql").join(", ")}`,
    );
  }
  return answers;
}
