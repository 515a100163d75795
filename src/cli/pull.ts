import type { CommandModule } from "yargs";
import { pull } from "../hub/index.js";
import { type CliIo, createPrinter } from "./io.js";
import { text } from "./options.js";
import { createProgress, downloadProgress } from "./progress.js";

interface PullFlags {
  names: string[];
  revision?: string;
  json?: boolean;
}

export function pullVerb(io: CliIo): CommandModule<unknown, PullFlags> {
  return {
    command: "pull <names..>",
    describe: "download models and data sets",
    builder: (y) =>
      y
        .positional("names", {
          type: "string",
          array: true,
          describe: "smollm2-135m, a hub id, spider, wikisql, sql-create-context or datasets/ORG/NAME",
        })
        .option("revision", text("branch, tag or commit on the Hub; default main"))
        .example("$0 pull smollm2-135m", "the quickstart's model")
        .example("$0 pull TinyLlama/TinyLlama-1.1B-Chat-v1.0", "a model of the Hub")
        .example("$0 pull spider", "what the Hub has of Spider; says where the databases come from") as never,
    handler: (flags) => runPull(flags, io),
  };
}

async function runPull(flags: PullFlags, io: CliIo): Promise<void> {
  const print = createPrinter(io, flags.json === true);
  for (const name of flags.names) {
    const progress = createProgress(io.stderr);
    try {
      const onProgress = downloadProgress(progress);
      const pulled = await pull(name, { revision: flags.revision, signal: io.signal, onProgress, onLine: print.note });
      print.text(`${pulled.name}: ${pulled.folder} (${pulled.origin}${pulled.revision ? `, ${pulled.revision}` : ""})`);
      print.record(pulled);
    } finally {
      progress.close();
    }
  }
}
