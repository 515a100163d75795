"""LoRA gradients of PEFT in float64 for a batch of rows.

    python gradients.py MODEL ROWS.json OUT

Writes OUT/adapter (an adapter with A and B random: B is zero at the start of training and would leave A without a
gradient), OUT/gradients.safetensors (d(sum of the labelled losses), by PEFT's keys) and OUT/reference.json:
{"loss_sum", "row_loss", "tokens"}. In float64, since PEFT's own float32 gradients are up to 1.3e-4 off these on SmolLM2;
the weights are float32's, and the gradients are written as float32.
"""

import json
import pathlib
import sys

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

from rows import loss_sum, peft_key, read_rows


def random_adapter(model, seed=1, **settings):
    """A PEFT model whose LoRA has random A and B; all linears but the head, no dropout."""
    torch.manual_seed(seed)
    config = {"r": 8, "lora_alpha": 16, "lora_dropout": 0.0, "target_modules": "all-linear", **settings}
    peft_model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **config))
    with torch.no_grad():
        for name, parameter in peft_model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.02)
    return peft_model


def lora_gradients(peft_model, rows, out):
    """Saves the adapter and the gradients of `rows` under `out`."""
    out = pathlib.Path(out)
    peft_model.save_pretrained(out / "adapter")
    peft_model.double()
    loss, row_loss, tokens = loss_sum(peft_model, rows)
    loss.backward()
    gradients = {peft_key(n): p.grad.float().contiguous() for n, p in peft_model.named_parameters() if p.grad is not None}
    save_file(gradients, out / "gradients.safetensors")
    (out / "reference.json").write_text(json.dumps({"loss_sum": loss.item(), "row_loss": row_loss, "tokens": tokens}))


def main(model_dir, rows, out):
    pathlib.Path(out).mkdir(parents=True, exist_ok=True)
    model = AutoModelForCausalLM.from_pretrained(model_dir, dtype=torch.float32)
    lora_gradients(random_adapter(model), read_rows(rows), out)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
