import { SqltuneError } from "../errors.js";
import type { Schema, SchemaFormat } from "../schema/types.js";
import type { Tokenizer } from "../tokenizer/types.js";
import { type ChatFrame, chatFrame, plainFrame } from "./chat-frame.js";
import { endToken } from "./end-token.js";
import type { ModelPromptProgram, PromptInput, PromptProgramName, PromptSegments } from "./types.js";

/** What a model is told before the question; one line, since a small model learns the rest from examples. */
export const DEFAULT_SYSTEM = "You translate questions into SQLite queries.";

export interface PromptProgramOptions {
  /** "chat": the model's own chat template. "inst": the Python seed project's `[INST]` prompt. */
  name: PromptProgramName;
  tokenizer: Tokenizer;
  /** How `serializeSchema` writes a schema; recorded in sqltune.json. */
  schemaFormat: SchemaFormat;
  serializeSchema: (schema: Schema) => string;
  /**
   * System message of the chat program, default DEFAULT_SYSTEM. null sends none: many templates then put in their own
   * ("You are a helpful AI assistant ..."). The "inst" program has none.
   */
  system?: string | null;
}

/** Throws SqltuneError for an unknown name, a template that shows no user message, or a tokenizer without end token. */
export function createPromptProgram(options: PromptProgramOptions): ModelPromptProgram {
  if (options.name === "chat") return chatProgram(options);
  if (options.name === "inst") return instProgram(options);
  throw new SqltuneError(`There is no prompt program ${JSON.stringify(options.name)}. Expected "chat" or "inst".`);
}

/**
 * The user message is `{schema}\nQuestion: {question}`. One newline between them: the ids of the three segments are then
 * those of the whole text, for the byte-level tokenizers of Llama 3, Qwen and SmolLM2 as for SentencePiece's.
 */
function chatProgram({ tokenizer, schemaFormat, serializeSchema, system = DEFAULT_SYSTEM }: PromptProgramOptions) {
  const template = tokenizer.chatTemplate;
  const frame: ChatFrame =
    template === null ? plainFrame(system, tokenizer) : chatFrame({ template, system, tokenizer });
  return program("chat", schemaFormat, frame.bos, frame.notes, (input) => {
    const schema = schemaText(input, serializeSchema);
    return [
      schema === "" ? frame.beforeUser : `${frame.beforeUser}${schema}\n`,
      `Question: ${input.question.trim()}${frame.afterUser}`,
      input.sql === undefined ? "" : frame.beforeAnswer + input.sql.trim() + frame.afterAnswer,
    ];
  });
}

/** The Python seed project's prompt, letter for letter; its answer ends with EOS. */
function instProgram({ tokenizer, schemaFormat, serializeSchema }: PromptProgramOptions) {
  const end = endToken(tokenizer);
  return program("inst", schemaFormat, tokenizer.addsBos, [], (input) => {
    const schema = schemaText(input, serializeSchema);
    const opening = "[INST] Generate SQL for the following question.\n";
    return [
      schema === "" ? opening : `${opening}\nSchema:\n${schema}\n`,
      `\nQuestion:\n${input.question.trim()} [/INST]\n`,
      input.sql === undefined ? "" : input.sql.trim() + end,
    ];
  });
}

function program(
  name: PromptProgramName,
  schemaFormat: SchemaFormat,
  bos: boolean,
  notes: readonly string[],
  parts: (input: PromptInput) => [schema: string, question: string, answer: string],
): ModelPromptProgram {
  return {
    name,
    schemaFormat,
    bos,
    notes,
    segments(input): PromptSegments {
      const [schema, question, answer] = parts(input);
      const [head, tail] = [schema, question].map(trailingSpaces) as [string, string];
      return {
        schema: schema.slice(0, schema.length - head.length),
        question: head + question.slice(0, question.length - tail.length),
        answer: input.sql === undefined ? "" : tail + answer,
      };
    },
  };
}

/** Spaces before a boundary go to the word after it, with which tokenizers join them (" SELECT" is one token). */
function trailingSpaces(text: string): string {
  return / *$/.exec(text)![0];
}

function schemaText(input: PromptInput, serializeSchema: (schema: Schema) => string): string {
  return (input.schemaText ?? (input.schema === null ? "" : serializeSchema(input.schema))).trim();
}
