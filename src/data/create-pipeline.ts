import { resolve } from "node:path";
import { nearestName } from "../config/index.js";
import { SqltuneError } from "../errors.js";
import { SqlCreateContextPipeline, WikiSqlHubPipeline } from "./context-rows-pipeline.js";
import { JsonlPipeline } from "./jsonl-pipeline.js";
import { loadPipeline } from "./load-pipeline.js";
import { DATASET_NAMES, type DataOptions } from "./options.js";
import { SpiderCsvPipeline } from "./spider-csv-pipeline.js";
import { SpiderPipeline } from "./spider-pipeline.js";
import type { DataPipeline } from "./types.js";
import { isOriginalWikiSql, WikiSqlPipeline } from "./wikisql-pipeline.js";

/**
 * The pipeline that the options name: `pipeline` if it is set, else `datasetName`. `wikisql` with a path to WikiSQL's
 * original files reads those.
 */
export async function createPipeline(options: DataOptions): Promise<DataPipeline> {
  if (options.pipeline !== null) return loadPipeline(options.pipeline, options);
  switch (options.datasetName) {
    case "sample":
    case "spider":
      return new SpiderPipeline(options);
    case "spider-csv":
      return new SpiderCsvPipeline(options);
    case "wikisql":
      return options.path !== null && (await isOriginalWikiSql(resolve(options.baseDir, options.path)))
        ? new WikiSqlPipeline(options)
        : new WikiSqlHubPipeline(options);
    case "wikisql-original":
      return new WikiSqlPipeline(options);
    case "sql-create-context":
      return new SqlCreateContextPipeline(options);
    case "jsonl":
      return new JsonlPipeline(options);
    default: {
      const near = nearestName(String(options.datasetName), DATASET_NAMES);
      throw new SqltuneError(
        `There is no data set ${options.datasetName}${near === null ? "" : ` (the nearest is ${near})`}. Known are ${DATASET_NAMES.join(", ")}.`,
        { code: "ERR_DATA" },
      );
    }
  }
}
