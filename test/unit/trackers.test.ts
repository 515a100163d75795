import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../src/config/index.js";
import { createTrackers } from "../../src/observe/trackers/create-trackers.js";
import { eventMetrics, flatConfig } from "../../src/observe/trackers/event-metrics.js";
import { openTracker } from "../../src/observe/trackers/open-tracker.js";
import { answersMarkdown } from "../../src/observe/trackers/sample-answers.js";
import type { TimedEvent, TrackedRun, Tracker } from "../../src/observe/trackers/tracker.js";
import { evalEvent, trainEvent } from "./run-fixture.js";

/** A tracker that keeps what it is told; `write` says what each call does. */
function tracker(write: (call: number) => Promise<void> | void = () => {}, retries = false) {
  const told: TimedEvent[] = [];
  const ends: string[] = [];
  let calls = 0;
  const it: Tracker = {
    name: "mlflow",
    note: "",
    retries,
    write: async (events) => {
      await write(++calls);
      told.push(...events);
    },
    close: async (outcome) => void ends.push(outcome),
  };
  return { it, ends, steps: () => told.map(({ event }) => (event as { step: number }).step), calls: () => calls };
}

describe("a tracker beside a run", () => {
  it("is told everything but progress, in order, and the end; nothing is written in the call itself", async () => {
    const { it: target, steps, ends, calls } = tracker();
    const open = openTracker(target, { warn: () => expect.unreachable() });
    for (const step of [1, 2, 3]) open.onEvent(trainEvent(step));
    open.onEvent({ event: "progress", step: 9, steps: 9, loss: 1, tokens_per_s: 1, seconds_left: 1 });
    expect(calls()).toBe(0);
    await open.close("done");
    expect(steps()).toEqual([1, 2, 3]);
    expect(ends).toEqual(["done"]);
  });

  it("that fails is one warning, and is told nothing more", async () => {
    const warnings: string[] = [];
    const {
      it: target,
      ends,
      calls,
    } = tracker(() => {
      throw new Error("no space left");
    });
    const open = openTracker(target, { warn: (message) => warnings.push(message) });
    for (const step of [1, 2]) {
      open.onEvent(trainEvent(step));
      await sleep(20);
    }
    await open.close("done");
    expect(warnings).toEqual([
      expect.stringMatching(/^mlflow: no space left\. Training goes on; this tracker is told nothing/),
    ]);
    expect([calls(), ends]).toEqual([1, []]);
  });

  it("that may come back is given what it missed, before the run ends at the latest", async () => {
    const warnings: string[] = [];
    const down = (call: number) => {
      if (call < 3) throw new Error("refused");
    };
    const { it: target, steps, ends } = tracker(down, true);
    const open = openTracker(target, { warn: (message) => warnings.push(message), retryMs: 10 });
    open.onEvent(trainEvent(1));
    while (steps().length === 0) await sleep(2);
    open.onEvent(trainEvent(2));
    await open.close("interrupted");
    expect(steps()).toEqual([1, 2]);
    expect(warnings).toHaveLength(1);
    expect(ends).toEqual(["interrupted"]);

    const late = tracker((call) => (call === 1 ? down(1) : undefined), true);
    const waiting = openTracker(late.it, { warn: () => {}, retryMs: 1e6 });
    waiting.onEvent(trainEvent(7));
    await sleep(20);
    await waiting.close("done");
    expect([late.steps(), late.ends]).toEqual([[7], ["done"]]);
  });

  it("that hangs holds the end of a run up no longer than its deadline", async () => {
    const warnings: string[] = [];
    const { it: target } = tracker(() => new Promise(() => {}));
    const open = openTracker(target, { warn: (message) => warnings.push(message), deadlineMs: 30 });
    open.onEvent(trainEvent(1));
    await open.close("done");
    expect(warnings).toEqual([expect.stringContaining("took longer than 0.03 s")]);
  });
});

it("numbers have the names of HuggingFace's trainer; what was not judged is left out", () => {
  expect(eventMetrics({ ...trainEvent(5, 1.5), skipped: 2 })).toEqual({
    step: 5,
    metrics: {
      "train/loss": 1.5,
      "train/learning_rate": 2e-4,
      "train/grad_norm": 0.5,
      "train/epoch": 0.05,
      "train/tokens_per_s": 512.5,
      "train/skipped_steps": 2,
    },
  });
  expect(eventMetrics(evalEvent(5, 1, { ex: 0.5, em: null }))?.metrics).toEqual({
    "eval/loss": 1,
    "eval/perplexity": Math.E,
    "eval/token_accuracy": 0.75,
    "eval/ex": 0.5,
  });
  expect(eventMetrics({ event: "note", message: "x" })).toBe(null);
});

it("a config is flat, with lists as JSON", () => {
  const config = { lora: { r: 8, target_modules: ["q", "v"], sub: { a: true } }, data: { csv: null } };
  expect(flatConfig(config)).toEqual({
    "lora.r": 8,
    "lora.target_modules": '["q","v"]',
    "lora.sub.a": true,
    "data.csv": "null",
  });
});

it("sample answers keep their table whole, whatever stands in them", () => {
  const answer = { question: "a|b\nc", predicted: "SELECT `x`", gold: "SELECT 1", right: false, confidence: 0.5 };
  expect(answersMarkdown([answer]).split("\n")[2]).toBe("| a\\|b c | `SELECT 'x'` | `SELECT 1` | no | 0.50 |");
});

it("report_to takes one name or several", () => {
  const run = {
    folder: "/nowhere",
    name: "a",
    project: "p",
    config: {},
    versions: {},
    step: 0,
  } as unknown as TrackedRun;
  const names = (to: Parameters<typeof createTrackers>[0]) => createTrackers(to, run).map(({ name }) => name);
  expect(names("none")).toEqual([]);
  expect(names("wandb")).toEqual(["wandb"]);
  expect(names(["tensorboard", "mlflow", "tensorboard"])).toEqual(["tensorboard", "mlflow"]);
  expect(resolveConfig({ training: { report_to: ["wandb", "mlflow"] } }).training.report_to).toEqual([
    "wandb",
    "mlflow",
  ]);
  expect(() => resolveConfig({ training: { report_to: "comet" as never } })).toThrow(
    /report_to is "comet", expected one of/,
  );
});
