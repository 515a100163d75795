import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../../src/observe/events.js";
import { ownIdentity } from "../../src/observe/process-identity.js";
import type { RunStatus } from "../../src/observe/status-file.js";

export const trainEvent = (step: number, loss = 2 - step / 100): Extract<RunEvent, { event: "train" }> => ({
  event: "train",
  step,
  epoch: step / 100,
  loss,
  lr: 2e-4,
  grad_norm: 0.5,
  tokens: 1000,
  tokens_per_s: 512.5,
});

export const evalEvent = (step: number, eval_loss: number, more: object = {}): RunEvent => ({
  event: "eval",
  step,
  eval_loss,
  perplexity: Math.exp(eval_loss),
  token_accuracy: 0.75,
  ...more,
});

/** What a running process of this machine, this one, would have written a moment ago. */
export async function livingStatus(change: Partial<RunStatus> = {}): Promise<RunStatus> {
  const { pid, host, processStart } = await ownIdentity();
  const now = new Date().toISOString();
  return {
    state: "training",
    step: 10,
    steps: 100,
    pid,
    host,
    process_start: processStart,
    heartbeat: now,
    progressed: now,
    started: now,
    ...change,
  };
}

/** A run folder as `train` leaves it, in so far as it is given. */
export function writeRun(
  folder: string,
  { status, events = [], run, report }: { status: object; events?: readonly RunEvent[]; run?: object; report?: object },
): string {
  mkdirSync(join(folder, "logs"), { recursive: true });
  writeFileSync(join(folder, "status.json"), JSON.stringify(status));
  writeFileSync(join(folder, "metrics.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  if (run) writeFileSync(join(folder, "run.json"), JSON.stringify(run));
  if (report) writeFileSync(join(folder, "report.json"), JSON.stringify(report));
  return folder;
}
