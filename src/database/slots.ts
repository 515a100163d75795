import type { DatabaseProcess } from "./database-process.js";

/** A place for one child process; the process in it is made when it is first needed and after each kill. */
export interface Slot {
  process: DatabaseProcess | undefined;
  /** Name of the tasks that it ran last. */
  affinity: string | undefined;
}

interface Waiter {
  affinity: string | undefined;
  resolve: (slot: Slot) => void;
  reject: (reason: unknown) => void;
}

/** Hands out a pool's places, to the longest waiting first, but for tasks that are better off with the last one's place. */
export class Slots {
  readonly all: readonly Slot[];
  readonly #free: Slot[];
  readonly #waiters: Waiter[] = [];

  constructor(size: number) {
    this.all = Array.from({ length: size }, () => ({ process: undefined, affinity: undefined }));
    this.#free = [...this.all];
  }

  take(affinity: string | undefined, signal: AbortSignal | undefined): Promise<Slot> {
    const slot = this.#takeFree(affinity);
    if (slot) return Promise.resolve(slot);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        affinity,
        resolve: (given) => {
          signal?.removeEventListener("abort", abort);
          resolve(given);
        },
        reject: (reason) => {
          signal?.removeEventListener("abort", abort);
          reject(reason);
        },
      };
      this.#waiters.push(waiter);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  giveBack(slot: Slot): void {
    const i = this.#next(slot);
    const [waiter] = i < 0 ? [] : this.#waiters.splice(i, 1);
    if (!waiter) {
      this.#free.push(slot);
      return;
    }
    slot.affinity = waiter.affinity;
    waiter.resolve(slot);
  }

  rejectWaiters(reason: unknown): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(reason);
  }

  #takeFree(affinity: string | undefined): Slot | undefined {
    let i = this.#free.findLastIndex((slot) => affinity !== undefined && slot.affinity === affinity);
    if (i < 0) i = this.#free.length - 1;
    const [slot] = i < 0 ? [] : this.#free.splice(i, 1);
    if (slot) slot.affinity = affinity;
    return slot;
  }

  /** Who comes next: of the same name, else of a name that no other place has, else the first. */
  #next(slot: Slot): number {
    const { affinity } = slot;
    const same = affinity === undefined ? -1 : this.#waiters.findIndex((waiter) => waiter.affinity === affinity);
    if (same >= 0) return same;
    const taken = new Set(this.all.map((other) => other.affinity));
    const fresh = this.#waiters.findIndex((waiter) => waiter.affinity === undefined || !taken.has(waiter.affinity));
    return fresh >= 0 ? fresh : this.#waiters.length > 0 ? 0 : -1;
  }
}
