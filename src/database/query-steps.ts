import { createHash } from "node:crypto";

const KEY_BYTES = 20;
/** Places in the shared memory: the number of the query running, 0 between queries; its time limit; its key. */
const [RUNNING, TIMEOUT_MS, KEY] = [0, 1, 2];

export const STEP_MEMORY_BYTES = KEY * 4 + KEY_BYTES;

/** What the query that a process is running is, in memory that its watchdog sees while SQLite blocks the main thread. */
export class QuerySteps {
  readonly memory = new SharedArrayBuffer(STEP_MEMORY_BYTES);
  readonly #state = new Int32Array(this.memory, 0, KEY);
  readonly #key = new Uint8Array(this.memory, KEY * 4);
  #count = 0;

  begin(key: string, timeoutMs: number): void {
    this.#key.set(Buffer.from(key, "hex"));
    this.#state[TIMEOUT_MS] = Math.min(timeoutMs, 2 ** 31 - 1);
    this.#count = (this.#count % 2 ** 30) + 1;
    Atomics.store(this.#state, RUNNING, this.#count);
  }

  /** What a task does between its queries; a process killed then is told apart by a key of zeros. */
  beginTask(timeoutMs: number): void {
    this.begin("00".repeat(KEY_BYTES), timeoutMs);
  }

  end(): void {
    Atomics.store(this.#state, RUNNING, 0);
  }
}

/** Names a query on a file; a process that is started anew knows by it which query the last one was killed for. */
export function stepKey(file: string, sql: string): string {
  return createHash("sha1").update(file).update("\0").update(sql).digest("hex");
}
