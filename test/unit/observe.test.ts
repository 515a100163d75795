import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFileAtomic } from "../../src/observe/atomic-file.js";
import { formatDuration } from "../../src/observe/event-text.js";
import type { RunEvent } from "../../src/observe/events.js";
import { openMetricsFile, readMetrics, rewindMetricsFile } from "../../src/observe/metrics-file.js";
import { openStatusFile } from "../../src/observe/status-file.js";
import { createTerminalReporter, type ReporterStream } from "../../src/observe/terminal-reporter.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sqltune-observe-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const train = (step: number): RunEvent => ({
  event: "train",
  step,
  epoch: step / 100,
  loss: 1.25,
  lr: 2e-4,
  grad_norm: 0.5,
  tokens: 1000,
  tokens_per_s: 512.4,
});
const events: RunEvent[] = [
  { event: "start", step: 0, steps: 100, rows: 400, dropped: 3 },
  { event: "progress", step: 10, steps: 100, loss: 1.25, tokens_per_s: 512.4, seconds_left: 185 },
  train(10),
  { event: "eval", step: 10, eval_loss: 1.1, perplexity: 3.0042, token_accuracy: 0.753, eval_seconds: 2 },
  { event: "checkpoint", step: 10, path: "run/checkpoints/checkpoint-10" },
  { event: "warning", message: "row 7 was dropped" },
  { event: "end", step: 100, reason: "done", seconds: 185 },
];

describe("metrics.jsonl", () => {
  it("has one event a line, without the progress of the terminal", () => {
    const path = join(root, "metrics.jsonl");
    const file = openMetricsFile(path);
    for (const event of events) file.onEvent(event);
    file.close();
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(events.filter((event) => event.event !== "progress"));
  });

  it("goes on after a resume without the steps that are done again, and without a torn line", async () => {
    const path = join(root, "metrics.jsonl");
    const file = openMetricsFile(path);
    for (const step of [5, 10, 15]) file.onEvent(train(step));
    file.close();
    appendFileSync(path, '{"event":"train","step":1');
    await rewindMetricsFile(path, 10);
    const again = openMetricsFile(path);
    again.onEvent(train(15));
    again.close();
    expect(readMetrics(path)).toEqual([train(5), train(10), train(15)]);
  });
});

describe("status.json", () => {
  it("is whole at any moment, beats, and says how it ended", async () => {
    const path = join(root, "status.json");
    const read = () => JSON.parse(readFileSync(path, "utf8"));
    const status = await openStatusFile(path, { heartbeatMs: 5 });
    expect(read()).toMatchObject({ state: "preparing", step: 0, steps: null, pid: process.pid });
    const first = read().heartbeat;
    status.update({ state: "training", step: 3, steps: 9 });
    // Ends when the change and a later heartbeat have come, or by the test's limit.
    while (read().heartbeat === first || read().step !== 3) await sleep(1);
    for (let i = 0; i < 50; i++) {
      expect(read()).toMatchObject({ state: "training", step: 3, steps: 9 });
      await sleep(1);
    }
    await status.close({ state: "failed", error: "no space" });
    expect(read()).toMatchObject({ state: "failed", error: "no space", step: 3 });
    expect(readdirSync(root)).toEqual(["status.json"]);
  });

  it("leaves the old file when a new one cannot be written", async () => {
    const path = join(root, "status.json");
    await writeFileAtomic(path, "old");
    await expect(writeFileAtomic(join(path, "below-a-file"), "new")).rejects.toThrow();
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(root)).toEqual(["status.json"]);
  });
});

describe("terminal reporter", () => {
  function record(isTTY: boolean): { stream: ReporterStream; text: () => string } {
    const chunks: string[] = [];
    const stream = Object.assign(new PassThrough(), { isTTY, columns: 120, rows: 24 });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
    return { stream, text: () => chunks.join("") };
  }

  it("writes plain lines where there is no terminal", () => {
    const { stream, text } = record(false);
    const reporter = createTerminalReporter(stream);
    for (const event of events) reporter(event);
    reporter.close();
    expect(text()).toBe(
      [
        "training to step 100 on 400 rows, 3 dropped",
        "step 10  epoch 0.10  loss 1.2500  lr 2.00e-4  grad 0.500  512 tokens/s",
        "step 10  eval_loss 1.1000  perplexity 3.004  token accuracy 75.3 %  (loss 2s)",
        "saved run/checkpoints/checkpoint-10",
        "warning: row 7 was dropped",
        "done at step 100 after 3m 05s",
        "",
      ].join("\n"),
    );
  });

  it("shows what generated answers scored, what they cost, and where the time of a run went", () => {
    const { stream, text } = record(false);
    const reporter = createTerminalReporter(stream);
    const loss = { eval_loss: 0.5, perplexity: Math.exp(0.5), token_accuracy: 0.875 };
    const scores = { em: 0.25, ex: 0.5, ts: null, exact_match: 0, questions: 64 };
    reporter({ event: "eval", step: 20, ...loss, ...scores, eval_seconds: 3, generate_seconds: 75 });
    const times = { train_seconds: 900, eval_seconds: 20, generate_seconds: 80 };
    reporter({ event: "end", step: 40, reason: "early_stopping", seconds: 1010, ...times });
    reporter({ event: "end", step: 40, reason: "done", seconds: 1010, ...times, eval_seconds: 0, generate_seconds: 0 });
    reporter.close();
    expect(text()).toBe(
      [
        "step 20  eval_loss 0.5000  perplexity 1.649  token accuracy 87.5 %  em 25.0 %  ex 50.0 %  ts not judged  " +
          "exact_match 0.0 %  of 64 questions  (loss 3s, answers 1m 15s)",
        "stopped early at step 40 after 16m 50s; in all, training took 15m 00s, evaluation loss 20s (2.0 %), " +
          "generated answers 1m 20s (8.0 %)",
        "done at step 40 after 16m 50s; in all, training took 15m 00s",
        "",
      ].join("\n"),
    );
  });

  it("draws loss, tokens/s and time left on a terminal, and gives the terminal back", () => {
    const { stream, text } = record(true);
    const reporter = createTerminalReporter(stream);
    for (const event of events) reporter(event);
    reporter.close();
    expect(text()).toContain("step 10/100 | loss 1.2500 | 512 tokens/s | 3m 05s left");
    expect(text()).toContain("token accuracy 75.3 %");
    const [hidden, shown] = ["\u001b[?25l", "\u001b[?25h"].map((code) => text().lastIndexOf(code));
    expect(hidden).toBeGreaterThanOrEqual(0);
    expect(shown).toBeGreaterThan(hidden as number);
  });

  it.each([
    [0.4, "0s"],
    [59.4, "59s"],
    [59.6, "1m 00s"],
    [3599, "59m 59s"],
    [7260, "2h 01m"],
  ])("writes %d seconds as %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
