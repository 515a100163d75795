import type { Dataset } from "../data/types.js";
import type { Schema } from "../schema/types.js";
import { parseSpiderSql, SpiderParseError, SpiderSchema } from "../sql/spider/index.js";
import { parseSelect, resolveNames, SqlSyntaxError } from "../sql/syntax/index.js";
import { type DatasetRow, lintRow } from "./dataset-rows.js";
import { finding } from "./finding.js";
import { inTurns, type TurnOptions } from "./in-turns.js";
import type { LintFinding, LintRow } from "./types.js";
import { counted } from "./wording.js";

/**
 * Gold that SQLite's grammar does not allow, and gold that uses tables or columns which the schema of the prompt does
 * not have. It needs no database; gold of another dialect than SQLite's is passed over.
 * @param runs what is known from running it: false leaves the row out, undefined is not known
 */
export async function parseChecks(
  dataset: Pick<Dataset, "schemas">,
  rows: readonly DatasetRow[],
  runs: (row: DatasetRow) => boolean | undefined,
  options: TurnOptions = {},
): Promise<LintFinding[]> {
  const unparsable: LintRow[] = [];
  const unknown: LintRow[] = [];
  const beyond: LintRow[] = [];
  const spiderSchemas = new Map<Schema, SpiderSchema>();
  const judge = (row: DatasetRow): void => {
    const schema = row.dbId === null ? undefined : dataset.schemas.get(row.dbId);
    // What SQLite has refused is told with SQLite's own words.
    if (runs(row) === false || (schema && schema.dialect !== "sqlite")) return;
    try {
      const query = parseSelect(row.sql);
      if (schema === undefined) return;
      const { unknownTables, unknownColumns } = resolveNames(query, schema);
      const columns = unknownColumns.map(({ table, column }) => (table ? `${table.name}.${column.name}` : column.name));
      const names = [...unknownTables.map((name) => `table ${name}`), ...columns.map((name) => `column ${name}`)];
      if (names.length > 0) unknown.push(lintRow(row, [...new Set(names)].join(", ")));
      else if (!spiderReads(row.sql, schema, spiderSchemas)) beyond.push(lintRow(row));
    } catch (error) {
      if (!(error instanceof SqlSyntaxError)) throw error;
      unparsable.push(lintRow(row, error.message));
    }
  };
  await inTurns(rows, judge, options);
  const some = unknown.length > 0 && rows.some((row) => runs(row) === true);
  return [
    ...finding(unparsable, {
      check: "gold-unparsable",
      severity: "error",
      message: `${counted(unparsable.length, "gold query", "is", "are")} no SQL that SQLite can read`,
      fix: "Mend the SQL: the place is the character that it could not go on from.",
    }),
    ...finding(unknown, {
      check: "unknown-name",
      severity: "error",
      message: `${counted(unknown.length, "gold query", "uses", "use")} tables or columns that the schema in the prompt does not have`,
      fix: some
        ? "Mend the names, or the schema: tables.json and the database may be of two versions."
        : "Mend the names, or give the whole schema.",
    }),
    ...finding(beyond, {
      check: "gold-beyond-spider",
      severity: "note",
      message: `${counted(beyond.length, "gold query", "is", "are")} beyond Spider's own parser, so that exact set match cannot judge answers to ${beyond.length === 1 ? "it" : "them"}`,
      fix: "Nothing, if answers are scored by execution.",
    }),
  ];
}

function spiderReads(sql: string, schema: Schema, cache: Map<Schema, SpiderSchema>): boolean {
  const tables = () =>
    Object.fromEntries(schema.tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]));
  const known = cache.get(schema) ?? new SpiderSchema(tables());
  cache.set(schema, known);
  try {
    parseSpiderSql(known, sql);
    return true;
  } catch (error) {
    if (!(error instanceof SpiderParseError)) throw error;
    return false;
  }
}
