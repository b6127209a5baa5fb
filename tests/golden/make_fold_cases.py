#!/usr/bin/env python3
"""Makes the golden cases fold/* and split/grouped* beside this file, with NumPy 1.24 and scikit-learn 1.2.

    python3 make_fold_cases.py
"""
import warnings

import numpy as np
import sklearn
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, KFold, StratifiedKFold, TimeSeriesSplit

from cases import write_case

MODULES = (np, sklearn)
EXACT = {"comparison": "exact"}


def ints(a):
    return np.asarray(a, dtype="<i4")


def write(name, title, settings, key, given, sides):
    """given: what the rows have, under `key`; sides: (rest, held) of each fold, written one after the other."""
    arrays = {key: (given, "input")}
    for which, side in enumerate(("rest", "held")):
        arrays[side] = (ints(np.concatenate([pair[which] for pair in sides])), "output")
        arrays[side + "_count"] = (ints([len(pair[which]) for pair in sides]), "output")
    write_case(name, title, arrays, EXACT, MODULES, settings)


def fold(name, title, splitter, folds, seed, key, given, **more):
    x = np.zeros(len(given))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes with fewer rows than folds
        sides = list(splitter.split(x, **more))
    write("fold/" + name, title, {"folds": folds, "seed": seed}, key, given, sides)


def shuffled(name, rows, folds, seed):
    fold(name, "KFold(shuffle=True)", KFold(folds, shuffle=True, random_state=seed), folds, seed, "y", ints([0] * rows))


def stratified(name, y, folds, seed):
    fold(name, "StratifiedKFold(shuffle=True)", StratifiedKFold(folds, shuffle=True, random_state=seed), folds, seed, "y",
         ints(y), y=y)


def grouped(name, groups, folds):
    fold(name, "GroupKFold", GroupKFold(folds), folds, 0, "groups", ints(groups), groups=groups)


def by_time(name, times, folds):
    order = np.argsort(times, kind="stable")
    sides = [(order[rest], order[held]) for rest, held in TimeSeriesSplit(folds).split(order)]
    write("fold/" + name, "TimeSeriesSplit of argsort(times)", {"folds": folds, "seed": 0}, "times", times, sides)


def mixed(counts, seed):
    return np.random.RandomState(seed).permutation(np.repeat(np.arange(len(counts)), counts))


shuffled("shuffled", 103, 5, 42)
shuffled("each_row", 7, 7, 3)
stratified("balanced", np.repeat([0, 1, 2], 50), 5, 42)
stratified("unbalanced", mixed([50, 31, 13, 7], 1), 4, 7)
stratified("few", mixed([2, 9, 1, 11], 3), 5, 11)  # two classes have fewer rows than there are folds
stratified("absent_class", mixed([20, 0, 15, 9], 5), 3, 0)
grouped("groups_few", mixed([4, 4, 3, 5, 4, 4, 1], 2) * 7 + 3, 3)
grouped("groups_alike", mixed([5] * 60, 4), 7)  # of equal size: their order is that of NumPy's quicksort
grouped("groups_many", np.random.RandomState(5).randint(0, 200, 1500), 10)
by_time("times", np.random.RandomState(6).permutation(50) * 0.5 - 3, 4)
by_time("times_whole", np.random.RandomState(7).permutation(24).astype(float), 5)  # 24 / 6: the first rest is as long


def grouped_split(name, groups, share, seed):
    splitter = GroupShuffleSplit(1, test_size=share, random_state=seed)
    sides = list(splitter.split(np.zeros(len(groups)), groups=groups))
    write("split/" + name, "GroupShuffleSplit", {"share": share, "seed": seed}, "groups", ints(groups), sides)


grouped_split("grouped", mixed([4, 1, 7, 2, 9, 3, 3, 5], 8) * 11, 0.15, 0)
grouped_split("grouped_many", np.random.RandomState(9).randint(0, 90, 400), 0.3, 12)
