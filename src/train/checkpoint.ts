import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SqltuneError } from "../errors.js";
import { writeFolderAtomic } from "./atomic-folder.js";
import type { RunFolder } from "./run-folder.js";
import type { TrainerState } from "./trainer-state.js";

/** The optimizer's tensors beside the adapter's in a checkpoint. */
export const OPTIMIZER_FILE = "optimizer.safetensors";
const STATE_FILE = "trainer_state.json";

/** A checkpoint on the disk. Its folder is also a loadable adapter. */
export interface Checkpoint {
  path: string;
  state: TrainerState;
}

/** trainer_state.json also lists the other files with their sizes in bytes, to tell a damaged folder. */
type StateFile = TrainerState & { files: Record<string, number> };

type Checkpoints = Pick<RunFolder, "checkpoints" | "readName" | "writeName" | "removeName">;

/**
 * Writes checkpoints/checkpoint-STEP whole or not at all and names it `last`.
 * `fill` writes the adapter and optimizer files into the folder it is given.
 */
export async function saveCheckpoint(
  folder: Checkpoints,
  state: TrainerState,
  fill: (temporary: string) => Promise<void>,
): Promise<Checkpoint> {
  const path = join(folder.checkpoints, `checkpoint-${state.step}`);
  await writeFolderAtomic(path, async (temporary) => {
    await fill(temporary);
    const files: Record<string, number> = {};
    for (const name of await readdir(temporary)) files[name] = (await stat(join(temporary, name))).size;
    const content: StateFile = { ...state, files };
    await writeFile(join(temporary, STATE_FILE), `${JSON.stringify(content, null, 2)}\n`);
  });
  await folder.writeName("last", basename(path));
  return { path, state };
}

/** Checkpoint names in the folder, oldest step first. */
export async function listCheckpoints(folder: Pick<RunFolder, "checkpoints">): Promise<string[]> {
  if (!existsSync(folder.checkpoints)) return [];
  const names = (await readdir(folder.checkpoints)).filter((name) => /^checkpoint-\d+$/.test(name));
  return names.sort((a, b) => stepOf(a) - stepOf(b));
}

/**
 * Reads one checkpoint.
 * @throws SqltuneError when it is not one, or a file is missing or has another size than was written.
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const { files, ...state } = await readState(path);
  for (const [name, bytes] of Object.entries(files)) {
    const file = join(path, name);
    const found = existsSync(file) ? (await stat(file)).size : null;
    if (found === bytes) continue;
    const what = found === null ? "is missing" : `has ${found} bytes, ${bytes} were written`;
    throw new SqltuneError(`The checkpoint ${path} is damaged: ${name} ${what}. Resume from another checkpoint.`);
  }
  return { path, state };
}

async function readState(path: string): Promise<StateFile> {
  let content: StateFile;
  try {
    content = JSON.parse(await readFile(join(path, STATE_FILE), "utf8")) as StateFile;
  } catch (cause) {
    throw new SqltuneError(`${path} is not a checkpoint: ${STATE_FILE} cannot be read.`, { cause });
  }
  if (content.format !== 1) {
    throw new SqltuneError(
      `The checkpoint ${path} has format ${content.format}, this version reads 1. Use the version that wrote it.`,
    );
  }
  return content;
}

/**
 * The newest whole checkpoint of a run; null when it has none.
 * @returns with `damaged`: messages about newer ones that were passed over.
 */
export async function findLastCheckpoint(
  folder: Pick<RunFolder, "checkpoints">,
): Promise<{ checkpoint: Checkpoint | null; damaged: string[] }> {
  const damaged: string[] = [];
  for (const name of (await listCheckpoints(folder)).reverse()) {
    try {
      return { checkpoint: await readCheckpoint(join(folder.checkpoints, name)), damaged };
    } catch (error) {
      if (!(error instanceof SqltuneError)) throw error;
      damaged.push(error.message);
    }
  }
  return { checkpoint: null, damaged };
}

/** The checkpoint that a `--resume DIR` names: a checkpoint's folder, or the newest of a run folder. */
export async function resolveCheckpoint(path: string): Promise<Checkpoint> {
  if (existsSync(join(path, STATE_FILE))) return await readCheckpoint(path);
  const { checkpoint, damaged } = await findLastCheckpoint({ checkpoints: join(path, "checkpoints") });
  if (checkpoint) return checkpoint;
  throw new SqltuneError(
    `There is no checkpoint in ${path}: expected a folder with ${STATE_FILE}, or a run folder with ` +
      `checkpoints/checkpoint-N.${damaged.map((line) => `\n  - ${line}`).join("")}`,
  );
}

/**
 * Keeps the newest `limit` checkpoints, the best one among them in any case (as HuggingFace's save_total_limit), and
 * never removes the last. Checkpoints off `saveSteps`, written because an evaluation was the best so far or the run was
 * interrupted, go as soon as they are neither best nor last.
 */
export async function pruneCheckpoints(
  folder: Checkpoints,
  options: { limit: number | null; saveSteps: number | null },
): Promise<string[]> {
  const names = await listCheckpoints(folder);
  const best = await folder.readName("best");
  const last = names.at(-1);
  const isKept = (name: string) => name === best || name === last;
  const extra = names.filter((name) => !isKept(name) && !isOnSchedule(name, options.saveSteps));
  const scheduled = names.filter((name) => !extra.includes(name));
  const surplus = options.limit === null ? 0 : Math.max(0, scheduled.length - options.limit);
  const removed = [...extra, ...scheduled.filter((name) => !isKept(name)).slice(0, surplus)];
  for (const name of removed) await removeCheckpoint(join(folder.checkpoints, name));
  return removed;
}

/** Removes the checkpoints after `step`: a run that goes back to an earlier one writes them again. */
export async function removeCheckpointsAfter(folder: Checkpoints, step: number): Promise<void> {
  for (const name of await listCheckpoints(folder)) {
    if (stepOf(name) <= step) continue;
    if ((await folder.readName("best")) === name) await folder.removeName("best");
    await removeCheckpoint(join(folder.checkpoints, name));
  }
  const last = (await listCheckpoints(folder)).at(-1);
  if (last) await folder.writeName("last", last);
}

/** Loses its name first, so that a half-removed checkpoint is never taken for one. */
async function removeCheckpoint(path: string): Promise<void> {
  const aside = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.old`);
  await rename(path, aside);
  await rm(aside, { recursive: true, force: true });
}

function isOnSchedule(name: string, saveSteps: number | null): boolean {
  return saveSteps !== null && stepOf(name) % saveSteps === 0;
}

function stepOf(name: string): number {
  return Number(name.slice("checkpoint-".length));
}
