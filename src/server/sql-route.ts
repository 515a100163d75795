import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Answer } from "../infer/index.js";
import type { Admitted } from "./admission.js";
import { type AnswerChoice, askModel } from "./ask-model.js";
import { documented, readBody } from "./body.js";
import { Executions } from "./executions.js";
import { HttpError } from "./http-error.js";
import { requestSignal } from "./request-signal.js";
import { samplingFields, samplingFor } from "./sampling-request.js";
import { type Subject, subjectOf } from "./schema-of-request.js";
import { modelNamed, type ServerContext } from "./server-context.js";
import { describeAnswer, type SqlReply, sqlReply } from "./sql-reply.js";
import { streamTokens } from "./token-stream.js";

const sqlRequest = z.strictObject({
  question: z.string(),
  schema: z.string().optional().describe("CREATE TABLE statements or TABLE: lines; this or database."),
  database: z.string().optional().describe("A name of /v1/databases."),
  model: z.string().optional().describe("A name of /v1/models; without one the first."),
  execute: z.boolean().default(true).describe("Whether SQL is run where the database is known."),
  max_rows: z.int().min(1).optional(),
  max_tokens: z.int().min(1).optional(),
  ...samplingFields,
  select: z
    .enum(["first-executable", "vote", "logprob"])
    .nullish()
    .describe(
      "How one of several candidates is chosen. On a database that is not known, first-executable is logprob and vote counts texts.",
    ),
  n: z.int().min(1).max(16).nullish().describe("Candidates of select, default 5: the likeliest answer and samples."),
  constrain: z
    .enum(["off", "lex", "schema"])
    .nullish()
    .describe("Tokens that no SQL (lex), or no SQL on this schema, could go on with are not taken."),
  repair: z
    .int()
    .min(0)
    .max(3)
    .nullish()
    .describe("Times that SQL which fails on the known database is asked for anew with its error."),
  abstain_below: z.number().min(0).max(1).nullish().describe("Confidence below which the answer counts as unsure."),
  stream: z.boolean().default(false).describe("token events as the SQL is written, then one answer event."),
});

type SqlRequest = z.output<typeof sqlRequest>;

/** Everything about one answer: SQL, confidence, alternatives, what it uses, whether it runs, its result, where the time went. */
export function sqlRoute(app: FastifyInstance, context: ServerContext): void {
  const schema = {
    summary: "SQL for a question, with all that is known of it",
    tags: ["sql"],
    body: documented(sqlRequest),
    response: { 200: documented(sqlReply, "output") },
  };
  app.post("/v1/sql", { schema }, async (request, reply) => {
    const started = performance.now();
    const body = readBody(sqlRequest, request.body);
    const model = modelNamed(context, body.model);
    const subject = subjectFor(body, context, request.client);
    const signal = requestSignal(reply);
    const executions =
      subject.database && body.execute
        ? new Executions(context, subject.database, { maxRows: body.max_rows, signal })
        : null;
    const asked = {
      ...{ model, question: body.question, schema: subject.schema, signal },
      sampling: samplingFor(body, body.max_tokens, context.settings.maxTokens),
      ...{ choice: choiceFor(body), executions },
    };
    if (subject.database) request.facts.database = subject.database.name;

    const complete = async (admitted: Admitted<Answer>): Promise<SqlReply> => {
      const { sql, abstained } = admitted.result;
      const outcome = executions && sql !== "" && !abstained ? await executions.run(sql) : null;
      return describeAnswer({ id: request.id, admitted, subject, model, outcome, started });
    };
    if (!body.stream) return complete(await askModel(context, request, asked));
    await streamTokens({
      ...{ reply, drainMs: context.settings.drainMs },
      ask: (onToken) => askModel(context, request, { ...asked, onToken }),
      token: (events, { text, probability }) => events.send({ text, probability }, "token"),
      close: async (events, admitted) => events.send(await complete(admitted), "answer"),
    });
    return reply;
  });
}

/** @throws HttpError 400, 404 */
function subjectFor(
  { question, schema, database }: SqlRequest,
  { databases }: ServerContext,
  client: string | null,
): Subject {
  if (question.trim() === "") throw new HttpError(400, "Question cannot be empty", { param: "question" });
  if ((schema === undefined) === (database === undefined)) {
    const found = schema === undefined ? "Neither schema nor database is" : "Both schema and database are";
    throw new HttpError(400, `${found} given: give one of them.`, { param: "schema" });
  }
  if (schema !== undefined) return subjectOf(schema, databases, client);
  const known = databases.get(database!);
  return { schema: known.schema, database: known };
}

/** @throws HttpError 400 for a number of candidates without a choice among them */
function choiceFor({ select, n, constrain, repair, abstain_below }: SqlRequest): AnswerChoice {
  if (n != null && select == null) {
    throw new HttpError(400, "n is the number of candidates of select, which is not given.", { param: "n" });
  }
  return {
    ...(select == null ? {} : { select: { by: select, ...(n == null ? {} : { n }) } }),
    ...(constrain == null ? {} : { constrain }),
    ...(repair == null ? {} : { repair }),
    ...(abstain_below == null ? {} : { abstainBelow: abstain_below }),
  };
}
