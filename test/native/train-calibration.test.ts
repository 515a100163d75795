import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../src/data/types.js";
import { scorePredictions } from "../../src/eval/index.js";
import { createEngine, fitCalibration } from "../../src/infer/index.js";
import { loadModel } from "../../src/model/index.js";
import type { RunEvent } from "../../src/observe/events.js";
import { dryRun, type TrainReport } from "../../src/train/index.js";
import { tinyConfig, tinyPipeline } from "./train-fixture.js";
import { createRunner, readJson, weightBytes } from "./train-runner.js";

const { base, out, run, close } = createRunner();
afterAll(close);

const file = out("one.sqlite");
beforeAll(() => {
  const database = new Database(file);
  database.exec("CREATE TABLE train (name, age, city, price, year, title); INSERT INTO train (name) VALUES ('a')");
  database.close();
});

const VALIDATION = 36;
/** Every answer is one of two short queries, which even this model can learn; the questions do not tell which. */
const pipeline = tinyPipeline((dataset: Dataset) => {
  for (const [i, row] of dataset.train.entries()) row.sql = i % 4 === 0 ? "SELECT 2" : "SELECT 1";
  const [row] = dataset.validation;
  dataset.validation = Array.from({ length: VALIDATION }, (_, i) => ({
    ...{ ...row!, id: `v:${i}`, dbId: `db${3 + (i % 2)}` },
    question: `List the ${["name", "age", "city"][i % 3]} of each train ${i}`,
    sql: i % 3 === 0 ? "SELECT 2" : "SELECT 1",
  }));
  dataset.databases = new Map(["db3", "db4"].map((dbId) => [dbId, file]));
});
const learning = {
  training: {
    ...{ max_steps: 30, eval_steps: 15, save_steps: 15, learning_rate: 2e-2, lr_scheduler_type: "constant" as const },
  },
  lora: { r: 16, lora_alpha: 32 },
  inference: { max_new_tokens: 12, repetition_penalty: 1, batch_size: 8 },
};
const calibrating = (calibrate: number | null) => ({ ...learning, evaluation: { calibrate } });
const said = (kind: "note" | "warning", about: RegExp) => {
  const lines: string[] = [];
  const onEvent = (event: RunEvent) => {
    if (event.event === kind && about.test(event.message)) lines.push(event.message);
  };
  return { lines, onEvent };
};

describe("the calibration that a run ends with", () => {
  let report: TrainReport;
  const notes = said("note", /calibra/);
  beforeAll(async () => {
    report = await run("calibrated", calibrating(200), { pipeline, onEvent: notes.onEvent });
  }, 120_000);

  it("is that of the saved adapter's own answers to the validation rows", async () => {
    const adapter = report.final_model;
    using model = await loadModel(base, { device: "cpu", dtype: "float32", computeDtype: "float32", adapter });
    using engine = await createEngine({ model, maxNewTokens: 12 });
    const { validation, schemas, databases } = await pipeline.prepare();
    const asked = validation.map(({ question, dbId }) => ({ question, schema: schemas.get(dbId!) }));
    const answers = await engine.generateBatch(asked);
    const predictions = validation.map((row, i) => ({ ...row, predicted: answers[i]!.sql }));
    const { details, summary } = await scorePredictions(predictions, { databases });
    const judged = details.map(({ ex, failure }, i) => ({
      logProbability: answers[i]!.probabilities.reduce((sum, one) => sum + Math.log(Math.min(1, one)), 0),
      ...{ executable: failure === undefined, right: ex === true },
    }));
    expect(summary.ex_correct).toBeGreaterThan(0);
    const { any, runs } = fitCalibration(judged);
    const saved = readJson(adapter, "sqltune.json").calibration;
    expect(saved).toMatchObject({ rows: VALIDATION, right: summary.ex_correct, databases: 2, method: "platt" });
    for (const [found, expected] of [
      [saved.any, any],
      [saved.runs, runs],
    ]) {
      // Probabilities of two loads agree to the last bits alone.
      expect(found.slope).toBeCloseTo(expected.slope, 3);
      expect(found.intercept).toBeCloseTo(expected.intercept, 3);
    }
    expect(report.calibration).toEqual(saved);
    expect(engine.calibration).toEqual(saved);
    expect(saved.before.ece).toBeGreaterThan(0);
    // The engine's own, not run: by the sigmoid of all answers.
    const answer = await engine.generate(asked[0]!);
    const product = answer.probabilities.reduce((all, one) => all * one, 1);
    const whole = Math.min(1 - 1e-4, Math.max(1e-4, product));
    const odds = whole / (1 - whole);
    const expected = 1 / (1 + Math.exp(-saved.any.intercept) * odds ** -saved.any.slope);
    expect(answer.calibratedConfidence).toBeCloseTo(expected, 4);
    const failing = { ...asked[0]!, execute: async () => ({ ok: false }) };
    expect(await engine.generate(failing)).toMatchObject({ executable: false, calibratedConfidence: 0 });
  });

  it("is announced with its cost, and told with what it took", () => {
    expect(notes.lines).toEqual([
      expect.stringMatching(
        /^calibration: 36 validation questions are answered after the last step, each up to 12 tokens/,
      ),
      expect.stringMatching(
        /^confidence calibrated on 36 held-out answers of 2 databases, \d+ of them right, in [\d.]+ s:/,
      ),
    ]);
    expect(report.calibrate_seconds).toBeGreaterThan(0);
    expect(readJson(out("calibrated"), "report.json").calibration).toEqual(report.calibration);
  });

  it("leaves the weights as they are, and a checkpoint without one", async () => {
    const without = await run("uncalibrated", calibrating(null), { pipeline });
    expect(weightBytes(report.final_model)).toEqual(weightBytes(without.final_model));
    expect([without.calibration, without.calibrate_seconds]).toEqual([null, 0]);
    expect(readJson(without.final_model, "sqltune.json").calibration).toBeNull();
    expect(readJson(out("calibrated/checkpoints/checkpoint-30"), "sqltune.json").calibration).toBeNull();
  }, 120_000);

  it("is the same when a finished run is taken up again", async () => {
    const again = await run("calibrated", calibrating(200), { pipeline, resume: true });
    expect(again.calibration).toEqual(report.calibration);
  }, 120_000);
});

describe("without a calibration", () => {
  it("a run says that there are too few rows, and asks nothing", async () => {
    const few = tinyPipeline((dataset) => {
      dataset.databases = new Map([["db4", file]]);
    });
    const notes = said("note", /calibra/);
    const report = await run("few", {}, { pipeline: few, onEvent: notes.onEvent });
    expect([report.calibration, report.calibrate_seconds]).toEqual([null, 0]);
    expect(notes.lines).toEqual([
      "calibration: none, for there are 4 validation questions with a database, and 30 are needed",
    ]);
    const plan = await dryRun(tinyConfig(base, out("dry"), {}), { pipeline: few });
    expect(plan.notes).toContain(notes.lines[0]);
    expect((await dryRun(tinyConfig(base, out("dry"), {}), { pipeline: tinyPipeline() })).notes.join()).not.toMatch(
      /calibra/,
    );
  });

  it("an interrupted one still has its adapter", async () => {
    const controller = new AbortController();
    const warnings = said("warning", /calibra/);
    const change = calibrating(200);
    const long = {
      ...change,
      inference: { ...change.inference, max_new_tokens: 600 },
      training: { max_steps: 2, eval_steps: 2, save_steps: 2 },
    };
    const running = run("interrupted", long, { pipeline, signal: controller.signal, onEvent: warnings.onEvent });
    const state = () => existsSync(out("interrupted/status.json")) && readJson(out("interrupted"), "status.json").state;
    // Ends by the test's limit where it never generates.
    while (state() !== "generating") await sleep(1);
    controller.abort();
    const report = await running;
    expect(report).toMatchObject({ reason: "done", calibration: null, proof: { passed: true } });
    expect(warnings.lines).toEqual(["confidence is not calibrated: it was interrupted"]);
    expect(existsSync(join(report.final_model, "adapter_model.safetensors"))).toBe(true);
  }, 120_000);
});
