import { stat } from "node:fs/promises";
import { join } from "node:path";
import { SqltuneError } from "../errors.js";
import type { Schema } from "../schema/types.js";
import { finishDataset } from "./finish-dataset.js";
import type { DataOptions } from "./options.js";
import { readJsonLines } from "./read-json.js";
import { checkColumns, readRows } from "./read-rows.js";
import { checksumsOf, locateSource } from "./source-location.js";
import type { SourceRow } from "./source-row.js";
import type { DataPipeline, Dataset, DroppedRow, Example } from "./types.js";
import { type WikiSqlQuery, type WikiSqlTable, wikiSqlTable, wikiSqlText } from "./wikisql-sql.js";

const ADVICE =
  "WikiSQL comes from https://github.com/salesforce/WikiSQL: unpack data.tar.bz2 and set data.path to the folder with train.jsonl, train.tables.jsonl, dev.jsonl, dev.tables.jsonl, test.jsonl and test.tables.jsonl.";

/**
 * WikiSQL in its original form: questions with queries as indices, and the tables they are about. Each table is a
 * database of its own, named by its id. No SQLite files: the release's .db files name all columns col0, col1, …
 */
export class WikiSqlPipeline implements DataPipeline {
  constructor(private readonly options: DataOptions) {}

  async prepare(): Promise<Dataset> {
    const location = await locateSource(this.options, { datasetId: null, advice: ADVICE });
    const file = (name: string) => join(location.path, name);
    const exists = async (name: string) => (await stat(file(name)).catch(() => null))?.isFile() === true;
    const parts = ["train", "dev", "test"] as const;
    const present = await Promise.all(parts.map((part) => exists(`${part}.jsonl`)));
    if (!present[0]) throw new SqltuneError(`There is no ${file("train.jsonl")}. ${ADVICE}`, { code: "ERR_DATA" });
    const schemas = new Map<string, Schema>();
    const dropped: DroppedRow[] = [];
    const files: string[] = [];
    const examples: (Example[] | null)[] = [];
    for (const [i, part] of parts.entries()) {
      if (!present[i]) {
        examples.push(null);
        continue;
      }
      if (!(await exists(`${part}.tables.jsonl`))) {
        throw new SqltuneError(`There is no ${file(`${part}.tables.jsonl`)}, which ${part}.jsonl needs. ${ADVICE}`, {
          code: "ERR_DATA",
        });
      }
      files.push(file(`${part}.jsonl`), file(`${part}.tables.jsonl`));
      await addTables(file(`${part}.tables.jsonl`), schemas);
      const rows = await readRows(file(`${part}.jsonl`));
      checkColumns(file(`${part}.jsonl`), rows, ["question", "table_id", "sql"]);
      examples.push(rows.flatMap((row) => toExample(row, schemas, dropped) ?? []));
    }
    return finishDataset(
      {
        source: location.path,
        train: examples[0]!,
        validation: examples[1]!,
        test: examples[2]!,
        schemas,
        databases: new Map(),
        dropped,
        checksums: await checksumsOf(location, files),
        notes: ["WikiSQL's tables are read without their rows: there is no database to score by execution."],
      },
      this.options,
    );
  }
}

async function addTables(file: string, schemas: Map<string, Schema>): Promise<void> {
  const rows = await readJsonLines(file);
  checkColumns(file, rows, ["id", "header", "types"]);
  for (const { values } of rows) {
    const table = values as unknown as WikiSqlTable;
    schemas.set(table.id, { dbId: table.id, dialect: "sqlite", tables: [wikiSqlTable(table)] });
  }
}

function toExample(row: SourceRow, schemas: Map<string, Schema>, dropped: DroppedRow[]): Example | null {
  const drop = (reason: string) => {
    dropped.push({ id: row.id, reason: `${reason} (${row.place})` });
    return null;
  };
  const { question, table_id: id, sql } = row.values as { question: unknown; table_id: unknown; sql: unknown };
  if (typeof question !== "string" || question.trim() === "") return drop("question is missing or empty");
  const schema = typeof id === "string" ? schemas.get(id) : undefined;
  if (schema === undefined) return drop(`table ${id} is not in the tables file`);
  const query = sql as WikiSqlQuery;
  if (!Array.isArray(query?.conds) || !query.conds.every(Array.isArray))
    return drop("sql has not the form {sel, agg, conds: [[column, operator, value]]}");
  const text = wikiSqlText(query, schema.tables[0]!);
  if ("problem" in text) return drop(text.problem);
  return { id: row.id, question: question.trim(), sql: text.sql, dbId: schema.dbId };
}

/** True for a folder that holds WikiSQL's original files, so that `wikisql` with a path takes either form. */
export async function isOriginalWikiSql(folder: string): Promise<boolean> {
  return (await stat(join(folder, "train.tables.jsonl")).catch(() => null)) !== null;
}
