"""Writes test/unit/tensorboard.golden.json: event records made by TensorBoard's own protobuf classes and record writer.

    pip install tensorboard && python scripts/trackers/tensorboard_golden.py
"""

import io
import json
from pathlib import Path

import tensorboard
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

WALL_TIME = 1700000000.25


def frame(event: event_pb2.Event) -> str:
    class Kept(io.BytesIO):
        def close(self):  # The writer closes what it wrote to.
            pass

    out = Kept()
    # Deterministic: maps in the order of their keys.
    RecordWriter(out).write(event.SerializeToString(deterministic=True))
    return out.getvalue().hex()


def event(step: int, **what) -> event_pb2.Event:
    return event_pb2.Event(wall_time=WALL_TIME, step=step, **what)


def scalars(values: dict) -> summary_pb2.Summary:
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=k, simple_value=v) for k, v in values.items()])


def text(tag: str, value: str) -> summary_pb2.Summary:
    plugin = summary_pb2.SummaryMetadata.PluginData(plugin_name="text")
    meta = summary_pb2.SummaryMetadata(plugin_data=plugin, data_class=summary_pb2.DATA_CLASS_TENSOR)
    tensor = tensor_pb2.TensorProto(
        dtype=types_pb2.DT_STRING, tensor_shape=TensorShapeProto(), string_val=[value.encode()]
    )
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, metadata=meta, tensor=tensor)])


def hparams(tag: str, data: plugin_data_pb2.HParamsPluginData) -> summary_pb2.Summary:
    plugin = summary_pb2.SummaryMetadata.PluginData(
        plugin_name=metadata.PLUGIN_NAME, content=data.SerializeToString(deterministic=True)
    )
    value = summary_pb2.Summary.Value(
        tag=tag, metadata=summary_pb2.SummaryMetadata(plugin_data=plugin), tensor=metadata.NULL_TENSOR
    )
    return summary_pb2.Summary(value=[value])


start = plugin_data_pb2.SessionStartInfo(group_name="run", start_time_secs=WALL_TIME)
start.hparams["lora.r"].number_value = 16
start.hparams["data.strict"].bool_value = False
start.hparams["model.name"].string_value = "smollm2-135m"
end = plugin_data_pb2.SessionEndInfo(status=api_pb2.STATUS_SUCCESS, end_time_secs=WALL_TIME)

golden = {
    "made_with": f"tensorboard {tensorboard.__version__}",
    "version": frame(event_pb2.Event(wall_time=WALL_TIME, file_version="brain.Event:2")),
    "session_start": frame(event(1, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START))),
    "scalars": frame(event(250, summary=scalars({"train/loss": 1.25, "train/learning_rate": 2e-4, "eval/ex": 0.0}))),
    "text": frame(event(0, summary=text("config", "# Größe\n| a | b |"))),
    "hparams_start": frame(
        event(0, summary=hparams(metadata.SESSION_START_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_start_info=start)))
    ),
    "hparams_end": frame(
        event(0, summary=hparams(metadata.SESSION_END_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_end_info=end)))
    ),
}
path = Path(__file__).parents[2] / "test/unit/tensorboard.golden.json"
path.write_text(json.dumps(golden, indent=2) + "\n")
print(f"wrote {path.name} with {golden['made_with']}")
