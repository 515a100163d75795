/** Hands values from a callback to one async reader, in order; `end` and `fail` come after all values pushed before. */
export class PushQueue<T> implements AsyncIterable<T> {
  private readonly values: T[] = [];
  private finished = false;
  private error: unknown;
  private wake: (() => void) | null = null;

  push(value: T): void {
    this.values.push(value);
    this.wake?.();
  }

  end(): void {
    this.finished = true;
    this.wake?.();
  }

  fail(error: unknown): void {
    this.error = error;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      while (this.values.length > 0) yield this.values.shift()!;
      if (this.finished) break;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    if (this.error !== undefined) throw this.error;
  }
}
