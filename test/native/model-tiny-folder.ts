import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TinyModel, type TinyModelOptions, writeTinyModel } from "./tiny-model.js";

const SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

/**
 * A random-weight model as a whole HuggingFace folder: with a byte-level tokenizer of the printable ASCII characters, a
 * newline and three control tokens (ids 0 to 2), and a ChatML template. <|im_end|> (2) ends an answer.
 */
export function writeTinyFolder(dir: string, options: TinyModelOptions = {}): TinyModel {
  const model = writeTinyModel(dir, options);
  // ByteLevel's alphabet: printable ASCII stands for itself, a space is written as Ġ, a newline as Ċ.
  const pieces = [...Array(94).keys()].map((i) => String.fromCharCode(33 + i)).concat("Ġ", "Ċ");
  const vocab = Object.fromEntries([...SPECIAL, ...pieces].map((piece, id) => [piece, id]));
  const json = {
    version: "1.0",
    added_tokens: SPECIAL.map((content, id) => ({
      ...{ id, content, special: true, normalized: false },
      ...{ lstrip: false, rstrip: false, single_word: false },
    })),
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: { type: "BPE", vocab, merges: [] },
  };
  writeFileSync(join(model.folder, "tokenizer.json"), JSON.stringify(json));
  const template =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}" +
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
  writeFileSync(
    join(model.folder, "tokenizer_config.json"),
    JSON.stringify({ eos_token: "<|im_end|>", pad_token: "<|endoftext|>", chat_template: template }),
  );
  return model;
}
