import { describe, expect, it } from "vitest";
import { createTokenizer } from "../../src/tokenizer/create-tokenizer.js";
import { tokenizerFromGguf } from "../../src/tokenizer/tokenizer-from-gguf.js";

describe("a GGUF's tokenizer", () => {
  const metadata = (more: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries({
        model: "gpt2",
        pre: "smollm",
        tokens: ["<|e|>", "S", "E", "SE", "<tool>"],
        token_type: [3, 1, 1, 1, 4],
        merges: ["S E"],
        ...more,
      })
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [`tokenizer.ggml.${key}`, value]),
    );

  it("has its control tokens, end ids and template", () => {
    const definition = tokenizerFromGguf({
      ...metadata({ eos_token_id: 0, eot_token_id: 4, padding_token_id: 0, bos_token_id: 0, add_bos_token: true }),
      "tokenizer.chat_template": "words",
    });
    expect(definition).toMatchObject({
      bosToken: "<|e|>",
      eosToken: "<|e|>",
      padToken: "<|e|>",
      addsBos: true,
      eosIds: [4],
      chatTemplate: "words",
    });
    expect(definition.json.added_tokens.map(({ id, special }) => [id, special])).toEqual([
      [0, true],
      [4, false],
    ]);
    const tokenizer = createTokenizer(definition);
    expect([...tokenizer.encode("SE<tool>S<|e|>")]).toEqual([3, 4, 1, 0]);
    expect(tokenizer.stopIds).toEqual([0, 4]);
    expect(tokenizer.decode([4], { skipSpecialTokens: true })).toBe("<tool>");
  });

  it("takes llama.cpp's typed arrays too", () => {
    const lists = { token_type: Int32Array.of(3, 1, 1, 1, 4) };
    expect([...createTokenizer(tokenizerFromGguf(metadata(lists))).encode("SE")]).toEqual([3]);
  });

  it("splits as llama.cpp does by default where none is named", () => {
    const tokens = ["<|e|>", "1", "2", "12", "123", "3", "4"];
    const more = { pre: undefined, tokens, token_type: [3, 1, 1, 1, 1, 1, 1], merges: ["1 2", "12 3", "3 4"] };
    // Digits are grouped by three from the left.
    expect([...createTokenizer(tokenizerFromGguf(metadata(more))).encode("1234")]).toEqual([4, 6]);
  });

  it("names a kind that it cannot read, and which it can", () => {
    expect(() => tokenizerFromGguf(metadata({ model: "t5" }))).toThrow(/"t5".*Read are "gpt2".*and "llama"/);
    expect(() => tokenizerFromGguf(metadata({ pre: "tekken" }))).toThrow(
      /"tekken".*Known are smollm, qwen2, llama-bpe/,
    );
    expect(() => tokenizerFromGguf({})).toThrow(/of kind null/);
  });

  it("names all that is missing at once", () => {
    expect(() => tokenizerFromGguf(metadata({ merges: undefined, token_type: undefined }))).toThrow(
      /lacks tokenizer\.ggml\.token_type, tokenizer\.ggml\.merges/,
    );
    expect(() => tokenizerFromGguf(metadata({ model: "llama" }))).toThrow(/lacks tokenizer\.ggml\.scores/);
  });
});
