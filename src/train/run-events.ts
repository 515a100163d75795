import type { OnEvent, RunEvent } from "../observe/events.js";
import { openLogFile } from "../observe/log-file.js";
import { type EventSink, openMetricsFile } from "../observe/metrics-file.js";
import { type OpenTracker, openTracker } from "../observe/trackers/open-tracker.js";
import type { RunOutcome, Tracker } from "../observe/trackers/tracker.js";
import type { RunFolder } from "./run-folder.js";

/** One event to many: the caller's listener at once, the run's files and trackers as soon as they are open. */
export interface RunEvents {
  emit: OnEvent;
  /** Opens metrics.jsonl, the log and the trackers, and writes what was said before. */
  openFiles(folder: Pick<RunFolder, "metricsFile" | "logFile">, trackers?: readonly Tracker[]): void;
  /** Gives the trackers a while to write what they have, then closes the files. */
  close(outcome: RunOutcome): Promise<void>;
}

/** Before a run is set up its folder may still hold another's files, so events wait. */
export function createRunEvents(listener?: OnEvent): RunEvents {
  const waiting: RunEvent[] = [];
  let sinks: EventSink[] | null = null;
  let open: OpenTracker[] = [];
  const emit = (event: RunEvent): void => {
    if (sinks) for (const sink of [...sinks, ...open]) sink.onEvent(event);
    else waiting.push(event);
    listener?.(event);
  };
  return {
    emit,
    openFiles: (folder, trackers = []) => {
      sinks = [openMetricsFile(folder.metricsFile), openLogFile(folder.logFile)];
      const warn = (message: string) => emit({ event: "warning", message });
      open = trackers.map((tracker) => openTracker(tracker, { warn }));
      for (const event of waiting.splice(0)) for (const sink of [...sinks, ...open]) sink.onEvent(event);
      for (const { note } of trackers) emit({ event: "note", message: note });
    },
    close: async (outcome) => {
      await Promise.all(open.map((tracker) => tracker.close(outcome)));
      for (const sink of sinks ?? []) sink.close();
    },
  };
}
