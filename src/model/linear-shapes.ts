import type { DecoderConfig } from "../native/types.js";

/** [outFeatures, inFeatures] of every linear of the decoder's blocks, by HuggingFace's module name. */
export function linearShapes(config: DecoderConfig): Map<string, readonly [number, number]> {
  const { hiddenSize, intermediateSize, numHeads, numKvHeads, headDim } = config;
  const block: [string, number, number][] = [
    ["self_attn.q_proj", numHeads * headDim, hiddenSize],
    ["self_attn.k_proj", numKvHeads * headDim, hiddenSize],
    ["self_attn.v_proj", numKvHeads * headDim, hiddenSize],
    ["self_attn.o_proj", hiddenSize, numHeads * headDim],
    ["mlp.gate_proj", intermediateSize, hiddenSize],
    ["mlp.up_proj", intermediateSize, hiddenSize],
    ["mlp.down_proj", hiddenSize, intermediateSize],
  ];
  const shapes = new Map<string, readonly [number, number]>();
  for (let layer = 0; layer < config.numLayers; layer++) {
    for (const [name, out, inner] of block) shapes.set(`model.layers.${layer}.${name}`, [out, inner]);
  }
  return shapes;
}

/** What a LoRA may sit on: the blocks' linears and, after them, the head. */
export function loraShapes(config: DecoderConfig): Map<string, readonly [number, number]> {
  return linearShapes(config).set("lm_head", [config.vocabSize, config.hiddenSize]);
}
