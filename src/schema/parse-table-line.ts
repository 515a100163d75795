import { SqltuneError } from "../errors.js";
import { unquoteIdentifier } from "../sql/identifiers.js";
import type { Column, Schema, Table } from "./types.js";

/** True when the text is the Python seed project's form, `TABLE: name ( col (type), … )`. */
export function isTableLine(text: string): boolean {
  return /^\s*TABLE\s*:/i.test(text);
}

/**
 * Reads one or more `TABLE: name ( col (type), … )`. Names may hold spaces, slashes and parentheses, as WikiSQL's do:
 * the last parenthesised piece of a column is its type, and a column without one has none.
 * @throws SqltuneError naming the line that cannot be read.
 */
export function parseTableLines(text: string, options: { dbId?: string } = {}): Schema {
  const tables: Table[] = [];
  const starts = [...text.matchAll(/^[ \t]*TABLE\s*:/gim)];
  for (const [i, start] of starts.entries()) {
    const body = text.slice(start.index + start[0].length, starts[i + 1]?.index ?? text.length).trim();
    const line = text.slice(0, start.index).split("\n").length;
    const fail = (problem: string) =>
      new SqltuneError(
        `Cannot read line ${line} of this schema: ${problem}.\n  TABLE: ${body.slice(0, 80)}\nExpected: TABLE: name ( column (type), column (type) )`,
        { code: "ERR_SCHEMA" },
      );
    const open = tableNameEnd(body);
    if (open === -1) throw fail('there is no "(" after the table\'s name');
    if (!body.endsWith(")") || opensMore(body)) throw fail('a ")" is missing');
    const name = unquoteIdentifier(body.slice(0, open).trim());
    const columns = splitColumns(body.slice(open + 1, -1)).map(parseColumn);
    if (name === "") throw fail("the table has no name");
    if (columns.length === 0) throw fail("the table has no columns");
    if (columns.some((column) => column.name === "")) throw fail("a column has no name");
    tables.push({ name, columns, foreignKeys: [] });
  }
  return { dbId: options.dbId ?? "schema", dialect: "sqlite", tables };
}

function opensMore(body: string): boolean {
  const bare = body.replace(/"(?:[^"]|"")*"|`[^`]*`/g, "");
  return bare.split("(").length > bare.split(")").length;
}

/** Index of the parenthesis that opens the columns, past a quoted table name. */
function tableNameEnd(body: string): number {
  const quoted = /^(?:"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\])/.exec(body);
  return body.indexOf("(", quoted?.[0].length ?? 0);
}

/** Commas split columns, except inside parentheses ("decimal(10, 2)") and quotes. */
function splitColumns(text: string): string[] {
  const columns: string[] = [];
  let depth = 0;
  let quote = "";
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote !== "") quote = c === quote ? "" : quote;
    // A quote opens a name only at the start of a column: WikiSQL has names such as 5'10" in the middle.
    else if ((c === '"' || c === "`") && text.slice(from, i).trim() === "") quote = c;
    else if (c === "(") depth++;
    else if (c === ")") depth = Math.max(0, depth - 1);
    else if (c === "," && depth === 0) {
      columns.push(text.slice(from, i));
      from = i + 1;
    }
  }
  columns.push(text.slice(from));
  return columns.map((column) => column.trim()).filter((column) => column !== "");
}

function parseColumn(text: string): Column {
  if (text.endsWith(")")) {
    let depth = 0;
    for (let i = text.length - 1; i >= 0; i--) {
      if (text[i] === ")") depth++;
      else if (text[i] === "(" && --depth === 0) {
        return {
          name: unquoteIdentifier(text.slice(0, i).trim()),
          type: text.slice(i + 1, -1).trim(),
          primaryKey: false,
        };
      }
    }
  }
  return { name: unquoteIdentifier(text), type: "", primaryKey: false };
}
