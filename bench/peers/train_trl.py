"""Trains with TRL's SFTTrainer and PEFT, as a user would: python train_trl.py JOB.json RESULT.json

The job is TrlJob of bench/job.ts: rows as ids in the order of the steps, an adapter folder to start from. Writes
RunResult: seconds and loss of each optimizer step, and memory.
"""

import json
import sys
import tempfile
import time

import process_memory
import torch
from datasets import Dataset
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import SFTConfig, SFTTrainer


class StepRecorder(TrainerCallback):
    def __init__(self, cuda):
        self.cuda = cuda
        self.seconds = []
        self.losses = []

    def _now(self):
        if self.cuda:
            torch.cuda.synchronize()
        return time.perf_counter()

    def on_step_begin(self, args, state, control, **kwargs):
        self.started = self._now()

    def on_step_end(self, args, state, control, **kwargs):
        self.seconds.append(self._now() - self.started)

    def on_log(self, args, state, control, logs=None, **kwargs):
        if "loss" in logs:
            self.losses.append(logs["loss"])


def main(job_path, result_path):
    with open(job_path) as file:
        job = json.load(file)
    cuda = job["device"] == "cuda"
    if job["threads"]:
        torch.set_num_threads(job["threads"])
    torch.manual_seed(job["seed"])

    model = AutoModelForCausalLM.from_pretrained(job["model"], dtype=getattr(torch, job["weights"]))
    if cuda:
        model = model.cuda()
    model = PeftModel.from_pretrained(model, job["adapter"], is_trainable=True)
    for config in model.peft_config.values():
        assert config.lora_dropout == job["dropout"], (config.lora_dropout, job["dropout"])
    recorder = StepRecorder(cuda)
    with tempfile.TemporaryDirectory() as output:
        config = SFTConfig(
            output_dir=output,
            per_device_train_batch_size=job["batch"],
            gradient_accumulation_steps=job["accumulation"],
            max_steps=job["steps"],
            learning_rate=job["learningRate"],
            lr_scheduler_type="constant",
            warmup_steps=0,
            weight_decay=0.0,
            adam_beta1=0.9,
            adam_beta2=0.999,
            adam_epsilon=1e-8,
            max_grad_norm=job["maxGradNorm"],
            optim="adamw_torch_fused",
            bf16=job["autocast"],
            gradient_checkpointing=job["checkpointing"],
            max_length=None,
            packing=False,
            # The rows come in the order of the steps.
            train_sampling_strategy="sequential",
            logging_steps=1,
            logging_nan_inf_filter=False,
            disable_tqdm=True,
            save_strategy="no",
            report_to="none",
            use_cpu=not cuda,
            seed=job["seed"],
        )
        trainer = SFTTrainer(
            model=model,
            args=config,
            train_dataset=Dataset.from_list(job["rows"]),
            processing_class=AutoTokenizer.from_pretrained(job["model"]),
            callbacks=[recorder],
        )
        # A pass over a few tokens touches every weight: what is in memory then is the model, whatever was mapped.
        with torch.no_grad():
            first = torch.tensor([job["rows"][0]["input_ids"][:8]], device=trainer.model.device)
            trainer.model(first)
        if cuda:
            torch.cuda.reset_peak_memory_stats()
            loaded = torch.cuda.memory_allocated()
        else:
            loaded = process_memory.reading()
            process_memory.start_peak()
        trainer.train()
    peak = torch.cuda.max_memory_allocated() if cuda else process_memory.peak()
    result = {"seconds": recorder.seconds, "losses": recorder.losses, "memory": {"loaded": loaded, "peak": peak}}
    with open(result_path, "w") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
