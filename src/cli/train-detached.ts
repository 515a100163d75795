import { relative } from "node:path";
import type { Config } from "../config/index.js";
import { startDetached } from "../runs/index.js";
import type { CliIo, Printer } from "./io.js";
import { shellWord } from "./resume-command.js";
import type { TrainFlags } from "./train.js";

/** Most mistakes of data and model show within this time; they are then shown here and not only in a log. */
const SETTLE_MS = 15_000;

/** `train --detach`: the same command in a process of its own, once config and run folder are known to be right. */
export async function trainDetached(config: Config, flags: TrainFlags, print: Printer, io: CliIo): Promise<void> {
  const { folder, pid, log, state } = await startDetached({
    words: wordsOfTraining(io.words),
    outputDir: config.project.output_dir,
    resume: flags.resume !== undefined,
    overwrite: flags.overwrite === true,
    settleMs: SETTLE_MS,
    signal: io.signal,
  });
  print.record({ folder, pid, log, state });
  const name = shellWord(relative(process.cwd(), folder) || ".");
  print.text(
    [
      `Run:        ${folder} (process ${pid}, ${state})`,
      `Watch:      npx sqltune runs watch ${name}`,
      `Stop:       npx sqltune runs stop ${name}   (saves a checkpoint)`,
      `Log:        ${log}`,
    ].join("\n"),
  );
}

/** What follows `train` on the command line, without what would detach again or silence the log. */
function wordsOfTraining(words: readonly string[]): string[] {
  const verb = words.indexOf("train");
  return words.filter((word, i) => i !== verb && !/^--(?:no-)?(?:detach|json)(?:=|$)/.test(word));
}
