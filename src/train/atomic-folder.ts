import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SqltuneError } from "../errors.js";
import { syncFile, syncFolder } from "../observe/atomic-file.js";

/**
 * Makes a folder in one step: `fill` writes into a temporary one, every file and the folder are flushed to the disk,
 * then it takes its name. Killed at any moment, it is there whole or not at all. A folder of that name is replaced.
 * @throws SqltuneError when the disk is full; what was there before is untouched.
 */
export async function writeFolderAtomic(path: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const parent = dirname(path);
  const aside = (kind: string) => join(parent, `.${basename(path)}.${randomUUID().slice(0, 8)}.${kind}`);
  const temporary = aside("tmp");
  try {
    await mkdir(temporary, { recursive: true });
    await fill(temporary);
    for (const name of await readdir(temporary)) await syncFile(join(temporary, name));
    await syncFolder(temporary);
    if (existsSync(path)) {
      const replaced = aside("old");
      await rename(path, replaced);
      await rename(temporary, path);
      await rm(replaced, { recursive: true });
    } else {
      await rename(temporary, path);
    }
    await syncFolder(parent);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw await explainFullDisk(error, path);
  }
}

/** Turns "no space left" into an error that says where and how much is free; gives other errors back as they are. */
export async function explainFullDisk(error: unknown, path: string): Promise<unknown> {
  if (!isFullDisk(error)) return error;
  return new SqltuneError(
    `No space left on the disk while writing ${path}${await freeSpace(dirname(path))}. Earlier checkpoints are intact. ` +
      "Free some space (or lower training.save_total_limit) and go on with --resume.",
    { code: "ERR_SQLTUNE_DISK_FULL", cause: error },
  );
}

function isFullDisk(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.cause !== undefined && isFullDisk(error.cause)) return true;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  // The addon's writes carry their errno in the message alone.
  return ["ENOSPC", "EDQUOT"].includes(code) || /no space left|disk quota/i.test(error.message);
}

async function freeSpace(folder: string): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return ` (${Math.floor((bavail * bsize) / 2 ** 20)} MiB free)`;
  } catch {
    return "";
  }
}
