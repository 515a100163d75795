import { readFile } from "node:fs/promises";
import type { Question } from "../infer/index.js";
import { readSchemaArgument } from "../schema/read-schema-argument.js";
import { usageError } from "./usage-error.js";

/**
 * Questions of a file: one a line, or JSON lines `{question, schema | db}`. `shared` is what --schema or --db gave; a
 * line's own schema goes before it.
 *
 * @throws SqltuneError that names every bad line.
 */
export async function readBatchFile(file: string, shared: Omit<Question, "question">): Promise<Question[]> {
  const lines = (await readText(file)).replace(/^\uFEFF/, "").split(/\r?\n/);
  const questions: Question[] = [];
  const problems: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    try {
      questions.push(await readLine(line, shared));
    } catch (error) {
      problems.push(`line ${index + 1}: ${(error as Error).message}`);
    }
  }
  if (problems.length > 0) {
    const shown = problems.slice(0, 10).map((problem) => `  ${problem}`);
    const more = problems.length > 10 ? `\n  and ${problems.length - 10} more` : "";
    throw usageError(`${file} has ${problems.length} bad line(s), nothing was asked:\n${shown.join("\n")}${more}`);
  }
  if (questions.length === 0) throw usageError(`${file} holds no questions, expected one a line.`);
  return questions;
}

async function readLine(line: string, shared: Omit<Question, "question">): Promise<Question> {
  if (!line.trimStart().startsWith("{")) return { ...shared, question: line.trim() };
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    throw new Error('starts with { but is not JSON. Write {"question": ...} or a bare question.');
  }
  const { question, schema, db } = row as Record<string, unknown>;
  if (typeof question !== "string" || question.trim() === "") {
    throw new Error(`question is ${JSON.stringify(question)}, expected a text.`);
  }
  if (schema !== undefined && db !== undefined) throw new Error("has both schema and db, expected one of them.");
  if (db !== undefined) {
    if (typeof db !== "string") throw new Error(`db is ${JSON.stringify(db)}, expected the path of a SQLite file.`);
    return { question, schema: await readSchemaArgument(`@${db}`), database: db };
  }
  if (schema === undefined) return { ...shared, question };
  if (typeof schema !== "string") throw new Error(`schema is ${JSON.stringify(schema)}, expected DDL or TABLE: lines.`);
  return { question, schema: await readSchemaArgument(schema) };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw usageError(`${file}: no such file. --batch takes one question a line, or JSON lines.`);
    throw usageError(`${file} cannot be read (${code}).`);
  }
}
