import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { SqltuneError } from "../errors.js";

interface LockHolder {
  pid: number;
  host: string;
  /** Start of the process in clock ticks since boot, where the system tells: a pid is used again, the pair is not. */
  processStart: string | null;
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
    pid: process.pid,
    host: hostname(),
    processStart: await processStart(process.pid),
    token: randomUUID(),
    since: new Date().toISOString(),
  };
  await mkdir(dirname(path), { recursive: true });
  // Linked into place with its content: nobody ever reads a lock whose writer is not yet named.
  const written = `${path}.${own.token.slice(0, 8)}.stale`;
  await writeFile(written, `${JSON.stringify(own)}\n`);
  try {
    await placeLock(path, written);
  } finally {
    await rm(written, { force: true });
  }
  return {
    release: async () => {
      if ((await readHolder(path))?.token === own.token) await rm(path, { force: true });
    },
  };
}

async function placeLock(path: string, written: string): Promise<void> {
  // Twice at most: the second try follows the removal of a stale lock.
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await link(written, path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = await readHolder(path);
    if (holder !== null && (await isAlive(holder))) throw refusal(path, holder);
    await removeStale(path, holder);
  }
  throw refusal(path, await readHolder(path));
}

function refusal(path: string, holder: LockHolder | null): SqltuneError {
  const who = holder ? `process ${holder.pid} on ${holder.host} since ${holder.since}` : "another process";
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

/** Another machine's process cannot be looked at: its lock counts as held. */
async function isAlive(holder: LockHolder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it is there, and someone else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return holder.processStart === null || holder.processStart === (await processStart(holder.pid));
}

/** Moves the stale lock away before it is deleted, so that of two processes that found it stale one alone goes on. */
async function removeStale(path: string, expected: LockHolder | null): Promise<void> {
  const aside = `${path}.${randomUUID().slice(0, 8)}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved?.token === expected?.token) await rm(aside, { force: true });
  else await rename(aside, path);
}

/** Field 22 of /proc/PID/stat (proc(5)); null where there is no /proc. */
async function processStart(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
