import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { loadAddon } from "../../src/native/load.js";
import type { NativeModel } from "../../src/native/types.js";
import { type LoopOptions, runLoop } from "../../src/train/loop.js";
import { writeTinyModel } from "./tiny-model.js";
import { createLoop } from "./train-loop-fixture.js";
import { beginTraining } from "./train-rows.js";

const root = mkdtempSync(join(tmpdir(), "sqltune-loop-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const addon = loadAddon();
addon.setThreads(1);

let native: NativeModel;
beforeAll(async () => {
  native = await addon.loadModel(writeTinyModel(join(root, "model")));
});
afterAll(() => native?.dispose());
afterEach(() => native.removeLora().catch(() => {}));
const loop = (change: Partial<LoopOptions> = {}) => createLoop(addon, native, change);

it("takes the best of the generated answers and stops on them, evaluations without any aside", async () => {
  await beginTraining(native);
  const scores = [0.25, 0.5, 0.5, null, 0.25];
  const asked: number[] = [];
  const score = async (step: number) => ({ ex: scores[asked.push(step) - 1] ?? null, questions: 4 });
  const { options, state, saved, of } = loop({
    ...{ steps: 90, evalSteps: 1, saveSteps: null, answers: { every: 2, score } },
    // At rest, so that the loss is the same each time.
    learningRate: () => 0,
    best: { metric: "ex", patience: 2, threshold: 0 },
  });
  expect(await runLoop(options)).toBe("early_stopping");
  expect(asked).toEqual([2, 4, 6, 8, 10]);
  expect(of("eval").map(({ ex }) => ex)).toEqual([2, 4, 6, 8, 10].flatMap((_, i) => [undefined, scores[i]]));
  expect(of("eval").filter((event) => event.generate_seconds !== undefined)).toHaveLength(5);
  // An equal one is no better, one that could not be judged is not counted, and the second worse one ends it.
  expect(saved).toEqual([
    { step: 2, isBest: true },
    { step: 4, isBest: true },
    { step: 10, isBest: false },
  ]);
  expect(state.best).toMatchObject({ step: 4, ex: 0.5 });
  expect(Object.keys(state.best ?? {})).not.toContain("generate_seconds");
});

it("generates after the last step, whatever the rhythm", async () => {
  await beginTraining(native);
  const asked: number[] = [];
  const score = async (step: number) => ({ exact_match: asked.push(step), questions: 1 });
  const rhythm = async (change: Partial<LoopOptions>) => {
    asked.length = 0;
    await runLoop(loop({ ...change, steps: 5 }).options);
    return [...asked];
  };
  expect(await rhythm({ evalSteps: 2, answers: { every: 2, score } })).toEqual([4, 5]);
  expect(await rhythm({ evalSteps: 2, answers: { every: 9, score } })).toEqual([5]);
  expect(await rhythm({ evalSteps: null, answers: { every: 2, score } })).toEqual([5]);
});

it("saves the step when it is interrupted while answers are generated", async () => {
  await beginTraining(native);
  const controller = new AbortController();
  const score = async () => {
    controller.abort();
    throw controller.signal.reason;
  };
  const { options, state, saved, of } = loop({ signal: controller.signal, answers: { every: 1, score } });
  expect(await runLoop(options)).toBe("interrupted");
  expect(saved).toEqual([{ step: 3, isBest: false }]);
  // It is done again by the run that goes on.
  expect([state.last_eval, of("eval")]).toEqual([null, []]);
});
