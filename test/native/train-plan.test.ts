import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../src/data/types.js";
import { runCommand } from "../../src/native/run-command.js";
import type { RunEvent } from "../../src/observe/events.js";
import { dryRun, type PlanReport, plan } from "../../src/train/index.js";
import { runProbe } from "../../src/train/probe-process.js";
import type { ProbeJob } from "../../src/train/probe-protocol.js";
import { writeTinyModel } from "./tiny-model.js";
import { tinyConfig, tinyPipeline } from "./train-fixture.js";
import { createRunner, readJson, stopAt, weightBytes } from "./train-runner.js";
import { trainingBatch } from "./training-batch.js";

const runner = createRunner();
const { base, out, run } = runner;
afterAll(() => runner.close());
const auto = { training: { micro_batch_tokens: "auto" as const } };
/** Process ids of this process's children. */
async function children(): Promise<number[]> {
  const { stdout } = await runCommand("ps", ["-A", "-o", "pid=,ppid="]);
  const processes = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  return processes.flatMap(([pid, parent]) => (parent === process.pid ? [pid as number] : []));
}
const messages = (events: RunEvent[]) => events.flatMap((event) => ("message" in event ? [event.message] : []));

describe("plan", () => {
  const events: RunEvent[] = [];
  let report: PlanReport;
  beforeAll(async () => {
    const onEvent = (event: RunEvent) => events.push(event);
    report = await plan(tinyConfig(base, out("planned")), { pipeline: tinyPipeline(), onEvent });
  });

  it("measures sizes in processes of their own, and the config's size beside them", () => {
    expect(report.probes.length).toBeGreaterThan(0);
    for (const probe of [...report.probes, report.configured]) {
      expect(probe).toMatchObject({ fits: true, reason: null });
      // Node and libtorch alone are 100 MB; this process, which has run no step, does not count.
      expect(probe?.peak_memory?.process).toBeGreaterThan(60e6);
      expect(probe?.peak_memory?.device).toBe(0);
      expect(probe?.tokens_per_s).toBeGreaterThan(probe?.packed_tokens_per_s as number);
      expect(probe?.seconds_to_finish?.typical).toBeGreaterThan(0);
    }
    expect(report.configured).toMatchObject({ micro_batch_tokens: null, rows: 4 });
    expect(report.probes.map((probe) => probe.micro_batch_tokens)).toContain(report.recommended.micro_batch_tokens);
    expect(report.memory.usable).toBeLessThan(report.memory.available);
    expect(report.steps).toEqual({ total: 12, per_epoch: 5, epochs: 2.4, rows_per_step: 8 });
    expect(report.model.trainable_parameters).toBeGreaterThan(0);
  });

  it("says so line by line, with the flag to take, and writes nothing", () => {
    const set = `--set training.micro_batch_tokens=${report.recommended.micro_batch_tokens}`;
    expect(report.set).toBe(set);
    expect(report.lines.at(-1)).toBe(`  ${set}`);
    const text = report.lines.join("\n");
    for (const part of ["micro_batch_tokens   largest   peak memory", "4 rows", "may be used", "12 steps of 8 rows"]) {
      expect(text).toContain(part);
    }
    expect(messages(events).filter((line) => /tokens: peak .* tokens\/s, .* to finish$/.test(line))).toHaveLength(
      report.probes.length,
    );
    expect(existsSync(out("planned"))).toBe(false);
  });

  it("names what is wrong with the data", async () => {
    const empty = (dataset: Dataset) => {
      dataset.train = [];
    };
    const planned = plan(tinyConfig(base, out("none")), { pipeline: tinyPipeline(empty) });
    await expect(planned).rejects.toThrow(/train has no rows/);
  });

  it("rejects with the signal's reason when it is stopped", async () => {
    const stop = stopAt((event) => event.event === "note" && /^measuring/.test(event.message));
    const planned = plan(tinyConfig(base, out("stopped")), { pipeline: tinyPipeline(), ...stop });
    await expect(planned).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("a probe", () => {
  const model = writeTinyModel(out("probed"));
  const { folder: _, ...spec } = model;
  const job = (change: Partial<ProbeJob> = {}): ProbeJob => ({
    model: spec,
    lora: { modules: [{ name: "model.layers.0.mlp.down_proj", r: 2, scaling: 2 }], dropout: 0.1, seed: 1 },
    optimizer: { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 },
    checkpointing: "selective",
    threads: 1,
    learningRate: 1e-3,
    warmUp: trainingBatch(1, 4),
    typical: trainingBatch(2, 8),
    longest: trainingBatch(4, 16),
    memoryLimit: 4e9,
    ...change,
  });

  it("that passes the memory it may use is stopped and does not fit", async () => {
    const outcome = await runProbe(job({ memoryLimit: 1e6 }));
    expect(outcome).toEqual({ fits: false, reason: "it took more than may be used, and was stopped" });
  });

  it("says what the native layer said where it fails otherwise", async () => {
    const lost = { ...spec, files: [join(model.folder, "none.safetensors")] };
    await expect(runProbe(job({ model: lost }))).rejects.toMatchObject({
      message: expect.stringContaining("none.safetensors"),
      code: expect.stringMatching(/^ERR_SQLTUNE_/),
    });
  });

  it("stopped before it begins starts no process", async () => {
    const reason = new Error("enough");
    await expect(runProbe(job(), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  /** Starts a probe that takes a while; its process besides. */
  async function startLong(signal?: AbortSignal) {
    const before = new Set(await children());
    const outcome = runProbe(job({ longest: trainingBatch(64, 500) }), signal);
    const pid = (await children()).find((child) => !before.has(child)) as number;
    return { outcome, pid };
  }

  it("stopped in its midst is gone when the promise settles", async () => {
    const stop = new AbortController();
    const { outcome, pid } = await startLong(stop.signal);
    setTimeout(() => stop.abort(new Error("enough")), 400);
    await expect(outcome).rejects.toThrow("enough");
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("that the system kills does not fit; one that crashes is an error", async () => {
    const killed = await startLong();
    process.kill(killed.pid, "SIGKILL");
    expect(await killed.outcome).toEqual({
      fits: false,
      reason: "its process was killed by SIGKILL, most likely for want of memory",
    });
    const crashed = await startLong();
    process.kill(crashed.pid, "SIGSEGV");
    await expect(crashed.outcome).rejects.toMatchObject({
      message: expect.stringMatching(/ended with SIGSEGV and no result\. Try again; npx sqltune doctor/),
      details: { code: "ERR_SQLTUNE_PROBE" },
    });
  });

  it("measures its own memory, not that of the process that started it", async () => {
    const ballast = new Uint8Array(600e6).fill(1);
    const outcome = await runProbe(job());
    expect(outcome).toMatchObject({ fits: true });
    if (outcome.fits) expect(outcome.result.peak.process).toBeLessThan(ballast.length);
  });
});

describe("training.micro_batch_tokens: auto", () => {
  it("is measured when the run starts, kept in run.json and checkpoints, and taken up bit for bit", async () => {
    const events: RunEvent[] = [];
    const stop = stopAt((event) => event.event === "progress" && event.step === 5);
    const onEvent = (event: RunEvent) => {
      events.push(event);
      stop.onEvent(event);
    };
    await expect(run("auto", auto, { ...stop, onEvent })).rejects.toThrow(/Interrupted.*--resume/);
    const chosen = readJson(out("auto"), "run.json").setting.microBatch;
    expect(chosen).toMatchObject({ tokens: expect.any(Number), reason: expect.any(String) });
    expect(chosen.probes.length).toBeGreaterThan(0);
    expect(readJson(out("auto"), "run.json").config.training.micro_batch_tokens).toBe("auto");
    expect(readJson(out("auto/checkpoints/checkpoint-5"), "trainer_state.json").setting.microBatch).toEqual(chosen);
    expect(messages(events)).toContain(`micro_batch_tokens: auto: takes ${chosen.tokens} tokens (${chosen.reason})`);

    const resumed: RunEvent[] = [];
    await run("auto", auto, { resume: true, onEvent: (event) => resumed.push(event) });
    expect(messages(resumed)).toContain(
      `micro_batch_tokens: auto keeps the size that this run began with, ${chosen.tokens} tokens`,
    );
    expect(messages(resumed).filter((line) => /measuring|bit for bit/.test(line))).toEqual([]);
    expect(readJson(out("auto"), "run.json").setting.microBatch).toEqual(chosen);

    // The same size written down gives the same run.
    const written = { training: { micro_batch_tokens: chosen.tokens as number } };
    await run("written", written);
    const last = "checkpoints/checkpoint-12";
    for (const file of ["adapter_model.safetensors", "optimizer.safetensors"]) {
      expect(weightBytes(join(out("auto"), last), file)).toEqual(weightBytes(join(out("written"), last), file));
    }
  });

  it("keeps the size of a run that began with another setting", async () => {
    const rows = { training: { max_steps: 2, save_steps: 2, eval_steps: 2 } };
    await run("began", rows);
    const events: RunEvent[] = [];
    const change = { training: { ...rows.training, ...auto.training } };
    await run("began", change, { resume: true, onEvent: (event) => events.push(event) });
    expect(messages(events)).toContain("micro_batch_tokens: auto keeps the size that this run began with, 4 rows");
    expect(events.filter((event) => event.event === "warning")).toEqual([]);
    expect(readJson(out("began"), "run.json").setting.microBatch).toBeNull();
  });

  it("is not measured by a dry run, which says when it will be", async () => {
    const { lines } = await dryRun(tinyConfig(base, out("dry"), auto), { pipeline: tinyPipeline() });
    expect(lines.join("\n")).toMatch(/micro_batch_tokens: auto is measured when training starts .* of 4 rows/);
  });
});
