import { readFileSync, writeFileSync } from "node:fs";

/** Resident memory of this process in bytes; where the system does not tell (not Linux), the peak so far. */
export function residentBytes(): number {
  return status("VmRSS") ?? process.memoryUsage.rss();
}

/** Forgets the peak so far, where the system can (Linux, proc(5), clear_refs). */
export function startPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // The peak is then that of the whole process: more, never less.
  }
}

/** Highest resident memory since startPeak, or of the whole process. */
export function peakBytes(): number {
  return status("VmHWM") ?? process.resourceUsage().maxRSS * 1024;
}

function status(key: string): number | null {
  try {
    const found = new RegExp(`^${key}:\\s*(\\d+) kB`, "m").exec(readFileSync("/proc/self/status", "utf8"));
    return found ? Number(found[1]) * 1024 : null;
  } catch {
    return null;
  }
}
