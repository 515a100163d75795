import { readFile } from "node:fs/promises";
import { hostname } from "node:os";

/** Names one process for good: a pid is used again, together with its start it is not. */
export interface ProcessIdentity {
  pid: number;
  host: string;
  /** Start of the process in clock ticks since boot; null where the system does not tell. */
  processStart: string | null;
}

export type ProcessFate =
  /** It is there. */
  | "alive"
  /** There is no such process, or its number belongs to another one now. */
  | "gone"
  /** It ran on another machine, which cannot be looked at from here. */
  | "elsewhere";

export async function ownIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, host: hostname(), processStart: await processStart(process.pid) };
}

export async function fateOf({ pid, host, processStart: start }: ProcessIdentity): Promise<ProcessFate> {
  if (host !== hostname()) return "elsewhere";
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and someone else's.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return "gone";
  }
  const stat = await processStat(pid);
  // A process that has ended and whose parent has not asked for its exit code yet does nothing any more.
  if (stat?.state === "Z" || stat?.state === "X") return "gone";
  return start === null || start === (stat?.start ?? null) ? "alive" : "gone";
}

/** Start of a process in clock ticks since boot; null where there is no /proc. */
export async function processStart(pid: number): Promise<string | null> {
  return (await processStat(pid))?.start ?? null;
}

/** Fields 3 and 22 of /proc/PID/stat (proc(5)). */
async function processStat(pid: number): Promise<{ state: string; start: string } | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0]!, start: fields[19]! };
  } catch {
    return null;
  }
}
