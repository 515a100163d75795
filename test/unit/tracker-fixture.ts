import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { RunEvent } from "../../src/observe/events.js";
import { openTracker } from "../../src/observe/trackers/open-tracker.js";
import type { RunOutcome, TrackedRun, Tracker } from "../../src/observe/trackers/tracker.js";
import { evalEvent, trainEvent } from "./run-fixture.js";

/** A Python with tensorboard, wandb and mlflow. */
export const trackersPython = process.env.SQLTUNE_TRACKERS_PYTHON || null;

/** Says on stderr what is not checked where there is no such Python. */
export function lacksPython(what: string): boolean {
  if (trackersPython === null) process.stderr.write(`SKIPPED: ${what}: SQLTUNE_TRACKERS_PYTHON is not set.\n`);
  return trackersPython === null;
}

const scripts = fileURLToPath(new URL("../../scripts/trackers/", import.meta.url));

/** What a script of scripts/trackers prints. */
export async function runPython(script: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  const { stdout } = await promisify(execFile)(trackersPython!, [join(scripts, script), ...args], { env });
  return stdout;
}

export function trackedRun(folder: string, change: Partial<TrackedRun> = {}): TrackedRun {
  return {
    folder,
    name: "mine",
    project: "shop",
    config: { lora: { r: 16 }, training: { learning_rate: 2e-4, bf16: false }, model: { name: "Größe" } },
    versions: { sqltune: "1.2.3" },
    step: 0,
    answersFile: (step) => join(folder, "evaluations", `step-${step}.jsonl`),
    ...change,
  };
}

/** Answers as an evaluation leaves them beside the run. */
export function writeAnswers(run: TrackedRun, step: number): void {
  const rows = [
    {
      question: "How many?",
      gold: "SELECT count(*) FROM a",
      predicted: "SELECT count(*) FROM a",
      ex: true,
      confidence: 0.9,
    },
    { question: "Which?", gold: "SELECT b FROM a", predicted: "SELECT c FROM a", ex: false, confidence: 0.25 },
  ];
  mkdirSync(dirname(run.answersFile(step)), { recursive: true });
  writeFileSync(run.answersFile(step), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

/** A run from step 5 to 10, with an evaluation whose answers are kept. */
export const firstEvents: RunEvent[] = [
  { event: "note", message: "about to start" },
  { event: "start", step: 0, steps: 20, rows: 40, dropped: 0 },
  trainEvent(5, 1.5),
  trainEvent(10, 1.25),
  evalEvent(10, 1.125, { ex: 0.5, em: null, questions: 2 }),
];
/** The run goes on from the checkpoint of step 5: step 10 is done again. */
export const resumedEvents: RunEvent[] = [
  { event: "start", step: 5, steps: 20, rows: 40, dropped: 0 },
  trainEvent(10, 1.25),
  evalEvent(10, 1.125, { ex: 0.5, em: null, questions: 2 }),
  trainEvent(15, 1),
  trainEvent(20, 0.75),
];

/** Tells a tracker what a session of a run says. @returns what it was warned of */
export async function tellRun(
  tracker: Tracker,
  events: readonly RunEvent[],
  outcome: RunOutcome = "done",
): Promise<string[]> {
  const warnings: string[] = [];
  const open = openTracker(tracker, { warn: (message) => warnings.push(message) });
  for (const event of events) open.onEvent(event);
  await open.close(outcome);
  return warnings;
}
