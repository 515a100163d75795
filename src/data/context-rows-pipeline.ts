import { setImmediate as nextTurn } from "node:timers/promises";
import type { Dialect } from "../schema/types.js";
import { finishDataset } from "./finish-dataset.js";
import { makeExample } from "./make-example.js";
import type { DataOptions } from "./options.js";
import { checkColumns, readRows } from "./read-rows.js";
import { SchemaCatalogue } from "./schema-catalogue.js";
import { checksumsOf, locateSource, type SourceLocation } from "./source-location.js";
import { findSplitFiles, rowFilesBelow, type SplitFiles } from "./split-files.js";
import type { DataPipeline, Dataset, DroppedRow, Example } from "./types.js";

interface ContextRowsForm {
  datasetId: string;
  columns: { schema: string; question: string; sql: string };
  dialect?: Dialect;
}

/** Rows that each carry their CREATE TABLE text: the form of two data sets on the Hub. */
class ContextRowsPipeline implements DataPipeline {
  constructor(
    private readonly options: DataOptions,
    private readonly form: ContextRowsForm,
  ) {}

  async prepare(): Promise<Dataset> {
    const { datasetId, columns, dialect } = this.form;
    const location = await locateSource(this.options, {
      datasetId,
      advice: `It comes from https://huggingface.co/datasets/${datasetId}: \`sqltune pull ${this.options.datasetName}\`, or set data.path to a folder or file with the columns ${Object.values(columns).join(", ")}.`,
    });
    const files = await splitFilesAt(location);
    const catalogue = new SchemaCatalogue(dialect);
    const dropped: DroppedRow[] = [];
    const read = async (paths: string[]): Promise<Example[] | null> => {
      const examples: Example[] = [];
      for (const path of paths) {
        const rows = await readRows(path);
        checkColumns(path, rows, Object.values(columns));
        for (const [i, row] of rows.entries()) {
          // Parsing 78,000 schemas takes seconds: let timers and signals run in between.
          if (i % 500 === 0) await nextTurn();
          const added = catalogue.add(String(row.values[columns.schema] ?? ""));
          if ("problem" in added) {
            dropped.push({ id: row.id, reason: `${columns.schema}: ${added.problem} (${row.place})` });
            continue;
          }
          const example = makeExample(row, columns, added.dbId, dropped);
          if (example !== null) examples.push(example);
        }
      }
      return paths.length > 0 ? examples : null;
    };
    return finishDataset(
      {
        source: location.label,
        train: (await read(files.train)) ?? [],
        validation: await read(files.validation),
        test: await read(files.test),
        schemas: catalogue.schemas,
        databases: new Map(),
        dropped,
        checksums: await checksumsOf(location, [...files.train, ...files.validation, ...files.test]),
        notes: ["The rows come without databases: they cannot be scored by execution."],
      },
      this.options,
    );
  }
}

/** A single file, or a folder's only one, is all training rows. */
export async function splitFilesAt(location: SourceLocation): Promise<SplitFiles> {
  if (location.isFile) return { train: [location.path], validation: [], test: [] };
  const files = await rowFilesBelow(location.path, 2);
  return files.length === 1 ? { train: files, validation: [], test: [] } : findSplitFiles(location.path);
}

/** WikiSQL as the seed project takes it: create_table_statement, question, sql_query; train, validation and test. */
export class WikiSqlHubPipeline extends ContextRowsPipeline {
  constructor(options: DataOptions) {
    super(options, {
      datasetId: "kaxap/pg-wikiSQL-sql-instructions-80k",
      columns: { schema: "create_table_statement", question: "question", sql: "sql_query" },
      dialect: "postgresql",
    });
  }
}

/** b-mc2/sql-create-context: context, question, answer; one part, split by schema unless told otherwise. */
export class SqlCreateContextPipeline extends ContextRowsPipeline {
  constructor(options: DataOptions) {
    super(options, {
      datasetId: "b-mc2/sql-create-context",
      columns: { schema: "context", question: "question", sql: "answer" },
    });
  }
}
