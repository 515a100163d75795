import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAdapterFolder } from "../../src/adapter/index.js";
import type { RunEvent } from "../../src/observe/events.js";
import { readMetrics } from "../../src/observe/metrics-file.js";
import type { TrainReport } from "../../src/train/index.js";
import { createRunner, readJson, timelessMetrics, weightBytes } from "./train-runner.js";

const runner = createRunner();
const { out, run } = runner;
afterAll(() => runner.close());

describe("a run", () => {
  const events: RunEvent[] = [];
  const folder = out("whole");
  let report: TrainReport;
  beforeAll(async () => {
    report = await run("whole", {}, { onEvent: (event) => events.push(event) });
  });

  it("leaves the files of the contract", async () => {
    expect(readdirSync(folder).sort()).toEqual([
      "best",
      "checkpoints",
      "final_model",
      "last",
      "logs",
      "metrics.jsonl",
      "report.json",
      "run.json",
      "status.json",
    ]);
    const status = readJson(folder, "status.json");
    expect(status).toMatchObject({ state: "done", step: 12, steps: 12, pid: process.pid });
    expect(Date.now() - Date.parse(status.heartbeat)).toBeLessThan(60_000);
    expect(readJson(folder, "run.json")).toMatchObject({
      config: { project: { name: "tiny", seed: 7 }, training: { max_steps: 12, adam_beta1: 0.9 } },
      seed: 7,
      setting: { dataChecksums: { "rows.json": "0".repeat(64) } },
      versions: { torch: expect.stringMatching(/^2\./), node: process.versions.node },
    });
    expect(readFileSync(join(folder, "logs/train.log"), "utf8")).toMatch(/^\S+Z training to step 12 on 40 rows$/m);
  });

  it("writes train and eval events as the contract says", () => {
    const metrics = readMetrics(join(folder, "metrics.jsonl"));
    expect(metrics).toEqual(events.filter((event) => event.event !== "progress"));
    const of = (name: string) => metrics.filter((event) => event.event === name);
    expect(of("train").map((event) => "step" in event && event.step)).toEqual([3, 6, 9, 12]);
    expect(of("eval").map((event) => "step" in event && event.step)).toEqual([4, 8, 12]);
    const keys = ["epoch", "event", "grad_norm", "loss", "lr", "step", "tokens", "tokens_per_s"];
    for (const event of of("train")) expect(Object.keys(event).sort()).toEqual(keys);
    for (const event of of("eval")) {
      expect(Object.keys(event).sort()).toEqual([
        "eval_loss",
        "eval_seconds",
        "event",
        "perplexity",
        "step",
        "token_accuracy",
      ]);
    }
    expect(of("start")).toEqual([{ event: "start", step: 0, steps: 12, rows: 40, dropped: 0 }]);
    expect(metrics.at(-1)).toMatchObject({ event: "end", reason: "done", step: 12 });
  });

  it("learns, and says what it did", () => {
    const losses = events.flatMap((event) => (event.event === "eval" ? [event.eval_loss] : []));
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) - 0.2);
    expect(report).toMatchObject({ reason: "done", step: 12, steps: 12, epoch: 12 / 5, skipped_steps: 0 });
    expect(report.rows).toEqual({ train: 40, validation: 4, test: 0 });
    expect(report.best_eval?.eval_loss).toBe(Math.min(...losses));
    // Two layers; r (in + out) of q, k, v, o, gate, up and down, r = 4.
    const perLayer = 4 * (32 + 32 + (32 + 16) * 2 + 32 + 32 + (32 + 64) * 2 + 64 + 32);
    expect(report.trainable_parameters).toBe(2 * perLayer);
    expect(report.peak_memory.process).toBeGreaterThan(50e6);
    expect(report.tokens_per_s).toBeGreaterThan(0);
    expect(readJson(folder, "report.json")).toEqual(report);
  });

  it("proves its adapter: read back it gives the same answers", () => {
    expect(report.proof.passed).toBe(true);
    expect(report.proof.rows).toHaveLength(4);
    for (const row of report.proof.rows) {
      expect(row.trained.length).toBeGreaterThan(0);
      expect(row.readBack).toBe(row.trained);
    }
  });

  it("keeps checkpoints that are adapters, within the limit, the best among them", async () => {
    const checkpoints = readdirSync(join(folder, "checkpoints"));
    expect(checkpoints).toHaveLength(2);
    const best = readFileSync(join(folder, "best"), "utf8").trim();
    expect(checkpoints).toContain(best);
    expect(best).toBe(`checkpoint-${report.best_eval?.step}`);
    expect(readFileSync(join(folder, "last"), "utf8").trim()).toBe("checkpoint-12");
    for (const name of checkpoints) {
      const adapter = await readAdapterFolder(join(folder, "checkpoints", name));
      expect(adapter.modules).toHaveLength(14);
      expect(adapter.sqltune?.prompt).toMatchObject({ name: "chat", schema_format: "compact" });
    }
    expect(weightBytes(join(folder, "final_model"))).toEqual(weightBytes(join(folder, "checkpoints", best)));
    expect((await readAdapterFolder(join(folder, "final_model"))).sqltune?.metrics).toMatchObject({
      eval_loss: report.best_eval?.eval_loss,
      step: report.final_step,
    });
  });

  it("is not overwritten by accident", async () => {
    await expect(run("whole")).rejects.toThrow(/holds an earlier run.*--resume.*--overwrite/s);
    expect(existsSync(join(folder, "final_model"))).toBe(true);
  });

  it("gives the same weights and metrics when it is done again", async () => {
    await run("again");
    expect(weightBytes(out("again/final_model"))).toEqual(weightBytes(join(folder, "final_model")));
    expect(timelessMetrics(out("again"))).toEqual(timelessMetrics(folder));
  });

  it("can be taken up when it is over: nothing is trained, all is proved again", async () => {
    const again = await run("again", {}, { resume: true });
    expect(again).toMatchObject({ step: 12, proof: { passed: true }, best_eval: report.best_eval });
    expect(weightBytes(out("again/final_model"))).toEqual(weightBytes(join(folder, "final_model")));
    expect(timelessMetrics(out("again"))).toEqual(timelessMetrics(folder));
  });
});
