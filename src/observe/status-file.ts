import { writeFileAtomic } from "./atomic-file.js";
import { ownIdentity } from "./process-identity.js";

export type RunState =
  | "preparing"
  | "training"
  | "evaluating"
  | "generating"
  | "saving"
  | "proving"
  | "done"
  | "interrupted"
  | "failed";

/** What status.json says; written whole, so that it can be read at any moment. */
export interface RunStatus {
  state: RunState;
  /** Optimizer steps done, and in all (null until known). */
  step: number;
  steps: number | null;
  pid: number;
  /** Where the process runs, and its start in clock ticks since boot (null where the system does not tell). */
  host: string;
  process_start: string | null;
  /** ISO time of the last sign of life; a run whose heartbeat is older than a minute is dead, or its process hangs. */
  heartbeat: string;
  /** ISO time at which the state or the step last changed: a heartbeat alone does not say that a run goes on. */
  progressed: string;
  /** ISO time. */
  started: string;
  /** Set once the run was asked to stop. */
  stopping?: true;
  /** Why it failed. */
  error?: string;
}

export interface StatusFile {
  update(change: Partial<Pick<RunStatus, "state" | "step" | "steps" | "stopping">>): void;
  /** Writes the last state and stops the heartbeat. */
  close(end: Pick<RunStatus, "state" | "error">): Promise<void>;
}

/** Keeps status.json up to date: at every change of state and every `heartbeatMs` (5 s) in between. */
export async function openStatusFile(path: string, options: { heartbeatMs?: number } = {}): Promise<StatusFile> {
  const now = () => new Date().toISOString();
  const { pid, host, processStart } = await ownIdentity();
  let status: RunStatus = {
    state: "preparing",
    step: 0,
    steps: null,
    pid,
    host,
    process_start: processStart,
    heartbeat: now(),
    progressed: now(),
    started: now(),
  };
  let queue: Promise<void> = Promise.resolve();
  let failure: unknown = null;
  const write = (): void => {
    // A full disk must not end a run through its heartbeat: checkpoints say so where it matters.
    queue = queue
      .then(() => writeFileAtomic(path, `${JSON.stringify({ ...status, heartbeat: now() }, null, 2)}\n`))
      .then(
        () => {
          failure = null;
        },
        (error: unknown) => {
          failure = error;
        },
      );
  };
  write();
  await queue;
  if (failure) throw failure;
  const timer = setInterval(write, options.heartbeatMs ?? 5000);
  timer.unref();
  return {
    update: (change) => {
      const stateChanged = change.state !== undefined && change.state !== status.state;
      const stepChanged = change.step !== undefined && change.step !== status.step;
      const asked = change.stopping === true && !status.stopping;
      status = { ...status, ...change, ...(stateChanged || stepChanged ? { progressed: now() } : {}) };
      if (stateChanged || asked) write();
    },
    close: async (end) => {
      clearInterval(timer);
      const { stopping: _, ...last } = status;
      status = { ...last, ...end };
      write();
      await queue;
    },
  };
}
