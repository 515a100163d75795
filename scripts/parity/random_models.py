"""Two-layer models with random weights that differ in one thing each, with logits and LoRA gradients.

    python random_models.py OUT

For every VARIANT: OUT/NAME/ (config.json and weights as transformers writes them), OUT/NAME/reference/ (rows.json with
the length of the prefix that its rows share, logits.safetensors: "0", "1", ...: [tokens, vocab], and what gradients.py
writes). They cover what no small trained model
does: biases, an untied head, shards, Llama 3's and linear RoPE scaling, a head size of its own, a sliding window.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, Qwen2Config, Qwen2ForCausalLM

from gradients import lora_gradients, random_adapter

SIZES = {
    "vocab_size": 199,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 2,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "rms_norm_eps": 1e-5,
}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 500000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
VARIANTS = {
    "llama-tied": (LlamaConfig, LlamaForCausalLM, {"tie_word_embeddings": True}),
    "llama-sharded": (LlamaConfig, LlamaForCausalLM, {"tie_word_embeddings": False}),
    "llama-llama3-rope": (LlamaConfig, LlamaForCausalLM, {"rope_parameters": LLAMA3}),
    "llama-linear-rope": (
        LlamaConfig,
        LlamaForCausalLM,
        {"rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0}},
    ),
    "llama-bias": (LlamaConfig, LlamaForCausalLM, {"attention_bias": True, "mlp_bias": True}),
    "llama-head-dim": (LlamaConfig, LlamaForCausalLM, {"head_dim": 16}),
    "llama-mha": (LlamaConfig, LlamaForCausalLM, {"num_key_value_heads": 6}),
    "mistral-window": (MistralConfig, MistralForCausalLM, {"sliding_window": 8, "head_dim": 8}),
    "mistral-full": (MistralConfig, MistralForCausalLM, {"sliding_window": None, "head_dim": 8}),
    "qwen2": (Qwen2Config, Qwen2ForCausalLM, {"tie_word_embeddings": True}),
    "qwen2-untied": (Qwen2Config, Qwen2ForCausalLM, {"tie_word_embeddings": False}),
}


SHARED = 13


def random_rows(count=3):
    """Rows of unequal length that share their first SHARED tokens; the last 9 tokens of each are labelled."""
    prefix = torch.randint(0, SIZES["vocab_size"], (SHARED,)).tolist()
    rows = []
    for i in range(count):
        ids = prefix + torch.randint(0, SIZES["vocab_size"], (11 + 11 * i,)).tolist()
        rows.append({"ids": ids, "labels": [-100] * (len(ids) - 9) + ids[-9:]})
    return rows


def write_variant(folder, config_class, model_class, settings, shard):
    torch.manual_seed(7)
    model = model_class(config_class(**{**SIZES, **settings})).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Norms near one, everything else (biases too, which start at zero) large enough to be seen in the logits.
            parameter.normal_(mean=1.0 if "norm" in name else 0.0, std=0.15)
    model.save_pretrained(folder, max_shard_size="60KB" if shard else "1GB")
    reference = folder / "reference"
    reference.mkdir()
    rows = random_rows()
    (reference / "rows.json").write_text(json.dumps({"rows": rows, "shared": SHARED}))
    with torch.no_grad():
        logits = {str(i): model(torch.tensor([row["ids"]])).logits[0].contiguous() for i, row in enumerate(rows)}
    save_file(logits, reference / "logits.safetensors")
    lora_gradients(random_adapter(model), rows, reference)


def main(out):
    for name, (config_class, model_class, settings) in VARIANTS.items():
        folder = pathlib.Path(out) / name
        folder.mkdir(parents=True)
        write_variant(folder, config_class, model_class, settings, shard=name == "llama-sharded")
    (pathlib.Path(out) / "variants.json").write_text(json.dumps(list(VARIANTS)))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
