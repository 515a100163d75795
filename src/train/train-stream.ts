import type { ConfigInput } from "../config/index.js";
import type { RunEvent } from "../observe/events.js";
import type { TrainReport } from "./report.js";
import { train } from "./train.js";
import type { TrainOptions } from "./train-job.js";

/**
 * `train` as an async generator: yields the run's events and returns its report. Leaving the loop early stops the run
 * as Ctrl-C does: the last whole step is saved first.
 */
export async function* trainStream(
  config: ConfigInput,
  options: Omit<TrainOptions, "onEvent"> = {},
): AsyncGenerator<RunEvent, TrainReport> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const waiting: RunEvent[] = [];
  let wake: () => void = () => {};
  let running = true;
  const onEvent = (event: RunEvent): void => {
    waiting.push(event);
    wake();
  };
  const report = train(config, { ...options, signal, onEvent }).finally(() => {
    running = false;
    wake();
  });
  // Its failure is thrown by the `await` below; until then it must not count as unhandled.
  report.catch(() => {});
  try {
    while (running || waiting.length > 0) {
      const event = waiting.shift();
      if (event) yield event;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (!running || waiting.length > 0) resolve();
        });
      }
    }
    return await report;
  } finally {
    stop.abort();
    await report.catch(() => {});
  }
}
