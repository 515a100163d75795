import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SqltuneError } from "../src/errors.js";

/** A folder that is gone when the process ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sqltune-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));
let jobs = 0;

/** Runs a TypeScript file of this folder in a process of its own: JOB.json in, RESULT.json out. */
export function runNode<Result>(
  script: string,
  job: unknown,
  folder: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Result> {
  const words = ["--import", import.meta.resolve("jiti/register"), beside(script)];
  return runJob(process.execPath, words, job, folder, environment);
}

/** The same with a Python file of peers/. Nothing is fetched. */
export function runPython<Result>(python: string, script: string, job: unknown, folder: string): Promise<Result> {
  return runJob(python, [beside(`peers/${script}`)], job, folder);
}

async function runJob<Result>(
  file: string,
  words: string[],
  job: unknown,
  folder: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Result> {
  const [input, output] = ["job", "result"].map((name) => join(folder, `${name}-${jobs}.json`)) as [string, string];
  jobs++;
  writeFileSync(input, JSON.stringify(job));
  const offline = { HF_HUB_OFFLINE: "1", PYTHONDONTWRITEBYTECODE: "1", TOKENIZERS_PARALLELISM: "false" };
  await run(file, [...words, input, output], { ...process.env, ...offline, ...environment });
  return JSON.parse(readFileSync(output, "utf8")) as Result;
}

/** Runs a program to its end. @throws SqltuneError with the end of what it said, when it fails. */
export function run(file: string, words: string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { env, stdio: ["ignore", "pipe", "pipe"] });
    const stop = () => child.kill();
    process.once("exit", stop);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-20_000);
      });
    }
    child.on("error", (error) => reject(new SqltuneError(`${file} does not start: ${error.message}.`)));
    child.on("close", (code, signal) => {
      process.removeListener("exit", stop);
      if (code === 0) resolve();
      else reject(new SqltuneError(`${[file, ...words].join(" ")} ended with ${signal ?? code}:\n${said.trim()}`));
    });
  });
}
