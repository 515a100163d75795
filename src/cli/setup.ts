import type { CommandModule } from "yargs";
import { setup } from "../native/build.js";
import { type CliIo, createPrinter } from "./io.js";
import { flag } from "./options.js";

interface SetupFlags {
  nativeOnly?: boolean;
  json?: boolean;
}

export function setupVerb(io: CliIo): CommandModule<unknown, SetupFlags> {
  return {
    command: "setup",
    describe: "find or install libtorch, build the native layer, check SQLite's binding",
    builder: (y) =>
      y
        .option("native-only", flag("leave SQLite's binding alone"))
        .example("$0 setup", "all of it; quick when it is done already")
        .example("SQLTUNE_TORCH_DIR=venv/lib/python3.12/site-packages/torch $0 setup", "with this libtorch") as never,
    handler: async ({ nativeOnly, json }) => {
      const print = createPrinter(io, json === true);
      const result = await setup({ onLine: print.note, nativeOnly, signal: io.signal });
      print.text(`set-up is complete (${result.seconds.toFixed(1)} s)`);
      print.record(result);
    },
  };
}
