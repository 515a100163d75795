import { z } from "zod";
import type { QueryResult } from "../database/index.js";
import type { Answer } from "../infer/index.js";
import type { Admitted } from "./admission.js";
import { answerTokens } from "./answer-tokens.js";
import { usageOf } from "./chat-completion.js";
import { resultSchema, resultTable } from "./json-rows.js";
import { namesUsed } from "./names-used.js";
import type { Subject } from "./schema-of-request.js";
import type { ServedModel } from "./settings.js";

const probability = z.number().min(0).max(1);

/** Everything about one answer. */
export const sqlReply = z.strictObject({
  id: z.string(),
  model: z.string(),
  database: z.string().nullable(),
  sql: z.string(),
  confidence: probability.describe("Of the model's own probabilities: 0.8 x their geometric mean + 0.2 x the least."),
  calibrated_confidence: probability
    .nullable()
    .describe("The chance that the SQL is right, fitted on databases kept from training; null without such a fit."),
  abstained: z.boolean().describe("Whether the confidence is below abstain_below: the SQL was not run for its result."),
  votes: z.int().nullable().describe("Of vote: candidates that give this result; null where none could be run."),
  alternatives: z
    .array(
      z.strictObject({
        sql: z.string(),
        confidence: probability,
        executable: z.boolean().nullable(),
        votes: z.int().optional().describe("Candidates with the same result."),
      }),
    )
    .describe("The other candidates of select, each once, the best first."),
  tokens: z
    .array(z.strictObject({ text: z.string(), probability }))
    .describe("What the model wrote, token by token; text is empty in the middle of a character."),
  finish_reason: z.enum(["stop", "length"]),
  truncated: z.boolean().describe("Whether max_tokens cut the answer off."),
  repairs: z.int().min(0).describe("Rounds of repair that the SQL came from."),
  executable: z.boolean().nullable().describe("Whether it runs; null where it was not run."),
  error: z.strictObject({ kind: z.string(), message: z.string() }).nullable(),
  parses: z.boolean(),
  tables: z.array(z.string()).describe("Tables it uses, in the schema's spelling."),
  columns: z.array(z.strictObject({ table: z.string(), column: z.string() })),
  unknown_names: z.array(z.string()).describe("Names that the schema lacks."),
  result: resultSchema.nullable(),
  usage: z.strictObject({
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    total_tokens: z.int(),
    prompt_tokens_details: z.strictObject({ cached_tokens: z.int() }),
  }),
  cached_tokens: z.int().describe("Tokens of the prompt that were kept from an earlier question."),
  timings: z.strictObject({
    queue_ms: z.number(),
    encode_ms: z.number(),
    generate_ms: z.number(),
    execute_ms: z.number().nullable(),
    total_ms: z.number(),
    batch: z.int().describe("Questions that were computed when this one was begun, itself included."),
  }),
});

export type SqlReply = z.output<typeof sqlReply>;

export interface AnsweredQuestion {
  id: string;
  admitted: Admitted<Answer>;
  subject: Subject;
  model: ServedModel;
  /** Of the answer's SQL; null where it was not run. */
  outcome: QueryResult | null;
  /** When the request came, as performance.now(). */
  started: number;
}

export function describeAnswer({ id, admitted, subject, model, outcome, started }: AnsweredQuestion): SqlReply {
  const { result: answer, queueMs, together } = admitted;
  const names = namesUsed(answer.sql, subject.schema);
  const round = (ms: number) => Math.round(ms * 100) / 100;
  return {
    id,
    model: model.name,
    database: subject.database?.name ?? null,
    sql: answer.sql,
    confidence: answer.confidence,
    calibrated_confidence: answer.calibratedConfidence,
    abstained: answer.abstained,
    votes: answer.votes,
    alternatives: answer.alternatives.map(({ sql, confidence, executable, votes }) => {
      return { sql, confidence, executable, ...(votes === undefined ? {} : { votes }) };
    }),
    tokens: answerTokens(answer, model),
    finish_reason: answer.finishReason === "stop" ? "stop" : "length",
    truncated: answer.truncated,
    repairs: answer.repairs,
    executable: outcome === null ? answer.executable : outcome.ok,
    error: errorOf(answer, outcome),
    parses: names !== null,
    tables: names?.tables ?? [],
    columns: names?.columns ?? [],
    unknown_names: names?.unknown ?? [],
    result: outcome?.ok ? resultTable(outcome) : null,
    usage: usageOf(answer),
    cached_tokens: answer.cachedTokens,
    timings: {
      queue_ms: round(queueMs),
      encode_ms: round(answer.timings.encodeMs),
      generate_ms: round(answer.timings.generateMs),
      execute_ms: outcome?.ok ? round(outcome.seconds * 1000) : null,
      total_ms: round(performance.now() - started),
      batch: together,
    },
  };
}

function errorOf({ executionError }: Answer, outcome: QueryResult | null): SqlReply["error"] {
  if (outcome) return outcome.ok ? null : { kind: outcome.kind, message: outcome.error };
  return executionError === null ? null : { kind: "error", message: executionError };
}
