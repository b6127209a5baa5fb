#!/usr/bin/env python3
"""Makes the golden case numpy_order beside this file: runs the Python lines of docs/random.md, with NumPy 1.24, and keeps
what they draw, and the lines themselves.

    python3 make_numpy_case.py
"""
import os
import re

import numpy

from cases import HERE, write_case

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

write_case("numpy_order", "what the lines of docs/random.md draw", {key: (a, "output") for key, a in arrays.items()},
           {"comparison": "exact"}, (numpy,), given, lines=lines)
