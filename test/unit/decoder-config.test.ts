import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SqltuneError } from "../../src/errors.js";
import { decoderConfigFromHf } from "../../src/model/decoder-config.js";
import { SUPPORTED, UNSUPPORTED } from "./decoder-config-models.js";
import { sharedFolder } from "./tokenizer-fixtures.js";

const shared = sharedFolder("config.json of public models");
describe.skipIf(shared === null)("config.json of public models", () => {
  const read = (name: string) => JSON.parse(readFileSync(join(shared!, "configs", `${name}.json`), "utf8"));

  it.each(Object.entries(SUPPORTED))("%s", (name, expected) => {
    expect(decoderConfigFromHf(read(name))).toEqual(expected);
  });

  it.each(Object.entries(UNSUPPORTED))("%s is refused by name", (name, architecture) => {
    expect(() => decoderConfigFromHf(read(name))).toThrow(
      `The model's architecture is "${architecture}". Supported are LlamaForCausalLM, MistralForCausalLM, ` +
        "Qwen2ForCausalLM (src/model/decoder-config.ts).",
    );
  });

  it.each(["stories260K", "tinystories-656k"])("the trained test model %s", (name) => {
    const json = JSON.parse(readFileSync(join(shared!, "models", name, "config.json"), "utf8"));
    expect(decoderConfigFromHf(json)).toMatchObject({ architecture: "llama", numLayers: json.num_hidden_layers });
  });
});

it("says where the supported architectures are written down", () => {
  for (const file of ["decoder-config.ts", "decoder-config-gguf.ts"])
    expect(existsSync(join(import.meta.dirname, "../../src/model", file))).toBe(true);
});

describe("decoderConfigFromHf", () => {
  const base = {
    architectures: ["LlamaForCausalLM"],
    ...{ vocab_size: 100, hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 4 },
  };
  const from = (more: object) => decoderConfigFromHf({ ...base, ...more });

  it("fills in what Transformers assumes for a silent config, family by family", () => {
    const silent = {
      ...{ rmsNormEps: 1e-6, ropeTheta: 10000, ropeScaling: null, tieWordEmbeddings: false, headDim: 16 },
    };
    expect(from({})).toMatchObject({
      ...silent,
      numKvHeads: 4,
      maxPositionEmbeddings: 2048,
      slidingWindow: null,
      qkvBias: false,
    });
    expect(from({ architectures: ["MistralForCausalLM"], num_attention_heads: 8, head_dim: 16 })).toMatchObject({
      ...{ ...silent, numKvHeads: 8, maxPositionEmbeddings: 131072, slidingWindow: 4096, qkvBias: false },
    });
    expect(from({ architectures: ["Qwen2ForCausalLM"], num_attention_heads: 32, head_dim: 16 })).toMatchObject({
      ...{
        ...silent,
        numKvHeads: 32,
        maxPositionEmbeddings: 32768,
        slidingWindow: null,
        qkvBias: true,
        outputBias: false,
      },
    });
  });

  it("goes by model_type where no architecture is named", () => {
    expect(from({ architectures: undefined, model_type: "llama" }).architecture).toBe("llama");
    expect(() => from({ architectures: undefined, model_type: "opt" })).toThrow(/is none \(model_type "opt"\)/);
    expect(() => from({ architectures: [] })).toThrow(/is none \(model_type null\)/);
  });

  it("reads a head dimension of its own, and Llama's biases", () => {
    expect(from({ head_dim: 32 }).headDim).toBe(32);
    expect(from({ head_dim: null }).headDim).toBe(16);
    expect(from({ attention_bias: true })).toMatchObject({ qkvBias: true, outputBias: true, mlpBias: false });
    expect(from({ mlp_bias: true })).toMatchObject({ qkvBias: false, outputBias: false, mlpBias: true });
  });

  it.each([
    ["rope_scaling as it was", { rope_theta: 5e5, rope_scaling: { type: "linear", factor: 2 } }],
    ["rope_scaling with rope_type", { rope_theta: 5e5, rope_scaling: { rope_type: "linear", factor: 2 } }],
    ["rope_parameters", { rope_parameters: { rope_type: "linear", factor: 2, rope_theta: 5e5 } }],
  ])("reads %s", (_, json) => {
    expect(from(json)).toMatchObject({ ropeTheta: 5e5, ropeScaling: { type: "linear", factor: 2 } });
  });

  it("takes rope_parameters of type default as no scaling", () => {
    expect(from({ rope_parameters: { rope_type: "default", rope_theta: 3e4 } })).toMatchObject({
      ropeTheta: 3e4,
      ropeScaling: null,
    });
    expect(from({ rope_theta: 3e4, rope_parameters: { rope_type: "default" } }).ropeTheta).toBe(3e4);
    expect(from({ rope_scaling: { type: "default" } }).ropeScaling).toBeNull();
  });

  describe("Qwen2's window", () => {
    const qwen = (more: object) =>
      from({ architectures: ["Qwen2ForCausalLM"], num_key_value_heads: 2, sliding_window: 32, ...more }).slidingWindow;

    it("counts only with use_sliding_window, from max_window_layers on", () => {
      expect(qwen({})).toBeNull();
      expect(qwen({ use_sliding_window: true })).toBeNull();
      expect(qwen({ use_sliding_window: true, max_window_layers: 2 })).toBeNull();
      expect(qwen({ use_sliding_window: true, max_window_layers: 0 })).toBe(32);
      expect(qwen({ use_sliding_window: true, layer_types: ["sliding_attention", "sliding_attention"] })).toBe(32);
      expect(qwen({ use_sliding_window: true, layer_types: ["full_attention", "full_attention"] })).toBeNull();
      expect(qwen({ use_sliding_window: true, max_window_layers: 0, sliding_window: null })).toBeNull();
    });

    it("is refused for some layers only", () => {
      expect(() => qwen({ use_sliding_window: true, max_window_layers: 1 })).toThrow(
        /1 of 2 layers attend to a sliding window/,
      );
    });
  });

  it("has no window for a Llama, whatever is written", () => {
    expect(from({ sliding_window: 32 }).slidingWindow).toBeNull();
  });

  it("names all that is wrong at once", () => {
    const json = {
      architectures: ["LlamaForCausalLM"],
      ...{ hidden_size: "64", num_hidden_layers: 2.5, num_attention_heads: 4, vocab_size: 100 },
      ...{ hidden_act: "gelu", rope_scaling: { type: "llama3", factor: 8 }, tie_word_embeddings: "yes" },
      quantization_config: { quant_method: "gptq" },
    };
    let message = "";
    try {
      decoderConfigFromHf(json);
    } catch (error) {
      expect(error).toBeInstanceOf(SqltuneError);
      message = (error as Error).message;
    }
    expect(message.split("\n")).toEqual([
      "config.json (LlamaForCausalLM) does not describe a decoder that can be loaded:",
      '  - hidden_size is "64"; expected a number above 0',
      "  - num_hidden_layers is 2.5; expected a whole number",
      "  - intermediate_size is missing; expected a number above 0",
      "  - rope_scaling.low_freq_factor is missing; expected a number above 0",
      "  - rope_scaling.high_freq_factor is missing; expected a number above 0",
      "  - rope_scaling.original_max_position_embeddings is missing; expected a number above 0",
      '  - tie_word_embeddings is "yes"; expected true or false',
      '  - hidden_act is "gelu"; only "silu" is computed',
      "  - the weights are quantised (gptq); take the model's float16 or bfloat16 weights, or a GGUF file",
      "Copy or download the model again, or choose another one.",
    ]);
  });

  it("checks that the numbers fit each other", () => {
    expect(() => from({ num_key_value_heads: 3 })).toThrow(
      /num_attention_heads 4 is no multiple of num_key_value_heads 3/,
    );
    expect(() => from({ hidden_size: 66 })).toThrow(/a head has 16.5 dimensions/);
    expect(() => from({ head_dim: 15 })).toThrow(/a head has 15 dimensions/);
    expect(() => from({ rope_scaling: { rope_type: "yarn", factor: 4 } })).toThrow(
      /type "yarn" is not computed; supported are default, linear, llama3/,
    );
    expect(() => decoderConfigFromHf(null)).toThrow(/config\.json holds null/);
  });
});
