"""Rows of token ids and labels as the tests write them, and the loss of a batch of them.

A file of rows is JSON: {"rows": [{"ids": [...], "labels": [...]}, ...]}. Labels are HuggingFace's: as long as the
ids, unshifted, -100 where nothing is to be learned.
"""

import json
import pathlib

import torch
import torch.nn.functional as F


def read_rows(path):
    return json.loads(pathlib.Path(path).read_text())["rows"]


def loss_sum(model, rows):
    """Sum of the labelled tokens' cross-entropy in nats, each row's sum, and the number of labelled tokens.

    Rows are padded on the right and masked. Only the hidden states that carry a label go through the head: the loss is
    the same, and 50,000 logits for each of the others are spared.
    """
    width = max(len(row["ids"]) for row in rows)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    labels = torch.full((len(rows), width), -100, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for i, row in enumerate(rows):
        n = len(row["ids"])
        ids[i, :n] = torch.tensor(row["ids"])
        labels[i, :n] = torch.tensor(row["labels"])
        mask[i, :n] = 1
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    hidden = base.model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state[:, :-1]
    shifted = labels[:, 1:]
    labelled = shifted != -100
    logits = base.lm_head(hidden[labelled])
    token_loss = F.cross_entropy(logits, shifted[labelled], reduction="none")
    row_of = torch.arange(len(rows)).unsqueeze(1).expand_as(shifted)[labelled]
    row_loss = torch.zeros(len(rows), dtype=token_loss.dtype).index_add(0, row_of, token_loss.detach())
    return token_loss.sum(), row_loss.tolist(), int(labelled.sum())


def peft_key(name):
    """The key PEFT writes a parameter under: its name without the adapter's."""
    return name.replace(".default.weight", ".weight")
