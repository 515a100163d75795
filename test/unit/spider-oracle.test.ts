import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  componentSummary,
  ExactSetMatch,
  type OfficialVerdict,
  readOfficialSchemas,
} from "../../src/eval/official/index.js";
import { COMPONENTS } from "../../src/eval/verdicts.js";
import { ORACLE_SYSTEMS } from "./oracle-systems.js";

const shared = resolve(process.env.SQLTUNE_SHARED ?? "../shared");
const oracle = join(shared, "eval-oracle");
const spider = join(shared, "data", "spider");
const present = existsSync(join(oracle, "official_per_example.json")) && existsSync(join(spider, "tables.json"));
if (!present) {
  process.stderr.write(`SKIPPED: exact set match against the official script: ${oracle} or ${spider} is absent\n`);
}

interface Oracle {
  hardness: string[];
  systems: Record<string, { em: number[]; parsed: number[] }>;
}

const lines = async (path: string): Promise<string[]> =>
  (await readFile(path, "utf8")).split("\n").filter((line) => line.trim() !== "");

describe.skipIf(!present)("the official script's verdicts on eight systems' predictions", { timeout: 120_000 }, () => {
  let official: Oracle;
  let gold: { gold: string; dbId: string }[];
  let judge: ExactSetMatch;

  beforeAll(async () => {
    official = JSON.parse(await readFile(join(oracle, "official_per_example.json"), "utf8")) as Oracle;
    gold = (await lines(join(spider, "dev_gold.sql"))).map((line) => {
      const [sql = "", dbId = ""] = line.trim().split("\t");
      return { gold: sql, dbId };
    });
    judge = new ExactSetMatch(await readOfficialSchemas(join(spider, "tables.json")));
  });

  async function judged(system: string): Promise<OfficialVerdict[]> {
    const predictions = await lines(join(oracle, `${system}.sql`));
    expect(predictions).toHaveLength(1034);
    return gold.map((row, i) => judge.judge({ ...row, predicted: predictions[i]!.trim().split("\t")[0]! }));
  }

  test.each(ORACLE_SYSTEMS)("%s: every row", async (system) => {
    const verdicts = await judged(system);
    expect(verdicts.map(({ em }) => Number(em))).toEqual(official.systems[system]!.em.map(Number));
    expect(verdicts.map(({ parsed }) => Number(parsed))).toEqual(official.systems[system]!.parsed.map(Number));
    expect(verdicts.map(({ hardness }) => hardness)).toEqual(official.hardness);
    expect(verdicts.every(({ scriptError }) => scriptError === null)).toBe(true);
  });

  test("the ten components of every row", async () => {
    const file = await readFile(join(oracle, "official_partial_graphix.json"), "utf8");
    const verdicts = await judged("graphix_predict");
    const ours = verdicts.map(({ partial }) =>
      Object.fromEntries(
        COMPONENTS.map((name) => [name, [partial[name].f1, partial[name].pred_total, partial[name].label_total]]),
      ),
    );
    expect(ours).toEqual(JSON.parse(file));
  });

  test("the table that the script prints", async () => {
    const { levels } = componentSummary(await judged("graphix_predict"));
    const printed = COMPONENTS.map((name) => {
      const { acc, rec, f1 } = levels.all.components[name];
      return [name, ...[acc, rec, f1].map((rate) => rate.toFixed(3))].join(" ");
    });
    // As taoyds/test-suite-sql-eval's evaluation.py prints them for this file, all levels together.
    expect(printed).toEqual([
      "select 0.949 0.939 0.944",
      "select(no AGG) 0.961 0.951 0.956",
      "where 0.829 0.814 0.822",
      "where(no OP) 0.868 0.851 0.860",
      "group(no Having) 0.843 0.852 0.848",
      "group 0.818 0.827 0.822",
      "order 0.860 0.879 0.869",
      "and/or 0.979 0.985 0.982",
      "IUEN 0.662 0.618 0.639",
      "keywords 0.915 0.907 0.911",
    ]);
    const exact = Object.values(levels).map(({ count, exact }) => `${count} ${exact.toFixed(3)}`);
    expect(exact).toEqual(["248 0.919", "446 0.823", "174 0.655", "166 0.530", "1034 0.771"]);
  });
});
