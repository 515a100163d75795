import { stat } from "node:fs/promises";
import type { CommandModule } from "yargs";
import { SqltuneError } from "../errors.js";
import { LINT_CHECKS, type LintCheck, type LintProgress, type LintReport, lint, lintText } from "../lint/index.js";
import { configFlags, configFromFlags } from "./config-flags.js";
import { type CliIo, createPrinter } from "./io.js";
import { count, flag } from "./options.js";
import { createProgress } from "./progress.js";
import { usageError } from "./usage-error.js";

interface LintFlags {
  config?: string;
  set?: string[];
  against?: string[];
  ignore?: string[];
  strict?: boolean;
  max?: number;
  json?: boolean;
}

export function lintVerb(io: CliIo): CommandModule<unknown, LintFlags> {
  return {
    command: "lint",
    describe: "look for faults in the data: gold that does not run, leaks between splits, duplicates",
    builder: (y) =>
      y
        .options({
          ...configFlags,
          against: {
            type: "string",
            array: true,
            requiresArg: true,
            describe: "a file whose rows should not be in the data, as a test set (may be repeated)",
          },
          ignore: {
            type: "string",
            array: true,
            requiresArg: true,
            describe: "a check to leave out, by its name (may be repeated)",
          },
          strict: flag("end with exit code 1 where an error or a warning is found"),
          max: count("rows shown of each finding; default 5", "max", 0),
        })
        .example("$0 lint --config configs/spider.yaml", "the config's data")
        .example("$0 lint --config my.yaml --against dev.json", "does my data hold rows of that test set?")
        .example("$0 lint --config my.yaml --strict --ignore hidden-value", "in a script: fail on a fault") as never,
    handler: (flags) => runLint(flags, io),
  };
}

async function runLint(flags: LintFlags, io: CliIo): Promise<void> {
  const print = createPrinter(io, flags.json === true);
  const ignore = checkNames(flags.ignore ?? []);
  for (const file of flags.against ?? []) {
    if (!(await stat(file).catch(() => null))?.isFile()) throw usageError(`--against ${file}: there is no such file.`);
  }
  const config = await configFromFlags(flags, [], print);
  const progress = createProgress(io.stderr);
  const onProgress = ({ phase, done, total }: LintProgress) => progress.update(phase, done, total, `${done}/${total}`);
  try {
    const report = await lint(config, { against: flags.against, ignore, signal: io.signal, onProgress });
    progress.close();
    print.text(lintText(report, { shown: flags.max, width: io.stderr.columns }));
    print.record(report);
    if (flags.strict) failOnFaults(report);
  } finally {
    progress.close();
  }
}

function checkNames(names: readonly string[]): LintCheck[] {
  const strange = names.filter((name) => !(LINT_CHECKS as readonly string[]).includes(name));
  if (strange.length > 0) {
    throw usageError(`--ignore ${strange.join(" ")}: no such check. The checks are ${LINT_CHECKS.join(", ")}.`);
  }
  return names as LintCheck[];
}

function failOnFaults({ summary: { errors, warnings } }: LintReport): void {
  if (errors + warnings === 0) return;
  const found = `${errors} ${errors === 1 ? "error" : "errors"} and ${warnings} ${warnings === 1 ? "warning" : "warnings"}`;
  throw new SqltuneError(`the data has ${found} (--strict).`, { code: "ERR_SQLTUNE_LINT", reported: true });
}
