"""Trains on every table of a folder as a newcomer would, `glia train FILE --target COL --folds 5`, beside scikit-learn's
multi-layer perceptron out of the box (tables_sklearn.py), in the same folds, and prints the table of docs/tables.md.

    tables.py GLIA FOLDER"""
import json
import os
import subprocess
import sys

TARGETS = {"iris": "species", "wine": "cultivar", "breast_cancer": "diagnosis", "penguins": "Species", "digits": "label",
           "seattle_weather": "weather", "cars": "Miles_per_Gallon", "diabetes": "progression"}
glia, folder = sys.argv[1:]
here = os.path.dirname(os.path.abspath(__file__))


def last_line(*command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


print("| table | target | score | scikit-learn | with early_stopping | glia | always the same |\n|---|---|---|---|---|---|---|")
for name, target in TARGETS.items():
    path = os.path.join(folder, name + ".csv")
    theirs = last_line("/usr/bin/python3", os.path.join(here, "tables_sklearn.py"), path, target)
    ours = last_line(glia, "train", path, "--target", target, "--folds", "5", "--json", "--quiet")
    score = "accuracy" if "val_accuracy" in ours else "r2"
    better = max(theirs.values(), key=lambda s: s["mean"])
    fits = ours["val_" + score] >= better["mean"] - better["error"]
    cells = ["%.3f ± %.3f" % (s["mean"], s["error"]) for s in theirs.values()]
    print("| %s | %s | %s | %s | %s | %.3f ± %.3f%s | %.3f |" % (
        name, target, score, *cells, ours["val_" + score], ours["val_" + score + "_sd"] / 5 ** 0.5,
        "" if fits else " (less)", ours["baseline_" + score]))
