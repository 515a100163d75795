import { SqltuneError } from "../errors.js";
import type { DecoderConfig, RopeScaling } from "../native/types.js";

export { decoderConfigFromGguf } from "./decoder-config-gguf.js";
export { linearModuleNames, resolveTargetModules } from "./target-modules.js";

/** What Transformers assumes where a config.json is silent (configuration_llama.py, _mistral.py, _qwen2.py). */
interface Family {
  architecture: DecoderConfig["architecture"];
  modelType: string;
  /** null: as many as heads. */
  numKvHeads: number | null;
  maxPositionEmbeddings: number;
  /** Mistral's is 4096 unless the file says null. */
  slidingWindow: number | null;
}

/** The supported architectures. Another one needs its own line here and, where it computes otherwise, native/model. */
const FAMILIES: Record<string, Family> = {
  LlamaForCausalLM: {
    architecture: "llama",
    modelType: "llama",
    numKvHeads: null,
    maxPositionEmbeddings: 2048,
    slidingWindow: null,
  },
  MistralForCausalLM: {
    architecture: "mistral",
    modelType: "mistral",
    numKvHeads: 8,
    maxPositionEmbeddings: 131072,
    slidingWindow: 4096,
  },
  Qwen2ForCausalLM: {
    architecture: "qwen2",
    modelType: "qwen2",
    numKvHeads: 32,
    maxPositionEmbeddings: 32768,
    slidingWindow: null,
  },
};

type Json = Record<string, unknown>;

/**
 * The decoder that a HuggingFace config.json describes, in the spelling of any Transformers version (`rope_theta` and
 * `rope_scaling`, or `rope_parameters`). Throws SqltuneError for an unknown architecture, and for missing, ill-typed
 * or unsupported keys, all of them at once.
 */
export function decoderConfigFromHf(json: unknown): DecoderConfig {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new SqltuneError(`config.json holds ${JSON.stringify(json)}. Expected an object with "architectures".`);
  }
  const config = json as Json;
  const family = familyOf(config);
  const read = new Keys(config);
  const numHeads = read.count("num_attention_heads");
  const hiddenSize = read.count("hidden_size");
  const numLayers = read.count("num_hidden_layers");
  const llama = family.architecture === "llama";
  const attentionBias = llama && read.flag("attention_bias", false);
  const scaling = (config.rope_parameters ?? config.rope_scaling ?? null) as Json | null;
  const ropeKeys = new Keys(scaling ?? {}, config.rope_parameters ? "rope_parameters." : "rope_scaling.", read);
  const result: DecoderConfig = {
    architecture: family.architecture,
    vocabSize: read.count("vocab_size"),
    hiddenSize,
    intermediateSize: read.count("intermediate_size"),
    numLayers,
    numHeads,
    numKvHeads: read.count("num_key_value_heads", family.numKvHeads ?? numHeads),
    headDim: config.head_dim ? read.count("head_dim") : hiddenSize / numHeads,
    rmsNormEps: read.number("rms_norm_eps", 1e-6),
    ropeTheta: (scaling?.rope_theta ? ropeKeys : read).number("rope_theta", 10000),
    ropeScaling: scaling === null ? null : ropeScaling(ropeKeys),
    maxPositionEmbeddings: read.count("max_position_embeddings", family.maxPositionEmbeddings),
    slidingWindow: slidingWindow(config, family, numLayers, read),
    tieWordEmbeddings: read.flag("tie_word_embeddings", false),
    qkvBias: family.architecture === "qwen2" || attentionBias,
    outputBias: attentionBias,
    mlpBias: llama && read.flag("mlp_bias", false),
  };
  const activation = config.hidden_act ?? "silu";
  if (activation !== "silu" && activation !== "swish")
    read.problem(`hidden_act is ${JSON.stringify(activation)}; only "silu" is computed`);
  if (config.quantization_config !== undefined && config.quantization_config !== null) {
    const method = (config.quantization_config as Json).quant_method ?? "unknown";
    read.problem(`the weights are quantised (${method}); take the model's float16 or bfloat16 weights, or a GGUF file`);
  }
  // What follows from other keys is looked at once those are right.
  if (read.clean && numHeads % result.numKvHeads !== 0)
    read.problem(`num_attention_heads ${numHeads} is no multiple of num_key_value_heads ${result.numKvHeads}`);
  if (read.clean && (!Number.isInteger(result.headDim) || result.headDim % 2 !== 0))
    read.problem(
      `a head has ${result.headDim} dimensions (hidden_size ${hiddenSize}, num_attention_heads ${numHeads}); ` +
        "rotary embeddings need an even whole number",
    );
  read.throwProblems(`config.json (${familyName(family)})`);
  return result;
}

function familyOf(config: Json): Family {
  const named = Array.isArray(config.architectures) ? config.architectures.map(String) : [];
  const known = Object.entries(FAMILIES).find(
    ([name, family]) => named.includes(name) || (named.length === 0 && family.modelType === config.model_type),
  );
  if (known) return known[1];
  const found =
    named.length > 0
      ? named.map((name) => `"${name}"`).join(", ")
      : `none (model_type ${JSON.stringify(config.model_type ?? null)})`;
  throw new SqltuneError(
    `The model's architecture is ${found}. Supported are ${Object.keys(FAMILIES).join(", ")} ` +
      "(src/model/decoder-config.ts). Choose a model of one of these, e.g. HuggingFaceTB/SmolLM2-135M-Instruct.",
  );
}

const familyName = (family: Family) => Object.keys(FAMILIES).find((name) => FAMILIES[name] === family)!;

/** Transformers writes the kind as `rope_type`, formerly `type`; "default" is no scaling. */
function ropeScaling(keys: Keys): RopeScaling | null {
  const type = keys.json.rope_type ?? keys.json.type ?? "default";
  if (type === "default") return null;
  if (type === "linear") return { type, factor: keys.number("factor") };
  if (type === "llama3") {
    return {
      type,
      factor: keys.number("factor"),
      lowFreqFactor: keys.number("low_freq_factor"),
      highFreqFactor: keys.number("high_freq_factor"),
      originalMaxPositionEmbeddings: keys.count("original_max_position_embeddings"),
    };
  }
  keys.problem(`rope scaling of type ${JSON.stringify(type)} is not computed; supported are default, linear, llama3`);
  return null;
}

/**
 * The window of all layers, or null. Llama has none. Qwen2 uses its own only with `use_sliding_window`, in the layers from
 * `max_window_layers` on; newer files list `layer_types`. A window in some layers only is not supported.
 */
function slidingWindow(config: Json, family: Family, numLayers: number, read: Keys): number | null {
  if (family.architecture === "llama") return null;
  if (family.architecture === "qwen2" && config.use_sliding_window !== true) return null;
  const window = config.sliding_window === undefined ? family.slidingWindow : config.sliding_window;
  if (window === null) return null;
  let windowed = numLayers;
  if (Array.isArray(config.layer_types))
    windowed = config.layer_types.filter((type) => type === "sliding_attention").length;
  else if (family.architecture === "qwen2") windowed = Math.max(0, numLayers - read.whole("max_window_layers", 28));
  if (windowed === 0) return null;
  if (windowed < numLayers)
    read.problem(`${windowed} of ${numLayers} layers attend to a sliding window; only all or none is computed`);
  return read.count("sliding_window", Number(window));
}

/** Reads keys of one object and collects what is wrong with them. */
class Keys {
  readonly #problems: string[];

  constructor(
    readonly json: Json,
    readonly prefix = "",
    parent?: Keys,
  ) {
    this.#problems = parent ? parent.#problems : [];
  }

  get clean(): boolean {
    return this.#problems.length === 0;
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  /** A number above 0; without `fallback` the key must be there. null counts as absent. */
  number(key: string, fallback?: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
    this.problem(
      `${this.prefix}${key} is ${value === undefined ? "missing" : JSON.stringify(value)}; expected a number above 0`,
    );
    return 1;
  }

  /** A whole number above 0. */
  count(key: string, fallback?: number): number {
    const value = this.number(key, fallback);
    if (!Number.isInteger(value)) this.problem(`${this.prefix}${key} is ${value}; expected a whole number`);
    return value;
  }

  /** A whole number, 0 allowed. */
  whole(key: string, fallback: number): number {
    return this.json[key] === 0 ? 0 : this.count(key, fallback);
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.json[key] ?? fallback;
    if (typeof value === "boolean") return value;
    this.problem(`${this.prefix}${key} is ${JSON.stringify(value)}; expected true or false`);
    return fallback;
  }

  throwProblems(where: string): void {
    if (this.#problems.length === 0) return;
    throw new SqltuneError(
      `${where} does not describe a decoder that can be loaded:\n${this.#problems.map((p) => `  - ${p}`).join("\n")}\n` +
        "Copy or download the model again, or choose another one.",
    );
  }
}
