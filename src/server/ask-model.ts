import type { FastifyRequest } from "fastify";
import { SqltuneError } from "../errors.js";
import type {
  Answer,
  AnswerOptions,
  CallOptions,
  Engine,
  Question,
  SamplingOptions,
  StreamedToken,
} from "../infer/index.js";
import type { Schema } from "../schema/types.js";
import { cacheKeyOf } from "./access.js";
import type { Admitted } from "./admission.js";
import type { Executions } from "./executions.js";
import { HttpError } from "./http-error.js";
import type { ServerContext } from "./server-context.js";
import type { ServedModel } from "./settings.js";

/** How the answer is chosen among what the model could say; what is left out is the engine's. */
export type AnswerChoice = Pick<AnswerOptions, "select" | "constrain" | "repair" | "abstainBelow">;

export interface AskedQuestion {
  model: ServedModel;
  question: string;
  schema: Schema | null;
  sampling: SamplingOptions;
  choice?: AnswerChoice;
  /** Of the database that the question is about: the engine runs its candidates there. */
  executions?: Executions | null;
  signal: AbortSignal;
  onToken?: (token: StreamedToken) => void;
}

/** Asks a model as soon as there is a place, and notes what came of it. @throws HttpError 429, 400. */
export async function askModel(
  { admission, metrics }: ServerContext,
  request: FastifyRequest,
  asked: AskedQuestion,
): Promise<Admitted<Answer>> {
  const { model, question, schema, sampling, choice, executions, signal, onToken } = asked;
  const { facts } = request;
  Object.assign(facts, { model: model.name, question });
  if (question.length > MAX_QUESTION) {
    const message = `The question has ${question.length} characters; ${MAX_QUESTION} are read at most.`;
    throw new HttpError(400, message, { code: "context_length_exceeded" });
  }
  if (schema) requireSome(schema, model);
  const call: Question & CallOptions = {
    ...(schema === null ? { question } : { question, schema }),
    ...{ sampling, signal, cacheKey: cacheKeyOf(request, model.name) },
    ...choice,
    ...(executions ? { execute: executions.forEngine } : {}),
  };
  const select = choice?.select ?? model.answering?.select;
  const rows = select ? (select.n ?? DEFAULT_CANDIDATES) : 1;
  const admitted = await admission.run(rows, signal, () =>
    onToken ? streamed(model.engine, call, onToken) : whole(model.engine, call),
  );
  const { result: answer, queueMs } = admitted;
  metrics.answer(model.name, answer, queueMs);
  Object.assign(facts, {
    sql: answer.sql,
    promptTokens: answer.promptTokens,
    cachedTokens: answer.cachedTokens,
    completionTokens: answer.tokens.length,
    queueMs: Math.round(queueMs),
  });
  return admitted;
}

/** Characters: to count the tokens of a text takes its time, and no model here answers a question this long. */
const MAX_QUESTION = 20_000;
/** Characters that a token of a name has at most, on average over many. */
const TOKEN_CHARACTERS = 32;

/**
 * Refuses a schema that cannot fit before it is written and its tokens are counted, which takes a second for a megabyte:
 * each name is at least a token.
 */
function requireSome({ tables }: Schema, { name, engine }: ServedModel): void {
  const context = engine.model.decoderConfig.maxPositionEmbeddings;
  const names = tables.flatMap((table) => [table.name, ...table.columns.map((column) => column.name)]);
  const characters = names.reduce((sum, { length }) => sum + length, 0);
  if (Math.max(names.length, characters / TOKEN_CHARACTERS) < context) return;
  const message = `The schema has ${names.length} names, the context of ${name} ${context} tokens. Give only the tables that the question needs.`;
  throw new HttpError(400, message, { code: "context_length_exceeded" });
}

/** The engine's own. */
const DEFAULT_CANDIDATES = 5;

async function whole(engine: Engine, call: Question & CallOptions): Promise<Answer> {
  try {
    return await engine.generate(call);
  } catch (error) {
    throw ofRequest(error);
  }
}

async function streamed(
  engine: Engine,
  call: Question & CallOptions,
  onToken: (token: StreamedToken) => void,
): Promise<Answer> {
  let tokens = 0;
  try {
    const running = engine.stream(call);
    for (;;) {
      const next = await running.next();
      if (next.done) return next.value;
      tokens++;
      onToken(next.value);
    }
  } catch (error) {
    throw tokens === 0 ? ofRequest(error) : error;
  }
}

/** What the engine complains of before it computes is the request's fault: a prompt without room for an answer. */
function ofRequest(error: unknown): unknown {
  if (!(error instanceof SqltuneError) || error.details.code?.startsWith("ERR_SQLTUNE_")) return error;
  const tooLong = /^The prompt has \d+ tokens/.test(error.message);
  return new HttpError(400, error.message, { code: tooLong ? "context_length_exceeded" : "invalid_request" });
}
