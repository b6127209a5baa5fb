"""Reads a safetensors file with NumPy alone: read(path) gives {name: array} and the texts of __metadata__."""
import json
import struct
import sys

import numpy

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "u1"}


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {
        name: numpy.frombuffer(data[slice(*entry["data_offsets"])], TYPES[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
    }
    return tensors, metadata


if __name__ == "__main__":
    tensors, metadata = read(sys.argv[1])
    for key, text in metadata.items():
        print(f"{key}: {text}")
    for name, tensor in tensors.items():
        print(name, tensor.dtype, list(tensor.shape))
