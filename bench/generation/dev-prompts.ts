import { resolveModel } from "../../src/hub/index.js";
import { promptFor } from "../../src/infer/prompt-for.js";
import { PromptEncoder } from "../../src/prompt/encode-prompt.js";
import type { Schema, SchemaFormat } from "../../src/schema/types.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { devQuestions } from "./dev-rows.js";

export interface DevPrompts {
  model: string;
  /** Ids of each row's prompt as sqltune's engine writes it. */
  prompts: number[][];
  stopIds: number[];
  padId: number;
}

/** What the peers are asked: the very ids that the engine makes of the rows. */
export async function devPrompts(
  model: string,
  spider: string,
  rows: readonly number[],
  schemaFormat: SchemaFormat,
): Promise<DevPrompts> {
  const resolved = await resolveModel(model);
  const tokenizer = await loadTokenizer(resolved);
  const { program, stopIds } = promptFor(tokenizer, null, { program: "chat", schemaFormat });
  const encoder = new PromptEncoder(tokenizer, { bos: program.bos });
  const questions = devQuestions(spider);
  const prompts = rows.map((row) => {
    const { question, schema } = questions[row]!;
    const ids = encoder.encode(program.segments({ question, schema: schema as Schema }));
    return [...ids.schema, ...ids.question];
  });
  return { model: resolved.folder, prompts, stopIds: [...stopIds], padId: stopIds[0]! };
}
