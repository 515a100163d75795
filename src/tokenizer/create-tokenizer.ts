import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { SqltuneError } from "../errors.js";
import { alignDefinition } from "./align-definition.js";
import { assistantTurnTail } from "./chat-template.js";
import { type AddedTokenJson, findNode, mapNodes, type TokenizerDefinition, type TokenizerJson } from "./definition.js";
import { definitionHash } from "./definition-hash.js";
import { type TokenBytes, tokenBytes } from "./token-bytes.js";
import type { EncodeOptions, Tokenizer } from "./types.js";

/**
 * A tokenizer from its definition. Building the tables of a large vocabulary blocks for up to half a second. Throws
 * SqltuneError where the definition is of a kind that @huggingface/tokenizers does not know.
 */
export function createTokenizer(definition: TokenizerDefinition): Tokenizer {
  const json = alignDefinition(definition.json);
  let inner: HuggingFaceTokenizer;
  try {
    // The library strips JavaScript's white space around control tokens, this wrapper Unicode's, as Rust does.
    const added = json.added_tokens.map((t) => (t.normalized ? t : { ...t, lstrip: false, rstrip: false }));
    inner = new HuggingFaceTokenizer({ ...json, added_tokens: added }, {});
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new SqltuneError(
      `The tokenizer cannot be read: ${words}\nExpected a tokenizer.json of HuggingFace's tokenizers with a BPE model; ` +
        "save it again with a recent transformers (AutoTokenizer.from_pretrained(...).save_pretrained(folder)).",
      { cause },
    );
  }
  return new ModelTokenizer(definition, json, inner);
}

/** What is done to a text before the BPE. */
type TextParts = Pick<HuggingFaceTokenizer, "normalizer" | "pre_tokenizer">;

class ModelTokenizer implements Tokenizer {
  readonly vocabSize: number;
  readonly bosToken: string | null;
  readonly eosToken: string | null;
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly padId: number | null;
  readonly stopIds: readonly number[];
  readonly chatTemplate: string | null;
  readonly addsBos: boolean;
  readonly #definition: TokenizerDefinition;
  #hash: string | null = null;
  readonly #inner: HuggingFaceTokenizer;
  readonly #added: ReadonlyMap<number, AddedTokenJson>;
  readonly #addedPattern: RegExp | null;
  /** Control tokens that swallow the white space beside them, with it; null where none does. */
  readonly #stripped: RegExp | null;
  /** What puts no dummy space before a text; null where the tokenizer never does. */
  readonly #bare: TextParts | null;
  /** The dummy space stands before the sequence only, not again after a control token. */
  readonly #onlyFirst: boolean;

  constructor(definition: TokenizerDefinition, json: TokenizerJson, inner: HuggingFaceTokenizer) {
    this.#definition = definition;
    this.#inner = inner;
    this.#added = new Map(json.added_tokens.map((token) => [token.id, token]));
    const written = json.added_tokens.filter((token) => !token.normalized && token.content !== "");
    this.#addedPattern = alternation(written.map((token) => escaped(token.content)));
    this.#stripped = alternation(written.filter((token) => token.lstrip || token.rstrip).map(withWhiteSpace));
    this.#bare = withoutDummySpace(json);
    this.#onlyFirst = findNode(json.pre_tokenizer, "Metaspace")?.prepend_scheme === "first";
    this.vocabSize = 1 + maxId(json);
    this.bosToken = definition.bosToken;
    this.eosToken = definition.eosToken;
    this.bosId = this.#idOf(definition.bosToken);
    this.eosId = this.#idOf(definition.eosToken);
    this.padId = this.#idOf(definition.padToken);
    this.chatTemplate = definition.chatTemplate;
    this.addsBos = definition.addsBos && this.bosId !== null;
    const candidates = [this.eosId, ...definition.eosIds, this.#turnEndId()];
    this.stopIds = [...new Set(candidates)].filter(
      (id) => id !== null && this.#inner.id_to_token(id) !== undefined,
    ) as number[];
  }

  /** Made when first asked for: a tenth of a second for a large vocabulary. */
  get hash(): string {
    this.#hash ??= definitionHash(this.#definition);
    return this.#hash;
  }

  encode(written: string, options: EncodeOptions = {}): Int32Array {
    const last = options.after?.at(-1);
    const text = this.#withoutStripped(written, last);
    // After a control token a dummy space stands again, as the whole text's tokenisation puts it there, unless the
    // scheme is "first".
    if (last === undefined || this.#bare === null || (this.#added.has(last) && !this.#onlyFirst))
      return Int32Array.from(this.#encode(text));
    const control = this.#addedPattern === null ? -1 : text.search(this.#addedPattern);
    const head = control === -1 ? text : text.slice(0, control);
    const rest = text.slice(head.length);
    return Int32Array.from([...this.#encodeBare(head, this.#bare), ...this.#encode(rest)]);
  }

  decode(ids: ArrayLike<number>, options: { skipSpecialTokens?: boolean } = {}): string {
    const known = Array.from(ids).filter(
      (id) => this.#inner.id_to_token(id) !== undefined && !(options.skipSpecialTokens && this.#added.get(id)?.special),
    );
    // clean_up_tokenization would rewrite SQL ("a , b" to "a, b"): the text is what the ids say.
    return known.length === 0 ? "" : this.#inner.decode(known, { clean_up_tokenization_spaces: false });
  }

  tokenBytes(): TokenBytes {
    return tokenBytes(this.#definition.json);
  }

  #withoutStripped(text: string, last: number | undefined): string {
    if (this.#stripped === null) return text;
    const stripStart = last !== undefined && this.#added.get(last)?.rstrip;
    const start = stripStart ? text.replace(/^\p{White_Space}+/u, "") : text;
    return start.replace(new RegExp(this.#stripped, "gu"), (...match) =>
      match.slice(1).find((group) => group !== undefined),
    );
  }

  #encode(text: string): number[] {
    return text === "" ? [] : this.#inner.encode(text, { add_special_tokens: false }).ids;
  }

  #encodeBare(text: string, bare: TextParts): number[] {
    const { normalizer, pre_tokenizer } = this.#inner;
    Object.assign(this.#inner, bare);
    try {
      return this.#encode(text);
    } finally {
      Object.assign(this.#inner, { normalizer, pre_tokenizer });
    }
  }

  #idOf(token: string | null): number | null {
    return token === null ? null : (this.#inner.token_to_id(token) ?? null);
  }

  /** The first control token that the chat template puts after an answer ("<|im_end|>", "<|eot_id|>", ...). */
  #turnEndId(): number | null {
    const tail = this.chatTemplate === null ? null : assistantTurnTail(this.chatTemplate, this);
    const found = tail === null || this.#addedPattern === null ? null : this.#addedPattern.exec(tail);
    return found === null ? null : this.#idOf(found[0]);
  }
}

/** Matches any of `patterns`, the longest first; null for none. */
function alternation(patterns: string[]): RegExp | null {
  if (patterns.length === 0) return null;
  return new RegExp(patterns.sort((a, b) => b.length - a.length).join("|"), "u");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** The token as a group, and the white space that it swallows. */
function withWhiteSpace({ content, lstrip, rstrip }: AddedTokenJson): string {
  const space = (swallowed: boolean) => (swallowed ? "\\p{White_Space}*" : "");
  return `${space(lstrip)}(${escaped(content)})${space(rstrip)}`;
}

function withoutDummySpace(json: TokenizerJson): TextParts | null {
  let changed = false;
  const normalizer = mapNodes(json.normalizer, (leaf) => {
    if (leaf.type !== "Prepend") return leaf;
    changed = true;
    return null;
  });
  const preTokenizer = mapNodes(json.pre_tokenizer, (leaf) => {
    const metaspace = leaf.type === "Metaspace" && leaf.prepend_scheme !== "never";
    if (!metaspace && !(leaf.type === "ByteLevel" && leaf.add_prefix_space === true)) return leaf;
    changed = true;
    return metaspace ? { ...leaf, prepend_scheme: "never" } : { ...leaf, add_prefix_space: false };
  });
  if (!changed) return null;
  // An empty vocabulary: only the two parts are wanted.
  const model = { type: "BPE", vocab: {}, merges: [] };
  const { normalizer: bareNormalizer, pre_tokenizer } = new HuggingFaceTokenizer(
    { ...json, normalizer, pre_tokenizer: preTokenizer, model, added_tokens: [], decoder: null, post_processor: null },
    {},
  );
  return { normalizer: bareNormalizer, pre_tokenizer };
}

function maxId(json: TokenizerJson): number {
  const { vocab } = json.model;
  let max = Array.isArray(vocab) ? vocab.length - 1 : -1;
  if (!Array.isArray(vocab)) for (const id of Object.values(vocab)) if (id > max) max = id;
  for (const token of json.added_tokens) if (token.id > max) max = token.id;
  return max;
}
