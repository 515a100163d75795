import { setMaxListeners } from "node:events";
import type { Calibration } from "../adapter/index.js";
import { createDatabasePool, type DatabasePool } from "../database/index.js";
import type { Model } from "../model/index.js";
import type { GeneratedRow } from "../native/types.js";
import { type AnswerSettings, answerSettings } from "./answer-settings.js";
import { readCandidate } from "./candidate.js";
import { CandidateRuns, executeOn } from "./candidate-runs.js";
import { constraintFor } from "./constrain.js";
import type { Answer, AnswerOptions, CallOptions, Execute, Question, StreamedToken } from "./engine-types.js";
import { type CandidateOptions, generateCandidates } from "./generate-candidates.js";
import { generateRows, type RowRequest } from "./generate-rows.js";
import type { EnginePrompt } from "./prompt-for.js";
import { PushQueue } from "./push-queue.js";
import { type EncodedQuestion, QuestionEncoder } from "./question-encoder.js";
import { repairQuestion } from "./repair-answer.js";
import { type SamplingOptions, samplingSpec } from "./sampling.js";
import { settleAnswer } from "./settle-answer.js";
import { TokenText } from "./token-text.js";
import { unanswered } from "./unanswered.js";

/** Questions that are tokenised before the model starts on them; the others are while it works. */
const QUESTIONS_AT_ONCE = 256;

/** What an engine is made of; createEngine puts it together. */
export interface EngineParts {
  model: Model;
  ownsModel: boolean;
  prompt: EnginePrompt;
  answering: AnswerOptions & { sampling: SamplingOptions };
  batchSize: number;
  pool: DatabasePool | null;
}

/** Answers questions. Calls may overlap, from as many places as there are: the model computes their rows together. */
export class Engine implements Disposable, AsyncDisposable {
  readonly model: Model;
  /** What loading and the choice of the prompt had to change or doubt, one sentence each. */
  readonly warnings: readonly string[];
  private readonly parts: EngineParts;
  private readonly encoder: QuestionEncoder;
  private ownPool: DatabasePool | null = null;

  constructor(parts: EngineParts) {
    this.parts = parts;
    this.encoder = new QuestionEncoder(parts.model, parts.prompt.program);
    this.model = parts.model;
    this.warnings = [...parts.model.warnings, ...parts.prompt.warnings];
  }

  /** How prompts are written. */
  get promptSettings(): EnginePrompt["settings"] {
    return this.parts.prompt.settings;
  }

  /** What the adapter's confidences are calibrated by; null where it has nothing for it, and for a base model. */
  get calibration(): Calibration | null {
    return this.model.adapter?.sqltune?.calibration ?? null;
  }

  /**
   * Answers one question. Throws SqltuneError for a schema that cannot be read, for options that make no sense and for a
   * prompt longer than its limit or the model's context; rejects with the signal's reason once it is aborted.
   */
  async generate(request: Question & CallOptions): Promise<Answer> {
    const settings = answerSettings(this.parts.answering, request);
    const question = this.encoder.encode(request);
    this.encoder.requireRoom(question, settings.promptLimit);
    const started = performance.now();
    const [rows] = await this.candidates([question], settings, { signal: request.signal });
    return this.settle(question, rows!, settings, request, started);
  }

  /**
   * Answers many questions, those of one schema together; answers come in the order of the questions. `onAnswer` gets
   * each as soon as it is complete. A question whose prompt does not fit is answered "prompt_too_long".
   */
  async generateBatch(
    questions: readonly Question[],
    options: CallOptions & { onAnswer?: (answer: Answer, index: number) => void } = {},
  ): Promise<Answer[]> {
    const settings = answerSettings(this.parts.answering, options);
    const answers: Answer[] = new Array(questions.length);
    const stop = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
    setMaxListeners(0, signal);
    const give = (answer: Answer, index: number) => {
      answers[index] = answer;
      options.onAnswer?.(answer, index);
    };
    /** The questions from `first` on, as one call of the model. */
    const answerPart = async (encoded: readonly EncodedQuestion[], first: number): Promise<void> => {
      const fits = (question: EncodedQuestion) => this.encoder.fits(question, settings.promptLimit);
      const places = encoded.flatMap((question, i) => (fits(question) ? [i] : []));
      for (const [i, question] of encoded.entries()) {
        if (!fits(question)) give(unanswered(question, settings.abstainBelow), first + i);
      }
      const started = performance.now();
      const settling: Promise<void>[] = [];
      const call = { ...options, signal };
      const onCandidates = (i: number, rows: GeneratedRow[]) => {
        const place = places[i]!;
        const settled = this.settle(encoded[place]!, rows, settings, call, started);
        settling.push(settled.then((answer) => give(answer, first + place)));
        // A failure is met below, when all rows are there.
        settling.at(-1)!.catch((error) => stop.abort(error));
      };
      // Draws of a later part are others than those of the first.
      const sampling = { ...settings.sampling, seed: (settings.sampling.seed ?? 0) + first };
      const asked = places.map((i) => encoded[i]!);
      const rows = await this.candidates(asked, { ...settings, sampling }, { signal, onCandidates });
      await Promise.all(settling);
      for (const [i, place] of places.entries()) answers[first + place]!.cachedTokens = rows[i]![0]!.cachedTokens;
    };
    const read = await this.encoder.readAll(questions, options.signal);
    const parts: Promise<void>[] = [];
    try {
      for (let first = 0; first < read.length; first += QUESTIONS_AT_ONCE) {
        signal.throwIfAborted();
        const encoded = await this.encoder.writeAll(read.slice(first, first + QUESTIONS_AT_ONCE), signal);
        parts.push(answerPart(encoded, first));
        parts.at(-1)!.catch((error) => stop.abort(error));
      }
      await Promise.all(parts);
    } catch (error) {
      stop.abort(error);
      await Promise.allSettled(parts);
      throw error;
    }
    return answers;
  }

  /**
   * Answers one question token by token; the generator returns the whole answer. Leaving the loop early stops the model.
   * With `select` the tokens are those of the greedy candidate, and with `repair` of the first attempt: the answer that is
   * returned can be another.
   */
  async *stream(request: Question & CallOptions): AsyncGenerator<StreamedToken, Answer> {
    const settings = answerSettings(this.parts.answering, request);
    const question = this.encoder.encode(request);
    this.encoder.requireRoom(question, settings.promptLimit);
    const stop = new AbortController();
    const signal = request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal;
    const text = new TokenText(this.model.tokenizer);
    const queue = new PushQueue<StreamedToken>();
    const started = performance.now();
    const running = this.candidates([question], settings, {
      signal,
      onToken: (_row, token, probability, finish) => {
        queue.push({ token, probability, text: text.push(token) });
        if (finish !== null) queue.end();
      },
    });
    running.then(
      () => queue.end(),
      (error: unknown) => queue.fail(error),
    );
    try {
      yield* queue;
      const [rows] = await running;
      return await this.settle(question, rows!, settings, { ...request, signal }, started);
    } finally {
      stop.abort();
      await running.catch(() => undefined);
    }
  }

  /** Disposes the model too, if the engine loaded it. */
  dispose(): void {
    void this.ownPool?.close();
    if (this.parts.ownsModel) this.model.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
    await this.ownPool?.close();
  }

  private candidates(
    questions: readonly EncodedQuestion[],
    settings: AnswerSettings,
    options: Pick<CandidateOptions, "signal" | "onToken" | "onCandidates">,
  ): Promise<GeneratedRow[][]> {
    const requests = questions.map((question) => this.rowRequest(question, settings));
    const { batchSize: maxRows, prompt } = this.parts;
    return generateCandidates(this.model, requests, { settings, stopIds: prompt.stopIds, maxRows, ...options });
  }

  private rowRequest({ prompt, schema }: EncodedQuestion, { constrain }: AnswerSettings): RowRequest {
    return {
      prompt,
      automaton: constrain === "off" ? null : constraintFor(this.model, schema, constrain, this.parts.prompt.stopIds),
    };
  }

  private async settle(
    question: EncodedQuestion,
    rows: readonly GeneratedRow[],
    settings: AnswerSettings,
    call: Pick<CallOptions, "signal" | "execute">,
    started: number,
  ): Promise<Answer> {
    let generateMs = performance.now() - started;
    const { request, promptTokens, encodeMs } = question;
    const { signal } = call;
    const execute = call.execute ?? this.executeOf(request);
    const runs = execute ? new CandidateRuns(execute, signal) : null;
    const { tokenizer } = this.model;
    const settled = await settleAnswer({
      ...{ settings, runs, calibration: this.calibration, alwaysRun: call.execute !== undefined },
      candidates: rows.map((row) => readCandidate(row, tokenizer)),
      askAgain: async (sql, error) => {
        const again = this.encoder.write(question, repairQuestion(request.question, sql, error));
        if (!this.encoder.fits(again, settings.promptLimit)) return null;
        const asked = performance.now();
        const spec = samplingSpec({ ...settings.sampling, doSample: false }, this.parts.prompt.stopIds);
        const requests = [this.rowRequest(again, settings)];
        const [row] = await generateRows(this.model, requests, { ...spec, cacheKey: settings.cacheKey }, { signal });
        generateMs += performance.now() - asked;
        return readCandidate(row!, tokenizer);
      },
    });
    const executeMs = runs?.ms ?? 0;
    const timings = { encodeMs, generateMs, executeMs, totalMs: encodeMs + generateMs + executeMs };
    return { ...settled, promptTokens, cachedTokens: rows[0]!.cachedTokens, timings };
  }

  private executeOf({ db, database }: Question): Execute | null {
    const file = database ?? db;
    if (file === undefined) return null;
    this.ownPool ??= this.parts.pool ? null : createDatabasePool();
    return executeOn((this.parts.pool ?? this.ownPool)!, file);
  }
}
