import type { DatabasePool } from "../database/index.js";
import type { LoadModelOptions, Model } from "../model/index.js";
import type { Schema, SchemaFormat } from "../schema/types.js";
import type { Constrain } from "./constrain.js";
import type { SamplingOptions } from "./sampling.js";

/** How prompts are written. What is not given is taken from the adapter's sqltune.json. */
export interface PromptOptions {
  /** "chat": the model's own chat template; "inst": the Python seed project's [INST] text. */
  program?: "chat" | "inst";
  schemaFormat?: SchemaFormat;
  /** System message of the chat program, default sqltune's own; null sends none. */
  system?: string | null;
}

/**
 * How one of several candidates becomes the answer. The first candidate is the greedy one, the others are samples.
 * - "first-executable": the first that runs on the database, the most probable tried first (execution-guided decoding,
 *   Wang et al. 2018). Without a database it is "logprob".
 * - "vote": the result that most candidates give (self-consistency, Wang et al. 2022, by results as in MBR-exec, Shi et
 *   al. 2022). Without a database the SQL text is counted instead.
 * - "logprob": the highest mean log-probability of its tokens; the database has no say.
 */
export interface Selection {
  by: "first-executable" | "vote" | "logprob";
  /** Candidates, the greedy one among them; default 5. */
  n?: number;
  /** Of the samples; default 0.7. */
  temperature?: number;
}

/** What running an answer's SQL on its database gave. */
export interface Execution {
  ok: boolean;
  /** The database's words where it is not ok. */
  error?: string;
  /** Whose fault that is; default the query's. The database's (a missing file, a full queue) says nothing of the query. */
  fault?: "query" | "database";
  rows?: readonly (readonly unknown[])[];
  columns?: readonly string[];
}

/** Runs SQL read-only, within limits of its own. It may reject only when the signal aborts. */
export type Execute = (sql: string, signal?: AbortSignal) => Promise<Execution>;

/** How answers are chosen, checked and trusted: docs/answering.md. */
export interface AnswerOptions {
  /** "off" (default) lets the model say anything, "lex" only SQL, "schema" only SQL over the schema's names. */
  constrain?: Constrain;
  /** Default null: the one answer that the sampling gives. */
  select?: Selection | null;
  /** Rounds in which an answer that fails on the database is asked for again, with the database's error; default 0. */
  repair?: number;
  /** Answers with a lower confidence (calibrated where it can be) are marked abstained; default null, none. */
  abstainBelow?: number | null;
  /** Longest prompt in tokens; default null: what the model's context leaves room for. */
  promptLimit?: number | null;
  /** Runs the chosen SQL to fill `executable` where nothing else asks for it; default false. */
  check?: boolean;
}

export interface EngineOptions extends SamplingOptions, AnswerOptions {
  /** A loaded model, which stays the caller's, or what loadModel takes, which the engine loads and disposes. */
  model: Model | string;
  /** For a model given by name: device, adapter and the rest. */
  load?: LoadModelOptions;
  prompt?: PromptOptions;
  /** Rows of one call that are computed together; default 64. More take more memory for keys and values. */
  batchSize?: number;
  /** Memory for schemas kept from call to call, in bytes; default the model's own setting, at first 192 MiB. */
  prefixCacheBytes?: number;
  /** Runs SQL of questions that name a database file; default a pool of the engine's own, made when it is first needed. */
  pool?: DatabasePool;
}

export interface Question {
  question: string;
  /** The schema as DDL, as the seed project's TABLE lines, or parsed. Never a path: a server may pass it on unread. */
  schema?: string | Schema;
  /** Instead of `schema`: path of a SQLite file to read it from, and to run the answer on where that is asked for. */
  db?: string;
  /** With `schema`: path of the SQLite file to run the answer on. */
  database?: string;
}

export interface CallOptions extends AnswerOptions {
  signal?: AbortSignal;
  /** Takes the place of the engine's own sampling, option by option. */
  sampling?: SamplingOptions;
  /** Kept schemas are shared only among calls of one key; default "". */
  cacheKey?: string;
  /** Runs the SQL instead of the question's database; the chosen answer is then always run. */
  execute?: Execute;
}

export interface Timings {
  /** Reading the schema, writing and tokenising the prompt, in milliseconds. */
  encodeMs: number;
  /** The model's time, all candidates and repairs; for a row of a batch from the batch's start to the row's last token. */
  generateMs: number;
  /** Running SQL on the database. */
  executeMs: number;
  totalMs: number;
}

/** Another candidate's SQL; each text once. */
export interface Alternative {
  sql: string;
  confidence: number;
  /** Null where it was not run. */
  executable: boolean | null;
  /** Of "vote": candidates that give its result. */
  votes?: number;
}

export interface Answer {
  /** The SQL alone: code fences and prose stripped. */
  sql: string;
  /** All that the model wrote, control tokens left out. */
  text: string;
  /** In [0, 1]; see `confidence`. */
  confidence: number;
  /** How probable it is that the answer is right, by the adapter's calibration; null where the adapter has none. */
  calibratedConfidence: number | null;
  /** The confidence is below `abstainBelow`: better not to be relied on. The SQL stands here all the same. */
  abstained: boolean;
  /** Whether the SQL runs on the database; null where it was not run, or the database is at fault. */
  executable: boolean | null;
  executionError: string | null;
  /** The other candidates, best first. */
  alternatives: Alternative[];
  /** Of "vote": candidates that give this answer's result; null elsewhere, and where none could be run. */
  votes: number | null;
  /** Rounds of repair that were asked for; `sql` is the last one's if it runs. */
  repairs: number;
  /** New tokens, the end token included. */
  tokens: Int32Array;
  /** The model's probability of each, [tokens]. */
  probabilities: Float32Array;
  /** "prompt_too_long": the prompt is over the limit or leaves no room for an answer, which is empty. Only in batches. */
  finishReason: "stop" | "length" | "prompt_too_long";
  /** Cut off by the length limit: `finishReason` is "length". */
  truncated: boolean;
  promptTokens: number;
  /** Prompt tokens that were not computed again. Of a batch's answers it is 0 until the whole batch is done. */
  cachedTokens: number;
  timings: Timings;
}

/** A token as it is produced. `text` is empty in the middle of a character. */
export interface StreamedToken {
  token: number;
  text: string;
  probability: number;
}
