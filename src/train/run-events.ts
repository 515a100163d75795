import type { OnEvent, RunEvent } from "../observe/events.js";
import { openLogFile } from "../observe/log-file.js";
import { type EventSink, openMetricsFile } from "../observe/metrics-file.js";
import type { RunFolder } from "./run-folder.js";

/** One event to many: the caller's listener at once, the run's files as soon as they are open. */
export interface RunEvents {
  emit: OnEvent;
  /** Opens metrics.jsonl and the log, and writes what was said before. */
  openFiles(folder: Pick<RunFolder, "metricsFile" | "logFile">): void;
  close(): void;
}

/** Before a run is set up its folder may still hold another's files, so events wait. */
export function createRunEvents(listener?: OnEvent): RunEvents {
  const waiting: RunEvent[] = [];
  let sinks: EventSink[] | null = null;
  return {
    emit: (event) => {
      if (sinks) for (const sink of sinks) sink.onEvent(event);
      else waiting.push(event);
      listener?.(event);
    },
    openFiles: (folder) => {
      sinks = [openMetricsFile(folder.metricsFile), openLogFile(folder.logFile)];
      for (const event of waiting.splice(0)) for (const sink of sinks) sink.onEvent(event);
    },
    close: () => {
      for (const sink of sinks ?? []) sink.close();
    },
  };
}
