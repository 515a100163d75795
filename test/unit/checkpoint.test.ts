import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  findLastCheckpoint,
  listCheckpoints,
  pruneCheckpoints,
  readCheckpoint,
  removeCheckpointsAfter,
  resolveCheckpoint,
  saveCheckpoint,
} from "../../src/train/checkpoint.js";
import { checkResume } from "../../src/train/resume.js";
import { openRunFolder, type RunFolder } from "../../src/train/run-folder.js";
import { initialState, type RunSetting } from "../../src/train/trainer-state.js";

const setting: RunSetting = {
  dataChecksums: { "train.json": "a".repeat(64) },
  rowsChecksum: "b".repeat(64),
  baseName: "base",
  baseHash: "c".repeat(64),
  loraModules: ["model.layers.0.self_attn.q_proj 8"],
  exactness: { threads: 2, "training.seed": 42 },
};
const stateAt = (step: number) => ({ ...initialState(setting), step, cursor: { epoch: 0, row: step * 4 } });
const fill = (dir: string) => writeFile(join(dir, "optimizer.safetensors"), "moments");

let folder: RunFolder;
let root: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "sqltune-checkpoint-"));
  folder = await openRunFolder(root, { resume: false, overwrite: false });
});
afterEach(async () => {
  await folder.close();
  rmSync(root, { recursive: true, force: true });
});
const save = (step: number) => saveCheckpoint(folder, stateAt(step), fill);

describe("checkpoint", () => {
  it("comes back as it was saved, under the name last", async () => {
    const { path } = await save(10);
    expect(await readCheckpoint(path)).toEqual({ path, state: stateAt(10) });
    expect(await folder.readName("last")).toBe("checkpoint-10");
    expect(await resolveCheckpoint(root)).toEqual({ path, state: stateAt(10) });
    expect(await resolveCheckpoint(path)).toEqual({ path, state: stateAt(10) });
  });

  it("leaves nothing behind when writing fails, and the earlier ones whole", async () => {
    await save(10);
    const fails = saveCheckpoint(folder, stateAt(20), async (dir) => {
      await fill(dir);
      throw new Error("the pen broke");
    });
    await expect(fails).rejects.toThrow("the pen broke");
    expect(readdirSync(folder.checkpoints)).toEqual(["checkpoint-10"]);
    expect(await folder.readName("last")).toBe("checkpoint-10");
  });

  it("is replaced by one of the same step", async () => {
    await save(10);
    const again = await saveCheckpoint(folder, { ...stateAt(10), epoch: 0.5 }, fill);
    expect((await readCheckpoint(again.path)).state.epoch).toBe(0.5);
    expect(readdirSync(folder.checkpoints)).toEqual(["checkpoint-10"]);
  });

  it("that is damaged is named and passed over", async () => {
    await save(10);
    const { path } = await save(20);
    truncateSync(join(path, "optimizer.safetensors"), 3);
    await expect(readCheckpoint(path)).rejects.toThrow(/optimizer.safetensors has 3 bytes, 7 were written/);
    const { checkpoint, damaged } = await findLastCheckpoint(folder);
    expect(checkpoint?.state.step).toBe(10);
    expect(damaged).toHaveLength(1);
    writeFileSync(join(checkpoint?.path as string, "trainer_state.json"), "{");
    expect((await findLastCheckpoint(folder)).checkpoint).toBeNull();
    await expect(resolveCheckpoint(root)).rejects.toThrow(/There is no checkpoint in/);
  });

  it("limit keeps the newest and always the best", async () => {
    for (const step of [10, 20, 30, 40]) await save(step);
    await folder.writeName("best", "checkpoint-20");
    expect(await pruneCheckpoints(folder, { limit: 2, saveSteps: 10 })).toEqual(["checkpoint-10", "checkpoint-30"]);
    expect(await listCheckpoints(folder)).toEqual(["checkpoint-20", "checkpoint-40"]);
    expect(await pruneCheckpoints(folder, { limit: 1, saveSteps: 10 })).toEqual([]);
    await folder.writeName("best", "checkpoint-40");
    expect(await pruneCheckpoints(folder, { limit: 1, saveSteps: 10 })).toEqual(["checkpoint-20"]);
  });

  it("without a limit keeps all that were due, and no others but the best and the last", async () => {
    for (const step of [10, 13, 20, 27, 31]) await save(step);
    await folder.writeName("best", "checkpoint-27");
    expect(await pruneCheckpoints(folder, { limit: null, saveSteps: 10 })).toEqual(["checkpoint-13"]);
    expect(await listCheckpoints(folder)).toEqual(["checkpoint-10", "checkpoint-20", "checkpoint-27", "checkpoint-31"]);
  });

  it("later ones go when a run goes back to an earlier one", async () => {
    for (const step of [10, 20, 30]) await save(step);
    await folder.writeName("best", "checkpoint-30");
    await removeCheckpointsAfter(folder, 20);
    expect(await listCheckpoints(folder)).toEqual(["checkpoint-10", "checkpoint-20"]);
    expect(await folder.readName("last")).toBe("checkpoint-20");
    expect(await folder.readName("best")).toBeNull();
  });

  it.runIf(existsSync("/dev/full"))("on a full disk says so, and keeps what was there", async () => {
    await save(10);
    // The kernel's own ENOSPC.
    const fails = saveCheckpoint(folder, stateAt(20), async (dir) => {
      await fill(dir);
      await writeFile("/dev/full", "moments");
    });
    await expect(fails).rejects.toThrow(
      /No space left on the disk while writing .*checkpoint-20 \(\d+ MiB free\)\. Earlier checkpoints are intact/,
    );
    expect((await findLastCheckpoint(folder)).checkpoint?.state.step).toBe(10);
    expect(readdirSync(folder.checkpoints)).toEqual(["checkpoint-10"]);
  });
});

describe("resume", () => {
  const check = (change: Partial<RunSetting>, force = false) =>
    checkResume(setting, { ...setting, ...change }, { force });

  it("is silent when nothing changed", () => {
    expect(check({})).toEqual([]);
  });

  it("refuses changed data and base, naming all that changed", () => {
    const changed = { dataChecksums: { "train.json": "d".repeat(64), "dev.json": "e" }, baseHash: "f".repeat(64) };
    expect(() => check(changed)).toThrow(
      /train\.json changed.*dev\.json is new.*base model's weights changed.*--force/s,
    );
    expect(() => check({ rowsChecksum: "d" })).toThrow(/rows differ although their files do not/);
    expect(check(changed, true)).toHaveLength(3);
  });

  it("refuses another adapter shape even when told to go on", () => {
    const other = { loraModules: ["model.layers.0.self_attn.q_proj 16"] };
    expect(() => check(other, true)).toThrow(/q_proj 8 only in the checkpoint; .*q_proj 16 only in the config/);
  });

  it("says when bit-exactness is gone and why", () => {
    expect(check({ exactness: { threads: 4, "training.seed": 42, torch: "2.11.0" } })).toEqual([
      "the resumed run will not be bit for bit the uninterrupted one: threads was 2 and is 4; torch was not set and is 2.11.0",
    ]);
  });
});
