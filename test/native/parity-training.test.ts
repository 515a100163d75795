import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAdapterFolder } from "../../src/adapter/index.js";
import { loadModel, type Model } from "../../src/model/index.js";
import type { Checkpointing } from "../../src/native/types.js";
import { readSafetensors } from "../unit/adapter-safetensors.js";
import { maxDifference, relativeDifference, worstRelativeDifference } from "./parity-compare.js";
import { lacks, parityModel, parityPython, pythonReference, sharedFolder } from "./parity-python.js";
import { packedRows, plainRows, spiderGroups } from "./parity-spider-rows.js";

const STEPS = 20;
const GROUPS_PER_STEP = 4;
const ROWS_PER_GROUP = 4;
const ROWS_PER_STEP = GROUPS_PER_STEP * ROWS_PER_GROUP;
const WEIGHT_DECAY = 0.01;
const MAX_GRAD_NORM = 1;
const ADAMW = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: WEIGHT_DECAY, maxGradNorm: MAX_GRAD_NORM };

const base = parityModel("smollm2");
const skip = lacks("LoRA gradients and training steps against PEFT", {
  SQLTUNE_PARITY_PYTHON: parityPython,
  "SQLTUNE_PARITY_MODELS/smollm2": base,
  "../shared (or SQLTUNE_SHARED)": sharedFolder,
});

describe.skipIf(skip)("SmolLM2 in float32 on Spider rows against PEFT, without dropout", () => {
  let model: Model;
  beforeAll(async () => {
    model = await loadModel(base!, { device: "cpu", dtype: "float32", computeDtype: "float32" });
  });
  afterAll(() => model?.dispose());

  const spider = (groups: number) =>
    spiderGroups(sharedFolder!, model.tokenizer, { groups, groupSize: ROWS_PER_GROUP, databases: 8 });

  async function withAdapter(folder: string, checkpointing: Checkpointing, use: () => Promise<void>): Promise<void> {
    const adapter = await readAdapterFolder(folder);
    const modules = adapter.modules.map(({ name, r, scaling }) => ({ name, r, scaling }));
    await model.native.addLora({ modules, dropout: 0, seed: 0 });
    try {
      await model.native.loadLora(adapter.weightsFile);
      await model.native.beginTraining(ADAMW, checkpointing);
      await use();
    } finally {
      await model.native.removeLora();
    }
  }

  it("gradients of every A and B to a relative 1e-4 of the float64 ones, schema shared and with every checkpointing", async () => {
    const groups = spider(2);
    const out = await pythonReference("gradients", { rows: plainRows(groups) }, (to, inputs) => [base!, inputs, to]);
    const reference = JSON.parse(readFileSync(join(out, "reference.json"), "utf8"));
    for (const checkpointing of ["none", "selective", "block"] as const) {
      await withAdapter(join(out, "adapter"), checkpointing, async () => {
        const loss = await model.native.forwardBackward(packedRows(groups), 0);
        expect(loss.tokens).toBe(reference.tokens);
        expect(loss.lossSum / reference.loss_sum).toBeCloseTo(1, 5);
        expect(relativeDifference(loss.branchLoss, reference.row_loss)).toBeLessThan(1e-5);
        const worst = worstRelativeDifference(await model.native.gradients(), join(out, "gradients.safetensors"));
        expect(worst.difference, worst.name).toBeLessThan(1e-4);
      });
    }
  }, 600_000);

  it(`${STEPS} steps on ${STEPS * ROWS_PER_STEP} rows: losses to 1e-3, and the adapter they end in`, async () => {
    const groups = spider(STEPS * GROUPS_PER_STEP);
    const init = await pythonReference("train_steps", {}, (to) => ["init", base!, to]);
    const rows = plainRows(groups);
    // Cosine after two steps of warm-up, so that the learning rate changes every step.
    const lr = (step: number) => 1e-3 * Math.min((step + 1) / 2, 0.5 * (1 + Math.cos((Math.PI * step) / STEPS)));
    const steps = Array.from({ length: STEPS }, (_, step) => ({
      lr: lr(step),
      rows: Array.from({ length: ROWS_PER_STEP }, (_, i) => step * ROWS_PER_STEP + i),
    }));
    const plan = { rows, micro_batch: 4, weight_decay: WEIGHT_DECAY, max_grad_norm: MAX_GRAD_NORM, steps };
    const out = await pythonReference("train_steps", plan, (to, inputs) => [
      ...["run", base!, join(init, "adapter"), inputs, to],
    ]);
    const reference = JSON.parse(readFileSync(join(out, "reference.json"), "utf8"));

    await withAdapter(join(init, "adapter"), "none", async () => {
      const losses: number[] = [];
      const norms: number[] = [];
      for (const [step, { lr: rate }] of steps.entries()) {
        let lossSum = 0;
        let tokens = 0;
        // Two micro-steps: a step's gradient is its rows' sum over all its labelled tokens, however it is cut.
        for (const half of [0, 2]) {
          const first = step * GROUPS_PER_STEP + half;
          const loss = await model.native.forwardBackward(packedRows(groups.slice(first, first + 2)), step);
          lossSum += loss.lossSum;
          tokens += loss.tokens;
        }
        losses.push(lossSum / tokens);
        norms.push((await model.native.step(rate)).gradNorm);
      }
      expect(reference.losses[0] - reference.losses[STEPS - 1]).toBeGreaterThan(0.5);
      expect(maxDifference(losses, reference.losses)).toBeLessThan(1e-3);
      expect(
        maxDifference(
          norms.map((n, i) => n / reference.grad_norms[i]),
          norms.map(() => 1),
        ),
      ).toBeLessThan(1e-2);
      const saved = join(out, "sqltune.safetensors");
      await model.native.saveLora(saved);
      const trained = readSafetensors(saved);
      const found = Object.fromEntries([...trained].map(([name, { data }]) => [name, data]));
      // AdamW divides a gradient by its own size: where that is near zero, float32's noise steers the step.
      const worst = worstRelativeDifference(found, join(out, "adapter", "adapter_model.safetensors"));
      expect(worst.difference, worst.name).toBeLessThan(1e-2);
    });
  }, 3_600_000);
});
