import type { CommandModule } from "yargs";
import { formatDuration } from "../observe/event-text.js";
import { findRun, listRuns, type RunSummary, readRun } from "../runs/index.js";
import { align } from "./align.js";
import { type CliIo, createPrinter, type Printer } from "./io.js";
import { flag, text } from "./options.js";
import { describeRun } from "./run-text.js";
import { endRun } from "./runs-stop.js";
import { watch } from "./runs-watch.js";

export interface RunsFlags {
  action: "list" | "status" | "watch" | "stop" | "cancel";
  run?: string;
  runs: string;
  fromStart?: boolean;
  json?: boolean;
}

/** What a subcommand of `runs` is given. */
export interface RunsCall {
  flags: RunsFlags;
  print: Printer;
  io: CliIo;
}

export function runsVerb(io: CliIo): CommandModule<unknown, RunsFlags> {
  return {
    command: "runs <action> [run]",
    describe: "see, follow and end training runs",
    builder: (y) =>
      y
        .positional("action", {
          choices: ["list", "status", "watch", "stop", "cancel"] as const,
          describe: "stop saves a checkpoint first; cancel ends the run at once, without one",
        })
        .positional("run", {
          type: "string",
          describe: "run folder, or its name in --runs; without it the one that runs, else the last started",
        })
        .options({
          runs: text("folder that holds the run folders", { default: "outputs" }),
          "from-start": flag("watch: tell what the run said before, too"),
        })
        .example("$0 runs list", "every run in outputs/, and how it stands")
        .example("$0 runs watch", "follow the run that runs; its result is the exit code")
        .example("$0 runs stop outputs/spider", "as Ctrl-C in its terminal: a checkpoint, then the end") as never,
    handler: (flags) => runs({ flags, print: createPrinter(io, flags.json === true), io }),
  };
}

async function runs(call: RunsCall): Promise<void> {
  const { flags, print } = call;
  if (flags.action === "list") return await list(flags, print);
  const run = await findRun(flags.run, flags.runs);
  if (flags.action === "watch") return await watch(run, call);
  if (flags.action !== "status") return await endRun(run, flags.action, call);
  const details = await readRun(run.folder, flags.runs);
  print.record(details);
  print.text(describeRun(details));
}

async function list(flags: RunsFlags, print: Printer): Promise<void> {
  const found = await listRuns(flags.runs);
  print.record({ runs: found });
  if (found.length === 0) print.note(`no run in ${flags.runs}: --runs DIR looks elsewhere`);
  else print.text(align([["run", "state", "step", "loss", "best", "started"], ...found.map(listed)]));
}

function listed({ id, state, step, steps, loss, best, started }: RunSummary): string[] {
  return [
    id,
    state,
    `${step}/${steps ?? "?"}`,
    loss === null ? "-" : loss.toFixed(4),
    best === null ? "-" : `${best.metric} ${best.value.toFixed(4)}`,
    `${formatDuration((Date.now() - Date.parse(started)) / 1000)} ago`,
  ];
}
