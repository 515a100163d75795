import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { SqltuneError } from "../errors.js";
import { jsonErrorPosition } from "./json-error-position.js";
import { ProblemList } from "./problem-list.js";
import type { SourceRow } from "./source-row.js";

/** A whole JSON file. @throws SqltuneError with the line and column where it stops being JSON. */
export async function readJson(file: string): Promise<unknown> {
  const text = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  try {
    return JSON.parse(text);
  } catch (error) {
    const before = text.slice(0, jsonErrorPosition(text)).split("\n");
    const column = before.at(-1)!.length;
    const found = text
      .split("\n")
      [before.length - 1]?.slice(Math.max(0, column - 30), column + 30)
      .trim();
    const problem = before.join("\n").length >= text.trimEnd().length ? "the file ends too early" : `near: ${found}`;
    throw new SqltuneError(
      `${file} is broken JSON: line ${before.length}, column ${column + 1}: ${problem}\nRestore the file, or download it again.`,
      { code: "ERR_DATA", cause: error },
    );
  }
}

/** The objects of a JSON list. */
export async function readJsonRows(file: string): Promise<SourceRow[]> {
  const list = await readJson(file);
  const name = basename(file);
  if (!Array.isArray(list)) {
    throw new SqltuneError(`${file} holds ${kindOf(list)}; a list of objects was expected.`, { code: "ERR_DATA" });
  }
  const problems = new ProblemList(`${file} cannot be used`, "Every entry of the list must be an object.");
  const rows = list.map((value, i) => {
    if (!isObject(value)) problems.add(`row ${i} is ${kindOf(value)}`);
    return { id: `${name}:${i}`, place: `row ${i}`, values: value as Record<string, unknown> };
  });
  problems.throwIfAny();
  return rows;
}

/** The objects of a JSON Lines file, one a line; empty lines are passed over. All broken lines are named at once. */
export async function readJsonLines(file: string): Promise<SourceRow[]> {
  const name = basename(file);
  const problems = new ProblemList(`${file} cannot be used`, "Every line must be one JSON object.");
  const rows: SourceRow[] = [];
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(file, "utf8"),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number++;
    const text = number === 1 ? line.replace(/^\uFEFF/, "") : line;
    if (text.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      const column = jsonErrorPosition(text);
      problems.add(
        `line ${number} is broken JSON at column ${column + 1}: ${text.slice(Math.max(0, column - 20), column + 20)}`,
      );
      continue;
    }
    if (!isObject(value)) problems.add(`line ${number} is ${kindOf(value)}`);
    else rows.push({ id: `${name}:${rows.length}`, place: `row ${rows.length}, line ${number}`, values: value });
  }
  problems.throwIfAny();
  return rows;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
