import { finishDataset } from "./finish-dataset.js";
import { makeExample } from "./make-example.js";
import type { DataOptions } from "./options.js";
import { checkColumns, readRows } from "./read-rows.js";
import { checksumsOf, locateSource } from "./source-location.js";
import type { DataPipeline, Dataset, DroppedRow } from "./types.js";

const COLUMNS = { question: "text_query", sql: "sql_command" };

/** The Python seed project's CSV: `text_query,sql_command`, no schema; split at random unless told otherwise. */
export class SpiderCsvPipeline implements DataPipeline {
  constructor(private readonly options: DataOptions) {}

  async prepare(): Promise<Dataset> {
    const path = this.options.csv ?? this.options.path ?? "data/spider_text_sql.csv";
    const location = await locateSource(
      { ...this.options, path },
      {
        datasetId: null,
        advice: "It is a CSV with the header text_query,sql_command. Name yours with --csv FILE or data.csv.",
      },
    );
    const rows = await readRows(location.path);
    checkColumns(location.path, rows, [COLUMNS.question, COLUMNS.sql]);
    const dropped: DroppedRow[] = [];
    const examples = rows.flatMap((row) => makeExample(row, COLUMNS, null, dropped) ?? []);
    return finishDataset(
      {
        source: path,
        train: examples,
        validation: null,
        test: null,
        schemas: new Map(),
        databases: new Map(),
        dropped,
        checksums: await checksumsOf(location, [location.path]),
        notes: [],
      },
      this.options,
    );
  }
}
