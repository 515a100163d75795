import { describe, expect, it } from "vitest";
import type { TokenizerJson } from "../../src/tokenizer/definition.js";
import { tokenBytes } from "../../src/tokenizer/token-bytes.js";

const json = (vocab: TokenizerJson["model"]["vocab"], decoder: string, special: string): TokenizerJson => ({
  added_tokens: [
    { id: 4, content: special, special: true, normalized: false, lstrip: false, rstrip: false, single_word: false },
    { id: 5, content: "  ", special: false, normalized: false, lstrip: false, rstrip: false, single_word: false },
  ],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: { type: decoder },
  model: { type: "BPE", vocab },
});

const texts = (tokenizer: TokenizerJson): Buffer[] => {
  const { bytes, offsets } = tokenBytes(tokenizer);
  return Array.from({ length: offsets.length - 1 }, (_, i) => Buffer.from(bytes.subarray(offsets[i], offsets[i + 1])));
};

describe("tokenBytes", () => {
  it("reads byte-level pieces: printable characters stand for bytes, halves of characters too", () => {
    // "Ġ" is a space, "Ċ" a line break; "Ã" and "¤" are the two bytes of "ä".
    expect(texts(json({ ĠSELECT: 0, Ċ: 1, Ã: 2, "Ã¤": 3 }, "ByteLevel", "<|end|>"))).toEqual([
      Buffer.from(" SELECT"),
      Buffer.from("\n"),
      Buffer.from([0xc3]),
      Buffer.from("ä"),
      Buffer.alloc(0),
      Buffer.from("  "),
    ]);
  });

  it("reads SentencePiece's: U+2581 is a space, <0x0A> a byte", () => {
    expect(texts(json({ "\u2581FROM": 0, "<0x0A>": 1, ä: 2, "a\u2581b": 3 }, "ByteFallback", "</s>"))).toEqual([
      Buffer.from(" FROM"),
      Buffer.from("\n"),
      Buffer.from("ä"),
      Buffer.from("a b"),
      Buffer.alloc(0),
      Buffer.from("  "),
    ]);
  });
});
