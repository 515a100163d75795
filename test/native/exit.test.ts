import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it, vi } from "vitest";
import { loadAddon } from "../../src/native/load.js";
import { trainable, trainingBatch } from "./training-batch.js";

// libtorch's static destructors run at exit. A thread that still computes then crashes the process in most tries, and a
// worker that is terminated with calls in flight aborts it: hence 20 tries of each.
const TRIES = 20;
vi.setConfig({ testTimeout: 600_000 });
const folder = mkdtempSync(join(tmpdir(), "sqltune-exit-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

let children = 0;

function runChild(scenario: string): Promise<Ending> {
  const program = fileURLToPath(new URL("./exit-child.mjs", import.meta.url));
  // The parent's NODE_OPTIONS and vitest's own variables stay out of the child.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [program, scenario, join(folder, `${scenario}-${children++}`)], { env });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // What Ctrl-C sends, once the child says that it trains.
  child.stdout.once("data", () => child.kill("SIGINT"));
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, stderr })));
}

/** Two at a time: a start takes longer than the scenario. */
async function endings(scenario: string): Promise<Ending[]> {
  const all: Ending[] = [];
  const lane = async () => {
    while (started++ < TRIES) all.push(await runChild(scenario));
  };
  let started = 0;
  await Promise.all([lane(), lane()]);
  return all;
}

const clean = (code: number | null, signal: NodeJS.Signals | null = null) =>
  Array.from({ length: TRIES }, (): Ending => ({ code, signal, stderr: "" }));

it("exits cleanly after its work is done", async () => {
  expect(await endings("success")).toEqual(clean(0));
});

it("exits cleanly on process.exit() in mid-step", async () => {
  expect(await endings("exit")).toEqual(clean(7));
});

it("exits cleanly on SIGINT in mid-step", async () => {
  expect(await endings("sigint")).toEqual(clean(null, "SIGINT"));
});

it("exits cleanly after worker.terminate() in mid-step", async () => {
  expect(await endings("terminate")).toEqual(clean(0));
});

it("a worker's end leaves the main thread's calls alone", async () => {
  expect(await endings("survive")).toEqual(clean(0));
});

it("exits cleanly with overlapping generations in flight, by process.exit(), SIGINT and worker.terminate()", async () => {
  expect(await endings("generate-exit")).toEqual(clean(7));
  expect(await endings("generate-sigint")).toEqual(clean(null, "SIGINT"));
  expect(await endings("generate-terminate")).toEqual(clean(0));
});

it("an uncaught error in mid-step ends with that error and nothing else", async () => {
  for (const { code, signal, stderr } of await endings("throw")) {
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(stderr).toContain("Error: thrown on purpose");
    expect(stderr).not.toMatch(/terminate called|core dumped|FATAL|Segmentation/);
  }
});

it("the event loop stays free while a step computes", async () => {
  const model = await trainable(loadAddon(), join(folder, "loop"));
  let [rows, ticks] = [64, 0];
  for (;;) {
    const batch = trainingBatch(rows, 128);
    ticks = 0;
    const timer = setInterval(() => ticks++, 10);
    const begin = performance.now();
    await model.forwardBackward(batch, 1);
    const seconds = (performance.now() - begin) / 1000;
    clearInterval(timer);
    if (seconds > 1) break;
    rows *= 2; // a faster machine needs more work for a second of it
  }
  expect(ticks).toBeGreaterThanOrEqual(20);
  model.dispose();
});
