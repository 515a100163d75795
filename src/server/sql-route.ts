import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { QueryResult } from "../database/index.js";
import type { QueuedAnswer } from "./answer-queue.js";
import { askModel } from "./ask-model.js";
import { documented, readBody } from "./body.js";
import { usageOf } from "./chat-completion.js";
import { HttpError } from "./http-error.js";
import { resultTable } from "./json-rows.js";
import { namesUsed } from "./names-used.js";
import { requestSignal } from "./request-signal.js";
import { samplingFields, samplingFor } from "./sampling-request.js";
import { type Subject, subjectOf } from "./schema-of-request.js";
import { modelNamed, type ServerContext } from "./server-context.js";
import type { ServedModel } from "./settings.js";
import { streamTokens } from "./token-stream.js";

const sqlRequest = z.strictObject({
  question: z.string(),
  schema: z.string().optional().describe("CREATE TABLE statements or TABLE: lines; this or database."),
  database: z.string().optional().describe("A name of /v1/databases."),
  model: z.string().optional().describe("A name of /v1/models; without one the first."),
  execute: z.boolean().default(true).describe("Whether the SQL is run where the database is known."),
  max_rows: z.int().min(1).optional(),
  max_tokens: z.int().min(1).optional(),
  ...samplingFields,
  stream: z.boolean().default(false).describe("token events as the SQL is written, then one answer event."),
});

type SqlRequest = z.output<typeof sqlRequest>;

/** Everything about one answer: SQL, confidence, what it uses, whether it runs, its result, where the time went. */
export function sqlRoute(app: FastifyInstance, context: ServerContext): void {
  const schema = {
    summary: "SQL for a question, with all that is known of it",
    tags: ["sql"],
    body: documented(sqlRequest),
  };
  app.post("/v1/sql", { schema }, async (request, reply) => {
    const started = performance.now();
    const body = readBody(sqlRequest, request.body);
    const model = modelNamed(context, body.model);
    const subject = subjectFor(body, context);
    const signal = requestSignal(reply);
    const sampling = samplingFor(body, body.max_tokens, context.settings.maxTokens);
    const asked = { model, question: body.question, schema: subject.schema, sampling, signal };
    if (subject.database) request.facts.database = subject.database.name;

    const complete = async (result: QueuedAnswer): Promise<object> => {
      const run = subject.database !== null && body.execute && result.answer.sql !== "";
      const options = { maxRows: body.max_rows, signal };
      const outcome = run ? await context.databases.query(subject.database!, result.answer.sql, options) : null;
      if (outcome) context.metrics.query(outcome.ok ? "ok" : outcome.kind);
      return { id: request.id, ...describe(result, subject, model, outcome, started) };
    };
    if (!body.stream) return complete(await askModel(context, request, asked));
    await streamTokens({
      ...{ reply, drainMs: context.settings.drainMs },
      ask: (onToken) => askModel(context, request, { ...asked, onToken }),
      token: (events, { text, probability }) => events.send({ text, probability }, "token"),
      close: async (events, result) => events.send(await complete(result), "answer"),
    });
    return reply;
  });
}

/** @throws HttpError 400, 404 */
function subjectFor({ question, schema, database }: SqlRequest, { databases }: ServerContext): Subject {
  if (question.trim() === "") throw new HttpError(400, "Question cannot be empty", { param: "question" });
  if ((schema === undefined) === (database === undefined)) {
    const found = schema === undefined ? "Neither schema nor database is" : "Both schema and database are";
    throw new HttpError(400, `${found} given: give one of them.`, { param: "schema" });
  }
  if (schema !== undefined) return subjectOf(schema, databases);
  const known = databases.get(database!);
  return { schema: known.schema, database: known };
}

function describe(
  { answer, queueMs, batch }: QueuedAnswer,
  { schema, database }: Subject,
  model: ServedModel,
  outcome: QueryResult | null,
  started: number,
): object {
  const names = namesUsed(answer.sql, schema);
  const round = (ms: number) => Math.round(ms * 100) / 100;
  return {
    model: model.name,
    database: database?.name ?? null,
    sql: answer.sql,
    confidence: answer.confidence,
    finish_reason: answer.finishReason,
    executable: outcome === null ? null : outcome.ok,
    error: outcome && !outcome.ok ? { kind: outcome.kind, message: outcome.error } : null,
    parses: names !== null,
    tables: names?.tables ?? [],
    columns: names?.columns ?? [],
    unknown_names: names?.unknown ?? [],
    result: outcome?.ok ? resultTable(outcome) : null,
    usage: usageOf(answer),
    timings: {
      queue_ms: round(queueMs),
      encode_ms: round(answer.timings.encodeMs),
      generate_ms: round(answer.timings.generateMs),
      execute_ms: outcome?.ok ? round(outcome.seconds * 1000) : null,
      total_ms: round(performance.now() - started),
      batch,
    },
  };
}
