import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { startsLikeSelect } from "../database/single-select.js";
import { serializeSchema } from "../schema/serialize-schema.js";
import { documented, readBody } from "./body.js";
import { FeedbackFile } from "./feedback-file.js";
import { HttpError } from "./http-error.js";
import { requestSignal } from "./request-signal.js";
import { type Subject, subjectOf } from "./schema-of-request.js";
import type { ServerContext } from "./server-context.js";

const query = z.string().trim().max(20_000);
const feedbackRequest = z.strictObject({
  question: z.string().trim().min(1).max(10_000),
  sql: query.describe("What the model answered; may be empty unless it is right."),
  verdict: z.enum(["right", "wrong", "corrected"]),
  corrected_sql: query.min(1).optional().describe("The right query; with the verdict corrected, and only then."),
  database: z.string().optional().describe("A name of /v1/databases; this or schema."),
  schema: z.string().optional().describe("CREATE TABLE statements or TABLE: lines."),
  model: z.string().max(200).optional().describe("The model that answered."),
});
type Feedback = z.output<typeof feedbackRequest>;

/** What a reader says about an answer, kept as a row to train on. */
export function feedbackRoute(app: FastifyInstance, context: ServerContext, dataFolder: string | undefined): void {
  const file = dataFolder === undefined ? null : new FeedbackFile(dataFolder);
  const schema = {
    summary: "Say whether an answer is right",
    description:
      "Right and corrected answers are appended to feedback.jsonl in the server's data folder, which trains with data.dataset_name: jsonl; answers that are only wrong go to feedback-wrong.jsonl.",
    tags: ["feedback"],
    body: documented(feedbackRequest),
  };
  app.post("/v1/feedback", { schema }, async (request, reply) => {
    if (!file) {
      throw new HttpError(403, "This server keeps no feedback: start it with --data-dir FOLDER.", {
        code: "feedback_off",
      });
    }
    const body = readBody(feedbackRequest, request.body);
    Object.assign(request.facts, { question: body.question, sql: body.sql, database: body.database });
    const subject = subjectFor(body, context);
    const { question, sql, verdict, corrected_sql, model = null } = body;
    const right = verdict === "corrected" ? await checkedCorrection(corrected_sql, subject, context, reply) : sql;
    const said = {
      ...{ question, schema: serializeSchema(subject.schema, "ddl"), predicted: sql },
      ...{ database: subject.database?.name ?? null, model, time: new Date().toISOString() },
    };
    const kept = await file.add(verdict === "wrong" ? { ...said, verdict } : { ...said, sql: right, verdict });
    return reply.code(201).send({ verdict, training_row: verdict !== "wrong", ...kept });
  });
}

function subjectFor(body: Feedback, { databases }: ServerContext): Subject {
  const { verdict, sql, corrected_sql, schema, database } = body;
  if (verdict === "right" && sql === "") throw new HttpError(400, "An empty answer is not right.", { param: "sql" });
  if ((corrected_sql !== undefined) !== (verdict === "corrected")) {
    const found = corrected_sql === undefined ? "is missing" : `does not go with the verdict ${verdict}`;
    throw new HttpError(400, `corrected_sql ${found}.`, { param: "corrected_sql" });
  }
  if ((schema === undefined) === (database === undefined)) {
    const found = schema === undefined ? "Neither schema nor database is" : "Both schema and database are";
    throw new HttpError(400, `${found} given: give one of them.`, { param: "schema" });
  }
  if (schema !== undefined) return subjectOf(schema, databases);
  const known = databases.get(database!);
  return { schema: known.schema, database: known };
}

/** A correction that does not run would teach a mistake. @throws HttpError 400 */
async function checkedCorrection(
  sql: string | undefined,
  { database }: Subject,
  { databases }: ServerContext,
  reply: FastifyReply,
): Promise<string> {
  const refuse = (why: string) => new HttpError(400, why, { code: "invalid_correction", param: "corrected_sql" });
  if (!startsLikeSelect(sql!)) throw refuse("The correction is no SELECT, WITH or VALUES statement.");
  if (!database) return sql!;
  const outcome = await databases.query(database, sql!, { maxRows: 1, own: true, signal: requestSignal(reply) });
  if (!outcome.ok && outcome.kind !== "timeout") throw refuse(`The correction does not run: ${outcome.error}`);
  return sql!;
}
