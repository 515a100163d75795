import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { SqltuneError } from "../errors.js";
import type { ChildMessage, QueryRequest } from "./protocol.js";
import type { QueryResult } from "./types.js";

/** Why a process ended while it ran a query. */
export type ProcessEnd = { by: "us" } | { by: "itself"; code: number | null; signal: NodeJS.Signals | null };

/** The parent's hold on one child process: it runs one query at a time and can be killed at any moment. */
export class DatabaseProcess {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  readonly #exited: Promise<ProcessEnd>;
  #answer: ((result: QueryResult) => void) | undefined;
  #killed = false;
  #alive = true;

  constructor(memoryMb: number) {
    this.#child = startChild(memoryMb);
    // A child that waits for work must not keep the program alive.
    this.#child.unref();
    this.#child.channel?.unref();
    this.#exited = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.#alive = false;
        resolve(this.#killed ? { by: "us" } : { by: "itself", code, signal });
      };
      this.#child.once("exit", end);
      this.#child.once("error", () => end(null, null));
    });
    this.#ready = new Promise((resolve, reject) => {
      this.#child.on("message", (message: ChildMessage) => {
        if ("ready" in message) resolve();
        else if ("fatal" in message) reject(cannotLoad(message.fatal));
        else this.#answer?.(message.result);
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

  /** Resolves when it can take a query. @throws SqltuneError when SQLite cannot be loaded in it. */
  async whenReady(): Promise<void> {
    this.#hold();
    try {
      await this.#ready;
    } finally {
      this.#letGo();
    }
  }

  /** The answer, or how the process ended without one. */
  async run(request: QueryRequest): Promise<{ result: QueryResult } | { end: ProcessEnd }> {
    this.#hold();
    const answered = new Promise<QueryResult>((resolve) => {
      this.#answer = resolve;
    });
    try {
      // A send to a child that has just died fails here and its exit is reported by `#exited`.
      this.#child.send(request, () => {});
      return await Promise.race([answered.then((result) => ({ result })), this.#exited.then((end) => ({ end }))]);
    } finally {
      this.#answer = undefined;
      this.#letGo();
    }
  }

  /** SIGKILL: a thread inside SQLite cannot be asked. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#killed = true;
    this.#child.ref();
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  #hold(): void {
    this.#child.ref();
    this.#child.channel?.ref();
  }

  #letGo(): void {
    this.#child.unref();
    this.#child.channel?.unref();
  }
}

function startChild(memoryMb: number): ChildProcess {
  const fromSource = import.meta.url.endsWith(".ts");
  const entry = fileURLToPath(new URL(fromSource ? "./worker.ts" : "./worker.js", import.meta.url));
  return fork(entry, [String(memoryMb * 2 ** 20)], {
    // Run from the sources (tests), the child needs the same TypeScript loader that a user's pipeline gets.
    execArgv: fromSource ? ["--import", import.meta.resolve("jiti/register")] : [],
    // Nothing of the environment: tokens and keys have no business beside untrusted SQL.
    env: {},
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
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
