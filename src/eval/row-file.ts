import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { jsonErrorPosition } from "../data/json-error-position.js";
import { SqltuneError } from "../errors.js";

/** A line of a file; blank ones have an empty text. */
export interface FileLine {
  /** From 1. */
  number: number;
  text: string;
}

/** What a gold or predictions file holds: values of JSON or JSON Lines, or the lines of a text. */
export type RowFile = { form: "json"; values: unknown[] } | { form: "lines"; lines: FileLine[] };

/**
 * Reads a file of rows, whose form its ending tells (.json, .jsonl, .ndjson) and otherwise its text. JSON is a list, or an
 * object with a list `details`, as `eval --output` writes it.
 *
 * @throws SqltuneError for a file that cannot be read, is empty, or is broken JSON
 */
export async function readRowFile(path: string): Promise<RowFile> {
  const text = await readText(path);
  if (text.trim() === "") throw new SqltuneError(`${path} is empty`);
  const ending = extname(path).toLowerCase();
  if (ending === ".jsonl" || ending === ".ndjson") return { form: "json", values: jsonLines(path, text) };
  if (ending === ".json") return { form: "json", values: jsonList(path, text) };
  // No query opens with a brace or bracket; a broken prediction may, and then the text is no JSON.
  if (/^\s*[[{]/.test(text)) {
    const values = rowsOf(parseOrNull(text));
    if (values) return { form: "json", values };
    const first = parseOrNull(text.trimStart().split(/[\r\n]/, 1)[0]!);
    if (typeof first === "object" && first !== null) return { form: "json", values: jsonLines(path, text) };
  }
  return { form: "lines", lines: textLines(text) };
}

/** A file's text without its byte order mark. @throws SqltuneError that names the file and what is wrong with it */
async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw new SqltuneError(`there is no file ${path}`, { cause: error });
    if (code === "EISDIR") throw new SqltuneError(`${path} is a folder; a file was expected`, { cause: error });
    throw new SqltuneError(`${path} cannot be read: ${message}`, { cause: error });
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new SqltuneError(`${path} is UTF-16; save it as UTF-8`);
  }
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

/** Python's universal line ends, since the official scripts read these files with them. The last line end opens no line. */
function textLines(text: string): FileLine[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, i) => ({ number: i + 1, text: line.trim() }));
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Null for a value that is no list and has none. */
function rowsOf(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value;
  const details = (value as { details?: unknown } | null)?.details;
  return Array.isArray(details) ? details : null;
}

function jsonList(path: string, text: string): unknown[] {
  const value = parse(path, text, 0);
  const rows = rowsOf(value);
  if (rows) return rows;
  throw new SqltuneError(
    `${path} holds ${typeof value === "object" ? "an object" : `a ${typeof value}`}; a list was expected`,
  );
}

function jsonLines(path: string, text: string): unknown[] {
  return textLines(text).flatMap(({ number, text: line }) => (line === "" ? [] : [parse(path, line, number - 1)]));
}

function parse(path: string, text: string, linesBefore: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const before = text.slice(0, jsonErrorPosition(text)).split("\n");
    const place = `line ${linesBefore + before.length}, column ${before.at(-1)!.length + 1}`;
    throw new SqltuneError(`${path} is broken JSON at ${place}`, { cause: error });
  }
}
