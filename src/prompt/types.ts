import type { Schema, SchemaFormat } from "../schema/types.js";

/**
 * A prompt in three pieces that are tokenised apart, so that training, evaluation and serving see the same ids:
 * `schema` (everything up to the end of the schema, shared by a database's questions), `question` (from there to
 * where the answer starts), `answer` (the SQL and the model's end token).
 */
export interface PromptSegments {
  schema: string;
  question: string;
  answer: string;
}

export interface PromptInput {
  question: string;
  /** null: the prompt has no schema; `schema` is then what stands before every question alike. */
  schema: Schema | null;
  /** Absent: answer is empty (evaluation, serving). */
  sql?: string;
  /** Takes the place of the serialised schema; an empty text is no schema. */
  schemaText?: string;
}

export interface PromptProgram {
  /** Name written to sqltune.json: "chat" or "inst". */
  readonly name: string;
  segments(input: PromptInput): PromptSegments;
}

export type PromptProgramName = "chat" | "inst";

/** What createPromptProgram makes: a program with all that must be known to encode and to describe its prompts. */
export interface ModelPromptProgram extends PromptProgram {
  readonly name: PromptProgramName;
  readonly schemaFormat: SchemaFormat;
  /** Whether BOS is put before the ids; false where the chat template writes it itself. */
  readonly bos: boolean;
  /** Lines worth telling the user: no chat template, no system role. */
  readonly notes: readonly string[];
}

/** A prompt as token ids. */
export interface PromptIds {
  schema: Int32Array;
  question: Int32Array;
  answer: Int32Array;
}
