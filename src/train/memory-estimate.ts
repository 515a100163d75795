import { linearShapes } from "../model/index.js";
import type { Checkpointing, DecoderConfig, DType } from "../native/types.js";

/** Bytes, by what they are for. An estimate: allocator slack, libtorch itself (0.2 GB) and the CUDA context are not in it. */
export interface MemoryEstimate {
  weights: number;
  /** Adapter weights, gradients and AdamW's two moments, all float32. */
  adapter: number;
  /** Activations of the largest micro-batch, with the logits of its labelled tokens. */
  activations: number;
  total: number;
}

const BYTES: Record<DType, number> = { float32: 4, bfloat16: 2, float16: 2 };
/** Labelled rows go through the head in chunks of this many. */
const HEAD_CHUNK = 256;

export interface MemoryInput {
  config: DecoderConfig;
  parameterCount: number;
  trainableParameters: number;
  dtype: DType;
  computeDtype: DType;
  /** Packed tokens of the largest micro-batch. */
  tokens: number;
  checkpointing: Checkpointing;
}

/**
 * What a training step holds at its peak: what each block keeps of a token, and the block that is at work whole. Whole
 * are the inputs of the seven linears where an adapter sits (hidden for q/k/v and gate/up, heads x headDim for o,
 * intermediate for down), q, k, v, gate and up before the activation, and a float32 log-sum-exp a head. "selective" keeps
 * the block's input, q, k, v, the attention's output and log-sum-exp; "block" the input alone.
 */
export function estimateMemory(input: MemoryInput): MemoryEstimate {
  const { config, tokens, checkpointing } = input;
  const width = BYTES[input.computeDtype];
  const query = config.numHeads * config.headDim;
  const keyValue = 2 * config.numKvHeads * config.headDim;
  const attention = (2 * query + keyValue) * width + config.numHeads * 4;
  const whole = attention + (2 * config.hiddenSize + 3 * config.intermediateSize) * width;
  const kept = {
    none: whole,
    selective: attention + config.hiddenSize * width,
    block: config.hiddenSize * width,
  }[checkpointing];
  const perToken = config.numLayers * kept + (checkpointing === "none" ? 0 : whole);
  const logits = 2 * Math.min(HEAD_CHUNK, tokens) * config.vocabSize * 4;
  const estimate = {
    weights: input.parameterCount * BYTES[input.dtype],
    adapter: input.trainableParameters * 16,
    activations: tokens * perToken + logits,
  };
  return { ...estimate, total: estimate.weights + estimate.adapter + estimate.activations };
}

/** Parameters of a decoder by its config: a tied head counts once, as HuggingFace counts. */
export function countParameters(config: DecoderConfig): number {
  const { hiddenSize, intermediateSize, vocabSize, numLayers } = config;
  const biases =
    (config.qkvBias ? (config.numHeads + 2 * config.numKvHeads) * config.headDim : 0) +
    (config.outputBias ? hiddenSize : 0) +
    (config.mlpBias ? 2 * intermediateSize + hiddenSize : 0);
  const linears = [...linearShapes(config).values()].reduce((sum, [out, inner]) => sum + out * inner, 0);
  const embeddings = vocabSize * hiddenSize * (config.tieWordEmbeddings ? 1 : 2);
  return linears + embeddings + numLayers * (biases + 2 * hiddenSize) + hiddenSize;
}
