import { setImmediate } from "node:timers/promises";
import { SqltuneError } from "../errors.js";
import type { Model } from "../model/index.js";
import { PromptEncoder } from "../prompt/encode-prompt.js";
import type { ModelPromptProgram, PromptIds } from "../prompt/types.js";
import type { Schema } from "../schema/types.js";
import type { Question } from "./engine-types.js";
import { schemaReader } from "./schema-reader.js";

/** How long reading and tokenising may hold the event loop. */
const TURN_MS = 10;

/** A question whose schema has been read. */
export interface ReadQuestion {
  request: Question;
  schema: Schema | null;
  readMs: number;
}

export interface EncodedQuestion extends ReadQuestion {
  prompt: PromptIds;
  promptTokens: number;
  encodeMs: number;
}

/** Reads the schemas of questions and writes their prompts as token ids. */
export class QuestionEncoder {
  private readonly encoder: PromptEncoder;

  constructor(
    private readonly model: Model,
    private readonly program: ModelPromptProgram,
  ) {
    this.encoder = new PromptEncoder(model.tokenizer, { bos: program.bos });
  }

  /** @throws SqltuneError for an empty question and a schema that cannot be read */
  encode(request: Question): EncodedQuestion {
    return this.write(read(request, schemaReader()));
  }

  /** Writes and tokenises the prompt; `text` takes the place of the question. */
  write(question: ReadQuestion, text = question.request.question): EncodedQuestion {
    const started = performance.now();
    const prompt = this.encoder.encode(this.program.segments({ question: text, schema: question.schema }));
    const encodeMs = question.readMs + performance.now() - started;
    return { ...question, prompt, promptTokens: prompt.schema.length + prompt.question.length, encodeMs };
  }

  /** Reads all schemas, each once, before any question is answered: a fault in the last one shows at once. */
  async readAll(requests: readonly Question[], signal?: AbortSignal): Promise<ReadQuestion[]> {
    const readSchema = schemaReader();
    const turns = new Turns(signal);
    const questions: ReadQuestion[] = [];
    for (const [i, request] of requests.entries()) {
      try {
        questions.push(read(request, readSchema));
      } catch (error) {
        if (!(error instanceof SqltuneError)) throw error;
        throw new SqltuneError(`Question ${i + 1} of ${requests.length}: ${error.message}`, { cause: error });
      }
      await turns.next();
    }
    return questions;
  }

  async writeAll(questions: readonly ReadQuestion[], signal?: AbortSignal): Promise<EncodedQuestion[]> {
    const turns = new Turns(signal);
    const encoded: EncodedQuestion[] = [];
    for (const question of questions) {
      encoded.push(this.write(question));
      await turns.next();
    }
    return encoded;
  }

  /** Whether the prompt is within `limit` and leaves room for an answer. */
  fits({ promptTokens }: EncodedQuestion, limit: number | null): boolean {
    return promptTokens < this.model.decoderConfig.maxPositionEmbeddings && (limit === null || promptTokens <= limit);
  }

  /** @throws SqltuneError that names the numbers where it does not fit */
  requireRoom(question: EncodedQuestion, limit: number | null): void {
    if (this.fits(question, limit)) return;
    const { promptTokens, prompt } = question;
    const context = this.model.decoderConfig.maxPositionEmbeddings;
    const over = promptTokens < context;
    throw new SqltuneError(
      `The prompt has ${promptTokens} tokens (schema ${prompt.schema.length}), ` +
        (over ? `the limit is ${limit}. ` : `the context of ${this.model.source.name} ${context}. `) +
        `Give only the tables that the question needs, or ${over ? "raise the limit" : "a model with a longer context"}.`,
    );
  }
}

function read(request: Question, readSchema: ReturnType<typeof schemaReader>): ReadQuestion {
  const started = performance.now();
  if (typeof request.question !== "string" || request.question.trim() === "") {
    throw new SqltuneError(`question is ${JSON.stringify(request.question)}; expected a text that is not empty.`);
  }
  return { request, schema: readSchema(request), readMs: performance.now() - started };
}

/** Gives other work of the process its turn while many questions are read: a thousand take a second or two. */
class Turns {
  private since = performance.now();

  constructor(private readonly signal: AbortSignal | undefined) {}

  async next(): Promise<void> {
    if (performance.now() - this.since < TURN_MS) return;
    await setImmediate();
    this.signal?.throwIfAborted();
    this.since = performance.now();
  }
}
