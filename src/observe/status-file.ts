import { writeFileAtomic } from "./atomic-file.js";

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
  /** ISO time of the last sign of life; a run whose heartbeat is older than a minute is dead. */
  heartbeat: string;
  /** ISO time. */
  started: string;
  /** Why it failed. */
  error?: string;
}

export interface StatusFile {
  update(change: Partial<Pick<RunStatus, "state" | "step" | "steps">>): void;
  /** Writes the last state and stops the heartbeat. */
  close(end: Pick<RunStatus, "state" | "error">): Promise<void>;
}

/** Keeps status.json up to date: at every change of state and every `heartbeatMs` (5 s) in between. */
export async function openStatusFile(path: string, options: { heartbeatMs?: number } = {}): Promise<StatusFile> {
  const now = () => new Date().toISOString();
  let status: RunStatus = {
    state: "preparing",
    step: 0,
    steps: null,
    pid: process.pid,
    heartbeat: now(),
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
      status = { ...status, ...change };
      if (stateChanged) write();
    },
    close: async (end) => {
      clearInterval(timer);
      status = { ...status, ...end };
      write();
      await queue;
    },
  };
}
