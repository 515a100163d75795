import { formatBytes } from "../hub/index.js";
import type { DownloadProgress } from "../hub/types.js";
import type { OnEvent } from "../observe/events.js";

/** Tells a download as notes: its size first, then every tenth of it. */
export function createDownloadNotes(name: string, emit: OnEvent): (progress: DownloadProgress) => void {
  let tenths: number | null = null;
  return ({ received, total }) => {
    const now = total > 0 ? Math.floor((10 * received) / total) : 0;
    if (tenths !== null && now <= tenths) return;
    const size = formatBytes(total);
    const message = tenths === null ? `downloading ${name}: ${size}` : `downloading ${name}: ${10 * now} % of ${size}`;
    tenths = now;
    emit({ event: "note", message });
  };
}
