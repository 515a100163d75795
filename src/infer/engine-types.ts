import type { LoadModelOptions, Model } from "../model/index.js";
import type { Schema, SchemaFormat } from "../schema/types.js";
import type { SamplingOptions } from "./sampling.js";

/** How prompts are written. What is not given is taken from the adapter's sqltune.json. */
export interface PromptOptions {
  /** "chat": the model's own chat template; "inst": the Python seed project's [INST] text. */
  program?: "chat" | "inst";
  schemaFormat?: SchemaFormat;
  /** System message of the chat program, default sqltune's own; null sends none. */
  system?: string | null;
}

export interface EngineOptions extends SamplingOptions {
  /** A loaded model, which stays the caller's, or what loadModel takes, which the engine loads and disposes. */
  model: Model | string;
  /** For a model given by name: device, adapter and the rest. */
  load?: LoadModelOptions;
  prompt?: PromptOptions;
  /** Rows computed together by generateBatch; default 64. More take more memory for keys and values. */
  batchSize?: number;
}

export interface Question {
  question: string;
  /** The schema as DDL, as the seed project's TABLE lines, or parsed. Never a path: a server may pass it on unread. */
  schema?: string | Schema;
  /** Instead of `schema`: path of a SQLite file to read it from. */
  db?: string;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Takes the place of the engine's own sampling, option by option. */
  sampling?: SamplingOptions;
}

export interface Timings {
  /** Reading the schema, writing and tokenising the prompt, in milliseconds. */
  encodeMs: number;
  /** The model's time; for a row of a batch from the batch's start to the row's last token. */
  generateMs: number;
  totalMs: number;
}

export interface Answer {
  /** The SQL alone: code fences and prose stripped. */
  sql: string;
  /** All that the model wrote, control tokens left out. */
  text: string;
  /** In [0, 1]; see `confidence`. */
  confidence: number;
  /** New tokens, the end token included. */
  tokens: Int32Array;
  /** The model's probability of each, [tokens]. */
  probabilities: Float32Array;
  /** "prompt_too_long": the prompt leaves no room in the model's context; the answer is empty. Only in batches. */
  finishReason: "stop" | "length" | "prompt_too_long";
  promptTokens: number;
  timings: Timings;
}

/** A token as it is produced. `text` is empty in the middle of a character. */
export interface StreamedToken {
  token: number;
  text: string;
  probability: number;
}
