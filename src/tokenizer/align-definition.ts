import { mapNodes, type TokenizerJson, type TokenizerNode } from "./definition.js";

/** GPT-2's split, as the ByteLevel pre-tokenizer of HuggingFace's Rust library applies it (tokenizers, byte_level.rs). */
export const GPT2_SPLIT = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** A pre-tokenizer that makes each match of an Oniguruma expression a piece of its own. */
export function splitNode(regex: string): TokenizerNode {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false };
}

/** The pre-tokenizer that writes bytes as printable characters, splitting nothing. */
export function byteLevelNode(): TokenizerNode {
  return { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
}

/**
 * The same tokenizer, in words that @huggingface/tokenizers (0.2.0) and HuggingFace's Rust library read alike:
 * - Digits: there JavaScript's \d, which is 0-9 only; in Rust char::is_numeric, which is Unicode's N ("½", "²", "٣").
 * - ByteLevel's own split: there JavaScript's \s, which counts U+FEFF as white space and U+0085 as none.
 *   Split is translated with Unicode's White_Space, so the same expression is handed over as a Split.
 * - A control token marked `normalized` (older Llama 2 files): both look for it with the dummy space before it, and so
 *   miss the "</s>" that ends an answer. Control tokens are always looked for in the text as written.
 */
export function alignDefinition(json: TokenizerJson): TokenizerJson {
  const preTokenizer = mapNodes(json.pre_tokenizer, (leaf) => {
    if (leaf.type === "Digits") return splitNode(leaf.individual_digits === true ? "\\p{N}" : "\\p{N}+");
    if (leaf.type === "ByteLevel" && leaf.use_regex !== false && leaf.add_prefix_space !== true)
      return { type: "Sequence", pretokenizers: [splitNode(GPT2_SPLIT), byteLevelNode()] };
    return leaf;
  });
  return {
    ...json,
    normalizer: json.normalizer ?? null,
    pre_tokenizer: preTokenizer ?? null,
    post_processor: json.post_processor ?? null,
    decoder: json.decoder ?? null,
    added_tokens: (json.added_tokens ?? []).map((token) => (token.special ? { ...token, normalized: false } : token)),
  };
}
