import { SqltuneError } from "../errors.js";
import { formatDuration } from "../observe/event-text.js";
import { type RunSummary, stopRun } from "../runs/index.js";
import { standingText } from "./run-text.js";
import type { RunsCall } from "./runs.js";

/** `runs stop` and `runs cancel`: asks, waits, and says what is left. Nothing to end is no mistake. */
export async function endRun(run: RunSummary, how: "stop" | "cancel", { print, io }: RunsCall): Promise<void> {
  const alive = run.state === "running" || run.state === "stalled";
  if (alive && how === "stop") print.note(`process ${run.pid} saves a checkpoint of its last whole step and ends`);
  const result = await stopRun(run.folder, how, { signal: io.signal });
  print.record(result);
  if (!result.asked) {
    print.text(`${run.folder} does not run: ${standingText(result.run)}.`);
    return;
  }
  if (!result.ended) {
    const message = `It was asked to end and has not yet, after ${formatDuration(result.seconds)}. See sqltune runs status.`;
    throw new SqltuneError(message, { code: "ERR_SQLTUNE_NOT_ENDED", exitCode: 1, reported: print.json });
  }
  const left = result.checkpoint ?? "no checkpoint";
  const resume = result.checkpoint === null ? "" : "; train with --resume goes on from it";
  print.text(`${result.run.folder} is ${result.run.state} at step ${result.run.step}. Left: ${left}${resume}.`);
}
