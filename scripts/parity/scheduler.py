#!/usr/bin/env python3
"""Writes test/unit/scheduler.golden.json: learning-rate multipliers as HuggingFace's schedulers give them.

Needs: pip install "torch==2.13.0" "transformers>=5,<6"
Use:   python3 scripts/parity/scheduler.py

Each case steps a real torch optimizer with learning rate 1, so that what stands in the table is what an optimizer
would have used. `warmup_steps` is what transformers' TrainingArguments.get_warmup_steps makes of the two settings
(a ratio is rounded up).
"""

import json
import pathlib

import torch
import transformers
from transformers import TrainingArguments, get_scheduler

TARGET = pathlib.Path(__file__).resolve().parents[2] / "test" / "unit" / "scheduler.golden.json"
TYPES = ["cosine", "linear", "constant", "constant_with_warmup"]
# (optimizer steps, warmup_steps or 0, warmup_ratio)
SETTINGS = [(12, 0, 0.0), (12, 3, 0.0), (57, 0, 0.05), (20, 0, 0.1), (7, 7, 0.0), (5, 9, 0.0), (1, 0, 0.05)]


def multipliers(kind, steps, warmup):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = get_scheduler(kind, optimizer, num_warmup_steps=warmup, num_training_steps=steps)
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


def main():
    cases = []
    for steps, warmup_steps, warmup_ratio in SETTINGS:
        arguments = TrainingArguments(output_dir="unused", warmup_steps=warmup_steps or warmup_ratio)
        resolved = arguments.get_warmup_steps(steps)
        for kind in TYPES:
            cases.append(
                {
                    "type": kind,
                    "steps": steps,
                    "warmup_steps": warmup_steps,
                    "warmup_ratio": warmup_ratio,
                    "resolved_warmup_steps": resolved,
                    "multipliers": multipliers(kind, steps, resolved),
                }
            )
    TARGET.write_text(json.dumps({"transformers": transformers.__version__, "cases": cases}) + "\n")
    print(f"{TARGET}: {len(cases)} cases from transformers {transformers.__version__}")


if __name__ == "__main__":
    main()
