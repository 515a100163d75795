import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { sha256File } from "../data/checksum.js";
import { readRows } from "../data/read-rows.js";
import { SqltuneError } from "../errors.js";
import { questionForm } from "./question-words.js";
import { sqlForm } from "./sql-forms.js";

export interface AgainstRow {
  /** "dev.json:12". */
  id: string;
  row: number;
  /** null in a gold file, which has SQL alone. */
  questionForm: string | null;
  sqlForm: string;
  dbId: string | null;
}

/** Rows that a data set should not hold. */
export interface AgainstFile {
  name: string;
  sha256: string;
  rows: AgainstRow[];
}

const QUESTIONS = ["question", "text_query"];
const QUERIES = ["query", "sql", "sql_command", "sql_query", "answer", "gold_sql", "SQL"];

/**
 * Rows of a file in any form that the data sources have, or of a gold file (`SQL\tdb_id` a line, .sql or .txt).
 * @throws SqltuneError when it cannot be read or has no SQL
 */
export async function readAgainstFile(path: string): Promise<AgainstFile> {
  const name = basename(path);
  const gold = [".sql", ".txt"].includes(extname(path).toLowerCase());
  const rows = gold ? await goldRows(path, name) : await questionRows(path);
  if (rows.length === 0) {
    throw new SqltuneError(
      `${path} has no rows to compare with. Expected ${gold ? "lines of SQL, a tab and a database's name" : `rows with a question (${QUESTIONS.join(", ")}) and SQL (${QUERIES.join(", ")})`}.`,
      { code: "ERR_DATA" },
    );
  }
  return { name, sha256: await sha256File(path), rows };
}

async function goldRows(path: string, name: string): Promise<AgainstRow[]> {
  const lines = (await readFile(path, "utf8")).replace(/^\uFEFF/, "").split(/\r?\n/);
  return lines.flatMap((line, row) => {
    const [sql = "", dbId = null] = line.split("\t").map((part) => part.trim());
    return sql === "" ? [] : [{ id: `${name}:${row}`, row, questionForm: null, sqlForm: sqlForm(sql), dbId }];
  });
}

async function questionRows(path: string): Promise<AgainstRow[]> {
  return (await readRows(path)).flatMap(({ id, values }, row) => {
    // Spider's own files hold `sql` as a syntax tree beside the `query`: the first that is a text is meant.
    const text = (names: string[]) => names.map((key) => values[key]).find((value) => typeof value === "string");
    const question = text(QUESTIONS);
    const sql = text(QUERIES);
    if (question === undefined && sql === undefined) return [];
    const dbId = typeof values.db_id === "string" ? values.db_id : null;
    return [
      {
        ...{ id, row, dbId },
        questionForm: question === undefined ? null : questionForm(question as string),
        sqlForm: sql === undefined ? "" : sqlForm(sql as string),
      },
    ];
  });
}
