#!/usr/bin/env python3
"""Makes the golden case npy beside this file, with NumPy 1.24: files as NumPy writes them, in npy/files, and as arrays of
the case the numbers that a data set of them has (rows, then channels, height and width).

    python3 make_npy_cases.py
"""
import os

import numpy as np
from numpy.lib import format as npy

from cases import HERE, write_case

FILES = os.path.join(HERE, "npy", "files")
WHOLE = [0, 1, 2, 3, 100, 126, 127, -1, -2, -127, -128, 7]
LARGE = {1: [], 2: [258, 32767, -32768], 4: [66051, 2**31 - 1, -(2**31)], 8: [2**40 + 1, 2**53, -(2**53)]}
FLOATS = {2: [0.1, 65504, 6e-8, -0.33], 4: [0.1, 3.4e38, 1.4e-45, -1 / 3], 8: [0.1, 1e30, -1e-30, -1 / 3]}

arrays, files = {}, []


def rows(a):
    """[n][h][w][c] with its channels last as [n][c][h][w]."""
    last = a.ndim == 4 and a.shape[3] in (1, 3, 4) and a.shape[1] not in (1, 3, 4)
    return a.transpose(0, 3, 1, 2) if last else a


def want(key, a):
    if key not in arrays:
        arrays[key] = (rows(a).astype("f8"), "output")
    return key


def entry(name, key, a):
    shape = (1,) * (4 - a.ndim) + rows(a).shape[1:] if a.ndim > 1 else (1, 1, 1)
    files.append({"file": name, "array": key, "rows": a.shape[0], "shape": list(shape), "image": a.ndim > 2,
                  "bytes": a.dtype == np.uint8})


def save(name, key, a, version=None):
    with open(os.path.join(FILES, name), "wb") as f:
        npy.write_array(f, a, version=version)
    entry(name, want(key, a), a)


def values(kind, size):
    if kind == "f":
        return (WHOLE + FLOATS[size])[-12:]
    v = (WHOLE + LARGE[size])[-12:]
    if kind == "u":
        top = 2 ** (8 * size)
        return [x % top if size < 8 else abs(x) for x in v]
    return v


def types():
    yield "|b1", np.array([0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 0], "?").reshape(4, 3)
    for kind, sizes in (("u", (1, 2, 4, 8)), ("i", (1, 2, 4, 8)), ("f", (2, 4, 8))):
        for size in sizes:
            for order in "|" if size == 1 else "<>":
                yield order + kind + str(size), np.array(values(kind, size)).astype(order + kind + str(size)).reshape(4, 3)


def ramp(shape, dtype):
    return (np.arange(np.prod(shape)) * 7 % 251).astype(dtype).reshape(shape)


os.makedirs(FILES, exist_ok=True)
for descr, a in types():
    word = {"<": "le_", ">": "be_", "|": ""}[descr[0]] + descr[1:]
    save(word + ".npy", descr[1:], a)
    save(word + "_fortran.npy", descr[1:], np.asfortranarray(a))
for version in ((1, 0), (2, 0), (3, 0)):
    save("version_%d.npy" % version[0], "f4", np.array(values("f", 4), "<f4").reshape(4, 3), version)
for shape in ((5,), (5, 1), (1, 5), (2, 3, 4), (2, 5, 3, 4), (2, 5, 7, 3), (3, 2, 2, 1), (2, 3, 5, 4)):
    for dtype in "|u1", ">i2":
        key = "ramp_" + "x".join(map(str, shape))
        for order, mark in (("C", ""), ("F", "_fortran")):
            save("%s_%s%s.npy" % (key, dtype[1:], mark), key, np.array(ramp(shape, dtype), order=order))

x, y = ramp((6, 4), "<f4"), np.array([2, 0, 1, 1, 0, 2])
for write, mark in ((np.savez, ""), (np.savez_compressed, "_deflated")):
    for name, members in (("x_y", {"x": x, "y": y}), ("data_target", {"target": y, "feature_names": np.array(["a"]), "data": x}),
                          ("x_numbers", {"X": x, "Y": np.asfortranarray(x[:, :2] / 3)})):
        write(os.path.join(FILES, name + mark + ".npz"), **members)
    write(os.path.join(FILES, "positional" + mark + ".npz"), x, y)
    write(os.path.join(FILES, "parts" + mark + ".npz"), x_train=ramp((6, 2, 2), "u1"), y_train=y.astype("u1"),
          x_test=ramp((3, 2, 2), "u1"), y_test=np.array([3, 0, 1], "u1"))
large = (np.arange(200 * 300) % 251).astype("<f4").reshape(200, 300)
np.savez_compressed(os.path.join(FILES, "large_deflated.npz"), x=large)
want("npz_x", x)
want("npz_y", y)
want("npz_numbers", (x[:, :2] / 3).astype("f8"))
want("npz_train", ramp((6, 2, 2), "u1"))

write_case("npy", "arrays that NumPy saved, by type, byte order, order of dimensions, version and shape", arrays,
           {"comparison": "exact"}, (np,), files=files)
