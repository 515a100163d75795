import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { SqltuneError } from "../errors.js";
import type { ProbeJob, ProbeMessage, ProbeResult } from "./probe-protocol.js";

export type ProbeOutcome =
  | { fits: true; result: ProbeResult }
  /** `reason` is a sentence's end: "its process was killed by SIGKILL, ...". */
  | { fits: false; reason: string };

/** Signals that a process out of memory ends by: the system's killer, std::bad_alloc, a page that cannot be had. */
const OUT_OF_MEMORY: readonly NodeJS.Signals[] = ["SIGKILL", "SIGABRT", "SIGBUS"];

/**
 * Runs one probe in a child process and waits until it is gone.
 * @throws what the probe failed with when it was not memory, and the signal's reason once it is aborted.
 */
export async function runProbe(job: ProbeJob, signal?: AbortSignal): Promise<ProbeOutcome> {
  signal?.throwIfAborted();
  const fromSource = import.meta.url.endsWith(".ts");
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = fork(fileURLToPath(new URL(fromSource ? "./probe-child.ts" : "./probe-child.js", import.meta.url)), {
    // Run from the sources (tests), the child needs the same TypeScript loader that a user's pipeline gets.
    execArgv: fromSource ? ["--import", import.meta.resolve("jiti/register")] : [],
    env,
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said: ProbeMessage | null = null;
  let errors = "";
  child.once("message", (message: ProbeMessage) => {
    said = message;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  const kill = () => void child.kill("SIGKILL");
  signal?.addEventListener("abort", kill, { once: true });
  try {
    const end = await new Promise<{ code: number | null; by: NodeJS.Signals | null }>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, by) => resolve({ code, by }));
      // A child that has already died reports it by "close".
      child.send(job, () => {});
    });
    signal?.throwIfAborted();
    return outcomeOf(said, end, errors);
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}

function outcomeOf(
  said: ProbeMessage | null,
  { code, by }: { code: number | null; by: NodeJS.Signals | null },
  errors: string,
): ProbeOutcome {
  if (said !== null && "done" in said) return { fits: true, result: said.done };
  if (said !== null && "over" in said) return { fits: false, reason: "it took more than may be used, and was stopped" };
  if (said !== null) {
    const { name, message, code: errorCode, nativeStack } = said.error;
    if (errorCode === "ERR_SQLTUNE_OOM") return { fits: false, reason: `it ran out of memory: ${message}` };
    if (name === "SqltuneError") throw new SqltuneError(message);
    throw Object.assign(new Error(message), { code: errorCode, nativeStack });
  }
  if (by !== null && OUT_OF_MEMORY.includes(by)) {
    return { fits: false, reason: `its process was killed by ${by}, most likely for want of memory` };
  }
  throw new SqltuneError(
    `The process that measures a micro-batch ended with ${by ?? `exit code ${code}`} and no result. ` +
      `Try again; npx sqltune doctor checks the native layer.${errors.trim() === "" ? "" : ` It said:\n${errors.trim()}`}`,
    { code: "ERR_SQLTUNE_PROBE" },
  );
}
