import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../src/data/types.js";
import type { RunEvent } from "../../src/observe/events.js";
import { dryRun, trainStream } from "../../src/train/index.js";
import { tinyConfig, tinyPipeline } from "./train-fixture.js";
import { createRunner, readJson, weightBytes } from "./train-runner.js";

const runner = createRunner();
const { base, out, run } = runner;
afterAll(() => runner.close());

describe("train", () => {
  it("lets one run alone into a folder", async () => {
    let second: Promise<unknown> | null = null;
    const onEvent = (event: RunEvent) => {
      if (event.event === "progress") second ??= run("locked", {}, { overwrite: true }).catch((error) => error);
    };
    await run("locked", {}, { onEvent });
    expect(await second).toMatchObject({
      message: expect.stringMatching(/Another run works in .*locked: process \d+/),
    });
  });

  it("overwrites when it is told to, but not before the new run is sound", async () => {
    const { output_dir } = await run("twice", { training: { max_steps: 2 } });
    const before = readFileSync(join(output_dir, "metrics.jsonl"), "utf8");
    const broken = { prepare: () => Promise.reject(new Error("no such table")) };
    await expect(run("twice", {}, { overwrite: true, pipeline: broken })).rejects.toThrow("no such table");
    expect(readFileSync(join(output_dir, "metrics.jsonl"), "utf8")).toBe(before);
    expect((await run("twice", { training: { max_steps: 3 } }, { overwrite: true })).step).toBe(3);
    expect(readdirSync(join(output_dir, "checkpoints"))).toEqual(["checkpoint-3"]);
  });

  it("drops and names rows that are too long, and cuts none", async () => {
    const long = (dataset: Dataset) => {
      (dataset.train[3] as Dataset["train"][number]).question += " and so on".repeat(100);
    };
    const events: RunEvent[] = [];
    const report = await run(
      "long",
      { model: { max_seq_length: 512 }, training: { max_steps: 1 } },
      {
        pipeline: tinyPipeline(long),
        onEvent: (event) => events.push(event),
      },
    );
    expect(report.rows.train).toBe(39);
    expect(report.dropped).toEqual([{ id: "db0.json:3", reason: expect.stringMatching(/^1\d{3} tokens, .* is 512$/) }]);
    expect(events).toContainEqual({
      event: "warning",
      message: expect.stringMatching(/^1 rows are too long.*db0\.json:3/),
    });
  });

  it("takes the best weights, or the last where the best are not asked for", async () => {
    // Validation answers that no evaluation gets a token of right: an equal one is no better, so the first stays the best.
    const contrary = (dataset: Dataset) => {
      for (const row of dataset.validation) row.sql = "@@@@ ^^^^ ~~~~ @@@@";
    };
    const pipeline = tinyPipeline(contrary);
    const training = { max_steps: 6, eval_steps: 2, save_steps: 2, metric_for_best_model: "token_accuracy" as const };
    const best = await run("best", { training }, { pipeline });
    const last = await run("last", { training: { ...training, load_best_model_at_end: false } }, { pipeline });
    expect(last.best_eval).toEqual(best.best_eval);
    expect(best.final_step).toBe(best.best_eval?.step);
    expect(best.final_step).toBeLessThan(6);
    expect(last.final_step).toBe(6);
    const checkpoint = (name: string, step: number) => weightBytes(out(`${name}/checkpoints/checkpoint-${step}`));
    expect(weightBytes(best.final_model)).toEqual(checkpoint("best", best.final_step));
    expect(weightBytes(last.final_model)).toEqual(checkpoint("last", 6));
    expect(weightBytes(last.final_model)).not.toEqual(weightBytes(best.final_model));
    expect(best.proof.passed && last.proof.passed).toBe(true);
  });

  it("works without validation rows and without schemas", async () => {
    const bare = (dataset: Dataset) => {
      dataset.validation = [];
      for (const row of dataset.train) row.dbId = null;
    };
    const report = await run("bare", { training: { max_steps: 2 } }, { pipeline: tinyPipeline(bare) });
    expect(report).toMatchObject({ last_eval: null, best_eval: null, final_step: 2, proof: { passed: true } });
  });

  it("says what is wrong with a target module, and fails in status.json too", async () => {
    const targets = { target_modules: ["q_proj", "query"] };
    await expect(run("targets", { lora: targets })).rejects.toThrow(/query/);
    expect(readJson(out("targets"), "status.json")).toMatchObject({
      state: "failed",
      error: expect.stringContaining("query"),
    });
  });

  it("leaves out rows whose gold query does not run, or refuses them where data.strict says so", async () => {
    const file = out("film.sqlite");
    const database = new Database(file);
    database.exec("CREATE TABLE film (name, age, city, price, year, title)");
    database.close();
    const withDatabase = (dataset: Dataset) => {
      dataset.databases = new Map([["db3", file]]);
      (dataset.train[32] as Dataset["train"][number]).sql = "SELECT director FROM film";
    };
    const change = { training: { max_steps: 1 } };
    const report = await run("gold", change, { pipeline: tinyPipeline(withDatabase) });
    expect(report.dropped).toEqual([{ id: "db3.json:2", reason: expect.stringMatching(/no such column: director/) }]);
    expect(report.rows.train).toBe(39);
    const strict = run("strict", { ...change, data: { strict: true } }, { pipeline: tinyPipeline(withDatabase) });
    await expect(strict).rejects.toThrow(/gold quer.*db3\.json:2/s);
  });

  it("streams its events, and stops when the loop is left", async () => {
    const config = tinyConfig(base, out("stream"), { training: { max_steps: 500, save_steps: 400, eval_steps: 400 } });
    for await (const event of trainStream(config, { pipeline: tinyPipeline() })) {
      if (event.event === "progress" && event.step >= 2) break;
    }
    expect(readJson(out("stream"), "status.json").state).toBe("interrupted");
    const [checkpoint] = readdirSync(out("stream/checkpoints")) as [string];
    expect(Number(checkpoint.slice("checkpoint-".length))).toBeLessThan(400);
  });
});

describe("dry run", () => {
  it("shows config, tokens, prompts with their labels, steps and memory, and writes nothing", async () => {
    const plan = await dryRun(tinyConfig(base, out("dry")), { pipeline: tinyPipeline() });
    expect(existsSync(out("dry"))).toBe(false);
    expect(plan.steps).toEqual({ total: 12, per_epoch: 5, warmup: 2, rows_per_step: 8 });
    const report = await run("same", { training: { max_steps: 1 } });
    expect(plan.model.parameters).toBe(report.parameters);
    expect(plan.model.trainable_parameters).toBe(report.trainable_parameters);
    expect(plan.prompts).toHaveLength(5);
    for (const { prompt, answer } of plan.prompts) {
      expect(prompt).toMatch(/<\|im_start\|>user\n[\s\S]*Question: .*<\|im_end\|>\n<\|im_start\|>assistant\n$/);
      expect(answer).toMatch(/^SELECT .*<\|im_end\|>$/);
    }
    expect(plan.tokens.train).toMatchObject({ rows: 40 });
    expect(plan.packing.packed).toBeLessThan(plan.packing.unpacked);
    expect(plan.memory.weights).toBe(statSync(join(base, "model.safetensors")).size - headerBytes());
    const text = plan.lines.join("\n");
    for (const part of ["learning_rate: 0.005", "12 steps of 8 rows", "# Memory", "⟦SELECT"])
      expect(text).toContain(part);
  });

  /** Of the safetensors file, in front of the weights. */
  function headerBytes(): number {
    return 8 + Number(readFileSync(join(base, "model.safetensors")).readBigUInt64LE(0));
  }
});
