#!/usr/bin/env python3
"""Makes the golden case numpy_order beside this file: runs the Python lines of docs/random.md, with NumPy 1.24, and keeps
what they draw, and the lines themselves.

    python3 make_numpy_case.py
"""
import json
import os
import re

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(HERE, "numpy_order")

with open(os.path.join(HERE, "..", "..", "docs", "random.md"), encoding="utf-8") as f:
    lines = "".join(re.findall(r"^```python\n(.*?)^```$", f.read(), re.M | re.S))

given = {"seed": 20261122, "epochs": 3, "n": 150}
drawn = {"numpy": numpy, "weights": [], "biases": [], "batches": [], **given}
exec(lines, drawn)

arrays = {"weight%d" % i: w for i, w in enumerate(drawn["weights"])}
arrays.update({"bias%d" % i: b for i, b in enumerate(drawn["biases"])})
arrays["rows"] = numpy.concatenate(drawn["batches"]).astype("<i4")
arrays["batch_rows"] = numpy.array([len(b) for b in drawn["batches"]], "<i4")
arrays.update({"held": drawn["held"].astype("<i4"), "rest": drawn["rest"].astype("<i4")})

os.makedirs(FOLDER, exist_ok=True)
entries = []
for name, a in arrays.items():
    numpy.save(os.path.join(FOLDER, name + ".npy"), numpy.ascontiguousarray(a))
    entries.append({"name": name, "file": name + ".npy", "shape": list(a.shape), "dtype": a.dtype.str, "role": "output"})
with open(os.path.join(FOLDER, "case.json"), "w", encoding="utf-8") as f:
    json.dump({"case": "numpy_order", "title": "what the lines of docs/random.md draw", "lines": lines,
               "hyperparameters": given, "tolerance": {"comparison": "exact"}, "arrays": entries,
               "provenance": {"generator": os.path.basename(__file__), "numpy": numpy.__version__}}, f, indent=1)
    f.write("\n")
