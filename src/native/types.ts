/**
 * The one typed seam between TypeScript and the C++ addon. Everything the addon can do is declared here;
 * the addon checks the same shapes on its side. It knows tensors, tokens and files: no SQL, YAML or prompts.
 * Every method that computes runs on the device's executor thread and returns a promise.
 */

import type { AutomatonTables } from "./generation/automaton-tables.js";
import type {
  GeneratedRow,
  NativeAutomaton,
  NativeVocabulary,
  OnToken,
  PrefixCacheState,
  SamplingSpec,
} from "./generation/types.js";

export type { AutomatonTables } from "./generation/automaton-tables.js";
export type * from "./generation/types.js";

/** Storage and compute precisions. On a CPU float16 is a storage precision only: it is computed in bfloat16 or float32. */
export type DType = "float32" | "bfloat16" | "float16";
/** Device names as PyTorch writes them; "auto" is resolved before the addon is called. */
export type DeviceName = "cpu" | "cuda" | "mps";

/** RoPE scaling as HuggingFace's `rope_scaling`; `llama3` is Llama 3.1's piecewise scaling. */
export type RopeScaling =
  | { type: "linear"; factor: number }
  | {
      type: "llama3";
      factor: number;
      lowFreqFactor: number;
      highFreqFactor: number;
      originalMaxPositionEmbeddings: number;
    };

/** One decoder described by numbers: what Llama, Mistral and Qwen2 differ in (from config.json or GGUF metadata). */
export interface DecoderConfig {
  architecture: "llama" | "mistral" | "qwen2";
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  numLayers: number;
  numHeads: number;
  /** Key/value heads (grouped-query attention); equals numHeads without GQA. */
  numKvHeads: number;
  headDim: number;
  rmsNormEps: number;
  ropeTheta: number;
  ropeScaling: RopeScaling | null;
  maxPositionEmbeddings: number;
  /** Mistral's window in tokens; null attends to everything before. */
  slidingWindow: number | null;
  tieWordEmbeddings: boolean;
  /** Biases on q, k and v (Qwen2: true), on o, and on the MLP's linears. */
  qkvBias: boolean;
  outputBias: boolean;
  mlpBias: boolean;
}

export interface ModelSpec {
  config: DecoderConfig;
  /** Absolute paths: the safetensors files (one or all shards), or one .gguf. */
  files: string[];
  device: DeviceName;
  /** Precision the frozen weights are held in. */
  dtype: DType;
  /** Precision of the matrix products and activations; never float16 on a CPU. Norms, softmax, loss and adapters are float32. */
  computeDtype: DType;
}

/** One LoRA site: `name` is the module's full name without `.weight`, e.g. `model.layers.0.self_attn.q_proj`. */
export interface LoraModule {
  name: string;
  r: number;
  /** alpha / r, or alpha / sqrt(r) for rsLoRA. */
  scaling: number;
}

export interface LoraSpec {
  modules: LoraModule[];
  /** Dropout on the adapter's input, in [0, 1). */
  dropout: number;
  /** Seeds the Kaiming-uniform init of A (B starts at zero), as PEFT does. */
  seed: number;
}

/**
 * Questions grouped by the schema they share (DESIGN "shared-schema packing"). Tokens stand group by group: the
 * prefix once, then its branches one after the other; nothing is padded. A plain sequence is a group with an
 * empty prefix and one branch. A branch's positions go on from the prefix; it attends to the prefix and itself.
 */
export interface PackedBatch {
  /** All token ids, [sum(prefixLengths) + sum(branchLengths)]. */
  tokens: Int32Array;
  /** HuggingFace's convention, unshifted, same length as tokens: the token's id where it is to be learned, -100 elsewhere. */
  labels: Int32Array;
  /** [groups]; 0 is allowed. */
  prefixLengths: Int32Array;
  /** Branches of each group, [groups], each >= 1. */
  branchCounts: Int32Array;
  /** [sum(branchCounts)], group by group, each >= 1. */
  branchLengths: Int32Array;
}

export interface LossResult {
  /** Sum (not mean) of the labelled tokens' cross-entropy, in nats. */
  lossSum: number;
  /** Labelled tokens. */
  tokens: number;
  /** Labelled tokens whose arg-max prediction was right. */
  correct: number;
  /** Loss sum of each branch in order, [sum(branchCounts)]: names the rows when a loss is not finite. */
  branchLoss: Float32Array;
}

export interface OptimizerSpec {
  /** "adamw": decoupled weight decay (Loshchilov & Hutter 2019), at::_fused_adamw_. */
  beta1: number;
  beta2: number;
  eps: number;
  weightDecay: number;
  /** L2 norm that gradients are clipped to; 0 turns clipping off. */
  maxGradNorm: number;
}

/**
 * What a block keeps for its backward. "none": all it needs. "selective": its input, q, k, v, the attention's output and
 * log-sum-exp; norms and MLP are computed again. "block": its input alone; all of it is computed again.
 */
export type Checkpointing = "none" | "selective" | "block";

export interface StepResult {
  /** Global L2 norm of the token-averaged gradient before clipping. */
  gradNorm: number;
  /** True when the gradient was not finite: weights and moments are untouched. */
  skipped: boolean;
}

/** What an addon call may be stopped by; checked between layers. */
export interface NativeAbort {
  abort(): void;
}

export interface NativeModel {
  readonly parameterCount: number;
  readonly weightBytes: number;
  readonly device: string;
  /** Logits of one plain sequence, [tokens, vocab], float32. */
  forward(tokens: Int32Array, abort?: NativeAbort): Promise<Float32Array>;
  /** Attaches a fresh LoRA; one at a time. */
  addLora(spec: LoraSpec): Promise<{ trainableParameters: number }>;
  removeLora(): Promise<void>;
  /** Writes / reads adapter_model.safetensors with PEFT's keys; the write is fsynced. Reading needs addLora of the same shape first. */
  saveLora(path: string): Promise<void>;
  loadLora(path: string): Promise<void>;
  /** Adds the adapter into the weights in float32 and removes it. */
  mergeLora(): Promise<void>;
  /** Makes the optimizer; needs a LoRA. */
  beginTraining(spec: OptimizerSpec, checkpointing: Checkpointing): Promise<void>;
  /** Adds the gradient of the *sum* of the labelled losses. `seed` fixes the dropout masks of this call. */
  forwardBackward(batch: PackedBatch, seed: number, abort?: NativeAbort): Promise<LossResult>;
  /** Loss without gradient or dropout. */
  evaluate(batch: PackedBatch, abort?: NativeAbort): Promise<LossResult>;
  /** Divides the gradient by the labelled tokens since the last step, clips, applies AdamW, clears the gradient. */
  step(learningRate: number): Promise<StepResult>;
  /** Drops gradients accumulated since the last step (after an abort or an error). */
  zeroGrad(): Promise<void>;
  /** The accumulated (summed) gradients by PEFT key; tests compare them. */
  gradients(): Promise<Record<string, Float32Array>>;
  /** Optimizer moments and step counter, as safetensors; written fsynced. */
  saveOptimizer(path: string): Promise<void>;
  loadOptimizer(path: string): Promise<void>;
  /**
   * Prompts packed as groups (labels ignored), any number of them; rows come back in branch order. A group's prefix is
   * computed once, and kept for later calls while weights and adapter stay as they are; one that begins like a kept one
   * goes on from there.
   *
   * Calls that overlap are computed together: rows of a new call join at the next token, calls take turns where rows
   * have to wait, and each keeps its own sampling, onToken and abort. Any other call of the model waits until the
   * generations before it have ended, and those after it wait for it. An aborted call resolves with the rows as far as
   * they are: between two layers where it runs alone, else at the next token.
   */
  generate(
    prompts: Omit<PackedBatch, "labels">,
    sampling: SamplingSpec,
    onToken?: OnToken | null,
    abort?: NativeAbort,
  ): Promise<GeneratedRow[]>;
  prefixCache(): PrefixCacheState;
  /** Memory for kept prefixes in bytes, 192 MiB at first; 0 keeps none. The least recently used go. */
  setPrefixCacheLimit(bytes: number): void;
  /** Frees weights and adapter once queued work is done; later calls reject. */
  dispose(): void;
}

export interface GgufFile {
  /** Metadata by key; arrays as JS arrays. */
  metadata: Record<string, unknown>;
  tensors: { name: string; type: string; shape: number[] }[];
}

export interface NativeInfo {
  /** libtorch the addon was built against and the one it runs on. */
  torchBuilt: string;
  torchRuntime: string;
  /** e.g. "AVX512". */
  cpuCapability: string;
  /** True where bfloat16 products are fast (avx512_bf16, amx, arm bf16). */
  fastBfloat16: boolean;
  threads: number;
  cuda: { available: boolean; devices: string[] };
  mps: { available: boolean };
}

export interface Addon {
  info(): NativeInfo;
  /** Threads of the CPU executor; 0 asks for the default (physical cores the process may use). */
  setThreads(threads: number): void;
  loadModel(spec: ModelSpec): Promise<NativeModel>;
  readGguf(path: string): GgufFile;
  createAbort(): NativeAbort;
  /** Token i is bytes[offsets[i], offsets[i + 1]); one without bytes is never admitted. */
  createTokenVocabulary(bytes: Uint8Array, offsets: Int32Array): NativeVocabulary;
  /** `stopIds` are admitted where the text may end. */
  createAutomaton(vocabulary: NativeVocabulary, tables: AutomatonTables, stopIds: Int32Array): NativeAutomaton;
  /** Peak resident memory of the process in bytes; on CUDA also the allocator's peak. */
  peakMemory(): { process: number; device: number };
  /** Stops and joins the executors; called once when the process exits. */
  shutdown(): void;
}

/** Rejected promises carry this shape: a plain message, libtorch's trace apart. */
export interface NativeError extends Error {
  code:
    | "ERR_SQLTUNE_ABORTED"
    | "ERR_SQLTUNE_OOM"
    | "ERR_SQLTUNE_INVALID_ARGUMENT"
    | "ERR_SQLTUNE_WEIGHTS"
    | "ERR_SQLTUNE_IO"
    | "ERR_SQLTUNE_NATIVE";
  nativeStack?: string;
}
