export { listRuns } from "./list-runs.js";
export { findRun, readRun } from "./read-run.js";
export { readRunEvents } from "./run-event-page.js";
export { startDetached } from "./start-detached.js";
export { stopRun } from "./stop-run.js";
export type {
  DetachedRun,
  DetachedTraining,
  EventPage,
  RunDetails,
  RunStanding,
  RunSummary,
  StopOptions,
  StopResult,
  WatchOptions,
} from "./types.js";
export { watchRun } from "./watch-run.js";
