import { SqltuneError } from "../errors.js";
import { createTerminalReporter } from "../observe/terminal-reporter.js";
import { findRun, type RunSummary, readRunEvents, watchRun } from "../runs/index.js";
import { standingText } from "./run-text.js";
import type { RunsCall } from "./runs.js";

/** Exit codes of runs that are watched to another end than "done". */
const EXIT_CODES: Partial<Record<RunSummary["state"], 130>> = { interrupted: 130 };

/** Tells what a run says until it ends; its end is this command's: 0 done, 130 interrupted, 1 failed or dead. */
export async function watch(run: RunSummary, { flags, print, io }: RunsCall): Promise<void> {
  const { next } = await readRunEvents(run.folder);
  const after = flags.fromStart ? 0 : next;
  print.note(`watching ${run.folder}: ${standingText(run)}, step ${run.step} of ${run.steps ?? "?"}`);
  const reporter = createTerminalReporter(io.stdout);
  try {
    for await (const event of watchRun(run.folder, { signal: io.signal, after })) {
      if (print.json) {
        if (event.event !== "progress") print.record(event);
      } else reporter(event);
    }
  } finally {
    reporter.close();
  }
  if (io.signal.aborted) {
    throw new SqltuneError("The watching has ended; the run goes on.", { exitCode: 130 });
  }
  const end = await findRun(run.folder, flags.runs);
  if (end.state !== "done") {
    throw new SqltuneError(`The run is ${standingText(end)}`, {
      code: "ERR_SQLTUNE_RUN_ENDED",
      exitCode: EXIT_CODES[end.state] ?? 1,
    });
  }
  print.note(`${end.folder} is done at step ${end.step}`);
}
