import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { SqltuneError } from "../errors.js";
import { expandHome } from "./hub-environment.js";
import { type RepoFilesOptions, resolveRepoFiles } from "./repo-files.js";
import { isHubId } from "./resolve-model.js";

/** A data set that the Hub has under another name than people use. */
export interface KnownDataset {
  hubId: string;
  /** Told after it was pulled: what the Hub's copy lacks, where that is and where to put it. */
  notes: string[];
}

export const KNOWN_DATASETS: Readonly<Record<string, KnownDataset>> = {
  spider: {
    hubId: "xlangai/spider",
    notes: [
      "The Hub has Spider's questions and SQL only, neither its schemas nor its databases.",
      "Execution accuracy and schemas in the prompt need them: download spider_data.zip by hand from https://yale-lily.github.io/spider",
      "and unpack it to data/spider, so that data/spider/tables.json and data/spider/database/DB/DB.sqlite exist;",
      "then set data.path to data/spider (configs/spider.yaml has the line).",
    ],
  },
  wikisql: {
    hubId: "kaxap/pg-wikiSQL-sql-instructions-80k",
    notes: [
      "This is WikiSQL as PostgreSQL text (create_table_statement, question, sql_query), without the tables' rows.",
      "Execution accuracy needs them: data.tar.bz2 of https://github.com/salesforce/WikiSQL, unpacked to data/wikisql;",
      "then set data.dataset_name to wikisql-original and data.path to data/wikisql.",
    ],
  },
  "sql-create-context": {
    hubId: "b-mc2/sql-create-context",
    notes: ["It has schemas but no databases: it trains and scores by string match, not by execution."],
  },
};

/**
 * The folder of a data set named by a folder, a known name (spider, wikisql, sql-create-context) or a hub id. From the Hub
 * come its .parquet, .json, .jsonl and .csv files, under the paths that they have there.
 */
export async function resolveDataset(name: string, options: RepoFilesOptions = {}): Promise<string> {
  const path = expandHome(name.trim());
  const known = KNOWN_DATASETS[path];
  if (!known) {
    const found = await stat(path).catch(() => null);
    if (found?.isDirectory()) return resolve(path);
  }
  const hubId = known?.hubId ?? path;
  if (!isHubId(hubId)) {
    throw new SqltuneError(
      `no data set "${name}": there is no folder ${resolve(path)}, and it is no hub id (ORG/NAME) either. ` +
        `Known by name: ${Object.keys(KNOWN_DATASETS).join(", ")}.`,
      { code: "ERR_SQLTUNE_DATASET" },
    );
  }
  return resolveRepoFiles(
    { type: "dataset", name: hubId },
    (files) => {
      const chosen = files.filter(
        ({ path }) => /\.(parquet|jsonl?|csv)$/.test(path) && !/(^|\/)(\.|dataset_infos)/.test(path),
      );
      if (chosen.length > 0) return chosen;
      const found = files
        .map(({ path }) => path)
        .slice(0, 8)
        .join(", ");
      throw new SqltuneError(`${hubId} has no .parquet, .json, .jsonl or .csv files; found ${found || "nothing"}.`, {
        code: "ERR_SQLTUNE_DATASET",
      });
    },
    options,
  );
}
