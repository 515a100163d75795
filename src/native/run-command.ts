import { spawn } from "node:child_process";

export interface CommandResult {
  /** Exit status; null when the program could not be started or was killed. */
  code: number | null;
  /** stdout and stderr as they came. */
  output: string;
  stdout: string;
}

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
  /** Each line of output as it comes. */
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}

/** Runs a program to its end. Never rejects for the program's own failure; rejects when `signal` is aborted. */
export function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd, env, input, onLine, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env,
      signal,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let output = "";
    let stdout = "";
    let line = "";
    const take = (text: string) => {
      output += text;
      if (!onLine) return;
      const lines = (line + text).split(/\r?\n|\r/);
      line = lines.pop()!;
      for (const whole of lines) onLine(whole);
    };
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      take(text);
    });
    child.stderr!.setEncoding("utf8").on("data", take);
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) return reject(error);
      const reason = error.code === "ENOENT" ? `${file} was not found` : error.message;
      resolve({ code: null, output: output + reason, stdout });
    });
    child.on("close", (code) => {
      if (onLine && line) onLine(line);
      resolve({ code, output, stdout });
    });
    if (input !== undefined) {
      child.stdin!.on("error", () => {}); // it may end before it has read all
      child.stdin!.end(input);
    }
  });
}
