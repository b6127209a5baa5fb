#!/usr/bin/env python3
"""Makes the golden cases split/* and generators/* beside this file, with NumPy 1.24 and scikit-learn 1.2.

    python3 make_data_cases.py
"""
import numpy as np
import sklearn
from sklearn.datasets import make_blobs, make_circles, make_moons
from sklearn.model_selection import train_test_split

from cases import write_case

MODULES = (np, sklearn)


def case(name, title, settings, tolerance, **arrays):
    write_case(name, title, {key: (a, role) for key, (role, a) in arrays.items()}, tolerance, MODULES, settings)


def split(name, y, share, seed, stratify=True):
    y = np.asarray(y, dtype="<i4")
    rest, held = train_test_split(np.arange(len(y), dtype="<i4"), test_size=share, random_state=seed,
                                  stratify=y if stratify else None)
    case("split/" + name, "train_test_split(arange(%d), stratify=%s)" % (len(y), "y" if stratify else "None"),
         {"share": share, "seed": seed, "stratify": stratify}, {"comparison": "exact"},
         y=("input", y), rest=("output", rest), held=("output", held))


def mixed(counts, seed):
    return np.random.RandomState(seed).permutation(np.repeat(np.arange(len(counts)), counts))


split("shuffled", np.zeros(30), 0.1, 5, stratify=False)  # 0.1 * 30 is a little over 3 in double: 4 rows are held out
split("balanced", np.repeat([0, 1, 2], 50), 0.15, 42)
split("unbalanced", mixed([50, 30, 13, 7], 1), 0.2, 7)
split("ties", mixed([7] * 10, 2), 0.25, 0)
split("few", mixed([2, 3, 2, 4], 3), 0.5, 11)
split("absent_class", mixed([20, 0, 15, 9], 5), 0.3, 3)
# Of 45 rows held out 13 each are of two classes, and 13 / 45 * 45 is a little under 13 in double: a tie that costs draws.
split("rounding", mixed([26, 26, 38], 6), 0.5, 2)
split("many", np.random.RandomState(4).randint(0, 10, 1000), 0.15, 1)


def generator(name, text, x, y):
    case("generators/" + name, "scikit-learn's make_" + name + ", shuffle=False", {"text": text},
         {"float64": {"rtol": 1e-13, "atol": 1e-14}, "float32": {"rtol": 1e-6, "atol": 1e-7}},
         x=("output", x), y=("output", y.astype("<i4")))


generator("moons", "moons n=40 noise=0.15 seed=3", *make_moons(80, shuffle=False, noise=0.15, random_state=3))
generator("circles", "circles n=30 noise=0.05 factor=0.3 seed=8",
          *make_circles(60, shuffle=False, noise=0.05, factor=0.3, random_state=8))
generator("blobs", "blobs n=20 classes=4 noise=0.7 seed=21",
          *make_blobs(80, centers=4, cluster_std=0.7, shuffle=False, random_state=21))
