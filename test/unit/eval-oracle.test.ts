import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabasePool, type DatabasePool } from "../../src/database/index.js";
import { readScoringInputs, scorePredictions } from "../../src/eval/index.js";
import { COMPONENTS, type Component, type PartialScores } from "../../src/eval/verdicts.js";
import { ORACLE_SYSTEMS } from "./oracle-systems.js";

const shared = resolve(process.env.SQLTUNE_SHARED ?? "../shared");
const oracle = join(shared, "eval-oracle");
const spider = join(shared, "data", "spider");
const suites = join(shared, "data", "spider-testsuite");
const needed = [join(oracle, "official_per_example.json"), join(spider, "database"), suites];
const absent = needed.filter((path) => !existsSync(path));
if (absent.length > 0) {
  process.stderr.write(`SKIPPED: verdicts against the official script: ${absent.join(" and ")} absent\n`);
}

type Bits = number[];
interface Oracle {
  n: number;
  hardness: string[];
  seed_category: string[];
  systems: Record<string, { em: Bits; ex: Bits; ts: Bits | null; parsed: Bits; em_seed: Bits }>;
}

describe.skipIf(absent.length > 0)(
  "verdicts of the official script on eight systems' predictions",
  { timeout: 300_000 },
  () => {
    let official: Oracle;
    let pool: DatabasePool;

    beforeAll(async () => {
      official = JSON.parse(await readFile(join(oracle, "official_per_example.json"), "utf8")) as Oracle;
      pool = createDatabasePool({ size: 2 });
    });

    afterAll(() => pool.close());

    const inputs = (system: string, gold: string) =>
      readScoringInputs({
        predictions: join(oracle, `${system}.sql`),
        gold: join(spider, gold),
        tables: join(spider, "tables.json"),
        databases: join(spider, "database"),
        suites,
      });

    test.each(ORACLE_SYSTEMS)("%s", async (system) => {
      const expected = official.systems[system]!;
      const { notes, predictions, ...others } = await inputs(system, "dev.json");
      expect(notes).toEqual([]);
      const rules = { valuePlaceholder: true };
      const { details, summary } = await scorePredictions(predictions, { ...others, pool, rules });
      expect(details).toHaveLength(official.n);
      expect(details.map(({ hardness }) => hardness)).toEqual(official.hardness);
      expect(details.map(({ category }) => category)).toEqual(official.seed_category);
      const apart = (verdict: "em" | "ex" | "ts" | "parsed" | "exact_match", bits: Bits) =>
        details.filter((detail) => detail[verdict] !== (bits[detail.index] === 1));
      expect(apart("em", expected.em)).toEqual([]);
      expect(apart("parsed", expected.parsed)).toEqual([]);
      expect(apart("exact_match", expected.em_seed)).toEqual([]);
      expect(apart("ex", expected.ex)).toEqual([]);
      if (expected.ts) expect(apart("ts", expected.ts)).toEqual([]);
      expect(summary.em_correct).toBe(expected.em.reduce((a, b) => a + b));
      expect([summary.em_judged, summary.ex_judged, summary.ts_judged]).toEqual([1034, 1034, 1034]);
      expect(summary.databases).toEqual({ named: 20, missing: {}, corrupt: {}, without_suite: { wta_1: 62 } });
      const right = details.map(({ ts, ex, em }) => ts ?? ex ?? em);
      expect(details.map(({ error }) => error === null)).toEqual(right);
      if (system === "graphix_predict") {
        const partial = await readFile(join(oracle, "official_partial_graphix.json"), "utf8");
        expect(details.map((detail) => componentsOf(detail.partial!))).toEqual(JSON.parse(partial));
      }
    });

    test("exact set match is the same with schemas that are not read from tables.json, and with gold as lines", async () => {
      const expected = official.systems["dail-sql_DAIL-SQL_GPT-4"]!;
      const { tables, schemas, predictions } = await inputs("dail-sql_DAIL-SQL_GPT-4", "dev_gold.sql");
      expect(tables).toBeDefined();
      const { details, summary } = await scorePredictions(predictions, { schemas, pool, metrics: ["em"] });
      expect(details.map(({ em }) => Number(em))).toEqual(expected.em);
      expect(details.map(({ hardness }) => hardness)).toEqual(official.hardness);
      expect(summary).toMatchObject({ ex: null, ts: null, definition: { schemas: "schema catalogue" } });
    });
  },
);

function componentsOf(scores: PartialScores) {
  const of = (name: Component) => [scores[name].f1, scores[name].pred_total, scores[name].label_total];
  return Object.fromEntries(COMPONENTS.map((name) => [name, of(name)]));
}
