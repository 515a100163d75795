import type { CommandModule } from "yargs";
import { createTerminalReporter } from "../observe/terminal-reporter.js";
import { plan } from "../train/index.js";
import { configFlags, configFromFlags } from "./config-flags.js";
import { type CliIo, createPrinter } from "./io.js";

interface PlanFlags {
  config?: string;
  set?: string[];
  json?: boolean;
}

export function planVerb(io: CliIo): CommandModule<unknown, PlanFlags> {
  return {
    command: "plan",
    describe: "measure a run's memory, speed and time, and the best size of its micro-batches",
    builder: (y) =>
      y
        .options(configFlags)
        .example("$0 plan --config configs/spider.yaml", "before a long run: does it fit, how long will it take")
        .example(
          "$0 plan --config my.yaml --set training.gradient_checkpointing=selective --json",
          "the same with less memory, for a script",
        ) as never,
    handler: (flags) => runPlan(flags, io),
  };
}

async function runPlan(flags: PlanFlags, io: CliIo): Promise<void> {
  const print = createPrinter(io, flags.json === true);
  const config = await configFromFlags(flags, [], print);
  const reporter = createTerminalReporter(io.stderr);
  const report = await plan(config, { signal: io.signal, onEvent: reporter }).finally(() => reporter.close());
  print.text(report.lines.join("\n"));
  print.record(report);
}
