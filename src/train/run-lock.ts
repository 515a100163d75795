import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { SqltuneError } from "../errors.js";
import { fateOf, ownIdentity, type ProcessIdentity } from "../observe/process-identity.js";

interface LockHolder extends ProcessIdentity {
  /** Tells two holders within one process apart. */
  token: string;
  since: string;
}

export interface RunLock {
  release(): Promise<void>;
}

/**
 * Takes the lock file of a run folder. The lock of a process that is gone is taken over; a living one's is respected.
 * @throws SqltuneError naming the process that holds it.
 */
export async function acquireRunLock(path: string): Promise<RunLock> {
  const own: LockHolder = {
    ...(await ownIdentity()),
    token: randomUUID(),
    since: new Date().toISOString(),
  };
  await mkdir(dirname(path), { recursive: true });
  await placeLock(path, own);
  return {
    release: async () => {
      if ((await readHolder(path))?.token === own.token) await rm(path, { force: true });
    },
  };
}

/** @throws SqltuneError where a living process holds the lock. */
export async function checkRunLock(path: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder !== null && (await fateOf(holder)) !== "gone") throw refusal(path, holder);
}

/**
 * A stale lock is replaced under a lock of its own, named by the stale one's token: so one successor alone replaces it,
 * and one that looked long ago finds it gone. A successor that dies in between leaves its lock, stale like any other.
 */
async function placeLock(path: string, own: LockHolder): Promise<void> {
  // Put into place with its content: nobody ever reads a lock whose writer is not yet named.
  const written = `${path}.${own.token.slice(0, 8)}.tmp`;
  await writeFile(written, `${JSON.stringify(own)}\n`);
  try {
    while (!(await linkNew(written, path))) {
      const holder = await readHolder(path);
      // Another machine's process cannot be looked at: its lock counts as held.
      if (holder !== null && (await fateOf(holder)) !== "gone") throw refusal(path, holder);
      const succession = `${path}.${(holder?.token ?? "nobody").slice(0, 8)}`;
      await placeLock(succession, own);
      try {
        const unchanged = existsSync(path) && (await readHolder(path))?.token === holder?.token;
        if (unchanged) return await rename(written, path);
      } finally {
        await rm(succession, { force: true });
      }
    }
  } finally {
    await rm(written, { force: true });
  }
}

/** False where the path is taken. */
async function linkNew(from: string, path: string): Promise<boolean> {
  try {
    await link(from, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function refusal(path: string, holder: LockHolder): SqltuneError {
  const who = `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return new SqltuneError(
    `Another run works in ${dirname(path)}: ${who} holds ${path}. ` +
      "Wait for it, stop it, or set another project.output_dir. If it is surely gone, delete that file.",
    { code: "ERR_SQLTUNE_LOCKED" },
  );
}

/** Null when there is no lock or it is not one of ours. */
async function readHolder(path: string): Promise<LockHolder | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as LockHolder;
  } catch {
    return null;
  }
}
