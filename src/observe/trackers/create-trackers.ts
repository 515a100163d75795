import { createMlflowTracker } from "./mlflow/mlflow-tracker.js";
import { createTensorboardTracker } from "./tensorboard/tensorboard-tracker.js";
import type { TrackedRun, Tracker, TrackerName } from "./tracker.js";
import { createWandbTracker } from "./wandb/wandb-tracker.js";

const CREATE: Record<TrackerName, (run: TrackedRun) => Tracker> = {
  tensorboard: createTensorboardTracker,
  wandb: createWandbTracker,
  mlflow: createMlflowTracker,
};

/** The trackers that training.report_to names; none of them does anything before its first event. */
export function createTrackers(reportTo: "none" | TrackerName | readonly TrackerName[], run: TrackedRun): Tracker[] {
  const names = reportTo === "none" ? [] : typeof reportTo === "string" ? [reportTo] : reportTo;
  return [...new Set(names)].map((name) => CREATE[name](run));
}
