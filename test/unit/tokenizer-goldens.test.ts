import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTokenizer } from "../../src/tokenizer/create-tokenizer.js";
import type { TokenizerJson } from "../../src/tokenizer/definition.js";
import { mergesFromScores } from "../../src/tokenizer/merges-from-scores.js";
import { readTokenizerFolder } from "../../src/tokenizer/read-tokenizer-folder.js";
import { tokenizerFromGguf } from "../../src/tokenizer/tokenizer-from-gguf.js";
import { sharedFolder } from "./tokenizer-fixtures.js";

/** llama.cpp's golden, the tokenizer.json of that vocabulary, and what a GGUF file of it says. */
const FAMILIES = [
  ["llama-spm", "llama2", { model: "llama" }],
  ["phi-3", "phi3-mini", { model: "llama" }],
  ["llama-bpe", "llama3", { model: "gpt2", pre: "llama-bpe" }],
  ["qwen2", "qwen3", { model: "gpt2", pre: "qwen2" }],
  ["gpt-2", "gpt2", { model: "gpt2", pre: "gpt-2" }],
  ["mpt", "gpt-neox", { model: "gpt2", pre: "mpt" }],
] as const;

const shared = sharedFolder("tokenizer goldens");

// A large vocabulary takes a second to build, and longer on a busy machine.
describe.skipIf(shared === null)("tokenizer goldens", { timeout: 60_000 }, () => {
  const folder = (name: string) => join(shared!, "tokenizers", name);
  const readJson = (path: string) => JSON.parse(readFileSync(path, "utf8"));

  function goldens(name: string): { text: string; ids: number[] }[] {
    const file = (ending: string) =>
      readFileSync(join(shared!, "tokenizers/goldens", `ggml-vocab-${name}.gguf.${ending}`), "utf8");
    const ids = file("out").split("\n");
    return file("inp")
      .split("\n__ggml_vocab_test__\n")
      .map((text, i) => ({ text, ids: ids[i]!.split(" ").filter(Boolean).map(Number) }));
  }

  describe.each(FAMILIES)("%s", (golden, name, gguf) => {
    it("llama.cpp's ids for its 47 texts, from tokenizer.json", async () => {
      const tokenizer = createTokenizer(await readTokenizerFolder(folder(name)));
      const cases = goldens(golden);
      expect(cases).toHaveLength(47);
      expect(cases.map(({ text }) => ({ text, ids: [...tokenizer.encode(text)] }))).toEqual(cases);
    });

    it("and from GGUF metadata of the same vocabulary", () => {
      const json = readJson(join(folder(name), "tokenizer.json")) as TokenizerJson;
      const tokenizer = createTokenizer(tokenizerFromGguf(ggufMetadata(json, gguf)));
      const cases = goldens(golden);
      expect(cases.map(({ text }) => ({ text, ids: [...tokenizer.encode(text)] }))).toEqual(cases);
    });
  });

  // Encoded by HuggingFace's Python tokenizers; the first id of the Llamas is the BOS that they put before a text.
  it.each([
    ["gpt2_encoded_tokens", "gpt2"],
    ["llama_encoded", "llama2"],
    ["llama_3.2_encoded", "llama3"],
  ])("%s: HuggingFace's ids of a long text, and the text back", async (file, name) => {
    const golden = readJson(join(shared!, "tokenizers/goldens", `${file}.json`)) as {
      text: string;
      token_ids: number[];
    };
    const tokenizer = createTokenizer(await readTokenizerFolder(folder(name)));
    const ids = [...tokenizer.encode(golden.text)];
    expect(name === "gpt2" ? ids : [tokenizer.bosId, ...ids]).toEqual(golden.token_ids);
    expect(tokenizer.decode(ids)).toBe(golden.text);
  });

  it.each(["llama2", "mistral"])("%s: the scores give the merges of tokenizer.json, in its order", (name) => {
    const json = readJson(join(folder(name), "tokenizer.json")) as TokenizerJson;
    const { tokens, types, scores } = pieces(json);
    const found = mergesFromScores(tokens, types, scores).map((merge) => merge.join(" "));
    const expected = json.model.merges as string[];
    expect(new Set(found)).toEqual(new Set(expected));
    // Runs of spaces all have the lowest score; the two files order them differently.
    const words = (merges: string[]) => merges.filter((merge) => !/^[▁ ]+$/.test(merge));
    expect(words(found)).toEqual(words(expected));
  });
});

/** The vocabulary as a GGUF file lists it. */
function ggufMetadata(json: TokenizerJson, kind: { model: string; pre?: string }): Record<string, unknown> {
  const { tokens, types, scores } = pieces(json);
  const key = (name: string) => `tokenizer.ggml.${name}`;
  const merges = json.model.merges!.map((merge) => (typeof merge === "string" ? merge : merge.join(" ")));
  return {
    ...{ [key("model")]: kind.model, [key("tokens")]: tokens, [key("token_type")]: types },
    ...(kind.pre ? { [key("pre")]: kind.pre, [key("merges")]: merges } : { [key("scores")]: scores }),
  };
}

/** Pieces by id with llama.cpp's types. SentencePiece numbers its pieces from the best on; runs of spaces come last. */
function pieces(json: TokenizerJson): { tokens: string[]; types: number[]; scores: number[] } {
  const tokens: string[] = [];
  for (const [piece, id] of Object.entries(json.model.vocab as Record<string, number>)) tokens[id] = piece;
  const added = new Map(json.added_tokens.map((token) => [token.id, token]));
  for (const token of added.values()) tokens[token.id] = token.content;
  const types = tokens.map((piece, id) => {
    if (piece === json.model.unk_token) return 2;
    if (added.has(id)) return added.get(id)!.special ? 3 : 4;
    return /^<0x[0-9A-F]{2}>$/.test(piece) && json.model.byte_fallback ? 6 : 1;
  });
  return { tokens, types, scores: tokens.map((piece, id) => (/^▁▁+$/.test(piece) ? -1e9 : -id)) };
}
