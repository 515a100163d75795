import { SqltuneError } from "../errors.js";
import type { Answer, Engine, Question, SamplingOptions, StreamedToken } from "../infer/index.js";
import { HttpError } from "./http-error.js";

/** A question waiting for the model. */
export interface QueuedQuestion {
  engine: Engine;
  question: Question;
  sampling: SamplingOptions;
  /** Takes the question out of the queue, and stops the model when it works for nobody else. */
  signal: AbortSignal;
  /** Gets each token as it comes; such a question is computed by itself. */
  onToken?: (token: StreamedToken) => void;
  /** Computed by itself: a sampled answer depends on what else is in its batch, and a request with a seed wants the same again. */
  alone?: boolean;
}

export interface QueuedAnswer {
  answer: Answer;
  /** Time it waited before the model took it up. */
  queueMs: number;
  /** Questions computed together with it, itself included. */
  batch: number;
}

export interface AnswerQueueOptions {
  limit: number;
  batchSize: number;
  /** Called after each turn of the model. */
  onBatch?: (rows: number, seconds: number) => void;
}

interface Waiting extends QueuedQuestion {
  likeness: string;
  since: number;
  resolve: (answer: QueuedAnswer) => void;
  reject: (error: unknown) => void;
}

/**
 * A bounded line before the model, which computes one batch at a time. The oldest question is taken, and with it those
 * behind it that ask the same model with the same settings.
 */
export class AnswerQueue {
  private waiting: Waiting[] = [];
  private running = 0;
  private working: Promise<void> | null = null;
  /** Seconds of a recent turn, smoothed: what Retry-After is reckoned from. */
  private turnSeconds = 1;

  constructor(private readonly options: AnswerQueueOptions) {}

  get depth(): number {
    return this.waiting.length;
  }

  /** Questions the model works on now. */
  get active(): number {
    return this.running;
  }

  /** @throws HttpError 429 at once when the line is full; rejects with the signal's reason when it is aborted. */
  submit(question: QueuedQuestion): Promise<QueuedAnswer> {
    question.signal.throwIfAborted();
    if (this.waiting.length >= this.options.limit) throw this.full();
    const { promise, resolve, reject } = withResolvers<QueuedAnswer>();
    const entry: Waiting = { ...question, likeness: likeness(question), since: performance.now(), resolve, reject };
    const leave = () => this.leave(entry);
    question.signal.addEventListener("abort", leave, { once: true });
    this.waiting.push(entry);
    this.working ??= this.work();
    return promise.finally(() => question.signal.removeEventListener("abort", leave));
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    while (this.working) await this.working;
  }

  private leave(entry: Waiting): void {
    this.waiting = this.waiting.filter((other) => other !== entry);
    entry.reject(entry.signal.reason);
  }

  private full(): HttpError {
    const turns = Math.ceil((this.waiting.length + this.running) / this.options.batchSize);
    return new HttpError(429, `${this.waiting.length} questions are waiting already. Ask again later.`, {
      code: "queue_full",
      retryAfter: Math.max(1, Math.ceil(turns * this.turnSeconds)),
    });
  }

  private async work(): Promise<void> {
    // Requests that arrive together are read one after the other: the first waits for the others of its moment.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const batch = this.take();
      const started = performance.now();
      this.running = batch.length;
      await (batch[0]!.onToken ? stream(batch[0]!, started) : together(batch, started));
      this.running = 0;
      const seconds = (performance.now() - started) / 1000;
      this.turnSeconds = 0.7 * this.turnSeconds + 0.3 * seconds;
      this.options.onBatch?.(batch.length, seconds);
    }
    this.working = null;
  }

  private take(): Waiting[] {
    const first = this.waiting[0]!;
    const single = first.onToken !== undefined || first.alone === true;
    const like = (other: Waiting) => other.engine === first.engine && other.likeness === first.likeness;
    const batch = single ? [first] : this.waiting.filter(like).slice(0, this.options.batchSize);
    this.waiting = this.waiting.filter((entry) => !batch.includes(entry));
    return batch;
  }
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function likeness({ sampling, onToken, alone }: QueuedQuestion): string {
  return onToken || alone ? "alone" : JSON.stringify(Object.entries(sampling).sort());
}

/** Never rejects. The model stops early only when every client of the batch is gone. */
async function together(batch: Waiting[], started: number): Promise<void> {
  const stop = new AbortController();
  let listening = batch.filter(({ signal }) => !signal.aborted).length;
  const leave = () => {
    if (--listening === 0) stop.abort();
  };
  for (const { signal } of batch) signal.addEventListener("abort", leave, { once: true });
  const { engine, sampling } = batch[0]!;
  try {
    await engine.generateBatch(
      batch.map(({ question }) => question),
      {
        sampling,
        signal: stop.signal,
        onAnswer: (answer, i) => batch[i]!.resolve({ answer, queueMs: started - batch[i]!.since, batch: batch.length }),
      },
    );
  } catch (error) {
    for (const entry of batch) entry.reject(error);
  } finally {
    for (const { signal } of batch) signal.removeEventListener("abort", leave);
  }
}

/** Never rejects. */
async function stream(entry: Waiting, started: number): Promise<void> {
  const { engine, question, sampling, signal, onToken } = entry;
  let tokens = 0;
  try {
    const running = engine.stream({ ...question, sampling, signal });
    for (;;) {
      const next = await running.next();
      if (next.done) return entry.resolve({ answer: next.value, queueMs: started - entry.since, batch: 1 });
      tokens++;
      onToken?.(next.value);
    }
  } catch (error) {
    // Before its first token the engine complains of the request alone: a prompt without room for an answer.
    const ofRequest = error instanceof SqltuneError && tokens === 0;
    entry.reject(ofRequest ? new HttpError(400, error.message, { code: "context_length_exceeded" }) : error);
  }
}
