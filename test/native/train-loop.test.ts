import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadAddon } from "../../src/native/load.js";
import type { NativeModel } from "../../src/native/types.js";
import { type EncodedRow, rowLength } from "../../src/train/batch.js";
import { packEvaluation } from "../../src/train/evaluate-loss.js";
import { type LoopOptions, runLoop } from "../../src/train/loop.js";
import { writeTinyModel } from "./tiny-model.js";
import { createLoop } from "./train-loop-fixture.js";
import { beginTraining, encodedRows } from "./train-rows.js";

const root = mkdtempSync(join(tmpdir(), "sqltune-loop-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const addon = loadAddon();
addon.setThreads(1);

/** Token that the model with a hole has no embedding for: what it touches is not a number. */
const POISON = 77;

let native: NativeModel;
beforeAll(async () => {
  native = await addon.loadModel(writeTinyModel(join(root, "model")));
});
afterAll(() => native?.dispose());
afterEach(() => native.removeLora().catch(() => {}));

async function weights(model: NativeModel): Promise<Buffer> {
  const path = join(root, "weights.safetensors");
  await model.saveLora(path);
  return readFileSync(path);
}

describe("loop", () => {
  const loop = (change: Partial<LoopOptions> = {}) => createLoop(addon, native, change);

  it("logs, evaluates and saves when it is due, and at the end", async () => {
    await beginTraining(native, { dropout: 0.1 });
    const { options, state, saved, of } = loop();
    expect(await runLoop(options)).toBe("done");
    expect(of("train").map(({ step }) => step)).toEqual([2, 4, 6, 8, 9]);
    expect(of("eval").map(({ step }) => step)).toEqual([3, 6, 9]);
    expect(of("progress").map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const best = of("eval").filter(({ eval_loss }, i, all) => all.slice(0, i).every((e) => eval_loss < e.eval_loss));
    expect(saved).toEqual(
      [...new Set([4, 8, 9, ...best.map(({ step }) => step)])]
        .sort((a, b) => a - b)
        .map((step) => ({ step, isBest: best.some((event) => event.step === step) })),
    );
    // Without the clock: a resumed run finds the same.
    expect(state.best).toEqual({ ...best.at(-1), eval_seconds: undefined });
    expect(state.total.eval_seconds).toBeGreaterThan(0);
    expect(state).toMatchObject({ step: 9, epoch: 3, cursor: { epoch: 3, row: 0 } });
    // Three epochs of every row, each with its own schema.
    const tokens = 3 * encodedRows.reduce((sum, row) => sum + rowLength(row), 0);
    expect(of("train").reduce((sum, event) => sum + event.tokens, 0)).toBe(tokens);
    expect(state.total.tokens).toBe(tokens);
    for (const event of of("train")) {
      expect(event.lr).toBe(options.learningRate(event.step - 1));
      expect(event.epoch).toBeCloseTo(event.step / 3, 12);
      expect(event.grad_norm).toBeGreaterThan(0);
      expect(event.tokens_per_s).toBeGreaterThan(0);
    }
  });

  it("reports the mean loss per labelled token, and it falls", async () => {
    await beginTraining(native);
    const { options, of } = loop({ loggingSteps: 1, learningRate: () => 0 });
    await runLoop(options);
    // With learning rate 0 an epoch's steps see the same weights: their token-weighted mean is the loss of all rows.
    const all = packEvaluation(encodedRows, { tokens: null, rows: null })[0]?.batch;
    const { lossSum, tokens } = await native.evaluate(all as NonNullable<typeof all>);
    const [first, second, third] = of("train").map(({ loss }) => loss) as [number, number, number];
    const answers = [0, 1, 2].map((step) => {
      const plan = options.sampler.stepAt({ epoch: 0, row: 4 * step });
      return plan.groups
        .flatMap((group) => group.rows)
        .reduce((sum, row) => sum + (encodedRows[row]?.answer.length ?? 0), 0);
    }) as [number, number, number];
    const mean = (first * answers[0] + second * answers[1] + third * answers[2]) / tokens;
    expect(Math.abs(mean / (lossSum / tokens) - 1)).toBeLessThan(1e-6);
    await native.removeLora();
    await beginTraining(native);
    const trained = loop({ evalSteps: 1 });
    await runLoop(trained.options);
    const losses = trained.of("eval").map(({ eval_loss }) => eval_loss);
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) - 0.05);
  });

  it("stops early when evaluations no longer improve, and says so", async () => {
    await beginTraining(native);
    const best = { metric: "eval_loss" as const, patience: 2, threshold: 0 };
    const { options, state, saved, of } = loop({ steps: 90, evalSteps: 2, saveSteps: 50, learningRate: () => 0, best });
    expect(await runLoop(options)).toBe("early_stopping");
    expect(of("eval").map(({ step }) => step)).toEqual([2, 4, 6]);
    expect(state.step).toBe(6);
    expect(saved).toEqual([
      { step: 2, isBest: true },
      { step: 6, isBest: false },
    ]);
    // Taken up again it stays where it stopped.
    expect(await runLoop(options)).toBe("early_stopping");
    expect(state.step).toBe(6);
  });

  it("drops the step in progress when it is interrupted, and saves the last whole one", async () => {
    await beginTraining(native, { dropout: 0.1 });
    const controller = new AbortController();
    const { options, state, saved } = loop({ signal: controller.signal, saveSteps: null, evalSteps: null });
    controller.signal.addEventListener("abort", () => options.abort.abort());
    let calls = 0;
    let atStep: Buffer | null = null;
    const interrupted: NativeModel = Object.create(native, {
      forwardBackward: {
        value: async (...args: Parameters<NativeModel["forwardBackward"]>) => {
          // The second micro-batch of the third step.
          if (++calls === 6) {
            atStep = await weights(native);
            controller.abort();
          }
          return native.forwardBackward(...args);
        },
      },
      ...Object.fromEntries(
        (["step", "evaluate", "zeroGrad"] as const).map((name) => [name, { value: native[name].bind(native) }]),
      ),
    });
    expect(await runLoop({ ...options, native: interrupted })).toBe("interrupted");
    expect(state.step).toBe(2);
    expect(state.cursor).toEqual({ epoch: 0, row: 8 });
    expect(saved).toEqual([{ step: 2, isBest: false }]);
    expect(await weights(native)).toEqual(atStep);
    expect(Object.values(await native.gradients()).every((gradient) => gradient.every((value) => value === 0))).toBe(
      true,
    );
  });

  it("stops at a loss that is not finite, names the row and saves nothing", async () => {
    const model = writeTinyModel(join(root, "hole"));
    poison(model.files[0] as string, POISON, model.config.hiddenSize);
    const holed = await addon.loadModel(model);
    try {
      await beginTraining(holed);
      const sick = { ...(encodedRows[4] as (typeof encodedRows)[number]), question: Int32Array.from([81, POISON, 82]) };
      const encodeGroup = (indices: readonly number[]) =>
        indices.map((i) => (i === 4 ? sick : encodedRows[i]) as EncodedRow);
      const { options, saved } = loop({ native: holed, encodeGroup, evaluation: [], saveSteps: 100 });
      const before = await weights(holed);
      await expect(runLoop(options)).rejects.toThrow(/The loss of step [123] is NaN\. Rows: rows\.json:4\. Nothing/);
      expect(saved).toEqual([]);
      expect(before.length).toBeGreaterThan(0);
    } finally {
      holed.dispose();
    }
  });

  it("skips steps whose gradient is not finite, warns, and gives up after three in a row", async () => {
    // B is zero, so the forward pass is sound; its gradient is scaled beyond float32.
    await beginTraining(native, { scaling: 3e38 });
    const { options, saved, of } = loop({ evaluation: [], saveSteps: 100 });
    const before = await weights(native);
    await expect(runLoop(options)).rejects.toThrow(/not finite .* in 3 steps in a row, the last at step 3\. Rows/);
    expect(of("warning")).toHaveLength(2);
    expect(of("train")).toMatchObject([{ step: 2, skipped: 2 }]);
    expect(saved).toEqual([]);
    expect(await weights(native)).toEqual(before);
  });
});

/** Makes one row of model.embed_tokens.weight NaN in a float32 safetensors file. */
function poison(path: string, token: number, hidden: number): void {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  const start = 8 + length + header["model.embed_tokens.weight"].data_offsets[0] + token * hidden * 4;
  for (let i = 0; i < hidden; i++) bytes.writeFloatLE(Number.NaN, start + i * 4);
  writeFileSync(path, bytes);
}
