import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SqltuneError } from "../errors.js";
import { checkRunFolder, describeRunFolder } from "../train/index.js";
import { consoleLog } from "./read-run.js";
import { readStatus } from "./run-files.js";
import { hasEnded } from "./run-standing.js";
import type { DetachedRun, DetachedTraining } from "./types.js";

const POLL_MS = 100;

/**
 * Starts `sqltune train` in a process and session of its own: it outlives this one and the terminal, and writes what it
 * would say there to logs/console.log of the run folder. Resolves once the run has taken its folder (and, with `settleMs`,
 * is set up or still being so after that time).
 * @throws SqltuneError where the folder is used or locked, and with the run's own message where it ended before.
 */
export async function startDetached(options: DetachedTraining): Promise<DetachedRun> {
  const { words, outputDir, resume = false, overwrite = false, settleMs = 0, signal } = options;
  await checkRunFolder(outputDir, { resume, overwrite });
  const folder = describeRunFolder(outputDir);
  const log = consoleLog(folder);
  await mkdir(dirname(log), { recursive: true });
  const before = await stat(log).then(
    ({ size }) => size,
    () => 0,
  );
  const output = openSync(log, "a");
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [...entry(), "train", ...words], {
      detached: true,
      stdio: ["ignore", output, output],
      env: environment(),
    });
  } finally {
    closeSync(output);
  }
  let end: string | null = null;
  const ended = new Promise<void>((done) => {
    const say = (how: string) => {
      end = how;
      done();
    };
    child.once("error", (error) => say(error.message));
    child.once("exit", (code, by) => say(by ? `ended by ${by}` : `ended with exit code ${code}`));
  });
  const limit = performance.now() + settleMs;
  for (;;) {
    if (signal?.aborted) {
      child.kill("SIGTERM");
      await ended;
      const text = "interrupted; the run that was being started has been stopped as well.";
      throw new SqltuneError(text, { code: "ERR_SQLTUNE_INTERRUPTED", exitCode: 130 });
    }
    const status = await readStatus(folder);
    const own = status !== null && status.pid === child.pid;
    if (own && (end !== null || hasEnded(status))) {
      if (status.state === "done") return started(child, folder.path, log, status.state);
      // Its last words stand in the log once it has exited.
      await ended;
      throw await failure(log, before, status.error ?? end!);
    }
    if (end !== null) throw await failure(log, before, end);
    if (own && (status.state !== "preparing" || performance.now() >= limit)) {
      return started(child, folder.path, log, status.state);
    }
    await Promise.race([ended, sleep(POLL_MS)]);
  }
}

/** From here on this process does not wait for the run's; until here its end is waited for. */
function started(child: ChildProcess, folder: string, log: string, state: DetachedRun["state"]): DetachedRun {
  child.unref();
  return { folder, pid: child.pid!, log, state };
}

/** The command line's program; run from the sources (tests), it needs the same TypeScript loader as they do. */
function entry(): string[] {
  const fromSource = import.meta.url.endsWith(".ts");
  const main = fileURLToPath(new URL(`../cli/main.${fromSource ? "ts" : "js"}`, import.meta.url));
  return [...(fromSource ? ["--import", import.meta.resolve("jiti/register")] : []), main];
}

/** Without what ties it to this process: a debugger's port, vitest's channel. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, NODE_CHANNEL_FD: __, ...env } = process.env;
  return env;
}

async function failure(log: string, before: number, reason: string): Promise<SqltuneError> {
  const said = (await readFile(log)).subarray(before).toString("utf8").trim();
  // The program's last words are its error; what it noted before is in the log.
  const at = said.lastIndexOf("\nerror: ");
  const words = at >= 0 ? said.slice(at + "\nerror: ".length) : said.replace(/^error: /, "") || reason;
  return new SqltuneError(`${words}\nThe run did not start; all that it said is in ${log}.`, {
    code: "ERR_SQLTUNE_DETACHED",
  });
}
