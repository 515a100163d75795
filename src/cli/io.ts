import type { Readable, Writable } from "node:stream";

/** What a verb reads and writes; main.ts gives the process's own, tests give others. */
export interface CliIo {
  /** The command line, without node and the program: what an interrupted run names as the way to go on. */
  words: readonly string[];
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
}

/** A verb's two voices: results on stdout, everything else on stderr. With --json stdout carries JSON alone. */
export interface Printer {
  readonly json: boolean;
  /** Choices made, progress, warnings. */
  note(line: string): void;
  /** Result for people; silent with --json. */
  text(lines: string): void;
  /** Result for machines, one line of JSON; silent without --json. */
  record(value: unknown): void;
}

export function createPrinter(io: CliIo, json: boolean): Printer {
  return {
    json,
    note: (line) => void io.stderr.write(`${line}\n`),
    text: (lines) => void (json || io.stdout.write(`${lines}\n`)),
    record: (value) => void (json && io.stdout.write(`${JSON.stringify(value)}\n`)),
  };
}
