import { setImmediate as nextTurn } from "node:timers/promises";

export interface TurnOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** Items between two turns of the event loop. Default 500. */
  perTurn?: number | undefined;
}

/**
 * Does something with every item, and lets timers and signals run in between: a hundred thousand rows take seconds.
 * @throws the signal's reason when it aborts
 */
export async function inTurns<T>(
  items: readonly T[],
  work: (item: T, index: number) => void,
  { signal, onProgress, perTurn = 500 }: TurnOptions = {},
): Promise<void> {
  for (const [i, item] of items.entries()) {
    if (i % perTurn === 0) {
      await nextTurn();
      signal?.throwIfAborted();
      onProgress?.(i, items.length);
    }
    work(item, i);
  }
  onProgress?.(items.length, items.length);
}
