import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabasePool, type DatabasePool } from "../../src/database/index.js";
import { readGoldFile, readPredictionFile, scorePredictions } from "../../src/eval/index.js";

const shared = resolve(process.env.SQLTUNE_SHARED ?? "../shared");
const oracle = join(shared, "eval-oracle");
const spider = join(shared, "data", "spider");
const present = existsSync(join(oracle, "official_per_example.json")) && existsSync(join(spider, "database"));
if (!present) {
  process.stderr.write(
    `SKIPPED: execution accuracy against the official script: ${oracle} or ${spider}/database is absent\n`,
  );
}

/** Their database, wta_1, is a partial rebuild whose rankings are empty: results cannot tell right from wrong. */
const CANNOT_BE_JUDGED = new Set([459, 460, 469, 470, 471, 472, 479, 480]);

interface Oracle {
  n: number;
  db_id: string[];
  seed_category: string[];
  systems: Record<string, { ex: number[]; em_seed: number[] }>;
}

describe.skipIf(!present)("verdicts of the official script on eight systems' predictions", { timeout: 300_000 }, () => {
  let official: Oracle;
  let gold: { sql: string; dbId: string }[];
  let databases: Map<string, string>;
  let pool: DatabasePool;

  beforeAll(async () => {
    official = JSON.parse(await readFile(join(oracle, "official_per_example.json"), "utf8")) as Oracle;
    gold = await readGoldFile(join(spider, "dev_gold.sql"));
    databases = new Map(official.db_id.map((id) => [id, join(spider, "database", id, `${id}.sqlite`)]));
    pool = createDatabasePool({ size: 2, timeoutMs: 60_000 });
  });

  afterAll(() => pool.close());

  test.each([
    "codes_pred_sqls-codes-1b-spider",
    "codes_pred_sqls-codes-7b-spider",
    "dail-sql_DAIL-SQL_GPT-4",
    "din_GPT4_results_GPT4_few_shot",
    "graphix_predict",
    "prompt-text-to-sql_chatgpt-pred",
    "testsuite-eval-21_dev_1",
    "testsuite-eval-21_dev_10",
  ])("%s", async (system) => {
    const predicted = await readPredictionFile(join(oracle, `${system}.sql`));
    expect(predicted).toHaveLength(official.n);
    const report = await scorePredictions(
      gold.map((row, i) => ({ ...row, id: `dev:${i}`, question: "", predicted: predicted[i]! })),
      { databases, pool, rules: { valuePlaceholder: true } },
    );
    const expected = official.systems[system]!;
    const rows = report.details.map((detail, i) => ({ i, ours: detail.ex, official: expected.ex[i] === 1, detail }));
    const judgeable = rows.filter(({ i }) => !CANNOT_BE_JUDGED.has(i));
    const apart = judgeable.filter(({ ours, official }) => ours !== official);
    expect(apart).toEqual([]);
    expect(judgeable).toHaveLength(1026);
    expect(report.details.map(({ exact_match }) => Number(exact_match))).toEqual(expected.em_seed);
    expect(report.details.map(({ category }) => category)).toEqual(official.seed_category);
  });
});
