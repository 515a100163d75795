"""Training steps of PEFT with torch.optim.AdamW in float32, dropout 0.

    python train_steps.py init MODEL OUT                 a fresh LoRA as PEFT starts it (B zero), in OUT/adapter
    python train_steps.py run MODEL ADAPTER PLAN.json OUT

PLAN.json: {"rows": [{"ids", "labels"}], "micro_batch": 4, "weight_decay", "max_grad_norm", "steps": [{"lr", "rows":
[indices]}]}. The gradient of a step is the sum over its rows divided by its labelled tokens, clipped to
max_grad_norm. Writes OUT/adapter (after the last step) and OUT/reference.json: {"losses": mean loss a labelled token
of each step, "grad_norms": before clipping}.
"""

import json
import pathlib
import sys

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

from rows import loss_sum


def base_model(model_dir):
    return AutoModelForCausalLM.from_pretrained(model_dir, dtype=torch.float32)


def init(model_dir, out):
    torch.manual_seed(0)
    config = LoraConfig(task_type="CAUSAL_LM", r=8, lora_alpha=16, lora_dropout=0.0, target_modules="all-linear")
    get_peft_model(base_model(model_dir), config).save_pretrained(pathlib.Path(out) / "adapter")


def run(model_dir, adapter, plan, out):
    plan = json.loads(pathlib.Path(plan).read_text())
    model = PeftModel.from_pretrained(base_model(model_dir), adapter, is_trainable=True)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        parameters, lr=0.0, betas=(0.9, 0.999), eps=1e-8, weight_decay=plan["weight_decay"]
    )
    losses, norms = [], []
    for step in plan["steps"]:
        rows = [plan["rows"][i] for i in step["rows"]]
        # Rows of one length class share a micro-batch, which spares padding; the sum does not depend on the order.
        rows.sort(key=lambda row: len(row["ids"]))
        total, tokens = 0.0, 0
        for start in range(0, len(rows), plan["micro_batch"]):
            loss, _, labelled = loss_sum(model, rows[start : start + plan["micro_batch"]])
            loss.backward()
            total += loss.item()
            tokens += labelled
        for p in parameters:
            p.grad /= tokens
        norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, plan["max_grad_norm"])))
        for group in optimizer.param_groups:
            group["lr"] = step["lr"]
        optimizer.step()
        optimizer.zero_grad()
        losses.append(total / tokens)
        print(f"step {len(losses)}/{len(plan['steps'])}: loss {losses[-1]:.6f}", file=sys.stderr, flush=True)
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(out / "adapter")
    (out / "reference.json").write_text(json.dumps({"losses": losses, "grad_norms": norms}))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["init", model_dir, out]:
            init(model_dir, out)
        case ["run", model_dir, adapter, plan, out]:
            run(model_dir, adapter, plan, out)
        case _:
            sys.exit(__doc__)
