import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { askModel } from "./ask-model.js";
import { documented, readBody } from "./body.js";
import { Executions } from "./executions.js";
import { HttpError } from "./http-error.js";
import { resultSchema, tableOrError } from "./json-rows.js";
import { requestSignal } from "./request-signal.js";
import { samplingFor } from "./sampling-request.js";
import { subjectOf } from "./schema-of-request.js";
import { modelNamed, type ServerContext } from "./server-context.js";

const body = z.object({
  question: z.string().describe("What is asked."),
  schema: z
    .string()
    .describe("CREATE TABLE statements, TABLE: lines, or the name of a database that the server knows."),
});
const answer = z.object({
  generated_sql: z.string(),
  confidence: z.number().min(0).max(1),
  execution_result: z
    .union([resultSchema, z.string(), z.null()])
    .describe("Of a known database: the rows, or the error's text. null for a schema that no database has."),
  latency_ms: z.number(),
});

/** The Python seed project's endpoint, field for field. */
export function generateSqlRoute(app: FastifyInstance, context: ServerContext): void {
  const schema = {
    ...{ summary: "SQL for a question (the first API, kept as it was)", tags: ["sql"] },
    body: documented(body),
    response: { 200: documented(answer, "output") },
  };
  app.post("/generate_sql", { schema }, async (request, reply) => {
    const started = performance.now();
    const asked = readBody(body, request.body);
    if (asked.question.trim() === "") throw new HttpError(400, "Question cannot be empty");
    if (asked.schema.trim() === "") throw new HttpError(400, "Schema cannot be empty");
    const model = modelNamed(context, undefined);
    const { schema, database } = subjectOf(asked.schema, context.databases, request.client);
    const signal = requestSignal(reply);
    const sampling = samplingFor({}, undefined, context.settings.maxTokens);
    if (database) request.facts.database = database.name;
    const executions = database ? new Executions(context, database, { signal }) : null;
    const { question } = asked;
    const { result: answer } = await askModel(context, request, {
      model,
      question,
      schema,
      sampling,
      executions,
      signal,
    });
    const result = executions ? tableOrError(await executions.run(answer.sql)) : null;
    return {
      generated_sql: answer.sql,
      confidence: answer.confidence,
      execution_result: result,
      latency_ms: Math.round((performance.now() - started) * 100) / 100,
    };
  });
}
