import type { Addon, NativeModel } from "../../src/native/types.js";
import type { RunEvent } from "../../src/observe/events.js";
import type { EncodedRow } from "../../src/train/batch.js";
import { packEvaluation } from "../../src/train/evaluate-loss.js";
import type { LoopOptions } from "../../src/train/loop.js";
import { createSampler } from "../../src/train/sampler.js";
import { createScheduler } from "../../src/train/scheduler.js";
import { initialState } from "../../src/train/trainer-state.js";
import { encodedRows } from "./train-rows.js";

/** A loop of nine steps on twelve rows, its state, and what it says and saves. */
export function createLoop(addon: Addon, native: NativeModel, change: Partial<LoopOptions> = {}) {
  const events: RunEvent[] = [];
  const saved: { step: number; isBest: boolean }[] = [];
  const state = initialState({
    ...{ dataChecksums: {}, rowsChecksum: "", baseName: "", baseHash: "", loraModules: [], exactness: {} },
  });
  const schedule = createScheduler("cosine", { totalSteps: 9, warmupSteps: 2 });
  const options: LoopOptions = {
    native,
    state,
    steps: 9,
    sampler: createSampler({
      rows: encodedRows,
      rowsPerStep: 4,
      questionsPerGroup: 2,
      seed: 5,
      shuffleSchema: false,
    }),
    encodeGroup: (indices) => indices.map((index) => encodedRows[index] as EncodedRow),
    limit: { tokens: null, rows: 2 },
    evaluation: packEvaluation(encodedRows.slice(0, 5), { tokens: null, rows: 4 }),
    learningRate: (step) => 0.01 * schedule(step),
    seed: 5,
    loggingSteps: 2,
    evalSteps: 3,
    saveSteps: 4,
    best: { metric: "eval_loss", patience: null, threshold: 0 },
    save: async (isBest) => {
      saved.push({ step: state.step, isBest });
    },
    emit: (event) => events.push(event),
    onPhase: () => {},
    abort: addon.createAbort(),
    signal: new AbortController().signal,
    ...change,
  };
  const of = <Name extends RunEvent["event"]>(name: Name) =>
    events.filter((event): event is Extract<RunEvent, { event: Name }> => event.event === name);
  return { options, state, events, saved, of };
}
