import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/index.js";
import type { Dataset } from "../../src/data/types.js";
import type { SqltuneError } from "../../src/errors.js";
import type { RunEvent } from "../../src/observe/events.js";
import { type TrainOptions, type TrainReport, train } from "../../src/train/index.js";
import { tinyConfig, tinyPipeline, writeTrainableModel } from "./train-fixture.js";
import { type Change, createRunner, readJson, stopAt, timelessMetrics, weightBytes } from "./train-runner.js";

const runner = createRunner();
const { out, run } = runner;
afterAll(() => runner.close());

describe("a run that is interrupted", () => {
  const folder = out("whole");
  let report: TrainReport;
  beforeAll(async () => {
    report = await run("whole");
  });

  it.each([1, 2, 4, 7, 11])("at step %i goes on bit for bit", async (step) => {
    const name = `stopped-${step}`;
    const stopped = run(
      name,
      {},
      stopAt((event) => event.event === "progress" && event.step === step),
    );
    const error = await stopped.then(
      () => null,
      (reason: SqltuneError) => reason,
    );
    expect(error?.details).toMatchObject({ code: "ERR_SQLTUNE_INTERRUPTED", exitCode: 130 });
    expect(error?.message).toContain(`checkpoint-${step} is saved; go on with the same command and --resume`);
    expect(readJson(out(name), "status.json")).toMatchObject({ state: "interrupted", step });
    expect(existsSync(out(`${name}/final_model`))).toBe(false);
    const resumed = await run(name, {}, { resume: true });
    expect(resumed.step).toBe(12);
    for (const file of ["adapter_model.safetensors", "optimizer.safetensors"]) {
      const last = "checkpoints/checkpoint-12";
      expect(weightBytes(join(out(name), last), file)).toEqual(weightBytes(join(folder, last), file));
    }
    expect(weightBytes(out(`${name}/final_model`))).toEqual(weightBytes(join(folder, "final_model")));
    expect(timelessMetrics(out(name))).toEqual(timelessMetrics(folder));
    expect(readJson(out(name), "report.json").best_eval).toEqual(report.best_eval);
  });

  it("before its first step has nothing to save and leaves no lock", async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(run("early", {}, { signal: controller.signal })).rejects.toThrow(/before the first step.*nothing/);
    expect(readJson(out("early"), "status.json").state).toBe("interrupted");
    expect(existsSync(out("early/run.lock"))).toBe(false);
    expect((await run("early", { training: { max_steps: 1 } })).step).toBe(1);
  });

  it("and has no checkpoint starts fresh on resume and says so", async () => {
    writeFileSync(join((await run("fresh", { training: { max_steps: 1 } })).output_dir, "note.txt"), "mine");
    rmSync(out("fresh/checkpoints"), { recursive: true });
    const events: RunEvent[] = [];
    await run("fresh", {}, { resume: true, onEvent: (event) => events.push(event) });
    expect(events[0]).toMatchObject({
      event: "note",
      message: expect.stringContaining("starting from the beginning"),
    });
    expect(timelessMetrics(out("fresh"))).toEqual(timelessMetrics(folder));
    expect(existsSync(out("fresh/note.txt"))).toBe(true);
  });
});

describe("resume refuses", () => {
  const resume = (change: Change = {}, options: TrainOptions = {}) =>
    run("first", change, { resume: true, ...options });
  beforeAll(async () => {
    await run("first", { training: { max_steps: 4 } });
  });

  it("a changed data file, naming it, unless it is told to go on", async () => {
    const changed = (dataset: Dataset) => {
      dataset.checksums["rows.json"] = "1".repeat(64);
    };
    const before = readFileSync(out("first/metrics.jsonl"), "utf8");
    await expect(resume({}, { pipeline: tinyPipeline(changed) })).rejects.toThrow(/the data file rows\.json changed/);
    expect(readFileSync(out("first/metrics.jsonl"), "utf8")).toBe(before);
    expect(readJson(out("first"), "status.json").state).toBe("failed");
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent) => events.push(event);
    const options = { pipeline: tinyPipeline(changed), force: true, onEvent };
    expect((await resume({ training: { max_steps: 5 } }, options)).step).toBe(5);
    expect(events.filter((event) => event.event === "warning")).toMatchObject([
      { message: expect.stringMatching(/^going on although the data file rows.json changed/) },
      { message: expect.stringMatching(/not be bit for bit .*: steps was 4 and is 5/) },
    ]);
  });

  it("rows that differ although their file does not", async () => {
    const fewer = (dataset: Dataset) => {
      dataset.train.pop();
    };
    await expect(resume({}, { pipeline: tinyPipeline(fewer), force: false })).rejects.toThrow(/changed|rows differ/);
  });

  it("another base", async () => {
    const other = out("other-model");
    writeTrainableModel(other, { seed: 2 });
    const config: ConfigInput = tinyConfig(other, out("first"));
    await expect(train(config, { pipeline: tinyPipeline(), resume: true })).rejects.toThrow(
      /the base model's weights changed/,
    );
  });

  it("another adapter", async () => {
    await expect(resume({ lora: { r: 8 } }, { force: true })).rejects.toThrow(/q_proj 4 only in the checkpoint/);
  });
});
