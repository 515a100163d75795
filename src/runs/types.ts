import type { EvalEvent, RunEvent } from "../observe/events.js";
import type { RunStatus } from "../observe/status-file.js";

/**
 * How a run stands, seen from outside:
 * - running: its process lives and goes on;
 * - stalled: its process lives, but gave no sign of life for a minute, or made no step for long;
 * - dead: its process is gone (or its number belongs to another process now) and it said nothing of an end;
 * - done, interrupted, failed: it said so itself.
 */
export type RunStanding = "running" | "stalled" | "dead" | "done" | "interrupted" | "failed";

/** One run in a list. */
export interface RunSummary {
  /** Path below the folder that was listed, with "/"; what `readRun` and the commands take. */
  id: string;
  /** Absolute path of the run folder. */
  folder: string;
  state: RunStanding;
  /** status.json's own word: what the run was doing when it last said something. */
  phase: RunStatus["state"];
  /** Why it is stalled, dead or failed, as a sentence; null otherwise. */
  reason: string | null;
  /** Optimizer steps done, and in all; null until known. */
  step: number;
  steps: number | null;
  /** ISO times. */
  started: string;
  heartbeat: string;
  pid: number;
  /** Whether it was asked to stop and has not ended yet. */
  stopping: boolean;
  /** Last training loss, nats per token; null before the first train event. */
  loss: number | null;
  /** The best evaluation, by the config's metric_for_best_model; null before the first. */
  best: { step: number; metric: string; value: number } | null;
}

/** A run in full. */
export interface RunDetails extends RunSummary {
  /** The resolved config and where it ran, as run.json has them; null until the run is set up. */
  config: Record<string, unknown> | null;
  versions: Record<string, string> | null;
  /** report.json of a finished run. */
  report: Record<string, unknown> | null;
  /** Lines of metrics.jsonl, by event, and the last evaluation. */
  events: number;
  last_eval: EvalEvent | null;
  /** Why a file of the run could not be read; empty where all could. */
  problems: string[];
  /** Absolute paths of what there is. */
  files: {
    metrics: string | null;
    report: string | null;
    log: string | null;
    /** What a detached run wrote to its terminal's place. */
    console: string | null;
    final_model: string | null;
    checkpoints: string[];
    /** Sample predictions, by step. */
    predictions: { step: number; path: string }[];
    /** eval.json files in or below the run folder. */
    evaluations: string[];
    trackers: string[];
  };
}

export interface WatchOptions {
  signal?: AbortSignal;
  /** Events of metrics.jsonl to leave out at the start; default 0, all are given. */
  after?: number;
  /** Between two looks at the files; default 500 ms. */
  pollMs?: number;
}

/** A piece of metrics.jsonl. */
export interface EventPage {
  events: RunEvent[];
  /** Pass it as the next `after`. */
  next: number;
  /** True where the run went back to a checkpoint and has fewer events than `after`: `events` begins anew at 0. */
  restarted: boolean;
}

export interface StopOptions {
  signal?: AbortSignal;
  /** How long to wait until it has ended; null, the default, as long as it takes. 0 does not wait. */
  timeoutMs?: number | null;
}

/** What came of a request to stop. */
export interface StopResult {
  run: RunSummary;
  /** False where the run had ended already. */
  asked: boolean;
  /** Whether it has ended. */
  ended: boolean;
  /** The last checkpoint, absolute path; null where there is none. */
  checkpoint: string | null;
  /** Waited, in seconds. */
  seconds: number;
}

export interface DetachedTraining {
  /** What follows `sqltune train`: flags as on a command line, e.g. ["--config", "my.yaml", "--set", "lora.r=8"]. */
  words: readonly string[];
  /** project.output_dir of the config that those words make. */
  outputDir: string;
  /** As `train` takes them: they decide whether a used folder is refused. */
  resume?: boolean;
  overwrite?: boolean;
  /** Wait up to this long for the set-up to go well, so that its errors show here; default 0: until the run's folder is taken. */
  settleMs?: number;
  signal?: AbortSignal;
}

export interface DetachedRun {
  folder: string;
  pid: number;
  /** stdout and stderr of the process. */
  log: string;
  /** Whether it is training already, or was still being set up when the waiting ended. */
  state: RunStatus["state"];
}
