"""Answers prompts with transformers' generate, as a user would: python generate_transformers.py JOB.json RESULT.json

The job is TransformersJob of bench/generation/job.ts: prompts as ids. Rows are sorted by length, padded on the left and
generated a batch at a time. Writes GenerateResult.
"""

import json
import sys
import time

import process_memory
import torch
from transformers import AutoModelForCausalLM


def batches(prompts, size):
    order = sorted(range(len(prompts)), key=lambda row: -len(prompts[row]))
    return [order[first : first + size] for first in range(0, len(order), size)]


def main(job_path, result_path):
    with open(job_path) as file:
        job = json.load(file)
    if job["threads"]:
        torch.set_num_threads(job["threads"])
    dtype = getattr(torch, job["dtype"])
    model = AutoModelForCausalLM.from_pretrained(job["model"], dtype=dtype, attn_implementation="sdpa").eval()
    model.generation_config.eos_token_id = None if job["ignoreEos"] else job["stopIds"]
    model.generation_config.pad_token_id = job["padId"]
    model.generation_config.do_sample = False
    for name in ("temperature", "top_p", "top_k", "repetition_penalty"):
        setattr(model.generation_config, name, None)

    def answer(rows, new_tokens):
        prompts = [job["prompts"][row] for row in rows]
        longest = max(map(len, prompts))
        ids = torch.tensor([[job["padId"]] * (longest - len(p)) + p for p in prompts])
        mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])
        with torch.inference_mode():
            out = model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=new_tokens, use_cache=True)
        return out[:, longest:].tolist()

    def until_stop(tokens):
        if job["ignoreEos"]:
            return tokens
        ends = [i for i, token in enumerate(tokens) if token in job["stopIds"]]
        return tokens[: ends[0] + 1] if ends else tokens

    answer([0], 2)
    process_memory.start_peak()
    started = time.perf_counter()
    tokens = [None] * len(job["prompts"])
    for rows in batches(job["prompts"], job["batch"]):
        for row, new in zip(rows, answer(rows, job["newTokens"])):
            tokens[row] = until_stop(new)
    seconds = time.perf_counter() - started
    with open(result_path, "w") as file:
        json.dump({"seconds": seconds, "tokens": tokens, "peakBytes": process_memory.peak()}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
