import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { type ConfigInput, resolveConfig } from "../../src/config/index.js";
import type { Schema } from "../../src/schema/types.js";
import { describeGeneration, planGeneration } from "../../src/train/generation-plan.js";

const root = mkdtempSync(join(tmpdir(), "sqltune-plan-"));
afterAll(() => rmSync(root, { recursive: true }));

const rows = ["a", "a", "a", "b", "b", "c", null].map((dbId, i) => ({
  ...{ id: `rows.json:${i}`, question: `Question ${i}`, sql: "SELECT 1", dbId },
}));
const schema = (dbId: string): Schema => ({ dbId, dialect: "sqlite", tables: [] });
const dataset = {
  schemas: new Map(["a", "b", "c"].map((dbId) => [dbId, schema(dbId)])),
  databases: new Map([
    ["a", "a.sqlite"],
    ["b", "b.sqlite"],
  ]),
};
type Generate = NonNullable<NonNullable<ConfigInput["evaluation"]>["generate"]>;
const configOf = (generate: Generate | null, change: ConfigInput = {}) =>
  resolveConfig({ ...change, evaluation: { generate } });
const plan = (generate: Generate, change?: ConfigInput, given = rows) =>
  planGeneration(configOf(generate, change), dataset, given);
const databasesOf = (found: Awaited<ReturnType<typeof plan>>) => found?.questions.map(({ dbId }) => dbId);

it("generates nothing unless it is asked to", async () => {
  expect(await planGeneration(configOf(null), dataset, rows)).toBeNull();
});

it("asks what every metric can judge: rows with a database for ex, all for string match alone", async () => {
  expect(databasesOf(await plan({ samples: null }))).toEqual(["a", "a", "a", "b", "b"]);
  expect(databasesOf(await plan({ samples: 2 }))).toEqual(["a", "b"]);
  expect(databasesOf(await plan({ samples: null, metrics: ["em", "ex"] }))).toEqual(["a", "a", "a", "b", "b"]);
  expect(databasesOf(await plan({ samples: null, metrics: ["em"] }))).toHaveLength(6);
  expect(databasesOf(await plan({ samples: null, metrics: ["exact_match"] }))).toHaveLength(7);
});

it("takes the databases that have a suite for ts", async () => {
  mkdirSync(join(root, "b"));
  for (const name of ["b.sqlite", "b_2.sqlite", "notes.txt"]) writeFileSync(join(root, "b", name), "");
  const found = await plan({ samples: null, metrics: ["ex", "ts"] }, { data: { suites: root } });
  expect(databasesOf(found)).toEqual(["b", "b"]);
  expect(found?.suites.get("b")).toEqual([join(root, "b", "b.sqlite"), join(root, "b", "b_2.sqlite")]);
  const nowhere = plan({ metrics: ["ts"] }, { data: { suites: join(root, "none") } });
  await expect(nowhere).rejects.toThrow(/none/);
});

it("warns of a metric that the rows cannot give, and refuses it as the best one's", async () => {
  const bare = rows.slice(5);
  const found = await plan({ metrics: ["ex", "exact_match"] }, {}, bare);
  expect(found?.warnings).toEqual([
    "evaluation.generate: ex cannot be computed: no validation row has a database file (data.databases)",
  ]);
  expect(found?.questions).toEqual(bare);
  expect((await plan({ metrics: ["ex"] }, {}, bare))?.questions).toEqual([]);
  const training = { metric_for_best_model: "ex" as const };
  await expect(plan({ metrics: ["ex"] }, { training }, bare)).rejects.toThrow(
    "training.metric_for_best_model is ex, which cannot be computed: no validation row has a database file " +
      "(data.databases). Give the data what is missing, or set training.metric_for_best_model: eval_loss.",
  );
  await expect(plan({ metrics: ["ex"] }, { training }, [])).rejects.toThrow(/there are no validation rows/);
  expect((await plan({}, {}, []))?.questions).toEqual([]);
});

it("says how much is generated", async () => {
  const training = { eval_steps: 100, save_steps: 100 };
  const text = async (steps: number, every: number, change: ConfigInput = { training }) => {
    const config = configOf({ samples: 4, every }, change);
    return describeGeneration(await planGeneration(config, dataset, rows), config, steps);
  };
  const said = "validation questions of 2 databases";
  expect(await text(400, 2)).toBe(`generated answers: 4 ${said}, 2 times, each up to 256 tokens, scored by ex`);
  expect(await text(401, 2)).toContain("3 times");
  expect(await text(90, 1)).toContain("1 time,");
  expect(await text(90, 1, { training: { eval_steps: null, load_best_model_at_end: false } })).toContain("1 time,");
});
