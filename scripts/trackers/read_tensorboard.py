"""Prints as JSON what TensorBoard's own EventAccumulator reads in a folder: scalars, texts and hyperparameters.

    python scripts/trackers/read_tensorboard.py RUN/tensorboard
"""

import json
import sys

from tensorboard.backend.event_processing import plugin_event_accumulator
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
events.Reload()
scalars = {tag: [[e.step, e.value, e.wall_time] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
# What TensorBoard's server reads with: it alone drops texts that a resumed run writes again.
events = plugin_event_accumulator.EventAccumulator(sys.argv[1], size_guidance={"tensors": 0})
events.Reload()
texts = {}
hparams = {}
for tag in events.Tags()["tensors"]:
    plugin = events.SummaryMetadata(tag).plugin_data
    if plugin.plugin_name == "text":
        texts[tag] = [[e.step, e.tensor_proto.string_val[0].decode()] for e in events.Tensors(tag)]
    if plugin.plugin_name == "hparams":
        data = plugin_data_pb2.HParamsPluginData.FromString(plugin.content)
        for name, value in data.session_start_info.hparams.items():
            hparams[name] = getattr(value, value.WhichOneof("kind"))
        if data.HasField("session_end_info"):
            hparams["(status)"] = data.session_end_info.status
print(json.dumps({"scalars": scalars, "texts": texts, "hparams": hparams}))
