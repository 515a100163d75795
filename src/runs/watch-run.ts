import { setTimeout as sleep } from "node:timers/promises";
import type { RunEvent } from "../observe/events.js";
import { describeRunFolder } from "../train/index.js";
import { type FollowedFile, followFile } from "./follow-file.js";
import { parseEventLine, readStatus } from "./run-files.js";
import { hasEnded, standingOf } from "./run-standing.js";
import type { WatchOptions } from "./types.js";

/**
 * The events of a run as they are written to its metrics.jsonl, until the run has ended or died and all of them are given.
 * A run that a resume takes back to a checkpoint gives the events from there on again. Between the lines of that file a
 * "progress" event tells the step that status.json stands at (its loss and rate are those of the last train event).
 * An aborted `signal` ends it without an error.
 */
export async function* watchRun(path: string, options: WatchOptions = {}): AsyncGenerator<RunEvent, void, void> {
  const { signal, after = 0, pollMs = 500 } = options;
  const folder = describeRunFolder(path);
  const file = followFile(folder.metricsFile);
  const seen: string[] = [];
  let known = false;
  let last = { step: -1, loss: Number.NaN, rate: 0 };
  try {
    while (!signal?.aborted) {
      // The state is read before the lines: what was written before the end is then among them.
      const status = await readStatus(folder);
      // A folder that was removed while it was watched has nothing more to say.
      if (status === null && known) return;
      known = status !== null;
      const ended = status !== null && (hasEnded(status) || (await standingOf(status)).state === "dead");
      for (const event of await newEvents(file, seen, after)) {
        if (event.event === "train") last = { step: event.step, loss: event.loss, rate: event.tokens_per_s };
        yield event;
      }
      if (ended) return;
      if (status?.steps && status.state === "training" && status.step !== last.step && Number.isFinite(last.loss)) {
        last.step = status.step;
        yield progress(status as { step: number; steps: number; started: string }, last);
      }
      await sleep(pollMs, undefined, { signal }).catch(() => {});
    }
  } finally {
    await file.close();
  }
}

/** What the file has and `seen` has not; the first `after` events are passed over. */
async function newEvents(file: FollowedFile, seen: string[], after: number): Promise<RunEvent[]> {
  const { replaced, lines } = await file.read();
  if (replaced) {
    // Up to where the old file and the new one agree, nothing is told twice.
    let same = 0;
    while (same < lines.length && lines[same] === seen[same]) same++;
    seen.length = same;
    lines.splice(0, same);
  }
  return lines.flatMap((line) => {
    seen.push(line);
    return seen.length > after ? parseEventLine(line).map(({ event }) => event) : [];
  });
}

function progress(
  { step, steps, started }: { step: number; steps: number; started: string },
  { loss, rate }: { loss: number; rate: number },
): RunEvent {
  const seconds = (Date.now() - Date.parse(started)) / 1000;
  return {
    event: "progress",
    step,
    steps,
    loss,
    tokens_per_s: rate,
    seconds_left: step > 0 ? (seconds / step) * (steps - step) : 0,
  };
}
