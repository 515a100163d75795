import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import type { DecoderConfig, DType, ModelSpec } from "../../src/native/types.js";

export interface TinyModelOptions {
  /** Over the defaults below: a two-layer Llama with grouped-query attention and an untied head. */
  config?: Partial<DecoderConfig>;
  /** Equal seeds and configs give equal files. Default 1. */
  seed?: number;
  /** Precision of the written tensors, and of `dtype` in the result. Default float32. */
  dtype?: DType;
  /** More than 1 writes `model-0000i-of-0000n.safetensors` and an index. Default 1. */
  shards?: number;
}

/** A ModelSpec for the addon (device cpu, computeDtype = dtype, or float32 for float16) and the folder it stands in. */
export interface TinyModel extends ModelSpec {
  folder: string;
}

interface Tensor {
  name: string;
  shape: number[];
  /** Half-width of the uniform distribution around `centre`. */
  spread: number;
  centre: number;
}

const BASE: DecoderConfig = {
  architecture: "llama",
  vocabSize: 128,
  hiddenSize: 32,
  intermediateSize: 64,
  numLayers: 2,
  numHeads: 4,
  numKvHeads: 2,
  headDim: 8,
  rmsNormEps: 1e-5,
  ropeTheta: 10000,
  ropeScaling: null,
  maxPositionEmbeddings: 512,
  slidingWindow: null,
  tieWordEmbeddings: false,
  qkvBias: false,
  outputBias: false,
  mlpBias: false,
};

const CLASSES = { llama: "LlamaForCausalLM", mistral: "MistralForCausalLM", qwen2: "Qwen2ForCausalLM" };

/**
 * Writes a random-weight model as a HuggingFace folder (config.json + model.safetensors, no tokenizer) that
 * transformers reads too. Linears are spread as fan-in^-1/2, so that logits and gradients are of ordinary size.
 * Billions of values are fine: tensors are made and written in pieces of 16 MB.
 */
export function writeTinyModel(dir: string, options: TinyModelOptions = {}): TinyModel {
  const config: DecoderConfig = { ...BASE, ...options.config };
  const dtype = options.dtype ?? "float32";
  const folder = resolve(dir);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), `${JSON.stringify(hfConfig(config, dtype), null, 2)}\n`);

  const tensors = decoderTensors(config);
  const shards = options.shards ?? 1;
  const random = generator(options.seed ?? 1);
  const weightMap: Record<string, string> = {};
  const files: string[] = [];
  for (let shard = 0; shard < shards; shard++) {
    const part = tensors.filter((_, i) => Math.floor((i * shards) / tensors.length) === shard);
    const number = (n: number) => String(n).padStart(5, "0");
    const file = shards === 1 ? "model.safetensors" : `model-${number(shard + 1)}-of-${number(shards)}.safetensors`;
    for (const tensor of part) weightMap[tensor.name] = file;
    writeShard(join(folder, file), part, dtype, random);
    files.push(join(folder, file));
  }
  if (shards > 1) {
    const index = { metadata: { total_size: byteSize(tensors, dtype) }, weight_map: weightMap };
    writeFileSync(join(folder, "model.safetensors.index.json"), JSON.stringify(index, null, 2));
  }
  const computeDtype = dtype === "float16" ? "float32" : dtype;
  return { config, files, device: "cpu", dtype, computeDtype, folder };
}

function decoderTensors(c: DecoderConfig): Tensor[] {
  const tensors: Tensor[] = [];
  const linear = (name: string, out: number, inFeatures: number, bias: boolean) => {
    tensors.push({ name: `${name}.weight`, shape: [out, inFeatures], spread: Math.sqrt(3 / inFeatures), centre: 0 });
    if (bias) tensors.push({ name: `${name}.bias`, shape: [out], spread: 0.1, centre: 0 });
  };
  const norm = (name: string) =>
    tensors.push({ name: `${name}.weight`, shape: [c.hiddenSize], spread: 0.2, centre: 1 });
  tensors.push({ name: "model.embed_tokens.weight", shape: [c.vocabSize, c.hiddenSize], spread: 0.5, centre: 0 });
  for (let i = 0; i < c.numLayers; i++) {
    const layer = `model.layers.${i}`;
    norm(`${layer}.input_layernorm`);
    linear(`${layer}.self_attn.q_proj`, c.numHeads * c.headDim, c.hiddenSize, c.qkvBias);
    linear(`${layer}.self_attn.k_proj`, c.numKvHeads * c.headDim, c.hiddenSize, c.qkvBias);
    linear(`${layer}.self_attn.v_proj`, c.numKvHeads * c.headDim, c.hiddenSize, c.qkvBias);
    linear(`${layer}.self_attn.o_proj`, c.hiddenSize, c.numHeads * c.headDim, c.outputBias);
    norm(`${layer}.post_attention_layernorm`);
    linear(`${layer}.mlp.gate_proj`, c.intermediateSize, c.hiddenSize, c.mlpBias);
    linear(`${layer}.mlp.up_proj`, c.intermediateSize, c.hiddenSize, c.mlpBias);
    linear(`${layer}.mlp.down_proj`, c.hiddenSize, c.intermediateSize, c.mlpBias);
  }
  norm("model.norm");
  if (!c.tieWordEmbeddings) linear("lm_head", c.vocabSize, c.hiddenSize, false);
  return tensors;
}

/** config.json with HuggingFace's names. */
function hfConfig(c: DecoderConfig, dtype: DType): Record<string, unknown> {
  const scaling = c.ropeScaling;
  return {
    architectures: [CLASSES[c.architecture]],
    model_type: c.architecture,
    vocab_size: c.vocabSize,
    hidden_size: c.hiddenSize,
    intermediate_size: c.intermediateSize,
    num_hidden_layers: c.numLayers,
    num_attention_heads: c.numHeads,
    num_key_value_heads: c.numKvHeads,
    head_dim: c.headDim,
    hidden_act: "silu",
    rms_norm_eps: c.rmsNormEps,
    rope_theta: c.ropeTheta,
    rope_scaling:
      scaling?.type === "llama3"
        ? {
            rope_type: "llama3",
            factor: scaling.factor,
            low_freq_factor: scaling.lowFreqFactor,
            high_freq_factor: scaling.highFreqFactor,
            original_max_position_embeddings: scaling.originalMaxPositionEmbeddings,
          }
        : scaling && { rope_type: scaling.type, factor: scaling.factor },
    max_position_embeddings: c.maxPositionEmbeddings,
    ...(c.architecture === "mistral" ? { sliding_window: c.slidingWindow } : {}),
    ...(c.architecture === "llama" ? { attention_bias: c.qkvBias, mlp_bias: c.mlpBias } : {}),
    tie_word_embeddings: c.tieWordEmbeddings,
    bos_token_id: 1,
    eos_token_id: 2,
    torch_dtype: dtype,
  };
}

const WIDTH = { float32: 4, bfloat16: 2, float16: 2 };
const NAME = { float32: "F32", bfloat16: "BF16", float16: "F16" };

const elements = (tensor: Tensor) => tensor.shape.reduce((a, b) => a * b, 1);
const byteSize = (tensors: Tensor[], dtype: DType) => tensors.reduce((sum, t) => sum + elements(t) * WIDTH[dtype], 0);

function writeShard(path: string, tensors: Tensor[], dtype: DType, random: () => number): void {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let offset = 0;
  for (const tensor of tensors) {
    const end = offset + elements(tensor) * WIDTH[dtype];
    header[tensor.name] = { dtype: NAME[dtype], shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  let json = JSON.stringify(header);
  json += " ".repeat((8 - (json.length % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const fd = openSync(path, "w");
  try {
    writeSync(fd, Buffer.concat([length, Buffer.from(json)]));
    for (const tensor of tensors) writeValues(fd, tensor, dtype, random);
  } finally {
    closeSync(fd);
  }
}

const PIECE = 1 << 22;

function writeValues(fd: number, tensor: Tensor, dtype: DType, random: () => number): void {
  let left = elements(tensor);
  while (left > 0) {
    const count = Math.min(left, PIECE);
    const floats = new Float32Array(count);
    for (let i = 0; i < count; i++) floats[i] = tensor.centre + tensor.spread * (2 * random() - 1);
    writeSync(fd, encode(floats, dtype));
    left -= count;
  }
}

function encode(floats: Float32Array, dtype: DType): Uint8Array {
  if (dtype === "float32") return new Uint8Array(floats.buffer);
  const bits = new Uint32Array(floats.buffer);
  const halves = new Uint16Array(floats.length);
  const convert = dtype === "bfloat16" ? toBfloat16 : toFloat16;
  for (let i = 0; i < bits.length; i++) halves[i] = convert(bits[i]!);
  return new Uint8Array(halves.buffer);
}

/** Float32 bits to bfloat16 bits, rounded to nearest even. Finite values only. */
function toBfloat16(bits: number): number {
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Float32 bits to float16 bits, rounded to nearest even; values below its normal range become 0. */
function toFloat16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude < 0x38800000) return sign;
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

/** Mulberry32: uniform in [0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
