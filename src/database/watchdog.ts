import { Worker } from "node:worker_threads";

/**
 * A thread beside the one that SQLite blocks. It ends the whole process when its resident memory passes the limit (the
 * SQLite in better-sqlite3 is compiled without memory statistics, so `PRAGMA hard_heap_limit` does nothing there) or
 * when the parent is gone, whose "disconnect" a blocked thread would never see. Resolves once it watches.
 *
 * The thread runs the text of `watch`: as a file of its own it would need the TypeScript loader again when the sources run.
 */
export function startWatchdog(memoryBytes: number): Promise<void> {
  const thread = new Worker(`(${watch.toString()})(${memoryBytes}, ${process.ppid})`, { eval: true, execArgv: [] });
  return new Promise((resolve, reject) => {
    thread.once("online", resolve);
    thread.once("error", reject);
  });
}

function watch(memoryBytes: number, parentPid: number): void {
  setInterval(() => {
    if (process.memoryUsage.rss() > memoryBytes || process.ppid !== parentPid) process.kill(process.pid, "SIGKILL");
  }, 10);
}
