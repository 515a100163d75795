import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { SqltuneError } from "../errors.js";
import { describeRunFolder, type RunFolderPaths } from "../train/index.js";
import { describeStatus, listRuns, summarizeRun } from "./list-runs.js";
import { metricOf, readEventLines, readJsonFile, readStatus, type StoredRun, standOf } from "./run-files.js";
import type { RunDetails, RunSummary } from "./types.js";

/**
 * One run in full. `root` is what its id is relative to; without it, the folder's parent.
 * @throws SqltuneError where the folder holds no run.
 */
export async function readRun(path: string, root: string = dirname(resolve(path))): Promise<RunDetails> {
  const folder = describeRunFolder(path);
  const problems: string[] = [];
  const status = await readStatus(folder, problems);
  if (status === null) throw noRun(folder.path, problems);
  const run = await readJsonFile<StoredRun>(folder.runFile, problems);
  const report = await readJsonFile<Record<string, unknown>>(folder.reportFile, problems);
  const events = (await readEventLines(folder.metricsFile)).map(({ event }) => event);
  const { loss, best, lastEval } = standOf(events, metricOf(run));
  return {
    ...(await describeStatus(path, root, status)),
    loss,
    best,
    config: run?.config ?? null,
    versions: run?.versions ?? null,
    report,
    events: events.length,
    last_eval: lastEval,
    problems,
    files: await filesOf(folder),
  };
}

/**
 * The run that `name` means: a run folder's path, or an id below `root`; without a name, the one that runs, else the last
 * started.
 * @throws SqltuneError (exit code 2) where there is none, naming those that there are.
 */
export async function findRun(name: string | undefined, root: string): Promise<RunSummary> {
  if (name !== undefined) {
    for (const path of [name, join(root, name)]) {
      const run = await summarizeRun(path, root);
      if (run) return run;
    }
  }
  const runs = await listRuns(root);
  const found = name === undefined ? (runs.find(({ state }) => state === "running") ?? runs[0]) : undefined;
  if (found) return found;
  const known = runs.slice(0, 10).map(({ id }) => id);
  const there = known.length > 0 ? `There are: ${known.join(", ")}.` : `There is none in ${resolve(root)}.`;
  const what =
    name === undefined
      ? "No run was found."
      : `${name} is no run: neither that folder nor ${join(root, name)} has a status.json.`;
  throw new SqltuneError(`${what} ${there} --runs DIR looks elsewhere.`, { code: "ERR_SQLTUNE_NO_RUN", exitCode: 2 });
}

function noRun(path: string, problems: readonly string[]): SqltuneError {
  const why = problems[0] ?? "there is no status.json in it";
  return new SqltuneError(`${path} holds no run: ${why}.`, { code: "ERR_SQLTUNE_NO_RUN", exitCode: 2 });
}

async function filesOf(folder: RunFolderPaths): Promise<RunDetails["files"]> {
  const there = (path: string) => (existsSync(path) ? path : null);
  const predictions = (await names(folder.evaluations)).flatMap((name) => {
    const step = /^step-(\d+)\.jsonl$/.exec(name)?.[1];
    return step === undefined ? [] : [{ step: Number(step), path: join(folder.evaluations, name) }];
  });
  const checkpoints = (await names(folder.checkpoints)).filter((name) => /^checkpoint-\d+$/.test(name));
  const evaluations = await Promise.all(
    ["", "eval", "evaluation"].map(async (below) => {
      const parent = join(folder.path, below);
      const folders = [parent, ...(await names(parent)).map((name) => join(parent, name))];
      return folders.map((path) => join(path, "eval.json")).filter((path) => existsSync(path));
    }),
  );
  return {
    metrics: there(folder.metricsFile),
    report: there(folder.reportFile),
    log: there(folder.logFile),
    console: there(consoleLog(folder)),
    final_model: there(folder.finalModel),
    checkpoints: checkpoints.sort((a, b) => stepOf(a) - stepOf(b)).map((name) => join(folder.checkpoints, name)),
    predictions: predictions.sort((a, b) => a.step - b.step),
    evaluations: [...new Set(evaluations.flat())].sort(),
    trackers: ["tensorboard", "wandb", "mlflow"].flatMap((name) => there(join(folder.path, name)) ?? []),
  };
}

/** Where a detached run's stdout and stderr go. */
export function consoleLog(folder: Pick<RunFolderPaths, "logFile">): string {
  return join(dirname(folder.logFile), "console.log");
}

function stepOf(checkpoint: string): number {
  return Number(basename(checkpoint).split("-").at(-1));
}

async function names(path: string): Promise<string[]> {
  return await readdir(path).catch(() => []);
}
