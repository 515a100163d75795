import { statfsSync } from "node:fs";
import { dirname } from "node:path";

/** Free bytes of the disk that `folder` is on, or will be; null when the system does not say. */
export function freeBytes(folder: string): number | null {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = statfsSync(at);
      return bavail * bsize;
    } catch {
      if (at === dirname(at)) return null;
    }
  }
}
