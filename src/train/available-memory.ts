import { readFile } from "node:fs/promises";
import { freemem, totalmem } from "node:os";
import { dirname, join } from "node:path";

export interface AvailableMemory {
  bytes: number;
  /** What says so, for people: "MemAvailable", or the limit's file. */
  source: string;
}

/**
 * Memory that this process and its children may still take. On Linux the least of /proc/meminfo's MemAvailable and the
 * room in each control group above the process (v2: memory.max and memory.high; v1: memory.limit_in_bytes). On macOS
 * half of the machine's memory, or the free part if that is more: free memory there leaves out what is given back on
 * demand. Elsewhere the free memory.
 * @param root in front of /proc and /sys.
 */
export async function availableMemory(root = "/", platform = process.platform): Promise<AvailableMemory> {
  if (platform === "darwin") {
    return { bytes: Math.max(freemem(), totalmem() / 2), source: "half of the machine's memory, or what is free" };
  }
  if (platform !== "linux") return { bytes: freemem(), source: "the machine's free memory" };
  const rooms = [await machineRoom(root), ...(await groupRooms(root))];
  return rooms.reduce((least, room) => (room.bytes < least.bytes ? room : least));
}

async function machineRoom(root: string): Promise<AvailableMemory> {
  const text = (await readText(join(root, "proc/meminfo"))) ?? "";
  const line = /^MemAvailable:\s+(\d+) kB$/m.exec(text);
  return line
    ? { bytes: Number(line[1]) * 1024, source: "MemAvailable" }
    : { bytes: freemem(), source: "the machine's free memory" };
}

/** A version of control groups: its files, and the name that memory.stat has for pages given back without being written. */
const VERSIONS = [
  {
    mount: "sys/fs/cgroup",
    line: /^0::(\/.*)$/m,
    limits: ["memory.max", "memory.high"],
    used: "memory.current",
    reclaimable: /^inactive_file (\d+)$/m,
  },
  {
    mount: "sys/fs/cgroup/memory",
    line: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m,
    limits: ["memory.limit_in_bytes"],
    used: "memory.usage_in_bytes",
    reclaimable: /^total_inactive_file (\d+)$/m,
  },
];

async function groupRooms(root: string): Promise<AvailableMemory[]> {
  const groups = (await readText(join(root, "proc/self/cgroup"))) ?? "";
  const rooms: AvailableMemory[] = [];
  for (const version of VERSIONS) {
    const path = version.line.exec(groups)?.[1];
    if (path === undefined) continue;
    // In a container the path may be the host's, of which nothing is mounted: then only the mount itself is there.
    for (let at = path; ; at = dirname(at)) {
      rooms.push(...(await roomsOf(join(root, version.mount, at), version)));
      if (at === "/") break;
    }
  }
  return rooms;
}

/** As the kubelet counts: file pages that nobody uses now do not count as used. */
async function roomsOf(folder: string, version: (typeof VERSIONS)[number]): Promise<AvailableMemory[]> {
  const used = Number.parseInt((await readText(join(folder, version.used))) ?? "", 10);
  if (Number.isNaN(used)) return [];
  const reclaimable = Number(version.reclaimable.exec((await readText(join(folder, "memory.stat"))) ?? "")?.[1] ?? 0);
  const rooms: AvailableMemory[] = [];
  for (const name of version.limits) {
    // "max" is no number: no limit.
    const limit = Number.parseInt((await readText(join(folder, name))) ?? "", 10);
    if (Number.isNaN(limit)) continue;
    rooms.push({ bytes: Math.max(0, limit - Math.max(0, used - reclaimable)), source: join(folder, name) });
  }
  return rooms;
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return null;
  }
}
