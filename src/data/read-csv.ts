import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { CsvError, parse } from "csv-parse";
import { SqltuneError } from "../errors.js";
import { ProblemList } from "./problem-list.js";
import type { SourceRow } from "./source-row.js";

interface CsvRecord {
  record: string[];
  info: { lines: number };
}

const QUOTING =
  'A field with a comma, a quote or a line break must stand in "double quotes", with quotes inside it doubled.';

/**
 * Rows of a CSV file (RFC 4180, UTF-8, a byte order mark is passed over) by the names in its first line.
 * @throws SqltuneError with the row for broken quotes and for rows that have more or fewer fields than the header.
 */
export async function readCsv(file: string): Promise<{ columns: string[]; rows: SourceRow[] }> {
  const name = basename(file);
  const problems = new ProblemList(`${file} is no proper CSV`, QUOTING);
  const rows: SourceRow[] = [];
  let columns: string[] | null = null;
  // The line a record starts on is the one after the line the record before it ended on.
  let line = 1;
  const source = createReadStream(file);
  // All three ends of line at once: by itself the parser takes the first it meets for the file's only one.
  const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true };
  const parser = source.pipe(parse({ ...options, record_delimiter: ["\r\n", "\n", "\r"] }));
  // pipe() does not hand a read error on.
  source.once("error", (error) => parser.destroy(error));
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      if (columns === null) columns = record.map((column) => column.trim());
      else {
        const place = `row ${rows.length}, line ${line}`;
        if (record.length !== columns.length && !record.every((field) => field.trim() === "")) {
          problems.add(`${place}: ${record.length} fields, the header has ${columns.length}`);
        }
        const values = Object.fromEntries(columns.map((column, i) => [column, record[i] ?? ""]));
        rows.push({ id: `${name}:${rows.length}`, place, values });
      }
      line = info.lines + 1;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    problems.throwIfAny();
    throw new SqltuneError(
      `${file} is no proper CSV: broken quotes in row ${rows.length}, which starts on line ${line}: ${error.message}\n${QUOTING}`,
      { code: "ERR_DATA", cause: error },
    );
  }
  problems.throwIfAny();
  if (columns === null) throw new SqltuneError(`${file} is empty; a header line was expected.`, { code: "ERR_DATA" });
  return { columns, rows };
}
