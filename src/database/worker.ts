import type { ChildMessage, QueryRequest } from "./protocol.js";
import { startWatchdog } from "./watchdog.js";

/** Entry of a pool's child process: `worker.js MEMORY_BYTES`. */
const send = (message: ChildMessage): void => {
  process.send?.(message);
};

process.on("disconnect", () => process.exit(0));
// A terminal sends Ctrl-C to the children too; what becomes of a query then is the parent's to say.
process.on("SIGINT", () => {});

try {
  // Loaded here and not at the top, so that a missing binding is told to the parent in words.
  const [{ OpenDatabases }, { runQuery }] = await Promise.all([
    import("./open-databases.js"),
    import("./run-query.js"),
  ]);
  const databases = new OpenDatabases();
  process.on("message", (request: QueryRequest) => {
    send({ id: request.id, result: runQuery(databases, request) });
  });
  await startWatchdog(Number(process.argv[2]));
  send({ ready: true });
} catch (error) {
  send({ fatal: (error as Error).message });
}
