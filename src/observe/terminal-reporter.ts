import { MultiBar } from "cli-progress";
import { describeEvent, formatDuration } from "./event-text.js";
import type { OnEvent, RunEvent } from "./events.js";

/** A terminal or a pipe; `isTTY` decides between the two. */
export type ReporterStream = NodeJS.WritableStream & { isTTY?: boolean };

/** Call it with events; close it when the run is over, which gives the terminal back. */
export type TerminalReporter = OnEvent & { close(): void };

/**
 * Shows a run on a terminal: a progress bar with loss, tokens/s and time left under the lines of what happened. On a
 * pipe or in a log it writes the lines alone.
 */
export function createTerminalReporter(stream: ReporterStream): TerminalReporter {
  return stream.isTTY ? createBarReporter(stream) : createLineReporter(stream);
}

function createLineReporter(stream: ReporterStream): TerminalReporter {
  const report = (event: RunEvent): void => {
    const line = describeEvent(event);
    if (line !== null) stream.write(`${line}\n`);
  };
  return Object.assign(report, { close: () => {} });
}

function createBarReporter(stream: ReporterStream): TerminalReporter {
  const bars = new MultiBar({
    stream,
    format: "{bar} {percentage}% | step {value}/{total} | loss {loss} | {rate} tokens/s | {left} left",
    barsize: 24,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    // Ctrl-C is the run's to handle: it saves a checkpoint first.
    gracefulExit: false,
  });
  const blank = { loss: "-", rate: "-", left: "-" };
  let bar: ReturnType<MultiBar["create"]> | null = null;
  const report = (event: RunEvent): void => {
    if (event.event === "start") bar ??= bars.create(event.steps, event.step, blank);
    if (event.event === "progress") {
      const { loss, tokens_per_s, seconds_left } = event;
      const rate = String(Math.round(tokens_per_s));
      bar?.update(event.step, { loss: loss.toFixed(4), rate, left: formatDuration(seconds_left) });
    }
    const line = describeEvent(event);
    if (line === null) return;
    // Lines go above a bar that is drawn; before there is one they are written as they are.
    if (bar) bars.log(`${line}\n`);
    else stream.write(`${line}\n`);
  };
  return Object.assign(report, {
    close: () => {
      if (!bar) return;
      // Draws what was said last, then gives cursor and line wrapping back.
      bars.update();
      bars.stop();
      bar = null;
    },
  });
}
