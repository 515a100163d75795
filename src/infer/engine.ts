import { setImmediate } from "node:timers/promises";
import { SqltuneError } from "../errors.js";
import { abortable, loadModel, Model } from "../model/index.js";
import type { GeneratedRow, OnToken, SamplingSpec } from "../native/types.js";
import { PromptEncoder } from "../prompt/encode-prompt.js";
import { extractSql } from "../prompt/extract-sql.js";
import type { PromptIds } from "../prompt/types.js";
import { confidence } from "./confidence.js";
import type { Answer, CallOptions, EngineOptions, Question, StreamedToken } from "./engine-types.js";
import { type PlannedBatch, planBatches } from "./plan-batches.js";
import { type EnginePrompt, promptFor } from "./prompt-for.js";
import { PushQueue } from "./push-queue.js";
import { type SamplingOptions, samplingSpec } from "./sampling.js";
import { schemaReader } from "./schema-reader.js";
import { TokenText } from "./token-text.js";

/**
 * Makes an engine that answers questions with a model. A model given by name is loaded here and disposed with the
 * engine; a loaded one stays the caller's.
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { model: given, load, prompt, batchSize = 64, ...sampling } = options;
  if (!(Number.isInteger(batchSize) && batchSize >= 1))
    throw new SqltuneError(`batchSize is ${batchSize}; expected a whole number of at least 1.`);
  const model = given instanceof Model ? given : await loadModel(given, load);
  try {
    const enginePrompt = promptFor(model.tokenizer, model.adapter?.sqltune ?? null, prompt);
    return new Engine({ model, ownsModel: model !== given, prompt: enginePrompt, sampling, batchSize });
  } catch (error) {
    if (model !== given) model.dispose();
    throw error;
  }
}

/** How long tokenising may hold the event loop. */
const TURN_MS = 10;

interface EngineParts {
  model: Model;
  ownsModel: boolean;
  prompt: EnginePrompt;
  sampling: SamplingOptions;
  batchSize: number;
}

interface EncodedQuestion {
  prompt: PromptIds;
  encodeMs: number;
}

/** Answers questions. Calls may overlap: the model computes them one after the other. */
export class Engine implements Disposable, AsyncDisposable {
  readonly model: Model;
  /** What loading and the choice of the prompt had to change or doubt, one sentence each. */
  readonly warnings: readonly string[];
  private readonly parts: EngineParts;
  private readonly encoder: PromptEncoder;

  constructor(parts: EngineParts) {
    this.parts = parts;
    this.encoder = new PromptEncoder(parts.model.tokenizer, { bos: parts.prompt.program.bos });
    this.model = parts.model;
    this.warnings = [...parts.model.warnings, ...parts.prompt.warnings];
  }

  /** How prompts are written. */
  get promptSettings(): EnginePrompt["settings"] {
    return this.parts.prompt.settings;
  }

  /**
   * Answers one question. Throws SqltuneError for a schema that cannot be read and for a prompt longer than the model's
   * context; rejects with the signal's reason once it is aborted.
   */
  async generate(request: Question & CallOptions): Promise<Answer> {
    const { signal, sampling } = request;
    const encoded = this.encode(request, schemaReader());
    this.requireRoom(encoded.prompt);
    const [batch] = planBatches([encoded.prompt], 1) as [PlannedBatch];
    const started = performance.now();
    const [row] = await this.run(batch, this.sampling(sampling), { signal });
    return this.answer(encoded, row!, performance.now() - started);
  }

  /**
   * Answers many questions, those of one schema together; answers come in the order of the questions. `onAnswer` gets
   * each as soon as it is complete. A question whose prompt does not fit is answered "prompt_too_long".
   */
  async generateBatch(
    questions: readonly Question[],
    options: CallOptions & { onAnswer?: (answer: Answer, index: number) => void } = {},
  ): Promise<Answer[]> {
    const encoded = await this.encodeAll(questions, options.signal);
    const answers: Answer[] = new Array(questions.length);
    const give = (index: number, answer: Answer) => {
      answers[index] = answer;
      options.onAnswer?.(answer, index);
    };
    const fitting: number[] = [];
    for (const [i, question] of encoded.entries()) {
      if (this.fits(question.prompt)) fitting.push(i);
      else give(i, this.tooLong(question));
    }
    // One call for all: the native side keeps `batchSize` rows going, and a row that ends makes room for the next.
    const prompts = fitting.map((i) => encoded[i]!.prompt);
    for (const batch of planBatches(prompts, Number.POSITIVE_INFINITY)) {
      const started = performance.now();
      const collected = batch.rows.map(() => ({ tokens: [] as number[], probabilities: [] as number[] }));
      const onToken: OnToken = (row, token, probability, finish) => {
        const { tokens, probabilities } = collected[row]!;
        tokens.push(token);
        probabilities.push(probability);
        if (finish === null) return;
        const whole = {
          tokens: Int32Array.from(tokens),
          probabilities: Float32Array.from(probabilities),
          finishReason: finish,
        };
        const index = fitting[batch.rows[row]!]!;
        give(index, this.answer(encoded[index]!, whole, performance.now() - started));
      };
      const spec = { ...this.sampling(options.sampling), maxRows: this.parts.batchSize };
      await this.run(batch, spec, { signal: options.signal, onToken });
    }
    return answers;
  }

  /**
   * Answers one question token by token; the generator returns the whole answer. Leaving the loop early stops the model.
   */
  async *stream(request: Question & CallOptions): AsyncGenerator<StreamedToken, Answer> {
    const encoded = this.encode(request, schemaReader());
    this.requireRoom(encoded.prompt);
    const stop = new AbortController();
    const signal = request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal;
    const [batch] = planBatches([encoded.prompt], 1) as [PlannedBatch];
    const text = new TokenText(this.model.tokenizer);
    const queue = new PushQueue<StreamedToken>();
    const started = performance.now();
    const onToken: OnToken = (_row, token, probability) => queue.push({ token, probability, text: text.push(token) });
    const running = this.run(batch, this.sampling(request.sampling), { signal, onToken });
    running.then(
      () => queue.end(),
      (error: unknown) => queue.fail(error),
    );
    try {
      yield* queue;
      const [row] = await running;
      return this.answer(encoded, row!, performance.now() - started);
    } finally {
      stop.abort();
      await running.catch(() => undefined);
    }
  }

  /** Disposes the model too, if the engine loaded it. */
  dispose(): void {
    if (this.parts.ownsModel) this.model.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }

  private encode(request: Question, readSchema: ReturnType<typeof schemaReader>): EncodedQuestion {
    const started = performance.now();
    if (typeof request.question !== "string" || request.question.trim() === "") {
      throw new SqltuneError(`question is ${JSON.stringify(request.question)}; expected a text that is not empty.`);
    }
    const segments = this.parts.prompt.program.segments({ question: request.question, schema: readSchema(request) });
    return { prompt: this.encoder.encode(segments), encodeMs: performance.now() - started };
  }

  /** A thousand questions take a second or two to tokenise: other work of the process gets its turn in between. */
  private async encodeAll(questions: readonly Question[], signal?: AbortSignal): Promise<EncodedQuestion[]> {
    const readSchema = schemaReader();
    const encoded: EncodedQuestion[] = [];
    let turn = performance.now();
    for (const [i, question] of questions.entries()) {
      try {
        encoded.push(this.encode(question, readSchema));
      } catch (error) {
        if (!(error instanceof SqltuneError)) throw error;
        throw new SqltuneError(`Question ${i + 1} of ${questions.length}: ${error.message}`, { cause: error });
      }
      if (performance.now() - turn < TURN_MS) continue;
      await setImmediate();
      signal?.throwIfAborted();
      turn = performance.now();
    }
    return encoded;
  }

  private run(
    batch: PlannedBatch,
    spec: SamplingSpec,
    options: { signal?: AbortSignal | undefined; onToken?: OnToken },
  ): Promise<GeneratedRow[]> {
    const { native, addon } = this.model;
    return abortable(addon, options.signal, (abort) => native.generate(batch.prompts, spec, options.onToken, abort));
  }

  private sampling(override: SamplingOptions | undefined): SamplingSpec {
    return samplingSpec({ ...this.parts.sampling, ...override }, this.parts.prompt.stopIds);
  }

  private answer({ prompt, encodeMs }: EncodedQuestion, row: GeneratedRow, generateMs: number): Answer {
    const text = this.model.tokenizer.decode(row.tokens, { skipSpecialTokens: true });
    return {
      sql: extractSql(text),
      text,
      confidence: confidence(row.probabilities),
      tokens: row.tokens,
      probabilities: row.probabilities,
      finishReason: row.finishReason === "stop" ? "stop" : "length",
      promptTokens: lengthOf(prompt),
      timings: { encodeMs, generateMs, totalMs: encodeMs + generateMs },
    };
  }

  private fits(prompt: PromptIds): boolean {
    return lengthOf(prompt) < this.model.decoderConfig.maxPositionEmbeddings;
  }

  private requireRoom(prompt: PromptIds): void {
    if (this.fits(prompt)) return;
    throw new SqltuneError(
      `The prompt has ${lengthOf(prompt)} tokens (schema ${prompt.schema.length}), the context of ${this.model.source.name} ` +
        `${this.model.decoderConfig.maxPositionEmbeddings}. Give only the tables that the question needs, or a model with a longer context.`,
    );
  }

  private tooLong({ prompt, encodeMs }: EncodedQuestion): Answer {
    return {
      ...{ sql: "", text: "", confidence: 0, tokens: new Int32Array(0), probabilities: new Float32Array(0) },
      finishReason: "prompt_too_long",
      promptTokens: lengthOf(prompt),
      timings: { encodeMs, generateMs: 0, totalMs: encodeMs },
    };
  }
}

const lengthOf = (prompt: PromptIds): number => prompt.schema.length + prompt.question.length;
