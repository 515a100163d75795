import type { Example } from "../data/types.js";
import type { Schema } from "../schema/types.js";

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

export interface PromptProgram {
  /** Name written to sqltune.json: "chat" or "inst". */
  readonly name: string;
  /** `sql` absent: answer is empty (evaluation, serving). */
  segments(input: { question: string; schema: Schema | null; sql?: string; schemaText?: string }): PromptSegments;
}

/** A prompt as token ids. */
export interface PromptIds {
  schema: Int32Array;
  question: Int32Array;
  answer: Int32Array;
}

export type EncodableExample = Pick<Example, "question" | "sql" | "dbId">;
