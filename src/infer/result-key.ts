import { createHash } from "node:crypto";
import { lex } from "../sql/lexer.js";

/**
 * Equal for results that are the same answer, near to how execution accuracy compares them: the same rows, each as
 * often, under some order of the columns, and in the same order where the SQL asks for one ("order by" anywhere in it, the
 * official script's rule). 1 and 1.0 are equal, 1 and '1' are not; all empty results are equal. Columns are put in order
 * by what is in them; two that hold the same values in different places stay as they are, so that such results can count
 * as two.
 */
export function resultKey(rows: readonly (readonly unknown[])[], sql: string): string {
  if (rows.length === 0) return "empty";
  const cells = rows.map((row) => row.map(valueKey));
  const ordered = sql.toLowerCase().includes("order by");
  const columns = cells[0]!
    .map((_, column) => ({
      column,
      content: cells
        .map((row) => row[column]!)
        .sort()
        .join("\n"),
    }))
    .sort((a, b) => compare(a.content, b.content))
    .map(({ column }) => column);
  const lines = cells.map((row) => columns.map((column) => row[column]).join("\t"));
  const hash = createHash("sha256").update((ordered ? lines : lines.sort()).join("\n"));
  return `${ordered ? "ordered" : "bag"} ${hash.digest("base64")}`;
}

/** Without line breaks and tabs, which part values and rows. */
function valueKey(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number") return `n${Object.is(value, -0) ? 0 : value}`;
  if (typeof value === "bigint") return `n${value}`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString("hex")}`;
  return JSON.stringify(value);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Equal for queries that differ in white space, comments, and the case of words, but not of texts in quotes. */
export function textKey(sql: string): string {
  return lex(sql)
    .filter(({ kind, text }) => kind !== "comment" && text !== ";")
    .map(({ kind, text }) => (kind === "keyword" || kind === "identifier" ? text.toLowerCase() : text))
    .join(" ");
}
