import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { classifyMiss } from "../../src/eval/misses/index.js";
import { MISS_KINDS, type MissKind } from "../../src/eval/verdicts.js";
import { type SpiderTablesEntry, schemaFromSpiderTables } from "../../src/schema/spider-tables.js";
import { sharedPath } from "./data-shared.js";

/**
 * A hundred misses of published systems on Spider dev, spread over systems and hardness, and the kind that a reader of
 * question, gold, prediction and schema gave each before the classifier had seen it; `also`: kinds that can be defended.
 */
interface Label {
  system: string;
  row: number;
  kind: MissKind;
  also?: MissKind[];
  note: string;
}

const labels = JSON.parse(readFileSync(new URL("./miss-labels.json", import.meta.url), "utf8")) as Label[];
const oracle = sharedPath("eval-oracle");
const spider = sharedPath("data/spider");

it("the labels are a hundred different misses with kinds that exist", () => {
  expect(labels).toHaveLength(100);
  expect(new Set(labels.map(({ system, row }) => `${system} ${row}`)).size).toBe(100);
  expect(new Set(labels.map(({ system }) => system)).size).toBe(8);
  for (const { kind, also } of labels) for (const one of [kind, ...(also ?? [])]) expect(MISS_KINDS).toContain(one);
});

describe.skipIf(oracle === null || spider === null)("hand-labelled misses", () => {
  it("at least 90 of 100 get the kind that the label names first", () => {
    const tables = JSON.parse(readFileSync(`${spider}/tables.json`, "utf8")) as SpiderTablesEntry[];
    const schemas = new Map(tables.map((entry) => [entry.db_id, schemaFromSpiderTables(entry)]));
    const gold = readFileSync(`${spider}/dev_gold.sql`, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
    const agreed = { main: 0, any: 0 };
    for (const { system, row, kind, also } of labels) {
      const predicted = readFileSync(`${oracle}/${system}.sql`, "utf8").split("\n")[row]!;
      const [sql, dbId] = gold[row]!;
      const miss = classifyMiss({ gold: sql!, predicted, schema: schemas.get(dbId!)! });
      if (miss.kind === kind) agreed.main++;
      if ([kind, ...(also ?? [])].includes(miss.kind)) agreed.any++;
      expect(miss.all).toContain(miss.kind);
      expect(miss.detail).toMatch(/\.$/);
    }
    expect(agreed.main).toBeGreaterThanOrEqual(90);
    expect(agreed.any).toBeGreaterThanOrEqual(agreed.main);
  });
});
