"""safetensors in a few lines of NumPy: {name: array}, and the metadata."""
import json

import numpy

KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}


def read(path):
    raw = open(path, "rb").read()
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = numpy.frombuffer(raw[start + begin : start + end], KINDS[entry["dtype"]])
        tensors[name] = flat.reshape(entry["shape"])
    return tensors, metadata
