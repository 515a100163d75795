import type { Run } from "./run-types.js";

/** Seconds as "42 s", "3 min 05 s" or "2 h 07 min". */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number) => String(value).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** What is left of a run, as roughly as it is known: "about 40 s left", "about 3 min left". */
export function leftText(seconds: number): string {
  if (seconds < 90) return `about ${Math.max(5, Math.round(seconds / 5) * 5)} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `about ${minutes} min left` : `about ${durationText(minutes * 60)} left`;
}

/** "22 Nov, 15:18" in the reader's time; the year where it is another one. */
export function dateText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return date.toLocaleString(undefined, {
    year,
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

/** "3 min ago" */
export function agoText(iso: string, now = Date.now()): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 10) return "just now";
  const steps = [
    [60, 1, "second"],
    [3600, 60, "minute"],
    [86_400, 3600, "hour"],
    [Number.POSITIVE_INFINITY, 86_400, "day"],
  ] as const;
  const [, size, unit] = steps.find(([limit]) => seconds < limit)!;
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.round(seconds / size), unit);
}

/**
 * Seconds until the last step, at the pace so far; null where that cannot be said. A resumed run has done its first steps
 * before it was started: `from` is the step that it began at.
 */
export function secondsLeft(run: Pick<Run, "step" | "steps" | "started" | "heartbeat">, from = 0): number | null {
  const done = run.step - from;
  if (run.steps === null || done <= 0) return null;
  const passed = (Date.parse(run.heartbeat) - Date.parse(run.started)) / 1000;
  return passed > 0 ? (passed / done) * (run.steps - run.step) : null;
}
