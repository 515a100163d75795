import type { ModelSource } from "../hub/types.js";
import { loadAddon } from "../native/load.js";
import { createTokenizer } from "./create-tokenizer.js";
import { readTokenizerFolder } from "./read-tokenizer-folder.js";
import { tokenizerFromGguf } from "./tokenizer-from-gguf.js";
import type { Tokenizer } from "./types.js";

/**
 * A model's tokenizer: from the files beside its safetensors, or out of its GGUF. A large vocabulary's tables (Qwen,
 * Llama 3) are built in one go of about half a second. Throws SqltuneError where files are missing or of another kind.
 */
export async function loadTokenizer(source: ModelSource): Promise<Tokenizer> {
  if (source.format === "safetensors") return createTokenizer(await readTokenizerFolder(source.folder));
  const { metadata } = loadAddon().readGguf(source.weightFiles[0]!);
  return createTokenizer(tokenizerFromGguf(metadata));
}
