import { describe, expect, it } from "vitest";
import { createSampler, type SamplerCursor, type SamplerOptions, type StepPlan } from "../../src/train/sampler.js";

/** 61 rows: five databases of uneven sizes and four rows without one. */
const rows = [
  ...Array.from({ length: 57 }, (_, i) => ({ dbId: `db${(i * i) % 5}` as string | null })),
  ...Array.from({ length: 4 }, () => ({ dbId: null })),
];
const options: SamplerOptions = { rows, rowsPerStep: 8, questionsPerGroup: 4, seed: 7, shuffleSchema: true };

function epochOf(overrides: Partial<SamplerOptions>, epoch: number): StepPlan[] {
  const sampler = createSampler({ ...options, ...overrides });
  const plans: StepPlan[] = [];
  let cursor: SamplerCursor = { epoch, row: 0 };
  while (cursor.epoch === epoch) {
    const plan = sampler.stepAt(cursor);
    plans.push(plan);
    cursor = plan.next;
  }
  return plans;
}

const rowsOf = (plans: StepPlan[]) => plans.flatMap((plan) => plan.groups.flatMap((group) => group.rows));

describe("sampler", () => {
  it("takes every row once an epoch, in steps of rowsPerStep", () => {
    const plans = epochOf({}, 0);
    expect(plans).toHaveLength(createSampler(options).stepsPerEpoch);
    expect(plans.map((plan) => plan.groups.flatMap((group) => group.rows).length)).toEqual([8, 8, 8, 8, 8, 8, 8, 5]);
    expect(rowsOf(plans).sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
  });

  it("groups rows of one database only, at most questionsPerGroup, and rows without one stand alone", () => {
    for (const { groups } of epochOf({}, 0)) {
      for (const group of groups) {
        const databases = new Set(group.rows.map((row) => rows[row]?.dbId));
        expect(databases.size).toBe(1);
        expect(group.rows.length).toBeLessThanOrEqual(databases.has(null) ? 1 : 4);
      }
    }
  });

  it("gives another order each epoch and seed, and the same one for the same two", () => {
    const first = rowsOf(epochOf({}, 0));
    expect(rowsOf(epochOf({}, 0))).toEqual(first);
    expect(rowsOf(epochOf({}, 1))).not.toEqual(first);
    expect(rowsOf(epochOf({ seed: 8 }, 0))).not.toEqual(first);
  });

  it("goes on from any cursor as if it had never stopped", () => {
    const whole = [...epochOf({}, 0), ...epochOf({}, 1)];
    for (const [i, plan] of whole.slice(0, -1).entries()) {
      expect(createSampler(options).stepAt(plan.next)).toEqual(whole[i + 1]);
    }
  });

  it("orders tables anew for each group and epoch, and keeps that order where a step parts a group", () => {
    const seeds = epochOf({}, 0).flatMap((plan) => plan.groups.map((group) => group.schemaSeed));
    expect(seeds).not.toContain(null);
    const again = epochOf({}, 1).flatMap((plan) => plan.groups.map((group) => group.schemaSeed));
    expect(seeds.filter((seed) => again.includes(seed))).toEqual([]);
    const wide = epochOf({ questionsPerGroup: 100, rowsPerStep: 3 }, 0);
    const parts = new Map<string | null | undefined, Set<number | null>>();
    for (const group of wide.flatMap((plan) => plan.groups)) {
      const dbId = rows[group.rows[0] as number]?.dbId;
      if (dbId !== null) parts.set(dbId, (parts.get(dbId) ?? new Set()).add(group.schemaSeed));
    }
    for (const seeds of parts.values()) expect(seeds.size).toBe(1);
  });

  it("joins groups of one database within a step where the schema keeps its order", () => {
    for (const plan of epochOf({ shuffleSchema: false, rowsPerStep: 16 }, 0)) {
      const databases = plan.groups.map((group) => rows[group.rows[0] as number]?.dbId).filter((db) => db !== null);
      expect(new Set(databases).size).toBe(databases.length);
    }
  });

  it("mixes the databases: a step of 16 rows sees more than one", () => {
    for (const plan of epochOf({ rowsPerStep: 16 }, 0)) {
      expect(new Set(plan.groups.map((group) => rows[group.rows[0] as number]?.dbId)).size).toBeGreaterThan(1);
    }
  });

  it("refuses an empty training set and says why it may be empty", () => {
    expect(() => createSampler({ ...options, rows: [] })).toThrow(/no row to train on.*max_seq_length/s);
  });
});
