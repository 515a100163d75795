"""Token ids and chat prompts of a HuggingFace folder, by Python's tokenizers and transformers.

    python tokenizer.py MODEL INPUTS.json OUT

INPUTS.json: {"texts": [...], "chats": [[{"role", "content"}, ...], ...]}. Writes OUT/reference.json:
{"texts": [ids, ...], "decoded": [text, ...], "chats": [{"text", "ids"}, ...]}, without BOS or EOS but those that the
chat template writes.
"""

import json
import pathlib
import sys

from tokenizers import Tokenizer
from transformers import AutoTokenizer


def main(model_dir, inputs, out):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    inputs = json.loads(pathlib.Path(inputs).read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(pathlib.Path(model_dir) / "tokenizer.json"))
    texts = [tokenizer.encode(text, add_special_tokens=False).ids for text in inputs["texts"]]
    chats = []
    if inputs["chats"]:
        auto = AutoTokenizer.from_pretrained(model_dir)
        for messages in inputs["chats"]:
            text = auto.apply_chat_template(messages, tokenize=False)
            chats.append({"text": text, "ids": auto(text, add_special_tokens=False)["input_ids"]})
    reference = {
        "texts": texts,
        "decoded": [tokenizer.decode(ids, skip_special_tokens=False) for ids in texts],
        "chats": chats,
    }
    (out / "reference.json").write_text(json.dumps(reference), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
