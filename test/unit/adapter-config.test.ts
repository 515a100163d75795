import { describe, expect, it } from "vitest";
import { type AdapterConfig, adapterConfigToJson, parseAdapterConfig } from "../../src/adapter/adapter-config.js";
import { patternValue, shortTargetModules } from "../../src/adapter/lora-modules.js";

// What PEFT 0.21.2 writes for LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"], use_rslora=True,
// rank_pattern={"layers.0.self_attn.q_proj": 2}, task_type="CAUSAL_LM"), sorted as it sorts it.
const PEFT_0_21 = {
  alora_invocation_tokens: null,
  alpha_pattern: {},
  arrow_config: null,
  auto_mapping: null,
  base_model_name_or_path: "HuggingFaceTB/SmolLM2-135M-Instruct",
  bias: "none",
  corda_config: null,
  ensure_weight_tying: false,
  eva_config: null,
  exclude_modules: null,
  fan_in_fan_out: false,
  inference_mode: true,
  init_lora_weights: true,
  kasa_config: null,
  layer_replication: null,
  layers_pattern: null,
  layers_to_transform: null,
  loftq_config: {},
  lora_alpha: 8,
  lora_bias: false,
  lora_dropout: 0.05,
  lora_ga_config: null,
  megatron_config: null,
  megatron_core: "megatron.core",
  modules_to_save: null,
  monteclora_config: null,
  peft_type: "LORA",
  peft_version: "0.21.2",
  qalora_group_size: 16,
  r: 4,
  rank_pattern: { "layers.0.self_attn.q_proj": 2 },
  revision: null,
  target_modules: ["q_proj", "v_proj"],
  target_parameters: null,
  task_type: "CAUSAL_LM",
  trainable_token_indices: null,
  use_bdlora: null,
  use_dora: false,
  use_qalora: false,
  use_rslora: true,
  velora_config: null,
};

const CONFIG: AdapterConfig = {
  baseModel: "HuggingFaceTB/SmolLM2-135M-Instruct",
  revision: null,
  r: 4,
  loraAlpha: 8,
  loraDropout: 0.05,
  targetModules: ["q_proj", "v_proj"],
  useRslora: true,
  rankPattern: { "layers.0.self_attn.q_proj": 2 },
  alphaPattern: {},
};

// The fields of LoraConfig and its bases in PEFT 0.10.0, which refuses any other key.
const PEFT_0_10_KEYS = [
  ...["alpha_pattern", "auto_mapping", "base_model_name_or_path", "bias", "fan_in_fan_out", "inference_mode"],
  ...["init_lora_weights", "layer_replication", "layers_pattern", "layers_to_transform", "loftq_config", "lora_alpha"],
  ...["lora_dropout", "megatron_config", "megatron_core", "modules_to_save", "peft_type", "r", "rank_pattern"],
  ...["revision", "target_modules", "task_type", "use_dora", "use_rslora"],
];

describe("adapter_config.json", () => {
  it("reads what PEFT 0.21 writes", () => {
    expect(parseAdapterConfig(PEFT_0_21, "adapter_config.json")).toEqual({ config: CONFIG, warnings: [] });
  });

  it("writes the keys and values that PEFT writes, and only those that PEFT 0.10 knows", () => {
    const written = adapterConfigToJson(CONFIG);
    expect(Object.keys(written)).toEqual([...PEFT_0_10_KEYS].sort());
    expect(PEFT_0_21).toMatchObject(written);
  });

  it("names every unsupported setting at once", () => {
    const json = {
      ...PEFT_0_21,
      use_dora: true,
      bias: "all",
      modules_to_save: ["lm_head"],
      init_lora_weights: "pissa",
    };
    expect(() => parseAdapterConfig(json, "a/adapter_config.json")).toThrow(
      [
        "a/adapter_config.json cannot be used:",
        '  - bias is "all", which sqltune does not support',
        '  - modules_to_save is ["lm_head"], which sqltune does not support',
        "  - use_dora is true, which sqltune does not support",
        '  - init_lora_weights is "pissa", which sqltune does not support',
        "sqltune loads plain LoRA (and rsLoRA) adapters of causal language models: no DoRA, no modules_to_save, bias " +
          '"none".',
      ].join("\n"),
    );
  });

  it("names another kind of adapter, a missing rank and a wrong pattern", () => {
    const json = {
      peft_type: "IA3",
      task_type: "SEQ_CLS",
      target_modules: [],
      lora_alpha: -1,
      rank_pattern: { q: "x" },
    };
    expect(() => parseAdapterConfig(json, "c")).toThrow(
      /peft_type is "IA3", supported is "LORA".*task_type is "SEQ_CLS".*r is missing.*lora_alpha is -1.*target_modules is \[\].*rank_pattern/s,
    );
    expect(() => parseAdapterConfig([], "c")).toThrow("c is not a JSON object");
  });

  it("warns of a setting that no PEFT has", () => {
    const { warnings } = parseAdapterConfig({ ...PEFT_0_21, new_thing: 3, new_off: null }, "c");
    expect(warnings).toEqual(["c: the setting new_thing = 3 is unknown and was ignored."]);
  });
});

describe("patternValue", () => {
  const name = "model.layers.10.self_attn.q_proj";
  it.each([
    [{ q_proj: 3 }, 3],
    [{ _proj: 3 }, undefined],
    [{ "layers.1.self_attn.q_proj": 3 }, undefined],
    [{ "layers\\.(9|10)\\..*": 3 }, 3],
    [{ v_proj: 1, self_attn: 2 }, undefined],
    [{ "self_attn.q_proj": 5, q_proj: 6 }, 5],
    [{ "model.layers.10.self_attn.q_proj": 7 }, 7],
  ])("%j -> %s", (pattern, value) => {
    expect(patternValue(pattern as unknown as Record<string, number>, name)).toBe(value);
  });
});

describe("shortTargetModules", () => {
  const linears = [0, 1].flatMap((i) => ["q_proj", "k_proj"].map((m) => `model.layers.${i}.self_attn.${m}`));
  it("shortens where the last names say it all", () => {
    expect(shortTargetModules(linears, linears)).toEqual(["q_proj", "k_proj"]);
    expect(shortTargetModules([linears[0]!, linears[2]!], linears)).toEqual(["q_proj"]);
  });
  it("keeps full names where only some layers are meant", () => {
    expect(shortTargetModules([linears[0]!], linears)).toEqual([linears[0]]);
  });
});
