import { appendFileSync, closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { writeFileAtomic } from "./atomic-file.js";
import type { OnEvent, RunEvent } from "./events.js";

/** A sink of events that holds a file or a terminal until it is closed. */
export interface EventSink {
  onEvent: OnEvent;
  close(): void;
}

/**
 * metrics.jsonl: one event a line, all but "progress" (which is for people who watch). A line is written at once, so
 * that a killed run has lost none.
 */
export function openMetricsFile(path: string): EventSink {
  const file = openSync(path, "a");
  let open = true;
  return {
    onEvent: (event) => {
      if (event.event !== "progress" && open) appendFileSync(file, `${JSON.stringify(event)}\n`);
    },
    close: () => {
      if (open) closeSync(file);
      open = false;
    },
  };
}

/**
 * Removes what a killed run wrote after its last checkpoint: those steps are done again and say the same. A last line
 * that was cut off goes too.
 */
export async function rewindMetricsFile(path: string, step: number): Promise<void> {
  if (!existsSync(path)) return;
  const kept = readMetrics(path).filter((event) => !("step" in event) || event.step <= step);
  await writeFileAtomic(path, kept.map((event) => `${JSON.stringify(event)}\n`).join(""));
}

/** The events of a metrics.jsonl; lines that are not whole are left out. */
export function readMetrics(path: string): RunEvent[] {
  return readFileSync(path, "utf8").split("\n").flatMap(parseLine);
}

function parseLine(line: string): RunEvent[] {
  try {
    return line === "" ? [] : [JSON.parse(line) as RunEvent];
  } catch {
    return [];
  }
}
