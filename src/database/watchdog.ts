import { Worker } from "node:worker_threads";

/**
 * A thread beside the one that SQLite blocks. It ends the whole process when a query passes its time, when the resident
 * memory passes the limit (the SQLite in better-sqlite3 is compiled without memory statistics, so `PRAGMA
 * hard_heap_limit` does nothing there) or when the parent is gone, whose "disconnect" a blocked thread would never see.
 * Why, and which query, it writes to standard output first, in the form of `readLastWords`. Resolves once it watches.
 *
 * The thread runs the text of `watch`: as a file of its own it would need the TypeScript loader again when the sources run.
 *
 * @param steps memory of a `QuerySteps`
 */
export function startWatchdog(memoryBytes: number, steps: SharedArrayBuffer): Promise<void> {
  const thread = new Worker(`(${watch.toString()})(${memoryBytes}, ${process.ppid})`, {
    eval: true,
    execArgv: [],
    workerData: steps,
  });
  return new Promise((resolve, reject) => {
    thread.once("online", resolve);
    thread.once("error", reject);
  });
}

function watch(memoryBytes: number, parentPid: number): void {
  const { writeSync } = process.getBuiltinModule("node:fs");
  const steps = process.getBuiltinModule("node:worker_threads").workerData as SharedArrayBuffer;
  // Number of the query that runs, its time limit, its key.
  const state = new Int32Array(steps, 0, 2);
  const key = new Uint8Array(steps, 8);
  let seen = 0;
  let since = 0;
  const end = (words: string): void => {
    writeSync(1, words);
    process.kill(process.pid, "SIGKILL");
  };
  setInterval(() => {
    const running = Atomics.load(state, 0);
    const step = running === 0 || key.every((byte) => byte === 0) ? "-" : Buffer.from(key).toString("hex");
    if (process.ppid !== parentPid) process.kill(process.pid, "SIGKILL");
    if (process.memoryUsage.rss() > memoryBytes) end(`memory ${step}\n`);
    if (running !== seen) {
      seen = running;
      since = performance.now();
    } else if (running !== 0 && performance.now() - since > state[1]! && Atomics.load(state, 0) === running) {
      end(`timeout ${step}\n`);
    }
  }, 10);
}
