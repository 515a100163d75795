import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../src/config/index.js";
import { rowLength } from "../../src/train/batch.js";
import { chooseProbeBatches, lengthOf, warmUpBatch } from "../../src/train/probe-batches.js";
import { planSteps } from "../../src/train/step-plan.js";
import type { DataRow } from "../../src/train/training-data.js";

const ids = (length: number) => new Int32Array(length).fill(7);
/** Databases of 20, 40, ... tokens of schema with six questions each of 5 to 10 tokens, answers of 4. */
const rows: DataRow[] = Array.from({ length: 30 }, (_, i) => ({
  id: `r${i}`,
  dbId: `db${i % 5}`,
  schema: ids(20 + 20 * (i % 5)),
  question: ids(5 + Math.floor(i / 5)),
  answer: ids(4),
}));
const data = { train: rows, encodeGroup: (indices: readonly number[]) => indices.map((i) => rows[i] as DataRow) };
const training = { per_device_train_batch_size: 2, gradient_accumulation_steps: 4, questions_per_group: 3 };
const planning = planSteps(resolveConfig({ training }), rows);
const choose = (tokens: number | null, limitRows: number | null = null) =>
  chooseProbeBatches(data, planning, { limit: { tokens, rows: limitRows }, questionsPerGroup: 3 });

describe("chooseProbeBatches", () => {
  it("fills the limit with the longest rows", () => {
    const { longest } = choose(180);
    expect(longest.rows.slice(0, 3).map(({ id }) => id)).toEqual(["r29", "r24", "r19"]);
    expect(lengthOf(longest)).toBeLessThanOrEqual(180);
    // Not one more of the run's rows would go in: the shortest branch that is left has 9 tokens behind its schema.
    expect(lengthOf(longest)).toBeGreaterThan(180 - 20 - 9);
  });

  it("takes no more rows than a step has, and never less than the epoch's own largest", () => {
    const whole = choose(null);
    expect(whole.longest.rows).toHaveLength(8);
    for (const tokens of [60, 150, 300, null]) {
      const { longest, typical, packedPerEpoch, unpackedPerEpoch } = choose(tokens);
      expect(lengthOf(typical)).toBeLessThanOrEqual(lengthOf(longest));
      expect(unpackedPerEpoch).toBe(rows.reduce((sum, row) => sum + rowLength(row), 0));
      expect(packedPerEpoch).toBeLessThanOrEqual(unpackedPerEpoch);
    }
    expect(choose(null).packedPerEpoch).toBeLessThan(choose(60).packedPerEpoch);
  });

  it("puts a row that is longer than the limit in alone", () => {
    const { longest } = choose(50);
    expect(longest.rows.map(({ id }) => id)).toEqual(["r29"]);
    expect(lengthOf(longest)).toBe(100 + 10 + 4);
  });

  it("cuts by rows where the config does", () => {
    const { longest, typical } = choose(null, 2);
    expect(longest.rows).toHaveLength(2);
    expect(typical.rows.length).toBeLessThanOrEqual(2);
  });

  it("keeps rows without a schema apart", () => {
    const bare = rows.map((row) => ({ ...row, dbId: null }));
    const options = { limit: { tokens: 400, rows: null }, questionsPerGroup: 3 };
    const bareData = {
      train: bare,
      encodeGroup: (indices: readonly number[]) => indices.map((i) => bare[i] as DataRow),
    };
    const { longest } = chooseProbeBatches(bareData, planSteps(resolveConfig({ training }), bare), options);
    expect([...longest.batch.prefixLengths]).toEqual(longest.rows.map(() => 0));
  });
});

it("the warm-up is the shortest row", () => {
  expect(warmUpBatch(rows).rows.map(({ id }) => id)).toEqual(["r0"]);
});
