#!/usr/bin/env node
import { runCli } from "./run-cli.js";

const interrupt = new AbortController();

// The first Ctrl-C asks the verb to save and stop; the second finds no handler and ends the process at once.
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => {
    process.removeAllListeners("SIGINT").removeAllListeners("SIGTERM");
    process.stderr.write(
      "\nstopping: a run saves a checkpoint first, a server answers what it took on. Ctrl-C again stops at once.\n",
    );
    interrupt.abort();
  });
}

// `sqltune ... | head` closes the pipe when it has enough. A lost stderr must not end a training run.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
process.stderr.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const { stdin, stdout, stderr } = process;
const exitCode = await runCli({ words: process.argv.slice(2), stdin, stdout, stderr, signal: interrupt.signal });
// What was written to a pipe may still be on its way; process.exit would cut it off.
for (const stream of [stdout, stderr]) await new Promise<void>((done) => stream.write("", () => done()));
process.exit(exitCode);
