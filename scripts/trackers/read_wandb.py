"""Prints as JSON lines what W&B's protobuf classes read in a transaction log, run-ID.wandb.

    pip install wandb && python scripts/trackers/read_wandb.py RUN/wandb/offline-run-*/run-*.wandb
"""

import json
import struct
import sys
import zlib

from google.protobuf.json_format import MessageToDict
from wandb.proto import wandb_internal_pb2 as pb

data = open(sys.argv[1], "rb").read()
assert struct.unpack("<4sHB", data[:7]) == (b":W&B", 0xBEE1, 0), "header"
at, whole = 7, b""
while at < len(data):
    left = 32768 - at % 32768
    if left < 7:
        assert not any(data[at : at + left]), "padding"
        at += left
        continue
    checksum, length, kind = struct.unpack("<IHB", data[at : at + 7])
    piece = data[at + 7 : at + 7 + length]
    assert zlib.crc32(piece, zlib.crc32(bytes([kind]))) == checksum, "checksum"
    at, whole = at + 7 + length, whole + piece
    if kind in (1, 4):
        print(json.dumps(MessageToDict(pb.Record.FromString(whole), preserving_proto_field_name=True)))
        whole = b""
