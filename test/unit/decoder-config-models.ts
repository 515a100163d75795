import type { DecoderConfig } from "../../src/native/types.js";

export const LLAMA: DecoderConfig = {
  architecture: "llama",
  ...{
    vocabSize: 32000,
    hiddenSize: 2048,
    intermediateSize: 5632,
    numLayers: 22,
    numHeads: 32,
    numKvHeads: 4,
    headDim: 64,
  },
  ...{ rmsNormEps: 1e-5, ropeTheta: 10000, ropeScaling: null, maxPositionEmbeddings: 2048, slidingWindow: null },
  ...{ tieWordEmbeddings: false, qkvBias: false, outputBias: false, mlpBias: false },
};
const MISTRAL: DecoderConfig = {
  ...{ ...LLAMA, architecture: "mistral", hiddenSize: 4096, intermediateSize: 14336, numLayers: 32, numKvHeads: 8 },
  ...{ headDim: 128, maxPositionEmbeddings: 32768 },
};
export const SMOLLM2: DecoderConfig = {
  ...{ ...LLAMA, vocabSize: 49152, hiddenSize: 576, intermediateSize: 1536, numLayers: 30, numHeads: 9, numKvHeads: 3 },
  ...{ ropeTheta: 100000, maxPositionEmbeddings: 8192, tieWordEmbeddings: true },
};
export const QWEN2: DecoderConfig = {
  ...{ ...LLAMA, architecture: "qwen2", vocabSize: 151936, hiddenSize: 896, intermediateSize: 4864, numLayers: 24 },
  ...{ numHeads: 14, numKvHeads: 2, rmsNormEps: 1e-6, ropeTheta: 1e6, maxPositionEmbeddings: 32768 },
  ...{ tieWordEmbeddings: true, qkvBias: true },
};
const LLAMA32: DecoderConfig = {
  ...{ ...LLAMA, vocabSize: 128256, intermediateSize: 8192, numLayers: 16, numKvHeads: 8, ropeTheta: 5e5 },
  ...{ maxPositionEmbeddings: 131072, tieWordEmbeddings: true },
  ropeScaling: { type: "llama3", factor: 32, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositionEmbeddings: 8192 },
};

/** Read by hand from the models' config.json. */
export const SUPPORTED: Record<string, DecoderConfig> = {
  "TinyLlama-1.1B-Chat-v1.0": LLAMA,
  "Llama-2-7b-hf": { ...LLAMA, hiddenSize: 4096, intermediateSize: 11008, numLayers: 32, numKvHeads: 32, headDim: 128 },
  "CodeLlama-7b-hf": {
    ...{ ...LLAMA, vocabSize: 32016, hiddenSize: 4096, intermediateSize: 11008, numLayers: 32, numKvHeads: 32 },
    ...{ headDim: 128, ropeTheta: 1e6, maxPositionEmbeddings: 16384 },
  },
  "Llama-3.2-1B": LLAMA32,
  "Llama-3.2-1B-Instruct": LLAMA32,
  "Mistral-7B-v0.1": { ...MISTRAL, slidingWindow: 4096 },
  "Mistral-7B-v0.3": { ...MISTRAL, vocabSize: 32768, ropeTheta: 1e6 },
  "SmolLM2-135M": SMOLLM2,
  "SmolLM2-135M-Instruct": SMOLLM2,
  "SmolLM2-360M-Instruct": {
    ...SMOLLM2,
    ...{ hiddenSize: 960, intermediateSize: 2560, numLayers: 32, numHeads: 15, numKvHeads: 5 },
  },
  "Qwen2-0.5B-Instruct": QWEN2,
  "Qwen2.5-0.5B": QWEN2,
  "Qwen2.5-0.5B-Instruct": QWEN2,
};
export const UNSUPPORTED: Record<string, string> = {
  "Phi-3-mini-4k-instruct": "Phi3ForCausalLM",
  "Phi-3.5-mini-instruct": "Phi3ForCausalLM",
  "Phi-4-mini-instruct": "Phi3ForCausalLM",
  "Qwen3-0.6B": "Qwen3ForCausalLM",
  "RedPajama-INCITE-Chat-3B-v1": "GPTNeoXForCausalLM",
  "pythia-70m": "GPTNeoXForCausalLM",
  gpt2: "GPT2LMHeadModel",
  "gemma-2b": "GemmaForCausalLM",
  "gemma-2-2b-it": "Gemma2ForCausalLM",
  "gemma-3-1b-it": "Gemma3ForCausalLM",
  "gemma-3-270m": "Gemma3ForCausalLM",
};
