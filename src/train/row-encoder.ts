import type { Example } from "../data/types.js";
import { PromptEncoder } from "../prompt/encode-prompt.js";
import type { ModelPromptProgram } from "../prompt/types.js";
import { shuffleSchema } from "../schema/shuffle-schema.js";
import type { Schema } from "../schema/types.js";
import type { Tokenizer } from "../tokenizer/types.js";
import type { RowEncoder } from "./training-data.js";

/** Makes examples into token ids by the prompt program. Rows with the same schema text share one array of its ids. */
export function createRowEncoder(
  program: ModelPromptProgram,
  tokenizer: Tokenizer,
  schemas: ReadonlyMap<string, Schema>,
): RowEncoder {
  const encoder = new PromptEncoder(tokenizer, { bos: program.bos });
  return (example, schemaSeed) => {
    const own = schemaOf(example, schemas);
    const schema = own !== null && schemaSeed !== null ? shuffleSchema(own, schemaSeed) : own;
    const { id, question, sql } = example;
    return { id, ...encoder.encode(program.segments({ question, schema, sql })) };
  };
}

function schemaOf(example: Example, schemas: ReadonlyMap<string, Schema>): Schema | null {
  if (example.dbId === null) return null;
  const schema = schemas.get(example.dbId);
  if (!schema) throw new RangeError(`The row ${example.id} names the database ${example.dbId}, which has no schema.`);
  return schema;
}
