import { describe, expect, it } from "vitest";
import { decoderConfigFromGguf } from "../../src/model/decoder-config.js";
import { QWEN2, SMOLLM2 } from "./decoder-config-models.js";

describe("decoderConfigFromGguf", () => {
  const smollm2 = {
    "general.architecture": "llama",
    ...{ "llama.block_count": 30, "llama.context_length": 8192, "llama.embedding_length": 576 },
    ...{ "llama.feed_forward_length": 1536, "llama.attention.head_count": 9, "llama.attention.head_count_kv": 3 },
    ...{ "llama.rope.freq_base": 100000, "llama.attention.layer_norm_rms_epsilon": 9.999999747378752e-6 },
    ...{ "llama.vocab_size": 49152, "llama.rope.dimension_count": 64 },
  };
  const head = [{ name: "output.weight" }];

  it("reads what llama.cpp's converter writes for SmolLM2 and Qwen2.5", () => {
    expect(decoderConfigFromGguf(smollm2, [{ name: "token_embd.weight" }])).toEqual(SMOLLM2);
    const qwen = {
      "general.architecture": "qwen2",
      ...{ "qwen2.block_count": 24, "qwen2.context_length": 32768, "qwen2.embedding_length": 896 },
      ...{ "qwen2.feed_forward_length": 4864, "qwen2.attention.head_count": 14, "qwen2.attention.head_count_kv": 2 },
      ...{ "qwen2.rope.freq_base": 1000000, "qwen2.attention.layer_norm_rms_epsilon": 9.999999974752427e-7 },
      "tokenizer.ggml.tokens": Array(151936).fill("x"),
    };
    expect(decoderConfigFromGguf(qwen, [...head, { name: "blk.0.attn_q.bias" }])).toEqual({
      ...QWEN2,
      tieWordEmbeddings: false,
    });
  });

  it("reads a window, a head dimension and linear scaling", () => {
    const more = {
      ...{
        "llama.attention.sliding_window": 4096,
        "llama.attention.key_length": 128,
        "llama.rope.dimension_count": 128,
      },
      ...{ "llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 4 },
    };
    expect(decoderConfigFromGguf({ ...smollm2, ...more }, head)).toMatchObject({
      ...{ slidingWindow: 4096, headDim: 128, ropeScaling: { type: "linear", factor: 4 } },
    });
  });

  it("refuses another architecture by name, and says where the list is", () => {
    expect(() => decoderConfigFromGguf({ "general.architecture": "gemma2" }, [])).toThrow(
      /architecture is "gemma2"\. Supported are llama, qwen2 \(src\/model\/decoder-config-gguf\.ts\)/,
    );
  });

  it("names all that is missing or not computed at once", () => {
    const { "llama.block_count": _, "llama.context_length": __, ...rest } = smollm2;
    const more = { "llama.rope.scaling.type": "yarn", "llama.expert_count": 8, "llama.rope.dimension_count": 32 };
    const tensors = [{ name: "rope_freqs.weight" }];
    expect(() => decoderConfigFromGguf({ ...rest, ...more }, tensors)).toThrow(
      /block_count is missing[\s\S]*type "yarn"[\s\S]*context_length is missing[\s\S]*only 32 of 64 dim[\s\S]*mixture of experts[\s\S]*rope_freqs\.weight/,
    );
  });
});
