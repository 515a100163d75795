import type { RunEvent } from "../events.js";

export const trackerNames = ["tensorboard", "wandb", "mlflow"] as const;
export type TrackerName = (typeof trackerNames)[number];

/** The run that is told of; known once it is set up. */
export interface TrackedRun {
  /** Absolute path of the run folder. */
  folder: string;
  /** Its last part: how trackers name the run. */
  name: string;
  /** project.name of the config: how trackers name what the run belongs to. */
  project: string;
  /** The resolved config. */
  config: object;
  versions: object;
  /** Optimizer steps done before this session: 0, or those of the checkpoint that it goes on from. */
  step: number;
  /** Where the answers of the evaluation after a step are kept, if any were generated. */
  answersFile(step: number): string;
}

export interface TimedEvent {
  event: RunEvent;
  /** When it happened, in ms since 1970. */
  time: number;
}

export type RunOutcome = "done" | "interrupted" | "failed";

/**
 * Tells another program of a run. It may fail in any call: see {@link openTracker}, which calls it. Calls come one after
 * the other, never two at once.
 */
export interface Tracker {
  readonly name: TrackerName;
  /** How to look at what it writes; said when the run starts. */
  readonly note: string;
  /** What failed may work later: it is given the same events again. Otherwise the first failure is the last call. */
  readonly retries: boolean;
  /** All that happened since the last call, "progress" apart; at the first call what happened before the first step too. */
  write(events: readonly TimedEvent[], signal: AbortSignal): Promise<void>;
  close(outcome: RunOutcome, signal: AbortSignal): Promise<void>;
}
