import { HttpError } from "./http-error.js";

export interface AdmissionOptions {
  /** Rows that may be computed at the same time, over all models. */
  running: number;
  /** Questions that may wait for a place; one more is refused. */
  waiting: number;
}

/** What came of a piece of work, and how it came in. */
export interface Admitted<T> {
  result: T;
  /** Time it waited before it was begun. */
  queueMs: number;
  /** Questions that were computed when it was begun, itself included. */
  together: number;
}

interface Waiting {
  rows: number;
  begin: () => void;
}

/**
 * The door before the models. So many rows are computed at once, each question with an abort of its own: the native side
 * takes the rows of calls that overlap together, token by token. Who comes later waits, first come first served, and
 * beyond that is refused at once.
 */
export class Admission {
  private readonly line: Waiting[] = [];
  private readonly idlers: (() => void)[] = [];
  private rowsTaken = 0;
  private questions = 0;
  /** Seconds of a recent question, smoothed: what Retry-After is reckoned from. */
  private seconds = 1;

  constructor(private readonly options: AdmissionOptions) {}

  /** Questions that wait. */
  get waiting(): number {
    return this.line.length;
  }

  /** Questions that are computed. */
  get running(): number {
    return this.questions;
  }

  /** Rows that are computed: a question with several candidates has several. */
  get rows(): number {
    return this.rowsTaken;
  }

  /**
   * Does the work when there is a place for its rows. More rows than there are places count as all places.
   *
   * @throws HttpError 429 at once when the line is full; the signal's reason when it is aborted while waiting
   */
  async run<T>(rows: number, signal: AbortSignal, work: () => Promise<T>): Promise<Admitted<T>> {
    signal.throwIfAborted();
    const taken = Math.min(rows, this.options.running);
    const since = performance.now();
    if (this.line.length === 0 && this.fits(taken)) this.take(taken);
    else await this.wait(taken, signal);
    const started = performance.now();
    const together = this.questions;
    try {
      signal.throwIfAborted();
      const result = await work();
      this.seconds = 0.8 * this.seconds + 0.2 * ((performance.now() - started) / 1000);
      return { result, queueMs: started - since, together };
    } finally {
      this.giveBack(taken);
    }
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    if (this.questions > 0 || this.line.length > 0) await new Promise<void>((resolve) => this.idlers.push(resolve));
  }

  private fits(rows: number): boolean {
    return this.rowsTaken + rows <= this.options.running;
  }

  private take(rows: number): void {
    this.rowsTaken += rows;
    this.questions++;
  }

  /** Resolves when the rows have been taken for it. */
  private wait(rows: number, signal: AbortSignal): Promise<void> {
    if (this.line.length >= this.options.waiting) throw this.full();
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.line.splice(this.line.indexOf(entry), 1);
        reject(signal.reason);
        // It may have been too large for the places that were free, and those behind it are not.
        this.admit();
      };
      const begin = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const entry: Waiting = { rows, begin };
      signal.addEventListener("abort", leave, { once: true });
      this.line.push(entry);
    });
  }

  private giveBack(rows: number): void {
    this.rowsTaken -= rows;
    this.questions--;
    this.admit();
    if (this.questions === 0 && this.line.length === 0) for (const resolve of this.idlers.splice(0)) resolve();
  }

  private admit(): void {
    for (let first = this.line[0]; first !== undefined && this.fits(first.rows); first = this.line[0]) {
      this.line.shift();
      this.take(first.rows);
      first.begin();
    }
  }

  private full(): HttpError {
    const turns = (this.line.reduce((sum, { rows }) => sum + rows, 0) + this.rowsTaken) / this.options.running;
    return new HttpError(429, `${this.line.length} questions are waiting already. Ask again later.`, {
      code: "queue_full",
      retryAfter: Math.max(1, Math.ceil(turns * this.seconds)),
    });
  }
}
