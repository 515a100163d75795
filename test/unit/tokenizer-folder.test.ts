import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTokenizerFolder } from "../../src/tokenizer/read-tokenizer-folder.js";
import { byteLevelDefinition, sentencePieceDefinition } from "./tokenizer-fixtures.js";

describe("a tokenizer folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sqltune-tokenizer-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, value: unknown) =>
    writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));

  it("is read with all that stands beside tokenizer.json", async () => {
    write("tokenizer.json", byteLevelDefinition().json);
    write("tokenizer_config.json", {
      bos_token: { content: "<|im_start|>", lstrip: false },
      eos_token: "<|im_end|>",
      chat_template: [
        { name: "tool_use", template: "tools" },
        { name: "default", template: "words" },
      ],
    });
    write("special_tokens_map.json", { pad_token: { content: "<|endoftext|>" } });
    write("generation_config.json", { eos_token_id: [2, 0] });
    expect(await readTokenizerFolder(folder)).toMatchObject({
      ...{ bosToken: "<|im_start|>", eosToken: "<|im_end|>", padToken: "<|endoftext|>" },
      ...{ addsBos: false, eosIds: [2, 0], chatTemplate: "words" },
    });
  });

  it("prefers chat_template.jinja, as Transformers does", async () => {
    write("tokenizer.json", byteLevelDefinition().json);
    write("tokenizer_config.json", { chat_template: "old" });
    write("chat_template.jinja", "new");
    expect((await readTokenizerFolder(folder)).chatTemplate).toBe("new");
  });

  it("takes the ids of config.json where no file names the tokens", async () => {
    write("tokenizer.json", byteLevelDefinition().json);
    write("config.json", { bos_token_id: 1, eos_token_id: 2 });
    expect(await readTokenizerFolder(folder)).toMatchObject({
      bosToken: "<|im_start|>",
      eosToken: "<|im_end|>",
      eosIds: [2],
    });
  });

  it("does not give a BOS to a model that has none by its own word", async () => {
    write("tokenizer.json", byteLevelDefinition().json);
    write("tokenizer_config.json", { bos_token: null, eos_token: "<|im_end|>" });
    write("special_tokens_map.json", { bos_token: "<|im_start|>" });
    write("config.json", { bos_token_id: 0 });
    expect(await readTokenizerFolder(folder)).toMatchObject({ bosToken: null, addsBos: false });
  });

  it.each([
    ["what the post-processor does", {}, true],
    ["add_bos_token: false", { add_bos_token: false }, false],
  ])("puts BOS before a text after %s", async (_, config, addsBos) => {
    write("tokenizer.json", sentencePieceDefinition().json);
    write("tokenizer_config.json", { bos_token: "<s>", eos_token: "</s>", ...config });
    expect((await readTokenizerFolder(folder)).addsBos).toBe(addsBos);
  });

  it("puts BOS before a text for Llama's own class, which has no post-processor", async () => {
    write("tokenizer.json", { ...sentencePieceDefinition().json, post_processor: null });
    write("tokenizer_config.json", { bos_token: "<s>", eos_token: "</s>", tokenizer_class: "LlamaTokenizer" });
    expect((await readTokenizerFolder(folder)).addsBos).toBe(true);
  });

  it("says what is missing and how to get it", async () => {
    await expect(readTokenizerFolder(folder)).rejects.toThrow(
      /has no tokenizer\.json\. Expected a HuggingFace model folder/,
    );
    write("tokenizer.model", "sentencepiece");
    await expect(readTokenizerFolder(folder)).rejects.toThrow(/only SentencePiece's tokenizer\.model.*save_pretrained/);
  });

  it("names a file that is damaged", async () => {
    write("tokenizer.json", '{"model": {"vo');
    await expect(readTokenizerFolder(folder)).rejects.toThrow(/tokenizer\.json is no valid JSON[\s\S]*fetch it again/);
    write("tokenizer.json", "[]");
    await expect(readTokenizerFolder(folder)).rejects.toThrow(/tokenizer\.json does not hold a JSON object/);
    write("tokenizer.json", { model: {} });
    await expect(readTokenizerFolder(folder)).rejects.toThrow(/no model with a vocab/);
  });
});
