#!/usr/bin/env python3
"""Writes native/test/data/quantised.gguf and quantised.safetensors, which native/test/gguf_test.cc compares.

    pip install numpy==2.* gguf==0.19.0 safetensors
    python3 scripts/parity/gguf_fixture.py

The GGUF holds random blocks of every supported type; the safetensors holds what the Python gguf package de-quantises
them to, under HuggingFace's names and with a Llama's q and k rows put back. Running it again writes the same bytes.
"""
import pathlib

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Type, GGUFWriter, dequantize
from safetensors.numpy import save_file

OUT = pathlib.Path(__file__).resolve().parents[2] / "native" / "test" / "data"
HEADS, KV_HEADS, COLUMNS = 4, 2, 256
# llama.cpp's name, HuggingFace's name, type, rows
TENSORS = [
    ("token_embd.weight", "model.embed_tokens.weight", Type.Q8_0, 6),
    ("output.weight", "lm_head.weight", Type.Q6_K, 6),
    ("output_norm.weight", "model.norm.weight", Type.F32, None),
    ("blk.0.attn_norm.weight", "model.layers.0.input_layernorm.weight", Type.F32, None),
    ("blk.0.attn_q.weight", "model.layers.0.self_attn.q_proj.weight", Type.Q4_0, 16),
    ("blk.0.attn_k.weight", "model.layers.0.self_attn.k_proj.weight", Type.Q4_1, 8),
    ("blk.0.attn_v.weight", "model.layers.0.self_attn.v_proj.weight", Type.Q5_0, 8),
    ("blk.0.attn_output.weight", "model.layers.0.self_attn.o_proj.weight", Type.Q5_1, 8),
    ("blk.0.ffn_norm.weight", "model.layers.0.post_attention_layernorm.weight", Type.F32, None),
    ("blk.0.ffn_gate.weight", "model.layers.0.mlp.gate_proj.weight", Type.Q4_K, 5),
    ("blk.0.ffn_up.weight", "model.layers.0.mlp.up_proj.weight", Type.Q5_K, 5),
    ("blk.0.ffn_down.weight", "model.layers.0.mlp.down_proj.weight", Type.BF16, 5),
    ("blk.1.ffn_down.weight", "model.layers.1.mlp.down_proj.weight", Type.F16, 5),
]
# Byte offsets of the half-precision scales in a block: random bits there would make infinities.
SCALES = {Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0], Type.Q4_K: [0, 2],
          Type.Q5_K: [0, 2], Type.Q6_K: [208]}


def random_blocks(rng, kind, rows):
    """Random bytes of `rows` rows, with scales between 0.001 and 0.02."""
    elements, size = GGML_QUANT_SIZES[kind]
    blocks = rng.integers(0, 256, (rows * COLUMNS // elements, size), dtype=np.uint8)
    for offset in SCALES[kind]:
        scale = rng.uniform(0.001, 0.02, len(blocks)).astype(np.float16)
        blocks[:, offset:offset + 2] = scale.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(rows, -1)


def unpermute(w, heads):
    """llama.cpp interleaves the rotary halves of each head's rows; HuggingFace keeps them apart."""
    return w.reshape(heads, w.shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(w.shape)


def main():
    rng = np.random.default_rng(7)
    OUT.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(OUT / "quantised.gguf", "llama")
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_token_list(["<s>", "</s>", "a", "b", "é", "\u0120c"])
    writer.add_token_types([3, 3, 1, 1, 1, 1])
    writer.add_add_bos_token(True)
    expected = {}
    for name, hf_name, kind, rows in TENSORS:
        if kind == Type.F32:
            data = rng.normal(1, 0.1, COLUMNS).astype(np.float32)
        elif kind == Type.F16:
            data = rng.normal(0, 0.1, (rows, COLUMNS)).astype(np.float16)
        elif kind == Type.BF16:
            data = (rng.normal(0, 0.1, (rows, COLUMNS)).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
            data = data.view(np.uint8).reshape(rows, -1)
        else:
            data = random_blocks(rng, kind, rows)
        writer.add_tensor(name, data, raw_dtype=None if kind in (Type.F32, Type.F16) else kind)
        values = np.array(dequantize(data, kind), dtype=np.float32)
        heads = {"attn_q": HEADS, "attn_k": KV_HEADS}.get(name.split(".")[-2])
        expected[hf_name] = np.ascontiguousarray(unpermute(values, heads) if heads else values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(expected, OUT / "quantised.safetensors", metadata={"format": "np"})


if __name__ == "__main__":
    main()
