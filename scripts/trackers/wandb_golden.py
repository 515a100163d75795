"""Writes test/unit/wandb.golden.json: a transaction log made by W&B's own DataStore and protobuf classes.

    pip install "wandb==0.19.0" && python scripts/trackers/wandb_golden.py   # later versions write it in Go alone
"""

import base64
import gzip
import json
import tempfile
from pathlib import Path

import wandb
from wandb.proto import wandb_internal_pb2 as pb
from wandb.sdk.internal.datastore import DataStore

wandb._assert_is_internal_process = True


def items(cls, row):
    return [cls(nested_key=[key], value_json=json.dumps(value)) for key, value in row.items()]


run = pb.RunRecord(
    run_id="abcd1234", project="shop", entity="team", display_name="mine", run_group="g", notes="why", tags=["a", "b"],
    host="box",
)
for key, value in {"lora": {"r": 16}, "name": "Größe"}.items():
    run.config.update.add(key=key, value_json=json.dumps(value, separators=(",", ":"), ensure_ascii=False))
run.start_time.seconds = 1700000000
run.start_time.nanos = 250000000
row = {"train/loss": 1.25, "_step": 250}
# Longer than two blocks of 32 KiB, so that records are cut in three pieces.
long = {"text": "x" * 70000}
records = [
    pb.Record(num=1, header=pb.HeaderRecord(version_info=pb.VersionInfo(producer="sqltune", min_consumer="0.70.0"))),
    pb.Record(num=2, run=run),
    pb.Record(num=3, summary=pb.SummaryRecord(update=items(pb.SummaryItem, row))),
    pb.Record(num=4, history=pb.HistoryRecord(item=items(pb.HistoryItem, row), step=pb.HistoryStep(num=250))),
    pb.Record(num=5, history=pb.HistoryRecord(item=items(pb.HistoryItem, long), step=pb.HistoryStep(num=251))),
    pb.Record(num=6, files=pb.FilesRecord(files=[pb.FilesItem(path="media/t.json", type=pb.FilesItem.MEDIA)])),
    pb.Record(num=7, exit=pb.RunExitRecord(exit_code=130, runtime=61)),
]
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "run.wandb"
    store = DataStore()
    store.open_for_write(str(path))
    for record in records:
        store.write(record)
    store.close()
    data = path.read_bytes()
out = Path(__file__).parents[2] / "test/unit/wandb.golden.json"
packed = base64.b64encode(gzip.compress(data, mtime=0)).decode()
out.write_text(json.dumps({"made_with": f"wandb {wandb.__version__}", "file": packed}, indent=2) + "\n")
print(f"wrote {out.name} with wandb {wandb.__version__}")
