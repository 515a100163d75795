import type { CommandModule } from "yargs";
import type { Config, Override } from "../config/index.js";
import { SqltuneError } from "../errors.js";
import type { RunEvent } from "../observe/events.js";
import { createTerminalReporter } from "../observe/terminal-reporter.js";
import { dryRun, type TrainReport, train } from "../train/index.js";
import { percent } from "./align.js";
import { configFlags, configFromFlags, shortFlag } from "./config-flags.js";
import { type CliIo, createPrinter, type Printer } from "./io.js";
import { flag, text } from "./options.js";
import { resumeCommand } from "./resume-command.js";
import { trainDetached } from "./train-detached.js";

export interface TrainFlags {
  config?: string;
  set?: string[];
  csv?: string;
  maxTrainSamples?: string;
  epochs?: string;
  lr?: string;
  batchSize?: string;
  threads?: string;
  strict?: boolean;
  resume?: string;
  force?: boolean;
  overwrite?: boolean;
  dryRun?: boolean;
  detach?: boolean;
  json?: boolean;
}

export function trainVerb(io: CliIo): CommandModule<unknown, TrainFlags> {
  return {
    command: "train",
    describe: "fine-tune a model with LoRA",
    builder: (y) =>
      y
        .options({
          ...configFlags,
          csv: text("train on this CSV (text_query,sql_command): data.csv, and data.dataset_name: spider-csv"),
          "max-train-samples": text("use the first N rows: data.max_train_samples"),
          epochs: text("passes over the rows: training.num_epochs"),
          lr: text("learning rate: training.learning_rate"),
          "batch-size": text("rows of a pass: training.per_device_train_batch_size"),
          threads: text("CPU threads: training.threads"),
          strict: flag("stop at a gold query that does not run: data.strict"),
          resume: { type: "string", describe: "go on from the run folder's last checkpoint, or from checkpoint DIR" },
          force: flag("with --resume: go on although data, base or settings changed"),
          overwrite: flag("remove the earlier run in the run folder"),
          "dry-run": flag("show config, data, prompts, steps and memory; train nothing"),
          detach: flag("train in the background, in a process that outlives this terminal; see sqltune runs"),
        })
        .conflicts("resume", "overwrite")
        .conflicts("detach", "dry-run")
        .example("$0 train --config configs/spider.yaml", "train as a config says")
        .example("$0 train --csv questions.csv --epochs 1", "train on your own CSV")
        .example("$0 train --config my.yaml --set lora.r=8 --dry-run", "see what would happen")
        .example("$0 train --config my.yaml --detach", "train in the background; runs watch follows it")
        .example("$0 train --config my.yaml --resume", "go on after Ctrl-C") as never,
    handler: (flags) => runTrain(flags, io),
  };
}

async function runTrain(flags: TrainFlags, io: CliIo): Promise<void> {
  const print = createPrinter(io, flags.json === true);
  const config = await configFromFlags(flags, overrides(flags), print);
  if (flags.dryRun) {
    const plan = await dryRun(config, { signal: io.signal });
    print.text(plan.lines.join("\n"));
    print.record(plan);
    return;
  }
  if (flags.detach) return await trainDetached(config, flags, print, io);
  const report = await trainWithProgress(config, flags, print, io);
  print.record({ event: "report", ...report });
  print.text(summary(report));
}

async function trainWithProgress(config: Config, flags: TrainFlags, print: Printer, io: CliIo): Promise<TrainReport> {
  const reporter = createTerminalReporter(io.stderr);
  const onEvent = (event: RunEvent) => {
    if (event.event !== "progress") print.record(event);
    // What an interruption has to say is the error's message, which ends the command.
    if (!(event.event === "note" && io.signal.aborted)) reporter(event);
  };
  const { force, overwrite } = flags;
  // `--resume` alone is "", yargs's way of saying that it stands there without a value.
  const resume = flags.resume === "" ? true : flags.resume;
  try {
    return await train(config, { signal: io.signal, onEvent, resume, force, overwrite });
  } catch (error) {
    if (!(error instanceof SqltuneError) || error.details.exitCode !== 130) throw error;
    throw new SqltuneError(`${error.message}\n  ${resumeCommand(io.words)}`, error.details);
  } finally {
    reporter.close();
  }
}

function overrides(flags: TrainFlags): Override[] {
  const from = "--csv";
  return [
    ...(flags.csv === undefined
      ? []
      : [
          { key: "data.dataset_name", value: "spider-csv", from },
          { key: "data.csv", value: flags.csv, from },
        ]),
    ...shortFlag("--max-train-samples", flags.maxTrainSamples, "data.max_train_samples"),
    ...shortFlag("--epochs", flags.epochs, "training.num_epochs"),
    ...shortFlag("--lr", flags.lr, "training.learning_rate"),
    ...shortFlag("--batch-size", flags.batchSize, "training.per_device_train_batch_size"),
    ...shortFlag("--threads", flags.threads, "training.threads"),
    ...(flags.strict === undefined ? [] : [{ key: "data.strict", value: flags.strict, from: "--strict" }]),
  ];
}

function summary(report: TrainReport): string {
  const scores = report.best_eval ? bestScores(report.best_eval) : "";
  const proof = report.proof.passed
    ? "read back, it answers the same"
    : "read back, it answers DIFFERENTLY: see report.json";
  return [
    `Adapter:    ${report.final_model} (step ${report.final_step}${scores}; ${proof})`,
    `Trainable:  ${report.trainable_parameters.toLocaleString("en")} of ${report.parameters.toLocaleString("en")} parameters`,
    `Next:       sqltune eval --adapter ${report.final_model}`,
    `            sqltune infer --adapter ${report.final_model} --examples`,
  ].join("\n");
}

/** `, eval_loss 0.5058, ex 31.3 %`: what the kept checkpoint scored. */
function bestScores(best: NonNullable<TrainReport["best_eval"]>): string {
  const shares = (["em", "ex", "ts", "exact_match"] as const).flatMap((metric) => {
    const share = best[metric];
    return typeof share === "number" ? `, ${metric} ${percent(share)}` : [];
  });
  return `, eval_loss ${best.eval_loss.toFixed(4)}${shares.join("")}`;
}
