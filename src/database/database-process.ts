import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { SqltuneError } from "../errors.js";
import { type ChildMessage, type ForgetRequest, type LastWords, readLastWords, type TaskRequest } from "./protocol.js";

/** Why a process ended while it ran a task. `words`: what it said itself before it ended. */
export type ProcessEnd =
  | { by: "us" }
  | { by: "itself"; words: LastWords | null; code: number | null; signal: NodeJS.Signals | null };

export type Answer = Extract<ChildMessage, { rss: number }>;

/** Of the last words; more is not kept. */
const OUTPUT_KEPT = 1000;

/** The parent's hold on one child process: it runs one task at a time and can be killed at any moment. */
export class DatabaseProcess {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  readonly #exited: Promise<ProcessEnd>;
  #answer: ((answer: Answer) => void) | undefined;
  #output = "";
  #tasks = 0;
  #killed = false;
  #alive = true;

  constructor(memoryMb: number) {
    this.#child = startChild(memoryMb);
    this.#child.stdout!.setEncoding("latin1").on("data", (text: string) => {
      this.#output = (this.#output + text).slice(-OUTPUT_KEPT);
    });
    // A child that waits for work must not keep the program alive.
    this.#letGo();
    this.#exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        const words = readLastWords(this.#output);
        resolve(this.#killed ? { by: "us" } : { by: "itself", words, code, signal });
      };
      this.#child.once("exit", () => {
        this.#alive = false;
      });
      // After "exit", when all that it wrote has been read.
      this.#child.once("close", end);
      this.#child.once("error", () => {
        this.#alive = false;
        end(null, null);
      });
    });
    this.#ready = new Promise((resolve, reject) => {
      this.#child.on("message", (message: ChildMessage) => {
        if ("ready" in message) resolve();
        else if ("fatal" in message) reject(cannotLoad(message.fatal));
        else this.#answer?.(message);
      });
      this.#child.once("error", (error) => reject(cannotLoad(error.message)));
      this.#child.once("exit", (code, signal) => reject(cannotLoad(`it ended with ${signal ?? `code ${code}`}`)));
    });
    // Whoever waits for it sees the failure; nobody has to.
    this.#ready.catch(() => {});
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** False as soon as it is dead or about to be. */
  get usable(): boolean {
    return this.#alive && !this.#killed;
  }

  /** Tasks that it was given. */
  get tasks(): number {
    return this.#tasks;
  }

  /** Resolves when it can take a task. @throws SqltuneError when SQLite cannot be loaded in it. */
  async whenReady(): Promise<void> {
    this.#hold();
    try {
      await this.#ready;
    } finally {
      this.#letGo();
    }
  }

  /** The answer, or how the process ended without one. */
  async run(request: TaskRequest): Promise<{ answer: Answer } | { end: ProcessEnd }> {
    this.#hold();
    this.#tasks++;
    const answered = new Promise<Answer>((resolve) => {
      this.#answer = resolve;
    });
    try {
      // A send to a child that has just died fails here and its exit is reported by `#exited`.
      this.#child.send(request, () => {});
      return await Promise.race([answered.then((answer) => ({ answer })), this.#exited.then((end) => ({ end }))]);
    } finally {
      this.#answer = undefined;
      this.#letGo();
    }
  }

  /** Has it close a file, after the task that it runs. */
  forget(file: string): void {
    if (this.usable) this.#child.send({ forget: file } satisfies ForgetRequest, () => {});
  }

  /** SIGKILL: a thread inside SQLite cannot be asked. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#killed = true;
    this.#hold();
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  #hold(): void {
    this.#child.ref();
    this.#child.channel?.ref();
    (this.#child.stdout as Socket).ref();
  }

  #letGo(): void {
    this.#child.unref();
    this.#child.channel?.unref();
    (this.#child.stdout as Socket).unref();
  }
}

function startChild(memoryMb: number): ChildProcess {
  const fromSource = import.meta.url.endsWith(".ts");
  const entry = fileURLToPath(new URL(fromSource ? "./worker.ts" : "./worker.js", import.meta.url));
  return fork(entry, [String(memoryMb * 2 ** 20)], {
    execArgv: [
      // Garbage is collected well before it would look like a query's memory.
      `--max-old-space-size=${Math.ceil(memoryMb / 2)}`,
      // Run from the sources (tests), the child needs the same TypeScript loader that a user's pipeline gets.
      ...(fromSource ? ["--import", import.meta.resolve("jiti/register")] : []),
    ],
    // Nothing of the environment: tokens and keys have no business beside untrusted SQL.
    env: {},
    serialization: "advanced",
    stdio: ["ignore", "pipe", "ignore", "ipc"],
  });
}

function cannotLoad(reason: string): SqltuneError {
  return new SqltuneError(
    `SQLite could not be started in a child process: ${reason}\n` +
      "sqltune runs queries with better-sqlite3, whose binary comes from an install script that some npm versions skip.\n" +
      "Run `npm rebuild better-sqlite3` (or `npx sqltune setup`) and try again.",
    { code: "ERR_SQLTUNE_SQLITE" },
  );
}
