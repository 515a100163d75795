import yargs, { type Argv, type CommandModule } from "yargs";
import { sqltuneVersion } from "../adapter/index.js";
import type { CliIo } from "./io.js";
import { flag } from "./options.js";
import { explainUsage } from "./usage-error.js";
import { createVerbs, verbNames } from "./verbs.js";

/** The command line as yargs knows it. Mistakes are thrown as SqltuneErrors; yargs never ends the process. */
export function createProgram(argv: readonly string[], io: CliIo): Argv {
  const verbs: CommandModule[] = createVerbs(io);
  let program = yargs([...argv])
    .scriptName("sqltune")
    .usage("$0 COMMAND\n\nFine-tune a language model on your database's questions, score it, and ask it.")
    .locale("en")
    .parserConfiguration({ "dot-notation": false, "parse-positional-numbers": false });
  for (const verb of verbs) program = program.command(verb);
  program = program
    .option("json", flag("one JSON object, or JSON lines, on stdout; everything else on stderr"))
    .example("$0 quickstart", "train a small model on the sample databases and score it")
    .example("$0 train --config configs/spider.yaml", "train as a config says")
    .example('$0 infer --db shop.sqlite --question "How many orders are open?"', "ask the newest adapter")
    .demandCommand(1, "a command is missing")
    .strict()
    .version(sqltuneVersion)
    .alias("help", "h")
    // yargs breaks lines in mid-word; the terminal does it no worse, and pipes keep whole lines.
    .wrap(null)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      // A verb's own failure comes without a message of yargs.
      if (!message) throw error;
      const verb = verbNames(verbs).find((name) => name === argv.find((word) => !word.startsWith("-"))) ?? null;
      throw explainUsage(message, argv, { verbs: verbNames(verbs), verb, flags: flagsOf(program) });
    });
  return program;
}

/** Names and aliases of all flags that the verb in use takes; yargs's typings leave getOptions out. */
function flagsOf(program: Argv): string[] {
  const { key } = (program as Argv & { getOptions(): { key: Record<string, unknown> } }).getOptions();
  return Object.keys(key).filter((name) => /^[a-z][a-z-]+$/.test(name));
}
