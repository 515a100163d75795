import { formatDuration } from "../observe/event-text.js";
import type { RunDetails, RunSummary } from "../runs/index.js";

/** A run for people, one fact a line. */
export function describeRun(run: RunDetails): string {
  const { files } = run;
  const since = (time: string) => formatDuration((Date.now() - Date.parse(time)) / 1000);
  const more = (name: string, value: string | null) => (value === null ? [] : [[name, value] as const]);
  const lines = [
    ["Run", run.folder],
    ["State", standingText(run)],
    ["Step", `${run.step} of ${run.steps ?? "?"}`],
    ["Started", `${run.started} (${since(run.started)} ago), process ${run.pid}`],
    ["Heartbeat", `${since(run.heartbeat)} ago`],
    ...more("Loss", run.loss?.toFixed(4) ?? null),
    ...more("Best", run.best && `${run.best.metric} ${run.best.value.toFixed(4)} at step ${run.best.step}`),
    ...more("Checkpoint", files.checkpoints.at(-1) ?? null),
    ...more("Adapter", files.final_model),
    ...more("Log", files.log),
    ...more("Trackers", files.trackers.length > 0 ? files.trackers.join(", ") : null),
    ...run.problems.map((problem) => ["Problem", problem] as const),
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(12)}${value}`).join("\n");
}

/** `stalled: process 7 is there but gave no sign of life for 3 min`. */
export function standingText({ state, phase, reason, stopping }: RunSummary): string {
  const what = state === "running" && phase !== "training" ? `${state} (${phase})` : state;
  return `${what}${stopping ? ", asked to stop" : ""}${reason === null ? "" : `: ${reason}`}`;
}
