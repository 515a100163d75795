import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/** The repository, which is also the package. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

export const main = join(root, "dist", "cli", "main.js");

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** Text on stdin; without it stdin is empty. */
  input?: string;
  /** Each line of stdout as it comes, and a way to send a signal. */
  onLine?: (line: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** `sqltune WORDS` as a user runs it: the compiled program, in a process of its own. */
export async function sqltune(words: readonly string[], options: RunOptions): Promise<Ended> {
  checkBuilt();
  const ended = await runProgram(process.execPath, [main, ...words], options);
  // Users see messages. A stack is a bug, whatever the command was.
  expect(ended.stderr).not.toMatch(/^\s+at .+:\d+/m);
  if (words.includes("--json")) jsonLines(ended.stdout);
  return ended;
}

/** Runs a program to its end, without the variables by which vitest speaks to its own children. */
export function runProgram(file: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const env = { ...inherited, HF_HUB_OFFLINE: "1", ...options.env };
  const child = spawn(file, args, { cwd: options.cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  const ended: Ended = { code: null, stdout: "", stderr: "" };
  let line = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    ended.stdout += text;
    const lines = (line + text).split("\n");
    line = lines.pop()!;
    for (const whole of lines) options.onLine?.(whole, (signal) => child.kill(signal));
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    ended.stderr += text;
  });
  child.stdin.on("error", () => {}); // It may end before it has read all.
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...ended, code }));
  });
}

/** What --json prints: every line is one JSON value. */
export function jsonLines(stdout: string) {
  expect(stdout.endsWith("\n")).toBe(true);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

export const scratchFolder = (name: string) => mkdtempSync(join(tmpdir(), `sqltune-${name}-`));

let built = false;
/** An old build would be tested without anyone noticing. */
function checkBuilt(): void {
  if (built) return;
  const written = existsSync(main) ? statSync(main).mtimeMs : 0;
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((f) =>
    f.endsWith(".ts"),
  );
  const newer = sources.filter((file) => statSync(join(root, "src", file)).mtimeMs > written);
  if (newer.length > 0) throw new Error(`dist/ is older than src/${newer[0]}. Run: npm run build`);
  built = true;
}
