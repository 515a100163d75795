import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { crc32c } from "../../src/observe/trackers/tensorboard/crc32c.js";
import {
  hparamsEndEvent,
  hparamsStartEvent,
  scalarsEvent,
  sessionStartEvent,
  textEvent,
  versionEvent,
} from "../../src/observe/trackers/tensorboard/event-file.js";
import { createTensorboardTracker } from "../../src/observe/trackers/tensorboard/tensorboard-tracker.js";
import {
  firstEvents,
  lacksPython,
  resumedEvents,
  runPython,
  tellRun,
  trackedRun,
  writeAnswers,
} from "./tracker-fixture.js";

const golden = JSON.parse(readFileSync(new URL("./tensorboard.golden.json", import.meta.url), "utf8"));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sqltune-tensorboard-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("CRC-32C gives the values of RFC 3720", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 255))).toBe(0x62a8ab43);
});

describe(`records are those of ${golden.made_with}, byte by byte`, () => {
  const wallTime = 1700000000.25;
  const head = { wallTime, step: 0 };
  const values = { "lora.r": 16, "data.strict": false, "model.name": "smollm2-135m" };
  const scalars = { "train/loss": 1.25, "train/learning_rate": 2e-4, "eval/ex": 0 };
  it.each([
    ["version", versionEvent(wallTime)],
    ["session_start", sessionStartEvent({ wallTime, step: 1 })],
    ["scalars", scalarsEvent({ wallTime, step: 250 }, scalars)],
    ["text", textEvent(head, "config", "# Größe\n| a | b |")],
    ["hparams_start", hparamsStartEvent(head, { values, groupName: "run", startSeconds: wallTime })],
    ["hparams_end", hparamsEndEvent(head, 1, wallTime)],
  ])("%s", (name, record) => {
    expect(record.toString("hex")).toBe(golden[name]);
  });
});

it("a run that begins anew takes the place of the files that an earlier one left", async () => {
  const folder = join(root, "tensorboard");
  mkdirSync(folder);
  writeFileSync(join(folder, "events.out.tfevents.1.host.1.0"), "old");
  writeFileSync(join(folder, "mine.txt"), "a user's");
  expect(await tellRun(createTensorboardTracker(trackedRun(root)), firstEvents)).toEqual([]);
  const files = readdirSync(folder).sort();
  expect(files).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\.[^/]+\.\d+\.0$/), "mine.txt"]);
});

it("a folder that cannot be written is a warning and no more", async () => {
  writeFileSync(join(root, "tensorboard"), "in the way");
  const warnings = await tellRun(createTensorboardTracker(trackedRun(root)), firstEvents);
  expect(warnings).toEqual([expect.stringMatching(/^tensorboard: (EEXIST|ENOTDIR)/)]);
});

describe.skipIf(lacksPython("event files read by the real TensorBoard"))("the real TensorBoard reads", () => {
  it("scalars, texts and hyperparameters of a run that was interrupted and resumed", async () => {
    const run = trackedRun(root);
    writeAnswers(run, 10);
    await tellRun(createTensorboardTracker(run), firstEvents, "interrupted");
    // A second later: the files' names say which one came first.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await tellRun(createTensorboardTracker({ ...run, step: 5 }), resumedEvents);
    expect(readdirSync(join(root, "tensorboard"))).toHaveLength(2);
    const read = JSON.parse(await runPython("read_tensorboard.py", join(root, "tensorboard")));
    const points = (tag: string) => read.scalars[tag].map(([step, value]: number[]) => [step, value]);
    // Every step once, though step 10 was done twice.
    const loss = [5, 10, 15, 20].map((step, i) => [step, [1.5, 1.25, 1, 0.75][i]]);
    expect(points("train/loss")).toEqual(loss);
    expect(points("train/learning_rate").at(-1)).toEqual([20, Math.fround(2e-4)]);
    expect(points("train/tokens_per_s")).toEqual(loss.map(([step]) => [step, 512.5]));
    expect(points("eval/loss")).toEqual([[10, 1.125]]);
    expect(points("eval/ex")).toEqual([[10, 0.5]]);
    expect(read.scalars["eval/em"]).toBeUndefined();
    expect(read.texts.config).toEqual([[0, expect.stringContaining('"r": 16')]]);
    expect(read.texts.predictions).toEqual([[10, expect.stringContaining("| Which? | `SELECT c FROM a` |")]]);
    expect(read.hparams).toMatchObject({ "lora.r": 16, "training.bf16": false, "model.name": "Größe" });
  }, 60_000);
});
