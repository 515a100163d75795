import { SqltuneError } from "../errors.js";
import type { DecoderConfig, RopeScaling } from "../native/types.js";

/** GGUF's `general.architecture`; llama.cpp calls Mistral "llama" too, which computes alike. */
const ARCHITECTURES: Record<string, DecoderConfig["architecture"]> = { llama: "llama", qwen2: "qwen2" };

/**
 * The decoder that a GGUF file describes: its metadata, and the names of its tensors, which alone tell whether the head is
 * tied ("output.weight" absent) and which linears have biases. Throws SqltuneError for an unknown architecture, and for
 * missing or unsupported keys, all of them at once.
 */
export function decoderConfigFromGguf(
  metadata: Record<string, unknown>,
  tensors: readonly { name: string }[],
): DecoderConfig {
  const name = metadata["general.architecture"];
  const architecture = ARCHITECTURES[String(name)];
  if (!architecture) {
    throw new SqltuneError(
      `The GGUF file's architecture is ${JSON.stringify(name ?? null)}. Supported are ` +
        `${Object.keys(ARCHITECTURES).join(", ")} (src/model/decoder-config-gguf.ts). Choose a model of one of these.`,
    );
  }
  const problems: string[] = [];
  const count = (key: string, fallback?: number): number => {
    const value = metadata[`${name}.${key}`] ?? fallback;
    if (Number.isInteger(Number(value)) && Number(value) > 0) return Number(value);
    problems.push(`${name}.${key} is ${value === undefined ? "missing" : value}; expected a whole number above 0`);
    return 1;
  };
  const real = (key: string, fallback?: number): number => {
    const value = metadata[`${name}.${key}`] ?? fallback;
    // Stored as float32: 9.999999747e-06 is meant as 1e-05.
    if (typeof value === "number" && value > 0) return Number(value.toPrecision(7));
    problems.push(`${name}.${key} is ${value === undefined ? "missing" : value}; expected a number above 0`);
    return 1;
  };
  const names = new Set(tensors.map((tensor) => tensor.name));
  const tokens = metadata["tokenizer.ggml.tokens"];
  const hiddenSize = count("embedding_length");
  const numHeads = count("attention.head_count");
  const headDim = count("attention.key_length", Math.max(1, Math.floor(hiddenSize / numHeads)));
  const config: DecoderConfig = {
    architecture,
    vocabSize: count("vocab_size", (tokens as ArrayLike<unknown> | undefined)?.length),
    hiddenSize,
    intermediateSize: count("feed_forward_length"),
    numLayers: count("block_count"),
    numHeads,
    numKvHeads: count("attention.head_count_kv", numHeads),
    headDim,
    rmsNormEps: real("attention.layer_norm_rms_epsilon"),
    ropeTheta: real("rope.freq_base", 10000),
    ropeScaling: ropeScaling(),
    maxPositionEmbeddings: count("context_length"),
    slidingWindow: metadata[`${name}.attention.sliding_window`] ? count("attention.sliding_window") : null,
    tieWordEmbeddings: !names.has("output.weight"),
    qkvBias: names.has("blk.0.attn_q.bias"),
    outputBias: names.has("blk.0.attn_output.bias"),
    mlpBias: names.has("blk.0.ffn_gate.bias"),
  };
  if (count("rope.dimension_count", headDim) !== headDim)
    problems.push(`only ${metadata[`${name}.rope.dimension_count`]} of ${headDim} dimensions a head are rotated`);
  if (metadata[`${name}.expert_count`]) problems.push("it is a mixture of experts; only dense models are computed");
  // llama.cpp stores Llama 3.1's scaling as a table of factors; the four numbers it came from are not in the file.
  if (names.has("rope_freqs.weight"))
    problems.push("its RoPE scaling is a table (rope_freqs.weight); take the model as a HuggingFace folder instead");
  if (problems.length > 0) {
    throw new SqltuneError(
      `The GGUF file does not describe a decoder that can be loaded:\n${problems.map((p) => `  - ${p}`).join("\n")}\n` +
        "Copy or download the model again, or choose another one.",
    );
  }
  return config;

  function ropeScaling(): RopeScaling | null {
    const type = metadata[`${name}.rope.scaling.type`] ?? "none";
    if (type === "none") return null;
    if (type === "linear") return { type, factor: real("rope.scaling.factor") };
    problems.push(`RoPE scaling of type ${JSON.stringify(type)} is not computed; supported are none and linear`);
    return null;
  }
}
