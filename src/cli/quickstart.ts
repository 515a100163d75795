import { relative } from "node:path";
import type { CommandModule } from "yargs";
import { quickstartConfig } from "../config/index.js";
import { SqltuneError } from "../errors.js";
import type { RunEvent } from "../observe/events.js";
import { createTerminalReporter } from "../observe/terminal-reporter.js";
import { type QuickstartSummary, quickstart } from "../quickstart.js";
import { percent } from "./align.js";
import { configFlags, configFromFlags } from "./config-flags.js";
import { describeError } from "./describe-error.js";
import { showProgress } from "./eval-progress.js";
import { type CliIo, createPrinter } from "./io.js";
import { count, flag } from "./options.js";
import { createProgress, downloadProgress } from "./progress.js";
import { resultTable } from "./result-table.js";
import { sameCommand } from "./resume-command.js";
import { scoreTable } from "./score-table.js";

interface QuickstartFlags {
  config?: string;
  set?: string[];
  maxSamples?: number;
  overwrite?: boolean;
  json?: boolean;
}

export function quickstartVerb(io: CliIo): CommandModule<unknown, QuickstartFlags> {
  return {
    command: "quickstart",
    describe: "train a small model on the sample databases, score it before and after, ask it",
    builder: (y) =>
      y
        .options({
          config: { ...configFlags.config, describe: "another YAML config than the quickstart's" },
          set: configFlags.set,
          "max-samples": count("score only N test questions, spread over the set", "max-samples"),
          overwrite: flag("remove an earlier quickstart instead of going on with it"),
        })
        .example("$0 quickstart", "minutes on a CPU; stopped with Ctrl-C it goes on where it was")
        .example("$0 quickstart --overwrite --set training.num_epochs=3", "again, and longer") as never,
    handler: (flags) => runQuickstart(flags, io),
  };
}

async function runQuickstart(flags: QuickstartFlags, io: CliIo): Promise<void> {
  const print = createPrinter(io, flags.json === true);
  const config = await configFromFlags({ ...flags, config: flags.config ?? quickstartConfig }, [], print);
  const progress = createProgress(io.stderr);
  const reporter = createTerminalReporter(io.stderr);
  const onEvent = (event: RunEvent) => {
    if (event.event === "end") reporter.close();
    if (!(event.event === "note" && io.signal.aborted)) reporter(event);
  };
  try {
    const summary = await quickstart({
      config,
      maxSamples: flags.maxSamples,
      overwrite: flags.overwrite,
      signal: io.signal,
      onEvent,
      onEvaluate: (model, event) => showProgress(progress, event, `the ${model} model`),
      onDownload: downloadProgress(progress),
    });
    print.text(describeSummary(summary));
    print.record(summary);
  } catch (error) {
    throw inQuickstartWords(error, config.project.output_dir, io);
  } finally {
    progress.close();
    reporter.close();
  }
}

/** Training speaks of --resume, which a quickstart needs not: the same command goes on. */
function inQuickstartWords(error: unknown, folder: string, io: CliIo): unknown {
  if (describeError(error, { interrupted: io.signal.aborted }).exitCode === 130) {
    const text = `interrupted; what is done is kept. Go on with the same command:\n  ${sameCommand(io.words)}`;
    return new SqltuneError(text, { code: "ERR_SQLTUNE_INTERRUPTED", exitCode: 130, cause: error });
  }
  if (error instanceof SqltuneError && error.details.code === "ERR_SQLTUNE_USED_FOLDER") {
    const text = `${folder} holds a run with other settings. Add --overwrite to remove it, or --set project.output_dir=DIR to write elsewhere.`;
    return new SqltuneError(text, error.details);
  }
  return error;
}

function describeSummary({
  base,
  tuned,
  questions,
  seconds,
  example,
  output_dir,
  final_model,
}: QuickstartSummary): string {
  const gain =
    base.ex === null || tuned.ex === null ? "" : `, ${percent(base.ex)} before and ${percent(tuned.ex)} after`;
  const names = Object.keys(tuned.by_database);
  const database = example.database === null ? null : relative(process.cwd(), example.database);
  return [
    "",
    `${questions} questions about databases that training never saw (${names.join(", ")})${gain}:`,
    "",
    scoreTable({ base, tuned }, ["ex", "em", "string"]),
    "",
    `One of them${example.db_id === null ? "" : `, about ${example.db_id}`}: ${example.question}`,
    "",
    `  ${example.sql}`,
    "",
    indent(resultTable(example.columns, example.rows)),
    "",
    `Written to ${output_dir} in ${Math.round(seconds)} s: final_model (the adapter), summary.json, report.json, eval/`,
    "",
    "Try next:",
    ...(database === null ? [] : [`  npx sqltune infer --adapter ${final_model} --db ${database} --interactive`]),
    `  npx sqltune infer --adapter ${final_model} --examples`,
    "  npx sqltune train --config configs/spider.yaml --dry-run",
  ].join("\n");
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
