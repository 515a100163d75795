import { SqltuneError } from "../errors.js";

/** What sqltune uses of PEFT's LoraConfig. */
export interface AdapterConfig {
  /** Hub id of the base; null when it has none. Never a local path: it would mean nothing elsewhere. */
  baseModel: string | null;
  /** Commit of the base on the Hub; null when unknown. */
  revision: string | null;
  r: number;
  loraAlpha: number;
  loraDropout: number;
  /** Suffixes of module names ("q_proj"), or a regular expression over the whole name. */
  targetModules: string[] | string;
  /** Scaling alpha / sqrt(r) (Kalajdzievski 2023) instead of alpha / r. */
  useRslora: boolean;
  /** Exceptions to `r` and `loraAlpha`: a regular expression over the end of a module's name -> value. */
  rankPattern: Record<string, number>;
  alphaPattern: Record<string, number>;
}

/**
 * adapter_config.json as PEFT writes it: keys in alphabetical order, those that every PEFT from 0.10 on knows (newer
 * ones would make an older PEFT refuse the file, and all their defaults mean plain LoRA).
 */
export function adapterConfigToJson(config: AdapterConfig): Record<string, unknown> {
  return {
    alpha_pattern: config.alphaPattern,
    auto_mapping: null,
    base_model_name_or_path: config.baseModel,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    layer_replication: null,
    layers_pattern: null,
    layers_to_transform: null,
    loftq_config: {},
    lora_alpha: config.loraAlpha,
    lora_dropout: config.loraDropout,
    megatron_config: null,
    megatron_core: "megatron.core",
    modules_to_save: null,
    peft_type: "LORA",
    r: config.r,
    rank_pattern: config.rankPattern,
    revision: config.revision,
    target_modules: config.targetModules,
    task_type: "CAUSAL_LM",
    use_dora: false,
    use_rslora: config.useRslora,
  };
}

const isNeutral = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (typeof value === "object" && Object.keys(value).length === 0);

/** Settings that change what the adapter computes and that sqltune does not have, with the values that mean "off". */
const UNSUPPORTED: Record<string, (value: unknown) => boolean> = {
  bias: (v) => isNeutral(v) || v === "none",
  // Only for GPT-2's Conv1D, which stores its weight transposed; no supported model has one.
  fan_in_fan_out: isNeutral,
  modules_to_save: isNeutral,
  use_dora: isNeutral,
  lora_bias: isNeutral,
  layer_replication: isNeutral,
  megatron_config: isNeutral,
  target_parameters: isNeutral,
  trainable_token_indices: isNeutral,
  alora_invocation_tokens: isNeutral,
  arrow_config: isNeutral,
  kasa_config: isNeutral,
  use_qalora: isNeutral,
  use_bdlora: isNeutral,
  velora_config: isNeutral,
  monteclora_config: isNeutral,
  // PiSSA, OLoRA, CorDA, LoftQ and LoRA-GA change the base weights when training starts: without that change their A
  // and B mean nothing. PEFT converts such an adapter when saving (path_initial_model_for_weight_conversion).
  init_lora_weights: (v) => isNeutral(v) || v === true || v === "gaussian" || v === "eva" || v === "orthogonal",
};

/** Settings that name the adapter or only mattered while it was trained. */
const HARMLESS = new Set([
  ...["auto_mapping", "inference_mode", "megatron_core", "peft_version", "qalora_group_size", "ensure_weight_tying"],
  ...["eva_config", "corda_config", "loftq_config", "lora_ga_config", "runtime_config", "exclude_modules"],
  ...["layers_pattern", "layers_to_transform", "task_type", "peft_type", "base_model_name_or_path", "revision"],
  ...["r", "lora_alpha", "lora_dropout", "target_modules", "use_rslora", "rank_pattern", "alpha_pattern"],
]);

/**
 * Reads PEFT's adapter_config.json (any version). Throws SqltuneError with every setting sqltune lacks; `warnings`
 * names settings that no known version of PEFT has.
 */
export function parseAdapterConfig(json: unknown, path: string): { config: AdapterConfig; warnings: string[] } {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new SqltuneError(`${path} is not a JSON object. Expected the adapter_config.json that PEFT writes.`);
  }
  const raw = json as Record<string, unknown>;
  const problems: string[] = [];
  if (raw.peft_type !== "LORA") problems.push(`peft_type is ${show(raw.peft_type)}, supported is "LORA"`);
  if (!isNeutral(raw.task_type) && raw.task_type !== "CAUSAL_LM") {
    problems.push(`task_type is ${show(raw.task_type)}, supported is "CAUSAL_LM"`);
  }
  for (const [key, isOff] of Object.entries(UNSUPPORTED)) {
    if (!isOff(raw[key])) problems.push(`${key} is ${show(raw[key])}, which sqltune does not support`);
  }
  if (!isPositive(raw.r) || !Number.isInteger(raw.r)) problems.push(`r is ${show(raw.r)}, expected a positive integer`);
  if (!isPositive(raw.lora_alpha)) problems.push(`lora_alpha is ${show(raw.lora_alpha)}, expected a positive number`);
  const targetModules = raw.target_modules;
  if (!(typeof targetModules === "string" || isStringList(targetModules))) {
    problems.push(`target_modules is ${show(targetModules)}, expected a list of module names or a regular expression`);
  }
  for (const key of ["rank_pattern", "alpha_pattern"]) {
    if (!isNeutral(raw[key]) && !isPattern(raw[key])) {
      problems.push(`${key} is ${show(raw[key])}, expected an object of positive numbers`);
    }
  }
  if (problems.length > 0) {
    throw new SqltuneError(
      `${path} cannot be used:\n${problems.map((p) => `  - ${p}`).join("\n")}\nsqltune loads plain LoRA (and rsLoRA) ` +
        'adapters of causal language models: no DoRA, no modules_to_save, bias "none".',
    );
  }
  const warnings = Object.keys(raw)
    .filter((key) => !(key in UNSUPPORTED) && !HARMLESS.has(key) && !isNeutral(raw[key]))
    .map((key) => `${path}: the setting ${key} = ${show(raw[key])} is unknown and was ignored.`);
  return {
    config: {
      baseModel: typeof raw.base_model_name_or_path === "string" ? raw.base_model_name_or_path : null,
      revision: typeof raw.revision === "string" ? raw.revision : null,
      r: raw.r as number,
      loraAlpha: raw.lora_alpha as number,
      loraDropout: typeof raw.lora_dropout === "number" ? raw.lora_dropout : 0,
      targetModules: targetModules as string[] | string,
      useRslora: raw.use_rslora === true,
      rankPattern: (raw.rank_pattern as Record<string, number> | null | undefined) ?? {},
      alphaPattern: (raw.alpha_pattern as Record<string, number> | null | undefined) ?? {},
    },
    warnings,
  };
}

const show = (value: unknown): string => (value === undefined ? "missing" : JSON.stringify(value));
const isPositive = (value: unknown): value is number => typeof value === "number" && value > 0;
const isStringList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((v) => typeof v === "string");
const isPattern = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.values(value).every(isPositive);
