export type { EvalEvent, RunEvent, TrainEvent } from "../../../src/observe/events.js";
export type { Predictions, SampledQuestion, StepAnswer } from "../../../src/server/runs-types.js";

/** How a run stands: stalled lives without going on, dead is gone without a word, the last three said so themselves. */
export type RunStanding = "running" | "stalled" | "dead" | "done" | "interrupted" | "failed";

/** A run as the server shows it. */
export interface Run {
  /** Path below the server's folder, with "/". */
  id: string;
  state: RunStanding;
  /** What it was doing when it last said something: "training", "evaluating", "saving". */
  phase: string;
  /** Why it is stalled, dead or failed. */
  reason: string | null;
  step: number;
  /** Null until known. */
  steps: number | null;
  /** ISO times. */
  started: string;
  heartbeat: string;
  /** It was asked to stop and has not ended yet. */
  stopping: boolean;
  loss: number | null;
  best: { step: number; metric: string; value: number } | null;
}

export interface RunDetails extends Run {
  config: Record<string, unknown> | null;
  versions: Record<string, string> | null;
  files: { final_model: boolean; checkpoints: string[]; predictions: number[]; evaluations: string[] };
}

export interface RunList {
  runs: Run[];
  /** Whether runs can be started and stopped here. */
  training: boolean;
}

export interface NamedConfig {
  name: string;
  text: string;
}

export interface StartRequest {
  config?: string;
  yaml?: string;
  set: string[];
  name?: string;
}

/** A run that still goes on, as far as anyone can tell. */
export function isGoingOn({ state }: Pick<Run, "state">): boolean {
  return state === "running" || state === "stalled";
}
