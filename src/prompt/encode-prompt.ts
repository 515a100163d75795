import type { Tokenizer } from "../tokenizer/types.js";
import type { PromptIds, PromptSegments } from "./types.js";

/**
 * A prompt's ids, segment by segment, each knowing what stands before it (see EncodeOptions.after). With `bos`, BOS opens the first segment
 * that is not empty, unless the text itself opens with it.
 */
export function encodePrompt(tokenizer: Tokenizer, segments: PromptSegments, options: { bos: boolean }): PromptIds {
  const schema = opened(tokenizer, tokenizer.encode(segments.schema), options.bos);
  return encodeAfterSchema(tokenizer, schema, segments, options);
}

function encodeAfterSchema(
  tokenizer: Tokenizer,
  schema: Int32Array,
  segments: PromptSegments,
  options: { bos: boolean },
): PromptIds {
  const question =
    schema.length > 0
      ? tokenizer.encode(segments.question, { after: schema })
      : opened(tokenizer, tokenizer.encode(segments.question), options.bos);
  const before = question.length > 0 ? question : schema;
  const answer = segments.answer === "" ? new Int32Array() : tokenizer.encode(segments.answer, { after: before });
  return { schema, question, answer };
}

function opened(tokenizer: Tokenizer, ids: Int32Array, bos: boolean): Int32Array {
  if (!bos || tokenizer.bosId === null || ids.length === 0 || ids[0] === tokenizer.bosId) return ids;
  return Int32Array.from([tokenizer.bosId, ...ids]);
}

/** Characters of the schemas that are kept: a server is sent ever new ones. */
const CACHED_CHARACTERS = 16 * 2 ** 20;

/** Encodes prompts of one model; a schema's ids are made once and shared, as the very same array, by all its questions. */
export class PromptEncoder {
  readonly #schemas = new Map<string, Int32Array>();
  #characters = 0;

  /** `cachedSchemas`: how many schemas are kept, the least recently used goes first; default 4096. */
  constructor(
    readonly tokenizer: Tokenizer,
    readonly options: { bos: boolean; cachedSchemas?: number },
  ) {}

  encode(segments: PromptSegments): PromptIds {
    const { tokenizer, options } = this;
    const cached = this.#schemas.get(segments.schema);
    const schema = cached ?? opened(tokenizer, tokenizer.encode(segments.schema), options.bos);
    this.#keep(segments.schema, schema);
    return encodeAfterSchema(tokenizer, schema, segments, options);
  }

  #keep(text: string, ids: Int32Array): void {
    if (!this.#schemas.delete(text)) this.#characters += text.length;
    this.#schemas.set(text, ids);
    const most = this.options.cachedSchemas ?? 4096;
    for (const [oldest] of this.#schemas) {
      if (this.#schemas.size <= most && this.#characters <= CACHED_CHARACTERS) break;
      this.#schemas.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}
