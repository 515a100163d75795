import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readAdapterFolder } from "../../src/adapter/index.js";
import { readMetrics } from "../../src/observe/metrics-file.js";
import { readCheckpoint } from "../../src/train/checkpoint.js";
import { train } from "../../src/train/index.js";
import { killConfig, tinyPipeline, writeTrainableModel } from "./train-fixture.js";

const root = mkdtempSync(join(tmpdir(), "sqltune-kill-"));
const model = join(root, "model");
const KILLS = 6;

beforeAll(() => void writeTrainableModel(model));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/**
 * Starts the run and kills it (SIGKILL, no handler can run) some milliseconds after its n-th event; null lets it end.
 * @returns the exit code, null when it was killed.
 */
async function startAndKill(outputDir: string, aim: { events: number; delay: number } | null): Promise<number | null> {
  const script = resolve(import.meta.dirname, "train-child.ts");
  const child = spawn(process.execPath, ["--import", "jiti/register", script, model, outputDir], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [events, errors] = [0, ""];
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  child.stdout.on("data", async (chunk: Buffer) => {
    const before = events;
    events += chunk.toString().split("\n").length - 1;
    if (aim === null || before > aim.events || events <= aim.events) return;
    await sleep(aim.delay);
    child.kill("SIGKILL");
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  expect(signal === "SIGKILL" || code === 0, errors).toBe(true);
  return code;
}

function timeless(folder: string) {
  return readMetrics(join(folder, "metrics.jsonl"))
    .filter((event) => event.event === "train" || event.event === "eval")
    .map((event) => ({ ...event, tokens_per_s: undefined, eval_seconds: undefined, generate_seconds: undefined }));
}

it("a run killed at any moment resumes bit for bit, and never leaves half a checkpoint", async () => {
  const outputDir = join(root, "killed");
  let [kills, furthest] = [0, 0];
  for (let attempt = 0; attempt < KILLS; attempt++) {
    // Every attempt lives a few events longer than it takes to come up; the moment within a step is left to chance.
    const code = await startAndKill(outputDir, { events: 6 + ((attempt * 5) % 13), delay: Math.random() * 25 });
    if (code === null) kills++;
    const names = readdirSync(join(outputDir, "checkpoints")).filter((name) => name.startsWith("checkpoint-"));
    for (const name of names) {
      const { path, state } = await readCheckpoint(join(outputDir, "checkpoints", name));
      expect((await readAdapterFolder(path)).modules).toHaveLength(14);
      furthest = Math.max(furthest, state.step);
    }
  }
  // It was killed often enough, and went forward all the same.
  expect(kills).toBeGreaterThanOrEqual(KILLS / 2);
  expect(furthest).toBeGreaterThan(0);
  expect(await startAndKill(outputDir, null)).toBe(0);

  const whole = join(root, "whole");
  await train(killConfig(model, whole), { pipeline: tinyPipeline() });
  for (const file of ["adapter_model.safetensors", "optimizer.safetensors"]) {
    const read = (folder: string) => readFileSync(join(folder, "checkpoints/checkpoint-30", file));
    expect(read(outputDir).equals(read(whole)), file).toBe(true);
  }
  expect(timeless(outputDir)).toEqual(timeless(whole));
  const left = readdirSync(join(outputDir, "checkpoints")).sort();
  expect(left).toEqual(readdirSync(join(whole, "checkpoints")).sort());
  expect(readdirSync(outputDir).sort()).toEqual(readdirSync(whole).sort());
});
