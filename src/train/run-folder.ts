import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SqltuneError } from "../errors.js";
import { writeFileAtomic } from "../observe/atomic-file.js";
import { acquireRunLock, checkRunLock } from "./run-lock.js";

/** The files of a run (DESIGN 4). All paths are absolute. */
export interface RunFolder {
  readonly path: string;
  /** Resolved config, versions, seeds and checksums. */
  readonly runFile: string;
  readonly metricsFile: string;
  readonly statusFile: string;
  readonly reportFile: string;
  readonly checkpoints: string;
  readonly finalModel: string;
  readonly logFile: string;
  /** Answers that were generated while the run trained, a file an evaluation: see {@link answersFile}. */
  readonly evaluations: string;
  /** Whether an earlier run left anything here. */
  readonly used: boolean;
  /** `best` and `last` hold the name of a checkpoint, e.g. "checkpoint-200". */
  readName(name: "best" | "last"): Promise<string | null>;
  writeName(name: "best" | "last", checkpoint: string): Promise<void>;
  removeName(name: "best" | "last"): Promise<void>;
  /** Gives the folder's lock back. */
  close(): Promise<void>;
}

/** What a run writes and nothing else: a user's own files in the folder are never touched. */
const FILES = ["run.json", "metrics.jsonl", "report.json", "summary.json", "best", "last"];
const FINAL_MODEL_FILES = ["adapter_config.json", "adapter_model.safetensors", "sqltune.json", "README.md"];
const CHECKPOINT = /^checkpoint-\d+$/;
const ANSWERS = /^step-(\d+)\.jsonl$/;
const TEMPORARY = [
  /^\.checkpoint-\d+\.[0-9a-f]{8}\.(?:tmp|old)(?:\.\w+-\d+-[0-9a-f]{8})?$/,
  /^final_model\.(?:writing|old)-\d+-[0-9a-f]{8}$/,
  /^(?:best|last|metrics\.jsonl|(?:run|status|report)\.json)\.[0-9a-f]{8}\.tmp$/,
  /^step-\d+\.jsonl\.[0-9a-f]{8}\.tmp$/,
  /^run\.lock(?:\.(?:[0-9a-f]{8}|nobody))+(?:\.tmp)?$/,
];

/** A run folder that is only looked at. */
export type RunFolderPaths = Omit<RunFolder, "close" | "used">;

/**
 * Makes or opens a run folder and locks it. A folder that a run has used is refused unless the run is to go on in it
 * (`resume`) or to take its place (`overwrite`). Nothing is removed yet: see clearRunFolder.
 * @throws SqltuneError when the folder is used or locked.
 */
export async function openRunFolder(
  path: string,
  options: { resume: boolean; overwrite: boolean },
): Promise<RunFolder> {
  const folder = describeRunFolder(path);
  const used = (await usedEntries(folder)).length > 0;
  if (used && !options.resume && !options.overwrite) throw refusal(folder.path);
  const lock = await acquireRunLock(join(folder.path, "run.lock"));
  try {
    await removeLeftovers(folder);
    await mkdir(folder.checkpoints, { recursive: true });
  } catch (error) {
    await lock.release();
    throw error;
  }
  return { ...folder, used, close: () => lock.release() };
}

/**
 * Says before a run begins whether it may have the folder.
 * @throws SqltuneError when the folder is used (and neither `resume` nor `overwrite` is set) or locked.
 */
export async function checkRunFolder(path: string, options: { resume: boolean; overwrite: boolean }): Promise<void> {
  const folder = describeRunFolder(path);
  if (!options.resume && !options.overwrite && (await usedEntries(folder)).length > 0) throw refusal(folder.path);
  await checkRunLock(join(folder.path, "run.lock"));
}

/** The paths of a run folder, without making or locking it: for those who read one. */
export function describeRunFolder(path: string): RunFolderPaths {
  const root = resolve(path);
  return {
    path: root,
    runFile: join(root, "run.json"),
    metricsFile: join(root, "metrics.jsonl"),
    statusFile: join(root, "status.json"),
    reportFile: join(root, "report.json"),
    checkpoints: join(root, "checkpoints"),
    finalModel: join(root, "final_model"),
    logFile: join(root, "logs", "train.log"),
    evaluations: join(root, "evaluations"),
    readName: async (name) => {
      try {
        return (await readFile(join(root, name), "utf8")).trim();
      } catch {
        return null;
      }
    },
    writeName: (name, checkpoint) => writeFileAtomic(join(root, name), `${checkpoint}\n`, { durable: true }),
    removeName: (name) => rm(join(root, name), { force: true }),
  };
}

/** Removes what a run writes, and folders that are empty then. status.json stays: the run that clears writes it. */
export async function clearRunFolder(folder: RunFolderPaths): Promise<void> {
  const checkpoints = (await entries(folder.checkpoints)).filter((name) => CHECKPOINT.test(name));
  for (const name of checkpoints) await rm(join(folder.checkpoints, name), { recursive: true });
  for (const name of FINAL_MODEL_FILES) await rm(join(folder.finalModel, name), { force: true });
  for (const name of FILES) await rm(join(folder.path, name), { force: true });
  await rm(folder.logFile, { force: true });
  await removeAnswersAfter(folder, -1);
  const folders = [folder.checkpoints, folder.finalModel, folder.evaluations, join(folder.path, "logs")];
  for (const path of folders) await removeIfEmpty(path);
}

/** Where the answers of the evaluation after `step` are kept. */
export function answersFile(folder: Pick<RunFolderPaths, "evaluations">, step: number): string {
  return join(folder.evaluations, `step-${step}.jsonl`);
}

/** Removes the answers of later steps than `step`: a run that goes back generates them again. */
export async function removeAnswersAfter(folder: Pick<RunFolderPaths, "evaluations">, step: number): Promise<void> {
  const later = (await entries(folder.evaluations)).filter((name) => Number(ANSWERS.exec(name)?.[1] ?? -1) > step);
  for (const name of later) await rm(join(folder.evaluations, name), { force: true });
}

/** Half-written files and folders of a run that was killed; they carry temporary names. */
async function removeLeftovers(folder: RunFolderPaths): Promise<void> {
  for (const parent of [folder.path, folder.checkpoints, folder.evaluations]) {
    const leftovers = (await entries(parent)).filter((name) => TEMPORARY.some((pattern) => pattern.test(name)));
    for (const name of leftovers) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** A run that failed before its first step left a status.json and nothing to lose: that is not a used folder. */
async function usedEntries(folder: RunFolderPaths): Promise<string[]> {
  const files = FILES.filter((name) => existsSync(join(folder.path, name)));
  const checkpoints = (await entries(folder.checkpoints)).filter((name) => CHECKPOINT.test(name));
  return [...files, ...checkpoints, ...(existsSync(folder.finalModel) ? ["final_model"] : [])];
}

function refusal(path: string): SqltuneError {
  return new SqltuneError(
    `${path} holds an earlier run. Choose one: --resume goes on from its last checkpoint, --overwrite removes that ` +
      "run's files and starts anew, --set project.output_dir=DIR writes elsewhere.",
    { code: "ERR_SQLTUNE_USED_FOLDER" },
  );
}

async function entries(path: string): Promise<string[]> {
  return existsSync(path) ? await readdir(path) : [];
}

async function removeIfEmpty(path: string): Promise<void> {
  if (existsSync(path) && (await entries(path)).length === 0) await rmdir(path);
}
