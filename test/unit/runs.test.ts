import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFileAtomic } from "../../src/observe/atomic-file.js";
import type { RunEvent } from "../../src/observe/events.js";
import { rewindMetricsFile } from "../../src/observe/metrics-file.js";
import { ownIdentity } from "../../src/observe/process-identity.js";
import { findRun, listRuns, readRun, readRunEvents, watchRun } from "../../src/runs/index.js";
import { standingOf } from "../../src/runs/run-standing.js";
import { evalEvent, livingStatus, trainEvent, writeRun } from "./run-fixture.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sqltune-runs-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
/** The largest number that a Linux process can have is one less. */
const NOBODY = 2 ** 22;

describe("running, stalled and dead", () => {
  const state = async (change: Parameters<typeof livingStatus>[0]) =>
    (await standingOf(await livingStatus(change))).state;

  it("is running while its process lives and its steps go on", async () => {
    expect(await state({})).toBe("running");
    expect(await state({ state: "generating", progressed: ago(900), started: ago(1000) })).toBe("running");
  });

  it("is dead when its process is gone, though the heartbeat is fresh", async () => {
    expect(await state({ pid: NOBODY })).toBe("dead");
  });

  it.runIf(process.platform === "linux")("is dead when the number of its process is another's now", async () => {
    expect((await ownIdentity()).processStart).toMatch(/^\d+$/);
    expect(await state({ process_start: "1" })).toBe("dead");
  });

  it("is stalled when its process lives and gives no sign of life, or makes no step", async () => {
    expect(await state({ heartbeat: ago(90) })).toBe("stalled");
    const stuck = await standingOf(await livingStatus({ step: 500, progressed: ago(1500), started: ago(2000) }));
    expect(stuck).toEqual({ state: "stalled", reason: "training at step 500 for 25 min without a step" });
  });

  it("gives a run whose steps are slow the time of many of them", async () => {
    // 10 steps in 20000 s: 2000 s each.
    expect(await state({ progressed: ago(3000), started: ago(20_000) })).toBe("running");
  });

  it("goes by the heartbeat alone where the process cannot be looked at", async () => {
    expect(await state({ host: `${hostname()}-other`, pid: NOBODY })).toBe("running");
    expect(await state({ host: `${hostname()}-other`, heartbeat: ago(90) })).toBe("dead");
    const { host: _, process_start: __, progressed: ___, ...earlier } = await livingStatus({ heartbeat: ago(90) });
    expect((await standingOf(earlier)).state).toBe("dead");
  });

  it("says what an ended run said of itself, whatever became of its process", async () => {
    const failed = await livingStatus({ state: "failed", error: "no space", pid: NOBODY, heartbeat: ago(1e6) });
    expect(await standingOf(failed)).toEqual({ state: "failed", reason: "no space" });
  });
});

describe("runs in a folder", () => {
  it("are found one and two folders deep, the last started first, with loss and best evaluation", async () => {
    const run = { config: { training: { metric_for_best_model: "ex" } } };
    const events = [
      trainEvent(5),
      evalEvent(5, 1.2, { ex: 0.25 }),
      trainEvent(10, 0.5),
      evalEvent(10, 1.1, { ex: 0.2 }),
    ];
    writeRun(join(root, "a"), { status: await livingStatus({ state: "done", started: ago(50) }), events, run });
    writeRun(join(root, "group/b"), { status: await livingStatus({ started: ago(10) }) });
    mkdirSync(join(root, "notes/deep/deeper"), { recursive: true });
    writeFileSync(join(root, "notes/deep/deeper/status.json"), "{}");
    const found = await listRuns(root);
    expect(found.map(({ id, state, loss, best }) => ({ id, state, loss, best }))).toEqual([
      { id: "group/b", state: "running", loss: null, best: null },
      { id: "a", state: "done", loss: 0.5, best: { step: 5, metric: "ex", value: 0.25 } },
    ]);
    expect(await listRuns(join(root, "absent"))).toEqual([]);
  });

  it("are named by path or id; without a name it is the one that runs", async () => {
    writeRun(join(root, "old"), { status: await livingStatus({ started: ago(50) }) });
    writeRun(join(root, "new"), { status: await livingStatus({ state: "done", started: ago(10) }) });
    expect((await findRun(undefined, root)).id).toBe("old");
    expect((await findRun("new", root)).id).toBe("new");
    expect((await findRun(join(root, "new"), root)).id).toBe("new");
    await expect(findRun("absent", root)).rejects.toThrow(/absent is no run.*There are: new, old/);
  });

  it("tell in full what is there", async () => {
    const folder = writeRun(join(root, "a"), { status: await livingStatus(), events: [trainEvent(5)] });
    for (const step of [9, 10]) mkdirSync(join(folder, `checkpoints/checkpoint-${step}`), { recursive: true });
    mkdirSync(join(folder, "evaluations"));
    for (const step of [10, 2]) writeFileSync(join(folder, `evaluations/step-${step}.jsonl`), "");
    mkdirSync(join(folder, "eval/tuned"), { recursive: true });
    writeFileSync(join(folder, "eval/tuned/eval.json"), "{}");
    writeFileSync(join(folder, "run.json"), "{");
    const run = await readRun(folder);
    expect(run.files.checkpoints).toEqual([9, 10].map((step) => join(folder, `checkpoints/checkpoint-${step}`)));
    expect(run.files.predictions.map(({ step }) => step)).toEqual([2, 10]);
    expect(run.files.evaluations).toEqual([join(folder, "eval/tuned/eval.json")]);
    expect(run.problems).toEqual([expect.stringContaining("run.json")]);
    await expect(readRun(root)).rejects.toThrow(/holds no run/);
  });
});

describe("events of a run", () => {
  it("are given page by page, and anew after the run went back", async () => {
    const folder = writeRun(join(root, "a"), { status: {}, events: [trainEvent(5), trainEvent(10)] });
    const first = await readRunEvents(folder);
    expect(first).toEqual({ events: [trainEvent(5), trainEvent(10)], next: 2, restarted: false });
    appendFileSync(join(folder, "metrics.jsonl"), `${JSON.stringify(trainEvent(15))}\n{"event":"tr`);
    expect((await readRunEvents(folder, { after: 2 })).events).toEqual([trainEvent(15)]);
    await rewindMetricsFile(join(folder, "metrics.jsonl"), 5);
    expect(await readRunEvents(folder, { after: 3 })).toEqual({ events: [trainEvent(5)], next: 1, restarted: true });
  });

  it("come as they are written, across a resume, until the run has ended", async () => {
    const folder = writeRun(join(root, "a"), { status: await livingStatus(), events: [trainEvent(5), trainEvent(10)] });
    const file = join(folder, "metrics.jsonl");
    const seen: RunEvent[] = [];
    const until = async (length: number) => {
      while (seen.length < length) await sleep(2);
    };
    const watching = (async () => {
      for await (const event of watchRun(folder, { pollMs: 5, after: 1 }))
        if (event.event !== "progress") seen.push(event);
    })();
    await until(1);
    const line = JSON.stringify(trainEvent(15));
    appendFileSync(file, line.slice(0, 20));
    await sleep(30);
    appendFileSync(file, `${line.slice(20)}\n`);
    await until(2);
    await rewindMetricsFile(file, 10);
    appendFileSync(file, `${JSON.stringify(trainEvent(15, 9))}\n`);
    await until(3);
    await writeFileAtomic(join(folder, "status.json"), JSON.stringify(await livingStatus({ state: "done" })));
    await watching;
    expect(seen).toEqual([trainEvent(10), trainEvent(15), trainEvent(15, 9)]);
  });

  it("end when the process has died, and when the watcher has had enough", async () => {
    const dead = writeRun(join(root, "a"), { status: await livingStatus({ pid: NOBODY }), events: [trainEvent(5)] });
    const told: RunEvent[] = [];
    for await (const event of watchRun(dead)) told.push(event);
    expect(told).toEqual([trainEvent(5)]);
    const living = writeRun(join(root, "b"), { status: await livingStatus({ step: 5 }), events: [trainEvent(5)] });
    const stop = new AbortController();
    for await (const event of watchRun(living, { signal: stop.signal, pollMs: 5 })) {
      expect(event).toEqual(trainEvent(5));
      stop.abort();
    }
  });
});
