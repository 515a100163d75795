import { SqltuneError } from "../errors.js";
import { describeError } from "./describe-error.js";
import { type CliIo, createPrinter } from "./io.js";
import { normalizeFlags } from "./normalize-flags.js";
import { createProgram } from "./program.js";
import { usageError } from "./usage-error.js";

/** Runs one command line; the exit code is the answer, and nothing is thrown. */
export async function runCli(io: CliIo): Promise<number> {
  const argv = normalizeFlags(io.words);
  try {
    const program = createProgram(argv, io);
    if (argv.length === 0) {
      io.stderr.write(`${await program.getHelp()}\n`);
      throw usageError("a command is missing.");
    }
    // With a callback yargs hands over help and version instead of writing them itself.
    await program.parseAsync([...argv], {}, (_error, _args, output) => void (output && io.stdout.write(`${output}\n`)));
    return 0;
  } catch (error) {
    const debug = process.env.SQLTUNE_DEBUG === "1";
    const { message, exitCode, code } = describeError(error, { interrupted: io.signal.aborted, debug });
    const print = createPrinter(io, argv.includes("--json"));
    print.note(`${exitCode === 130 ? "" : "error: "}${message}`);
    if (error instanceof SqltuneError && error.details.reported) return exitCode;
    print.record({ error: { message, code, exit_code: exitCode } });
    return exitCode;
  }
}
