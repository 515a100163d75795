import { setTimeout as sleep } from "node:timers/promises";
import type { OnEvent } from "../events.js";
import type { RunOutcome, TimedEvent, Tracker } from "./tracker.js";

export interface TrackerOptions {
  /** Is told once, when the tracker first fails. */
  warn(message: string): void;
  /** How long the end of a run may wait for what is still to be written; default 15 s. */
  deadlineMs?: number;
  /** Between attempts of a tracker that retries; default 30 s. */
  retryMs?: number;
}

export interface OpenTracker {
  onEvent: OnEvent;
  /** Writes what is left and ends; never rejects, and takes no longer than the deadline. */
  close(outcome: RunOutcome): Promise<void>;
}

/** Events that wait for a tracker that cannot be reached; of more, the oldest are lost. */
const MOST_WAITING = 20_000;

/**
 * Runs a tracker beside the training: an event is put into a line and written later, so that no step waits for a disk or
 * a network. A failure is one warning; training goes on, whatever the tracker does.
 */
export function openTracker(tracker: Tracker, options: TrackerOptions): OpenTracker {
  const { warn, deadlineMs = 15_000, retryMs = 30_000 } = options;
  const hurry = new AbortController();
  const giveUp = new AbortController();
  const waiting: TimedEvent[] = [];
  let pump: Promise<void> | null = null;
  let over = false;
  let warned = false;

  const fail = (error: unknown): void => {
    if (warned) return;
    warned = true;
    try {
      warn(describeFailure(tracker, error));
    } catch {
      // Where even the run's own files cannot be written, the run meets that itself, at its next event.
    }
  };

  /** Until the line is empty; a tracker that retries waits between its attempts, unless the run has ended. */
  const work = async (): Promise<void> => {
    // After the caller has gone on: the first write must not make a training step wait.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0 && !over) {
      const batch = waiting.splice(0);
      try {
        await tracker.write(batch, giveUp.signal);
      } catch (error) {
        fail(error);
        if (!tracker.retries) over = true;
        else waiting.unshift(...batch.slice(Math.max(0, batch.length - (MOST_WAITING - waiting.length))));
        if (over || hurry.signal.aborted) return;
        await sleep(retryMs, undefined, { signal: hurry.signal, ref: false }).catch(() => {});
      }
    }
  };

  return {
    onEvent: (event) => {
      if (over || event.event === "progress") return;
      if (waiting.length >= MOST_WAITING) waiting.shift();
      waiting.push({ event, time: Date.now() });
      pump ??= work().finally(() => {
        pump = null;
      });
    },
    close: async (outcome) => {
      hurry.abort();
      const end = async () => {
        await pump;
        // Whoever waited between two attempts was woken and may have left the line as it was.
        if (waiting.length > 0 && !over) await work();
        if (!over && waiting.length === 0) await tracker.close(outcome, giveUp.signal);
      };
      const late = sleep(deadlineMs, "late" as const, { ref: false });
      const first = await Promise.race([end().catch(fail), late]);
      if (first === "late")
        fail(new Error(`it took longer than ${deadlineMs / 1000} s to take what the run had to say`));
      over = true;
      giveUp.abort();
    },
  };
}

function describeFailure({ name, retries }: Tracker, error: unknown): string {
  const { message, cause } = error as Error & { cause?: { message?: string } };
  const because = cause?.message && !message.includes(cause.message) ? ` (${cause.message})` : "";
  const next = retries ? "it is tried again from time to time" : "this tracker is told nothing more";
  return `${name}: ${message}${because}. Training goes on; ${next}. metrics.jsonl has everything.`;
}
