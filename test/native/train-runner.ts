import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadAddon } from "../../src/native/load.js";
import type { RunEvent } from "../../src/observe/events.js";
import { readMetrics } from "../../src/observe/metrics-file.js";
import { type TrainOptions, type TrainReport, train } from "../../src/train/index.js";
import { tinyConfig, tinyPipeline, writeTrainableModel } from "./train-fixture.js";

export type Change = Parameters<typeof tinyConfig>[2];

/** Runs of the tiny model in a scratch folder of their own. */
export interface Runner {
  /** Path of the base model. */
  base: string;
  /** Path of a run folder, or of what is in it. */
  out(name: string): string;
  run(name: string, change?: Change, options?: TrainOptions): Promise<TrainReport>;
  close(): void;
}

export function createRunner(): Runner {
  const root = mkdtempSync(join(tmpdir(), "sqltune-train-"));
  const base = join(root, "model");
  const out = (name: string) => join(root, name);
  loadAddon().setThreads(1);
  writeTrainableModel(base);
  return {
    base,
    out,
    run: (name, change = {}, options = {}) =>
      train(tinyConfig(base, out(name), change), { pipeline: tinyPipeline(), ...options }),
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Stops a run with the event that `when` accepts. */
export function stopAt(when: (event: RunEvent) => boolean): Required<Pick<TrainOptions, "signal" | "onEvent">> {
  const controller = new AbortController();
  return { signal: controller.signal, onEvent: (event) => when(event) && controller.abort() };
}

/** Train and eval events of a metrics.jsonl, without what a clock has measured. */
export function timelessMetrics(folder: string) {
  return readMetrics(join(folder, "metrics.jsonl"))
    .filter((event) => event.event === "train" || event.event === "eval")
    .map((event) => ({ ...event, tokens_per_s: undefined, eval_seconds: undefined, generate_seconds: undefined }));
}

export function readJson(...path: string[]) {
  return JSON.parse(readFileSync(join(...path), "utf8"));
}

/** Bytes of a folder's adapter, or of another file in it. */
export function weightBytes(folder: string, name = "adapter_model.safetensors"): Buffer {
  return readFileSync(join(folder, name));
}
