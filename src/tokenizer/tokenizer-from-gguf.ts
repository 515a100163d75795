import { SqltuneError } from "../errors.js";
import { byteLevelNode, GPT2_SPLIT, splitNode } from "./align-definition.js";
import type { AddedTokenJson, TokenizerDefinition, TokenizerJson, TokenizerNode } from "./definition.js";
import { mergesFromScores } from "./merges-from-scores.js";

/** llama.cpp's token types (gguf: TokenType); normal is 1, unused is 5, byte is 6. */
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

interface PreTokenizer {
  normalizer?: TokenizerNode;
  splits: string[];
  /** A piece that is in the vocabulary is taken whole, merges or not. */
  ignoreMerges?: boolean;
  addsBos?: boolean;
}

const WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
const REST = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const LLAMA3: PreTokenizer = { splits: [`${WORDS}|\\p{N}{1,3}|${REST}`], ignoreMerges: true, addsBos: true };
const GPT2: PreTokenizer = { splits: [GPT2_SPLIT] };

/**
 * `tokenizer.ggml.pre`: what a byte-level BPE is split by, under llama.cpp's names (llama-vocab.cpp), as the models'
 * own tokenizer.json have it. "default" is llama.cpp's own choice for files that name none.
 */
const PRE_TOKENIZERS: Record<string, PreTokenizer> = {
  smollm: { splits: ["\\p{N}", GPT2_SPLIT] },
  qwen2: { normalizer: { type: "NFC" }, splits: [`${WORDS}|\\p{N}|${REST}`] },
  "llama-bpe": LLAMA3,
  llama3: LLAMA3,
  "llama-v3": LLAMA3,
  "gpt-2": GPT2,
  mpt: GPT2,
  olmo: GPT2,
  default: {
    splits: [
      "[\\p{P}\\$\\+<=>\\^~\\|]+",
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)",
      "\\p{N}+",
      "[0-9][0-9][0-9]",
    ],
  },
};

/**
 * The tokenizer that a GGUF file's metadata describes: byte-level BPE (`tokenizer.ggml.model` "gpt2") or SentencePiece
 * BPE with scores ("llama"). Throws SqltuneError for another kind, and for what is missing, all at once.
 */
export function tokenizerFromGguf(metadata: Record<string, unknown>): TokenizerDefinition {
  const model = metadata["tokenizer.ggml.model"];
  if (model !== "gpt2" && model !== "llama") {
    throw new SqltuneError(
      `The GGUF file's tokenizer is of kind ${JSON.stringify(model ?? null)} (tokenizer.ggml.model). ` +
        'Read are "gpt2" (byte-level BPE) and "llama" (SentencePiece BPE), in src/tokenizer/tokenizer-from-gguf.ts. ' +
        "Take the model as a HuggingFace folder (safetensors and tokenizer.json) instead.",
    );
  }
  const wanted = ["tokens", "token_type", model === "gpt2" ? "merges" : "scores"];
  const missing = wanted.filter((key) => !isList(metadata[`tokenizer.ggml.${key}`]));
  if (missing.length > 0) {
    throw new SqltuneError(
      `The GGUF file lacks ${missing.map((key) => `tokenizer.ggml.${key}`).join(", ")}. ` +
        "Expected a complete model file; one of vocabulary or weights alone cannot be used.",
    );
  }
  const tokens = metadata["tokenizer.ggml.tokens"] as string[];
  const types = metadata["tokenizer.ggml.token_type"] as ArrayLike<number>;
  const tokenAt = (key: string, fallback: number | null): string | null => {
    const id = metadata[`tokenizer.ggml.${key}_token_id`] ?? fallback;
    return id === null ? null : (tokens[Number(id)] ?? null);
  };
  const sentencePiece = model === "llama";
  const bosToken = tokenAt("bos", sentencePiece ? 1 : null);
  const { json, addsBos } = sentencePiece
    ? sentencePieceJson(metadata, tokens, types)
    : byteLevelJson(metadata, tokens, types);
  const template = metadata["tokenizer.chat_template"];
  return {
    json,
    bosToken,
    eosToken: tokenAt("eos", sentencePiece ? 2 : null),
    padToken: tokenAt("padding", null),
    addsBos: bosToken !== null && ((metadata["tokenizer.ggml.add_bos_token"] as boolean | undefined) ?? addsBos),
    // eom ends a message that calls a tool, eot a turn.
    eosIds: ["eot", "eom"]
      .map((key) => metadata[`tokenizer.ggml.${key}_token_id`])
      .filter((id) => id !== undefined)
      .map(Number),
    chatTemplate: typeof template === "string" ? template : null,
  };
}

type Built = { json: TokenizerJson; addsBos: boolean };

function byteLevelJson(metadata: Record<string, unknown>, tokens: string[], types: ArrayLike<number>): Built {
  const name = (metadata["tokenizer.ggml.pre"] as string | undefined) ?? "default";
  const pre = PRE_TOKENIZERS[name];
  if (!pre) {
    throw new SqltuneError(
      `The GGUF file's pre-tokenizer is "${name}" (tokenizer.ggml.pre). Known are ` +
        `${Object.keys(PRE_TOKENIZERS).join(", ")}, in src/tokenizer/tokenizer-from-gguf.ts. ` +
        "Take the model as a HuggingFace folder (safetensors and tokenizer.json) instead.",
    );
  }
  const json: TokenizerJson = {
    added_tokens: addedTokens(tokens, types),
    normalizer: pre.normalizer ?? null,
    pre_tokenizer: { type: "Sequence", pretokenizers: [...pre.splits.map(splitNode), byteLevelNode()] },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    model: {
      type: "BPE",
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: metadata["tokenizer.ggml.merges"] as string[],
      ignore_merges: pre.ignoreMerges ?? false,
    },
  };
  return { json, addsBos: pre.addsBos ?? false };
}

function sentencePieceJson(metadata: Record<string, unknown>, tokens: string[], types: ArrayLike<number>): Built {
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const dummySpace = metadata["tokenizer.ggml.add_space_prefix"] !== false;
  const spaces = { type: "Replace", pattern: { String: " " }, content: "▁" };
  const decoders: TokenizerNode[] = [
    { type: "Replace", pattern: { String: "▁" }, content: " " },
    { type: "ByteFallback" },
    { type: "Fuse" },
  ];
  if (dummySpace) decoders.push({ type: "Strip", content: " ", start: 1, stop: 0 });
  const unknown = tokens.findIndex((_, id) => types[id] === UNKNOWN);
  const json: TokenizerJson = {
    added_tokens: addedTokens(tokens, types),
    normalizer: dummySpace
      ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, spaces] }
      : { type: "Sequence", normalizers: [spaces] },
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: "Sequence", decoders },
    model: {
      type: "BPE",
      vocab,
      merges: mergesFromScores(tokens, types, metadata["tokenizer.ggml.scores"] as ArrayLike<number>),
      unk_token: unknown === -1 ? null : tokens[unknown],
      fuse_unk: true,
      byte_fallback: true,
    },
  };
  return { json, addsBos: true };
}

function addedTokens(tokens: string[], types: ArrayLike<number>): AddedTokenJson[] {
  return tokens.flatMap((content, id) => {
    const type = types[id];
    if (type !== CONTROL && type !== USER_DEFINED && type !== UNKNOWN) return [];
    const special = type !== USER_DEFINED;
    return { id, content, special, normalized: false, lstrip: false, rstrip: false, single_word: false };
  });
}

function isList(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}
