import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadAddon } from "../../src/native/load.js";
import type { NativeModel } from "../../src/native/types.js";
import { type EncodedRow, type MicroBatchLimit, packMicroBatches } from "../../src/train/batch.js";
import { writeTinyModel } from "./tiny-model.js";
import { beginTraining, encodedRows } from "./train-rows.js";

const root = mkdtempSync(join(tmpdir(), "sqltune-accumulation-"));
const groups = [0, 1, 2].map((db) => encodedRows.filter((row) => row.dbId === `db${db}`));

let native: NativeModel;
beforeAll(async () => {
  loadAddon().setThreads(1);
  native = await loadAddon().loadModel(writeTinyModel(join(root, "model")));
});
afterAll(() => {
  native?.dispose();
  rmSync(root, { recursive: true, force: true });
});

describe("token-weighted accumulation", () => {
  /** Loss and gradients of two steps over all rows under a limit. A has a gradient from the second step on. */
  async function twoSteps(of: readonly (readonly EncodedRow[])[], limit: MicroBatchLimit) {
    await beginTraining(native);
    const batches = packMicroBatches(of, limit);
    const steps: { loss: number; gradients: Record<string, Float32Array> }[] = [];
    for (let step = 0; step < 2; step++) {
      let loss = 0;
      for (const { batch } of batches) loss += (await native.forwardBackward(batch, 1)).lossSum;
      steps.push({ loss, gradients: await native.gradients() });
      await native.step(1e-2);
    }
    await native.removeLora();
    return { steps, calls: batches.length };
  }

  it("equals the big batch to 1e-6, however the rows are cut and whether schemas are shared", async () => {
    const whole = await twoSteps(groups, { tokens: null, rows: null });
    expect(whole.calls).toBe(1);
    const plain = encodedRows.map((row) => [row]);
    for (const [of, limit, calls] of [
      [groups, { tokens: null, rows: 4 }, 3],
      [groups, { tokens: 60, rows: null }, undefined],
      [plain, { tokens: null, rows: 1 }, 12],
      [plain, { tokens: null, rows: null }, 1],
    ] as const) {
      const cut = await twoSteps(of, limit);
      expect(cut.calls).toBe(calls ?? cut.calls);
      for (const [step, { loss, gradients }] of whole.steps.entries()) {
        const other = cut.steps[step] as (typeof cut.steps)[number];
        expect(Math.abs(other.loss / loss - 1)).toBeLessThan(1e-6);
        // Adam's first step is the sign of the gradient: it widens rounding where a gradient is next to zero.
        expect(relativeDifference(gradients, other.gradients)).toBeLessThan(step === 0 ? 1e-6 : 5e-6);
      }
    }
  });
});

/** Of all gradients as one vector, in the L2 norm. */
function relativeDifference(a: Record<string, Float32Array>, b: Record<string, Float32Array>): number {
  const difference = Object.entries(a).flatMap(([key, values]) =>
    Array.from(values, (value, i) => value - (b[key]?.[i] ?? Number.NaN)),
  );
  return Math.hypot(...difference) / Math.hypot(...Object.values(a).flatMap((values) => [...values]));
}
