import { describeRunFolder } from "../train/index.js";
import { readEventLines } from "./run-files.js";
import type { EventPage } from "./types.js";

/** The events of a run's metrics.jsonl from number `after` on; empty where it has none yet. */
export async function readRunEvents(path: string, { after = 0 }: { after?: number } = {}): Promise<EventPage> {
  const lines = await readEventLines(describeRunFolder(path).metricsFile);
  // A resumed run took away what came after its checkpoint: what the reader has seen no longer all stands there.
  const restarted = after > lines.length;
  const events = lines.slice(restarted ? 0 : after).map(({ event }) => event);
  return { events, next: lines.length, restarted };
}
