"""Logits and greedy continuations of a HuggingFace folder, by transformers in float32.

    python logits.py MODEL PROMPTS.json OUT        PROMPTS.json: a list of texts

Writes OUT/logits.safetensors ("0", "1", ...: [tokens, vocab], float32) and OUT/reference.json:
[{"text", "ids", "greedy_ids"}], greedy_ids being NEW_TOKENS new tokens that no end token stops, and "margins", by how
much the best logit beat the second at each of them: where it is tiny, another order of summation may choose otherwise.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

NEW_TOKENS = 64


@torch.no_grad()
def greedy(model, ids, count):
    """A plain loop with a cache: no generation config, no end token, no penalty."""
    out, margins, cache, step = [], [], None, torch.tensor([ids])
    for _ in range(count):
        result = model(input_ids=step, past_key_values=cache, use_cache=True)
        cache = result.past_key_values
        best = result.logits[0, -1].float().topk(2)
        out.append(int(best.indices[0]))
        margins.append(float(best.values[0] - best.values[1]))
        step = torch.tensor([[out[-1]]])
    return out, margins


def main(model_dir, prompts, out):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(model_dir)
    model = AutoModelForCausalLM.from_pretrained(model_dir, dtype=torch.float32).eval()
    reference, logits = [], {}
    for i, text in enumerate(json.loads(pathlib.Path(prompts).read_text())):
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            logits[str(i)] = model(input_ids=torch.tensor([ids])).logits[0].float().contiguous()
        greedy_ids, margins = greedy(model, ids, NEW_TOKENS)
        reference.append({"text": text, "ids": ids, "greedy_ids": greedy_ids, "margins": margins})
    save_file(logits, out / "logits.safetensors")
    (out / "reference.json").write_text(json.dumps(reference))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
