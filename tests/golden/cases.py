"""How the golden cases beside this file are written: a folder a case, its arrays as .npy, and case.json that tells what they
are and what made them."""
import json
import os
import sys

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))


def write_case(name, title, arrays, tolerance, modules, settings=None, **more):
    """arrays: key -> (array, role); modules: those whose versions decided the numbers; more: further fields."""
    folder = os.path.join(HERE, name)
    os.makedirs(folder, exist_ok=True)
    entries = []
    for key, (a, role) in arrays.items():
        a = numpy.ascontiguousarray(a)
        numpy.save(os.path.join(folder, key + ".npy"), a)
        entries.append({"name": key, "file": key + ".npy", "shape": list(a.shape), "dtype": a.dtype.str, "role": role})
    made_by = {"generator": os.path.basename(sys.argv[0])}
    made_by.update((m.__name__, m.__version__.split("+")[0]) for m in modules)
    case = {"case": name, "title": title, **more}
    if settings is not None:
        case["hyperparameters"] = settings
    case.update({"tolerance": tolerance, "arrays": entries, "provenance": made_by})
    with open(os.path.join(folder, "case.json"), "w", encoding="utf-8") as f:
        json.dump(case, f, indent=1)
        f.write("\n")
