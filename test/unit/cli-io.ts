import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { runCli } from "../../src/cli/run-cli.js";

/** Runs one command line in this process; what it wrote and its exit code. */
export async function cli(words: string[], input = ""): Promise<{ code: number; out: string; err: string }> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(input);
  const written = Promise.all([text(stdout), text(stderr)]);
  const code = await runCli({ words, stdin, stdout, stderr, signal: new AbortController().signal });
  stdout.end();
  stderr.end();
  const [out, err] = await written;
  return { code, out, err };
}
