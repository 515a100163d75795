"""Adapters that go from one side to the other.

    python adapter_exchange.py write MODEL IDS.json OUT            PEFT makes adapters and says their logits
    python adapter_exchange.py read MODEL ADAPTER IDS.json OUT     PEFT loads an adapter and says its logits

IDS.json: {"ids": a list of lists of token ids}. `write` makes OUT/plain (r 8 on all linears) and OUT/patterns (rsLoRA, another
rank and alpha for some layers, q_proj, v_proj and down_proj only) and OUT/head (q_proj and lm_head, whose frozen weight PEFT
writes too), each with logits.safetensors ("0", "1", ...) beside
it; `read` writes OUT/logits.safetensors, and OUT/keys.json: what PEFT found missing or unexpected in the file.
"""

import json
import pathlib
import sys

import torch
from peft import PeftModel
from peft.utils import load_peft_weights, set_peft_model_state_dict
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

from gradients import random_adapter

ADAPTERS = {
    "plain": {},
    "patterns": {
        "target_modules": ["q_proj", "v_proj", "down_proj"],
        "use_rslora": True,
        "rank_pattern": {"layers.0.self_attn.q_proj": 4, r"layers\.(1|2)\.mlp\.down_proj": 16},
        "alpha_pattern": {"v_proj": 32},
    },
    "head": {"target_modules": ["q_proj", "lm_head"]},
}


def read_ids(path):
    return json.loads(pathlib.Path(path).read_text())["ids"]


def base_model(model_dir):
    return AutoModelForCausalLM.from_pretrained(model_dir, dtype=torch.float32).eval()


@torch.no_grad()
def save_logits(model, ids, path):
    logits = {str(i): model(input_ids=torch.tensor([row])).logits[0].float().contiguous() for i, row in enumerate(ids)}
    save_file(logits, path)


def write(model_dir, ids, out):
    ids = read_ids(ids)
    for name, settings in ADAPTERS.items():
        folder = pathlib.Path(out) / name
        model = random_adapter(base_model(model_dir), seed=2, **settings).eval()
        model.save_pretrained(folder)
        save_logits(model, ids, folder / "logits.safetensors")


def read(model_dir, adapter, ids, out):
    ids = read_ids(ids)
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    model = PeftModel.from_pretrained(base_model(model_dir), adapter).eval()
    found = set_peft_model_state_dict(model, load_peft_weights(adapter))
    missing = [key for key in found.missing_keys if "lora_" in key]
    (out / "keys.json").write_text(json.dumps({"missing": missing, "unexpected": found.unexpected_keys}))
    save_logits(model, ids, out / "logits.safetensors")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", model_dir, ids, out]:
            write(model_dir, ids, out)
        case ["read", model_dir, adapter, ids, out]:
            read(model_dir, adapter, ids, out)
        case _:
            sys.exit(__doc__)
