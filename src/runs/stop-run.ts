import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SqltuneError } from "../errors.js";
import { writeFileAtomic } from "../observe/atomic-file.js";
import { fateOf } from "../observe/process-identity.js";
import { describeRunFolder, type RunFolderPaths } from "../train/index.js";
import { summarizeRun } from "./list-runs.js";
import { readStatus } from "./run-files.js";
import { hasEnded, identityOf, type StoredStatus, standingOf } from "./run-standing.js";
import type { StopOptions, StopResult } from "./types.js";

const POLL_MS = 200;

/**
 * Ends a run from outside. "stop" asks as Ctrl-C does: the run saves a checkpoint of its last whole step and exits, and a
 * second request does no harm. "cancel" ends its process at once (SIGKILL): the checkpoints already saved are what is left
 * of it. Waits until it has ended.
 * @throws SqltuneError where the folder holds no run, or one of another machine that this one cannot reach.
 */
export async function stopRun(
  path: string,
  how: "stop" | "cancel",
  { signal, timeoutMs = null }: StopOptions = {},
): Promise<StopResult> {
  const started = performance.now();
  const folder = describeRunFolder(path);
  const status = await readStatus(folder);
  if (status === null) {
    const message = `${folder.path} holds no run: there is no status.json in it.`;
    throw new SqltuneError(message, { code: "ERR_SQLTUNE_NO_RUN", exitCode: 2 });
  }
  const asked = await ask(folder, status, how);
  const limit = timeoutMs === null ? Number.POSITIVE_INFINITY : started + timeoutMs;
  let ended = await isOver(folder, status);
  while (!ended && !signal?.aborted && performance.now() < limit) {
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    ended = await isOver(folder, status);
  }
  if (asked && ended && how === "cancel") await markCancelled(folder);
  const last = await folder.readName("last");
  return {
    run: (await summarizeRun(folder.path, join(folder.path, "..")))!,
    asked,
    ended,
    checkpoint: last === null ? null : join(folder.checkpoints, last),
    seconds: (performance.now() - started) / 1000,
  };
}

/** @returns whether there was someone to ask. */
async function ask(folder: RunFolderPaths, status: StoredStatus, how: "stop" | "cancel"): Promise<boolean> {
  const standing = await standingOf(status);
  if (hasEnded(status) || standing.state === "dead") return false;
  const identity = identityOf(status);
  if (identity === null || (await fateOf(identity)) !== "alive") {
    const where = identity ? `on ${identity.host}` : "of an earlier version, which names no machine";
    throw new SqltuneError(
      `The run in ${folder.path} is process ${status.pid} ${where}: it can be ended only there, by kill -TERM ${status.pid} ` +
        "(which saves a checkpoint) or kill -KILL.",
      { code: "ERR_SQLTUNE_ELSEWHERE" },
    );
  }
  // A second SIGTERM would end the run at once, without its checkpoint.
  if (how === "stop" && status.stopping) return true;
  try {
    process.kill(status.pid, how === "stop" ? "SIGTERM" : "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw new SqltuneError(`Process ${status.pid} cannot be signalled (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
    });
  }
  return true;
}

/** Over is a run whose process is gone: what it writes last, it has written then. */
async function isOver(folder: RunFolderPaths, before: StoredStatus): Promise<boolean> {
  const status = (await readStatus(folder)) ?? before;
  const identity = identityOf(status);
  const fate = identity ? await fateOf(identity) : "elsewhere";
  return fate === "elsewhere" ? hasEnded(status) : fate === "gone" || endedInside(status);
}

/** A process that goes on after its run, such as a program that called `train`, is none to wait for. */
function endedInside(status: StoredStatus): boolean {
  return hasEnded(status) && Date.now() - Date.parse(status.heartbeat) > 2000;
}

/** The killed process could not say how it ended. */
async function markCancelled(folder: RunFolderPaths): Promise<void> {
  const status = await readStatus(folder);
  if (status === null || hasEnded(status)) return;
  const { stopping: _, ...last } = status;
  const said = { ...last, state: "interrupted", error: "Cancelled: its process was ended without a checkpoint." };
  await writeFileAtomic(folder.statusFile, `${JSON.stringify(said, null, 2)}\n`);
}
