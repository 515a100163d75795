import type { Config } from "../config/index.js";
import type { Dataset } from "../data/types.js";
import { SqltuneError } from "../errors.js";
import { resolveModel } from "../hub/index.js";
import { createPromptProgram } from "../prompt/create-prompt-program.js";
import { PromptEncoder } from "../prompt/encode-prompt.js";
import { serializeSchema } from "../schema/index.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../tokenizer/types.js";
import type { TokenCounter } from "./types.js";

/**
 * The config's tokenizer, where its model is on this disk already: to lint data, nothing is downloaded.
 * @returns the tokenizer, or why there is none.
 */
export async function tokenizerAtHand(config: Config): Promise<Tokenizer | { reason: string }> {
  const { name, revision } = config.model;
  try {
    return await loadTokenizer(await resolveModel(name, { revision: revision ?? undefined, offline: true }));
  } catch (error) {
    if (!(error instanceof SqltuneError)) throw error;
    const absent = error.details.code === "ERR_SQLTUNE_OFFLINE";
    return {
      reason: absent
        ? `tokens were not counted: the model ${name} is not on this disk (\`sqltune pull ${name}\` brings it)`
        : `tokens were not counted: ${error.message.split("\n")[0]}`,
    };
  }
}

/** Counts a row's tokens as training would: the config's prompt around it, and the end token. */
export function createTokenCounter(
  config: Config,
  tokenizer: Tokenizer,
  dataset: Pick<Dataset, "schemas">,
): TokenCounter {
  const { prompt, schema_format: schemaFormat, system_prompt: system } = config.data;
  const program = createPromptProgram({
    ...{ name: prompt, tokenizer, schemaFormat, system: system ?? undefined },
    serializeSchema: (schema) => serializeSchema(schema, schemaFormat),
  });
  const encoder = new PromptEncoder(tokenizer, { bos: program.bos });
  return ({ question, sql, dbId }) => {
    const schema = dbId === null ? null : (dataset.schemas.get(dbId) ?? null);
    const ids = encoder.encode(program.segments({ question, schema, sql }));
    const row = ids.schema.length + ids.question.length + ids.answer.length;
    // Where the limit is reached exactly, the end token need not come any more.
    return { row, answer: ids.answer.length - 1 };
  };
}
