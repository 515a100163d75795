import { readdir } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { describeRunFolder } from "../train/index.js";
import { metricOf, readEventLines, readJsonFile, readStatus, type StoredRun, standOf } from "./run-files.js";
import { type StoredStatus, standingOf } from "./run-standing.js";
import type { RunSummary } from "./types.js";

/** outputs/name, and outputs/group/name. */
const DEPTH = 2;

/**
 * The runs in `root`: the folder itself, its folders and theirs, where a status.json says that a run was there. The last
 * started comes first. A folder that cannot be read is passed over.
 */
export async function listRuns(root: string): Promise<RunSummary[]> {
  const folders = await runFolders(resolve(root), DEPTH);
  const runs = await Promise.all(folders.map((folder) => summarizeRun(folder, root)));
  return runs.flatMap((run) => run ?? []).sort((a, b) => (a.started < b.started ? 1 : a.started > b.started ? -1 : 0));
}

async function runFolders(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.name === "status.json")) return [folder];
  if (depth === 0) return [];
  const below = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  return (await Promise.all(below.map(({ name }) => runFolders(join(folder, name), depth - 1)))).flat();
}

/** One run; null where the folder holds none. */
export async function summarizeRun(path: string, root: string): Promise<RunSummary | null> {
  const folder = describeRunFolder(path);
  const status = await readStatus(folder);
  if (status === null) return null;
  const run = await readJsonFile<StoredRun>(folder.runFile);
  const events = (await readEventLines(folder.metricsFile)).map(({ event }) => event);
  const { loss, best } = standOf(events, metricOf(run));
  return { ...(await describeStatus(path, root, status)), loss, best };
}

export async function describeStatus(
  path: string,
  root: string,
  status: StoredStatus,
): Promise<Omit<RunSummary, "loss" | "best">> {
  const folder = resolve(path);
  const { state, reason } = await standingOf(status);
  return {
    id: idOf(folder, resolve(root)),
    folder,
    state,
    phase: status.state,
    reason,
    step: status.step,
    steps: status.steps,
    started: status.started,
    heartbeat: status.heartbeat,
    pid: status.pid,
    stopping: status.stopping === true && state === "running",
  };
}

/** The root itself, where it is a run, goes by its own name. */
function idOf(folder: string, root: string): string {
  const path = relative(root, folder).split(sep).join("/");
  return path === "" ? basename(folder) : path.startsWith("..") ? folder : path;
}
