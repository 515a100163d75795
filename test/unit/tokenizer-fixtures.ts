import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { AddedTokenJson, TokenizerDefinition, TokenizerJson } from "../../src/tokenizer/definition.js";

const folder = process.env.SQLTUNE_SHARED ?? resolve(import.meta.dirname, "../../../shared");

/** Test data beside the repository; null, said aloud, where there is none. */
export function sharedFolder(test: string): string | null {
  if (existsSync(folder)) return folder;
  process.stderr.write(`SKIPPED ${test}: needs ${folder} (or SQLTUNE_SHARED).\n`);
  return null;
}

export function control(id: number, content: string, more: Partial<AddedTokenJson> = {}): AddedTokenJson {
  return { id, content, special: true, normalized: false, lstrip: false, rstrip: false, single_word: false, ...more };
}

const CHATML =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/** A byte-level BPE with three merges and ChatML, in the manner of SmolLM2's. */
export function byteLevelDefinition(more: Partial<TokenizerDefinition> = {}): TokenizerDefinition {
  const bytes =
    "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ĠĊÂ½Ã©";
  const vocab = Object.fromEntries(
    ["<|endoftext|>", "<|im_start|>", "<|im_end|>", ...bytes, "SE", "LE", "SELE"].map((t, i) => [t, i]),
  );
  const json: TokenizerJson = {
    added_tokens: [control(0, "<|endoftext|>"), control(1, "<|im_start|>"), control(2, "<|im_end|>")],
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Digits", individual_digits: true },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab, merges: ["S E", "L E", "SE LE"] },
  };
  const names = { bosToken: "<|im_start|>", eosToken: "<|im_end|>", padToken: "<|im_end|>" };
  return { json, ...names, addsBos: false, eosIds: [], chatTemplate: CHATML, ...more };
}

/** SentencePiece's kind, in the manner of Llama 2's: a dummy space, byte fallback, BOS. */
export function sentencePieceDefinition(more: Partial<TokenizerDefinition> = {}): TokenizerDefinition {
  const bytes = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`);
  const words = ["▁", ..."SELCTabc:", "▁a", "SE"];
  const vocab = Object.fromEntries(["<unk>", "<s>", "</s>", ...bytes, ...words].map((t, i) => [t, i]));
  const spaces = { type: "Replace", pattern: { String: " " }, content: "▁" };
  const json: TokenizerJson = {
    added_tokens: [control(0, "<unk>"), control(1, "<s>"), control(2, "</s>")],
    normalizer: { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, spaces] },
    pre_tokenizer: null,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [],
      special_tokens: { "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] } },
    },
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
    model: { type: "BPE", vocab, merges: ["▁ a", "S E"], unk_token: "<unk>", fuse_unk: true, byte_fallback: true },
  };
  return {
    json,
    bosToken: "<s>",
    eosToken: "</s>",
    padToken: null,
    addsBos: true,
    eosIds: [],
    chatTemplate: null,
    ...more,
  };
}
