import { fateOf, type ProcessFate, type ProcessIdentity } from "../observe/process-identity.js";
import type { RunState, RunStatus } from "../observe/status-file.js";
import type { RunStanding } from "./types.js";

/** A heartbeat comes every 5 s; after this many seconds without one something is wrong. */
const HEARTBEAT_SECONDS = 60;
/** Without a step or a change of state for this long a run no longer goes on; answers and proofs make no steps. */
const PROGRESS_SECONDS: Partial<Record<RunState, number>> = { training: 600, saving: 600 };
const OTHER_PROGRESS_SECONDS = 3600;
/** A slow run's steps may each take minutes: this many of them are allowed for. */
const SLOW_STEPS = 20;

const ENDED: readonly string[] = ["done", "interrupted", "failed"];

/** What a status.json may hold: one of an earlier version names no host and no start of its process. */
export type StoredStatus = Omit<RunStatus, "host" | "process_start" | "progressed"> &
  Partial<Pick<RunStatus, "host" | "process_start" | "progressed">>;

export function hasEnded(status: Pick<StoredStatus, "state">): boolean {
  return ENDED.includes(status.state);
}

/** Tells running, stalled and dead apart, and says why. */
export async function standingOf(
  status: StoredStatus,
  now = Date.now(),
  fate: (process: ProcessIdentity) => Promise<ProcessFate> = fateOf,
): Promise<{ state: RunStanding; reason: string | null }> {
  if (hasEnded(status)) return { state: status.state as RunStanding, reason: status.error ?? null };
  const beat = (now - Date.parse(status.heartbeat)) / 1000;
  const late = beat > HEARTBEAT_SECONDS;
  const identity = identityOf(status);
  const found = identity ? await fate(identity) : "elsewhere";
  if (found === "gone") return { state: "dead", reason: `process ${status.pid} is gone and said nothing of an end` };
  if (late && (found === "elsewhere" || identity?.processStart === null)) {
    const where = identity ? `process ${status.pid} on ${identity.host}` : `process ${status.pid}`;
    return { state: "dead", reason: `no sign of life from ${where} for ${age(beat)}` };
  }
  if (late) {
    return { state: "stalled", reason: `process ${status.pid} is there but gave no sign of life for ${age(beat)}` };
  }
  const quiet = (now - Date.parse(status.progressed ?? status.heartbeat)) / 1000;
  if (quiet > allowedQuiet(status, now)) {
    return { state: "stalled", reason: `${status.state} at step ${status.step} for ${age(quiet)} without a step` };
  }
  return { state: "running", reason: null };
}

function allowedQuiet(status: StoredStatus, now: number): number {
  const base = PROGRESS_SECONDS[status.state] ?? OTHER_PROGRESS_SECONDS;
  const seconds = (now - Date.parse(status.started)) / 1000;
  return status.step > 0 ? Math.max(base, (SLOW_STEPS * seconds) / status.step) : Math.max(base, 1800);
}

/** Null where the file does not say enough to look for the process. */
export function identityOf(status: StoredStatus): ProcessIdentity | null {
  const { pid, host, process_start: processStart = null } = status;
  return host === undefined ? null : { pid, host, processStart };
}

function age(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
