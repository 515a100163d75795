import { expect, it } from "vitest";
import { continueState, initialState, type TrainerState } from "../../src/train/trainer-state.js";

const setting = {
  ...{ dataChecksums: {}, rowsChecksum: "", baseName: "", baseHash: "", loraModules: [], exactness: {} },
};

it("goes on with the sums of a checkpoint, and takes none for what an earlier version did not count", () => {
  const total = { tokens: 1000, seconds: 9, skipped: 1 } as TrainerState["total"];
  const saved = { ...initialState(setting), step: 4, total };
  const now = { ...setting, baseName: "now" };
  const state = continueState(saved, now);
  expect(state).toEqual({ ...saved, setting: now, total: { ...total, eval_seconds: 0, generate_seconds: 0 } });
  expect(continueState(state, now)).toEqual(state);
});
