import type { FastifyRequest } from "fastify";
import type { SamplingOptions, StreamedToken } from "../infer/index.js";
import type { Schema } from "../schema/types.js";
import type { QueuedAnswer } from "./answer-queue.js";
import { HttpError } from "./http-error.js";
import type { ServerContext } from "./server-context.js";
import type { ServedModel } from "./settings.js";

export interface AskedQuestion {
  model: ServedModel;
  question: string;
  schema: Schema | null;
  sampling: SamplingOptions;
  signal: AbortSignal;
  onToken?: (token: StreamedToken) => void;
}

/** Puts a question in the line before the model and notes what came of it. @throws HttpError 429, 400. */
export async function askModel(
  { queue, metrics }: ServerContext,
  request: FastifyRequest,
  asked: AskedQuestion,
): Promise<QueuedAnswer> {
  const { model, question, schema, sampling, signal, onToken } = asked;
  const { facts } = request;
  Object.assign(facts, { model: model.name, question });
  const result = await queue.submit({
    engine: model.engine,
    question: schema === null ? { question } : { question, schema },
    ...{ sampling, signal, onToken },
    alone: sampling.seed !== undefined,
  });
  const { answer, queueMs } = result;
  if (answer.finishReason === "prompt_too_long") {
    const context = model.engine.model.decoderConfig.maxPositionEmbeddings;
    throw new HttpError(
      400,
      `The prompt has ${answer.promptTokens} tokens, the context of ${model.name} ${context}. Give only the tables that the question needs.`,
      { code: "context_length_exceeded" },
    );
  }
  metrics.answer(model.name, answer.promptTokens, answer.tokens.length, queueMs);
  Object.assign(facts, {
    sql: answer.sql,
    promptTokens: answer.promptTokens,
    completionTokens: answer.tokens.length,
    queueMs: Math.round(queueMs),
  });
  return result;
}
