#!/usr/bin/env python3
"""Makes the golden cases interval/* and baseline/* beside this file, with NumPy 1.24 and scikit-learn 1.2.

    python3 make_judging_cases.py
"""
import warnings

import numpy as np
import sklearn
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import (accuracy_score, balanced_accuracy_score, f1_score, log_loss, mean_absolute_error,
                             mean_squared_error, r2_score)

from cases import write_case

MODULES = (np, sklearn)
TOLERANCE = {"float64": {"rtol": 1e-9, "atol": 1e-9}}


def intervals(scorers, rows):
    """[scorers][low, high]: 95 % percentile intervals of what each makes of 1,000 resamples of the rows."""
    rng = np.random.RandomState(0)
    drawn = []
    for _ in range(1000):
        index = rng.randint(0, rows, rows)
        drawn.append([scorer(index) for scorer in scorers])
    return np.percentile(drawn, [2.5, 97.5], axis=0).T


def hits(name, rows, share, seed):
    hit = np.random.RandomState(seed).rand(rows) < share
    write_case("interval/" + name, "percentile bootstrap of the accuracy",
               {"hit": (hit.astype("<i4"), "input"),
                "interval": (intervals([lambda i: hit[i].mean()], rows)[0], "output")}, TOLERANCE, MODULES)


def numbers(name, rows, outputs, seed):
    rng = np.random.RandomState(seed)
    truth = rng.randn(rows, outputs) * [1, 40, 0.01][:outputs] + 100
    answers = truth + rng.randn(rows, outputs) * [0.3, 30, 0.002][:outputs]

    def rmse(i):
        return np.mean(np.sqrt(np.mean((truth[i] - answers[i]) ** 2, axis=0)))

    def r2(i):
        return r2_score(truth[i], answers[i])

    both = intervals([rmse, r2], rows)
    write_case("interval/" + name, "percentile bootstrap of RMSE and R2",
               {"y_true": (truth, "input"), "y_pred": (answers, "input"), "rmse": (both[0], "output"),
                "r2": (both[1], "output")}, TOLERANCE, MODULES)


hits("hits", 150, 0.93, 1)
hits("hits_many", 1003, 0.4, 2)
hits("hits_few", 3, 0.5, 3)
numbers("numbers", 120, 1, 4)
numbers("numbers_columns", 45, 3, 5)
numbers("numbers_few", 4, 1, 6)  # some resamples are one row four times: R2 of a constant truth


def scalars(pairs):
    """A list of names, and their values."""
    return {"names": list(pairs), "values": (np.array([float(v) for v in pairs.values()]), "output")}


def baseline_of_classes(name, train, test, classes):
    dummy = DummyClassifier(strategy="prior").fit(np.zeros((len(train), 1)), train)
    x = np.zeros((len(test), 1))
    said, p = dummy.predict(x), np.zeros((len(test), classes))
    p[:, dummy.classes_] = dummy.predict_proba(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = scalars({"accuracy": accuracy_score(test, said), "balanced_accuracy": balanced_accuracy_score(test, said),
                         "log_loss": log_loss(test, p, labels=np.arange(classes), eps=1e-15),
                         "f1_macro": f1_score(test, said, labels=np.arange(classes), average="macro", zero_division=0)})
    write_case("baseline/" + name, 'DummyClassifier(strategy="prior")',
               {"train": (train.astype("<i4"), "input"), "test": (test.astype("<i4"), "input"),
                "values": found["values"]}, TOLERANCE, MODULES, {"classes": classes}, names=found["names"])


def baseline_of_numbers(name, train, test):
    dummy = DummyRegressor().fit(np.zeros((len(train), 1)), train)
    said = dummy.predict(np.zeros((len(test), 1))).reshape(test.shape)
    found = scalars({"mse": mean_squared_error(test, said),
                     "rmse": mean_squared_error(test, said, squared=False), "mae": mean_absolute_error(test, said),
                     "r2": r2_score(test, said)})
    write_case("baseline/" + name, "DummyRegressor",
               {"train": (train, "input"), "test": (test, "input"), "values": found["values"]}, TOLERANCE, MODULES,
               names=found["names"])


rng = np.random.RandomState(7)
baseline_of_classes("classes", rng.choice(4, 80, p=[0.2, 0.15, 0.5, 0.15]), rng.choice(4, 40), 4)
baseline_of_classes("absent_class", rng.choice([0, 2], 30), rng.choice(3, 20), 3)  # of which no row trains
baseline_of_classes("tie", np.array([1, 0, 2, 2, 1]), np.array([0, 1, 2, 2]), 3)  # the first of the most frequent


def single(a):
    """Numbers that single precision holds, as glia_real may be, in double."""
    return a.astype("<f4").astype("<f8")


baseline_of_numbers("numbers", single(rng.randn(60, 1) * 8 + 23), single(rng.randn(25, 1) * 8 + 20))
baseline_of_numbers("numbers_columns", single(rng.randn(31, 2)), single(rng.randn(12, 2)))
