import type { ChildMessage, ForgetRequest, TaskRequest } from "./protocol.js";
import { QuerySteps } from "./query-steps.js";
import type { DatabaseTask } from "./types.js";
import { startWatchdog } from "./watchdog.js";

/** Entry of a pool's child process: `worker.js MEMORY_BYTES`. */
const send = (message: ChildMessage): void => {
  process.send?.(message);
};

// Nobody reads the stack of a query that fails, and many do.
Error.stackTraceLimit = 0;

process.on("disconnect", () => process.exit(0));
// A terminal sends Ctrl-C to the children too; what becomes of a query then is the parent's to say.
process.on("SIGINT", () => {});

try {
  // Loaded here and not at the top, so that a missing binding is told to the parent in words.
  const [{ OpenDatabases }, { createSession }] = await Promise.all([
    import("./open-databases.js"),
    import("./session.js"),
  ]);
  const databases = new OpenDatabases();
  const steps = new QuerySteps();
  process.on("message", async (request: TaskRequest | ForgetRequest) => {
    if ("forget" in request) return databases.forget(request.forget);
    const { module, input, timeoutMs, stopped } = request;
    let answer: { value: unknown } | { threw: string };
    try {
      const { default: task } = (await import(module)) as { default: DatabaseTask<unknown, unknown> };
      // A task that opens a file by itself, or compares without end, is stopped too.
      steps.beginTask(timeoutMs);
      answer = { value: task(input, createSession(databases, steps, timeoutMs, stopped)) };
    } catch (error) {
      answer = { threw: (error as Error).message };
    } finally {
      steps.end();
    }
    send({ ...answer, rss: process.memoryUsage.rss() });
  });
  await startWatchdog(Number(process.argv[2]), steps.memory);
  send({ ready: true });
} catch (error) {
  send({ fatal: (error as Error).message });
}
