#!/usr/bin/env python3
"""Writes test/unit/train-early-stopping.golden.json: where transformers' EarlyStoppingCallback ends a run.

Needs: pip install "torch==2.13.0" "transformers>=5,<6" "accelerate"
Use:   python3 scripts/parity/early_stopping.py

Every case runs a real Trainer whose evaluations give the listed values, one a step, and notes the best step, the
best value and the step after which the callback stopped it (null when it did not).
"""

import json
import pathlib
import random
import tempfile

import torch
import transformers
from transformers import EarlyStoppingCallback, Trainer, TrainingArguments

TARGET = pathlib.Path(__file__).resolve().parents[2] / "test" / "unit" / "train-early-stopping.golden.json"


class Linear(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x, labels=None):
        return {"loss": (self.weight * x).sum()}


class ScriptedTrainer(Trainer):
    """Evaluation k gives values[k]; all else is the Trainer's own."""

    def __init__(self, values, metric, **kwargs):
        super().__init__(**kwargs)
        self.values = iter(values)
        self.metric = metric

    def evaluate(self, *args, **kwargs):
        metrics = {self.metric: next(self.values)}
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


def run(values, metric, greater, patience, threshold):
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            max_steps=len(values),
            per_device_train_batch_size=1,
            eval_strategy="steps",
            eval_steps=1,
            save_strategy="steps",
            save_steps=1,
            save_total_limit=1,
            load_best_model_at_end=True,
            metric_for_best_model=metric,
            greater_is_better=greater,
            report_to="none",
            disable_tqdm=True,
            use_cpu=True,
        )
        trainer = ScriptedTrainer(
            values,
            metric,
            model=Linear(),
            args=arguments,
            train_dataset=[{"x": torch.ones(1)}] * 4,
            eval_dataset=[{"x": torch.ones(1)}],
            callbacks=[EarlyStoppingCallback(patience, threshold)],
        )
        trainer.train()
        stopped = trainer.state.global_step if trainer.state.global_step < len(values) else None
        return {
            "metric": metric,
            "patience": patience,
            "threshold": threshold,
            "values": values,
            "best_step": trainer.state.best_global_step,
            "best_value": trainer.state.best_metric,
            "stopped_after": stopped,
        }


def main():
    random.seed(3)
    loss, accuracy = ("eval_loss", False), ("eval_token_accuracy", True)
    cases = [
        run([1.0, 0.9, 0.89, 0.885, 0.88, 0.5, 0.6, 0.7], *loss, 3, 0.01),
        run([1.0, 0.995, 0.99, 0.985, 0.98, 0.97], *loss, 3, 0.01),
        run([0.5, 0.6, 0.55, 0.4, 0.45, 0.45, 0.3], *loss, 2, 0.0),
        run([0.1, 0.2, 0.2, 0.3, 0.29, 0.28], *accuracy, 2, 0.0),
    ]
    for metric in (loss, accuracy):
        for threshold in (0.0, 0.05):
            values = [round(random.uniform(0.2, 0.9), 3) for _ in range(10)]
            cases.append(run(values, *metric, 3 if threshold else 4, threshold))
    TARGET.write_text(json.dumps({"transformers": transformers.__version__, "cases": cases}) + "\n")
    print(f"{TARGET}: {len(cases)} cases from transformers {transformers.__version__}")


if __name__ == "__main__":
    main()
