import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/index.js";
import type { Dataset } from "../../src/data/types.js";
import type { SqltuneError } from "../../src/errors.js";
import { createEngine } from "../../src/infer/index.js";
import { loadModel } from "../../src/model/index.js";
import type { EvalEvent, RunEvent } from "../../src/observe/events.js";
import { readMetrics } from "../../src/observe/metrics-file.js";
import { dryRun, type TrainReport } from "../../src/train/index.js";
import { tinyConfig, tinyPipeline } from "./train-fixture.js";
import { type Change, createRunner, readJson, stopAt, timelessMetrics, weightBytes } from "./train-runner.js";

const runner = createRunner();
const { base, out, run } = runner;
afterAll(() => runner.close());

/** The validation rows' database. */
const file = out("train.sqlite");

function writeDatabase(): void {
  rmSync(file, { force: true });
  const database = new Database(file);
  database.exec("CREATE TABLE train (name, age, city, price, year, title); INSERT INTO train (name) VALUES ('a')");
  database.close();
}
beforeEach(writeDatabase);

const pipeline = tinyPipeline((dataset: Dataset) => {
  dataset.databases = new Map([["db4", file]]);
  dataset.test = dataset.validation.map((row, i) => ({ ...row, id: `dev.json:${i}` }));
});
type Generate = NonNullable<NonNullable<ConfigInput["evaluation"]>["generate"]>;
const asking = (generate: Generate = {}, change: Change = {}): Change => ({
  inference: { max_new_tokens: 12, repetition_penalty: 1, batch_size: 2 },
  evaluation: { generate: { samples: 3, metrics: ["em", "ex", "exact_match"], ...generate } },
  ...change,
});
const evaluations = (folder: string) =>
  readMetrics(join(folder, "metrics.jsonl")).filter((event): event is EvalEvent => event.event === "eval");
const answers = (folder: string, step: number) =>
  readFileSync(join(folder, `evaluations/step-${step}.jsonl`), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => ({ ...JSON.parse(line), seconds: undefined, latency_ms: undefined }));

describe("answers generated while a run trains", () => {
  const [plain, asked] = [out("plain"), out("asked")];
  let report: TrainReport;
  beforeAll(async () => {
    writeDatabase();
    await run("plain");
    report = await run("asked", asking(), { pipeline });
  });

  it("leave the training as it is, bit for bit", () => {
    for (const name of ["adapter_model.safetensors", "optimizer.safetensors"]) {
      const last = "checkpoints/checkpoint-12";
      expect(weightBytes(join(asked, last), name)).toEqual(weightBytes(join(plain, last), name));
    }
    expect(weightBytes(report.final_model)).toEqual(weightBytes(join(plain, "final_model")));
    const without = timelessMetrics(asked).map((event) => ({
      ...{ ...event, em: undefined, ex: undefined, exact_match: undefined, questions: undefined },
    }));
    expect(without).toEqual(timelessMetrics(plain));
  });

  it("are scored in each eval event, beside what they cost", () => {
    const events = evaluations(asked);
    expect(events.map(({ step }) => step)).toEqual([4, 8, 12]);
    for (const event of events) {
      expect(event).toMatchObject({ em: 0, ex: 0, exact_match: 0, questions: 3 });
      expect(event.perplexity).toBe(Math.exp(event.eval_loss));
      expect(event.eval_seconds).toBeGreaterThan(0);
      expect(event.generate_seconds).toBeGreaterThan(0);
    }
    const sum = (name: "eval_seconds" | "generate_seconds") =>
      events.reduce((seconds, event) => seconds + (event[name] ?? 0), 0);
    expect(report.eval_seconds).toBeCloseTo(sum("eval_seconds"), 9);
    expect(report.generate_seconds).toBeCloseTo(sum("generate_seconds"), 9);
    expect(report.train_seconds).toBeGreaterThan(0);
    const { train_seconds, generate_seconds } = report;
    expect(readMetrics(join(asked, "metrics.jsonl")).at(-1)).toMatchObject({ train_seconds, generate_seconds });
    expect(readJson(report.final_model, "sqltune.json").metrics).toMatchObject({ ex: 0, exact_match: 0 });
    expect(evaluations(plain).some((event) => "ex" in event || "questions" in event)).toBe(false);
  });

  it("are kept, and are those that the saved adapter gives", async () => {
    expect(readdirSync(join(asked, "evaluations")).sort()).toEqual(["step-12.jsonl", "step-4.jsonl", "step-8.jsonl"]);
    const rows = answers(asked, 12);
    // Validation rows, never test rows.
    expect(rows.every(({ id }) => /^db4\.json:[0-3]$/.test(id))).toBe(true);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(3);
    for (const row of rows) {
      expect(row).toMatchObject({
        db_id: "db4",
        gold: expect.stringMatching(/^SELECT/),
        ex: false,
        exact_match: false,
      });
      expect(row.failure.error).toEqual(expect.any(String));
    }
    expect(answers(asked, 4).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    // Read back it has no dropout, and its engine writes the prompts by sqltune.json.
    const adapter = join(asked, "checkpoints/checkpoint-12");
    using model = await loadModel(base, { device: "cpu", dtype: "float32", computeDtype: "float32", adapter });
    using engine = await createEngine({ model, maxNewTokens: 12, batchSize: 2 });
    const { schemas } = await tinyPipeline().prepare();
    const again = await engine.generateBatch(rows.map(({ question }) => ({ question, schema: schemas.get("db4") })));
    expect(again.map(({ sql }) => sql)).toEqual(rows.map(({ predicted }) => predicted));
    expect(again.some(({ sql }) => sql !== "")).toBe(true);
  });

  it("choose the best weights by their metric", async () => {
    const training = { metric_for_best_model: "exact_match" as const, early_stopping_patience: 1 };
    const best = await run("best", asking({ metrics: ["exact_match"] }, { training }), { pipeline });
    // Nothing is right, so the second is no improvement and ends the run; its lower loss makes it the better one still.
    expect(best).toMatchObject({ reason: "early_stopping", step: 8, final_step: 8, best_eval: { exact_match: 0 } });
  });

  it("are generated again when a run that was stopped among them goes on", async () => {
    const longer = asking(
      { samples: null, metrics: ["exact_match"] },
      { inference: { max_new_tokens: 300, repetition_penalty: 1 } },
    );
    const controller = new AbortController();
    const ended = run("stopped", longer, { pipeline, signal: controller.signal }).then(
      () => null,
      (error: SqltuneError) => error,
    );
    const state = () => existsSync(out("stopped/status.json")) && readJson(out("stopped"), "status.json").state;
    // Ends by the test's limit where it never generates.
    while (state() !== "generating") await sleep(1);
    controller.abort();
    const error = await ended;
    expect(error?.details).toMatchObject({ code: "ERR_SQLTUNE_INTERRUPTED", exitCode: 130 });
    expect(error?.message).toContain("checkpoint-4 is saved");
    expect(evaluations(out("stopped"))).toEqual([]);
    expect(existsSync(out("stopped/evaluations"))).toBe(false);
    await run("stopped", longer, { pipeline, resume: true });
    await run("unstopped", longer, { pipeline });
    expect(timelessMetrics(out("stopped"))).toEqual(timelessMetrics(out("unstopped")));
    for (const step of [4, 8, 12]) expect(answers(out("stopped"), step)).toEqual(answers(out("unstopped"), step));
    expect(weightBytes(out("stopped/final_model"))).toEqual(weightBytes(out("unstopped/final_model")));
  });

  it("rise as the model learns, and name the best weights", async () => {
    // Every answer is the same short one, which even this model can learn.
    const one = tinyPipeline((dataset: Dataset) => {
      dataset.databases = new Map([["db4", file]]);
      for (const row of [...dataset.train, ...dataset.validation]) row.sql = "SELECT 1";
    });
    const training = {
      ...{ max_steps: 45, eval_steps: 15, save_steps: 15, learning_rate: 2e-2, lr_scheduler_type: "constant" as const },
      metric_for_best_model: "ex" as const,
    };
    const change = asking({ samples: 2, metrics: ["ex"] }, { training, lora: { r: 16, lora_alpha: 32 } });
    const report = await run("learns", change, { pipeline: one });
    const events = evaluations(out("learns"));
    expect([events[0]?.ex, events.at(-1)?.ex]).toEqual([0, 1]);
    const right = events.filter(({ ex }) => ex === 1).sort((a, b) => a.eval_loss - b.eval_loss);
    expect(report.best_eval).toMatchObject({ step: right[0]?.step, ex: 1 });
    expect(report.final_step).toBe(report.best_eval?.step);
    expect(readJson(report.final_model, "sqltune.json").metrics.ex).toBe(1);
  });

  it("of steps that are done again are removed first, and all of them by overwrite", async () => {
    const stop = stopAt((event) => event.event === "progress" && event.step === 9);
    const change = asking({ metrics: ["exact_match"] }, { training: { save_total_limit: null } });
    await expect(run("again", change, { pipeline, ...stop })).rejects.toThrow(/checkpoint-9/);
    const kept: string[][] = [];
    const onEvent = (event: RunEvent) => {
      if (event.event === "start") kept.push(readdirSync(out("again/evaluations")));
    };
    await run("again", change, { pipeline, resume: out("again/checkpoints/checkpoint-4"), onEvent });
    expect(kept).toEqual([["step-4.jsonl"]]);
    await run("again", {}, { overwrite: true });
    expect(existsSync(out("again/evaluations"))).toBe(false);
  });
});

it("a dry run says how many answers there will be", async () => {
  const plan = await dryRun(tinyConfig(base, out("dry"), asking({ every: 2 })), { pipeline });
  const line =
    "generated answers: 3 validation questions of 1 database, 2 times, each up to 12 tokens, scored by em, ex, exact_match";
  expect(plan.notes).toContain(line);
  expect(plan.lines).toContain(line);
});

describe("what cannot be judged", () => {
  function record() {
    const events: RunEvent[] = [];
    const warnings = () => events.flatMap((event) => (event.event === "warning" ? event.message : []));
    return { onEvent: (event: RunEvent) => void events.push(event), warnings };
  }

  it("does not end a run: a database that goes missing is said once", async () => {
    const { onEvent, warnings } = record();
    const remove = (event: RunEvent) => {
      if (event.event === "progress") rmSync(file, { force: true });
      onEvent(event);
    };
    const report = await run("gone", asking(), { pipeline, onEvent: remove });
    expect(report).toMatchObject({ reason: "done", last_eval: { ex: null, exact_match: 0 } });
    expect(warnings()).toEqual([expect.stringMatching(/^step 4: 3 of 3 questions are not judged by ex/)]);
    expect(weightBytes(report.final_model)).toEqual(weightBytes(out("plain/final_model")));
  });

  it("is null with a warning where there is no database at all", async () => {
    const { onEvent, warnings } = record();
    const report = await run("none", asking({ metrics: ["ex"] }), { onEvent });
    expect(report.last_eval).toMatchObject({ ex: null, questions: 0 });
    expect(warnings()).toEqual([expect.stringMatching(/ex cannot be computed: no validation row has a database/)]);
  });

  it("is refused before the first step where it decides which weights are the best", async () => {
    const training = { metric_for_best_model: "ex" as const };
    await expect(run("refused", asking({}, { training }))).rejects.toThrow(/ex, which cannot be computed/);
    expect(readJson(out("refused"), "status.json")).toMatchObject({ state: "failed", step: 0 });
    expect(existsSync(out("refused/metrics.jsonl"))).toBe(false);
  });
});
