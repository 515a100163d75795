import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { SqltuneError } from "../errors.js";
import { type Checkpoint, findLastCheckpoint, removeCheckpointsAfter, resolveCheckpoint } from "./checkpoint.js";
import { clearRunFolder, type RunFolder, removeAnswersAfter } from "./run-folder.js";

/** Where a run takes up its work. */
export interface ResumePoint {
  /** Null starts from the beginning. */
  checkpoint: Checkpoint | null;
  notes: string[];
  warnings: string[];
}

/**
 * Finds the checkpoint that `resume` asks for: true, the last one of the run folder, or none with a note when it has
 * none; a path, that checkpoint or the last one of that run folder.
 * @throws SqltuneError when a path holds no checkpoint, or another run's while the run folder is used.
 */
export async function findResumePoint(folder: RunFolder, resume: boolean | string): Promise<ResumePoint> {
  if (resume === false) return { checkpoint: null, notes: [], warnings: [] };
  if (resume === true) {
    const { checkpoint, damaged } = await findLastCheckpoint(folder);
    const note = checkpoint
      ? `going on from ${checkpoint.path}`
      : `there is no checkpoint in ${folder.checkpoints}: starting from the beginning`;
    return { checkpoint, notes: [note], warnings: damaged };
  }
  const checkpoint = await resolveCheckpoint(resume);
  const own = dirname(checkpoint.path) === folder.checkpoints;
  if (!own && folder.used) {
    throw new SqltuneError(
      `${checkpoint.path} belongs to another run than ${folder.path}, which holds a run already. ` +
        "Set project.output_dir to that checkpoint's run folder, or to a new one.",
    );
  }
  return { checkpoint, notes: [`going on from ${checkpoint.path}`], warnings: [] };
}

/**
 * Brings the run folder to where the checkpoint stands: what came later goes, and `best` is the checkpoint's. Without
 * one, all that an earlier run wrote goes.
 * @returns warnings.
 */
export async function rewindRunFolder(folder: RunFolder, checkpoint: Checkpoint | null): Promise<string[]> {
  if (checkpoint === null) {
    if (folder.used) await clearRunFolder(folder);
    return [];
  }
  const { state } = checkpoint;
  await removeCheckpointsAfter(folder, state.step);
  await removeAnswersAfter(folder, state.step);
  if (state.best === null) {
    await folder.removeName("best");
    return [];
  }
  const best = `checkpoint-${state.best.step}`;
  if (existsSync(join(folder.checkpoints, best))) {
    await folder.writeName("best", best);
    return [];
  }
  await folder.removeName("best");
  state.best = null;
  return [`the best checkpoint so far, ${best}, is no longer there: the best of what follows will be taken`];
}
