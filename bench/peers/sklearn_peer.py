"""scikit-learn's side: MLPClassifier, an epoch a call of partial_fit, or many in one call of fit.

    task=fit       data= net= optimizer= batch= epochs= rows=
    task=latency   data= model= calls=
    task=predict   data= model= batch= passes=
    task=wine      file=FILE.csv             writes the table of 178 wines"""
import re
import warnings

import numpy as np
from sklearn.datasets import load_wine
from sklearn.neural_network import MLPClassifier

import read_safetensors
from rows import load
from serve import SINGLE, WARM_BATCHES, batches, count_of, given, seconds_of, serve, settings, single_calls

warnings.filterwarnings("ignore")  # that epochs ended before the loss stood still


def classifier(units, epochs):
    name, set_to = settings(given.get("optimizer", "sgd lr=0.1"))
    return MLPClassifier(units, solver=name, learning_rate_init=set_to["lr"], batch_size=count_of("batch", 200),
                         momentum=0, nesterovs_momentum=False, alpha=0, max_iter=epochs, tol=0,
                         n_iter_no_change=epochs + 1, random_state=1)


def fit():
    (x, y), (test_x, test_y) = load(given["data"], count_of("rows", 0))
    units = [int(n) for n in re.findall(r"dense (\d+)", given["net"])][:-1]
    epochs = count_of("epochs")

    def work(warm):
        model = classifier(units, 1 if warm else epochs)
        rows = slice(count_of("batch") * WARM_BATCHES if warm else None)
        if epochs == 1:
            seconds = seconds_of(lambda: model.partial_fit(x[rows], y[rows], classes=np.unique(y)))
        else:
            seconds = seconds_of(lambda: model.fit(x[rows], y[rows]))
        return {"seconds": seconds, "accuracy": model.score(test_x, test_y)}

    serve(work)


def opened():
    tensors, _ = read_safetensors.read(given["model"])
    weights = [t.T.copy() for name, t in tensors.items() if name.endswith("weight")]
    (inputs, _), outputs = weights[0].shape, weights[-1].shape[1]
    model = classifier([w.shape[1] for w in weights[:-1]], 1)
    model.set_params(batch_size=outputs)
    model.partial_fit(np.zeros((outputs, inputs), np.float32), np.arange(outputs), classes=np.arange(outputs))
    model.coefs_ = weights
    model.intercepts_ = [t.copy() for name, t in tensors.items() if name.endswith("bias")]
    return model


def latency():
    _, (x, y) = load(given["data"])
    serve(single_calls(opened().predict_proba, [x[i : i + 1] for i in range(SINGLE)], y))


def predict():
    _, (x, y) = load(given["data"])
    serve(batches(opened().predict_proba, x, y))


def wine():
    table = load_wine()
    np.savetxt(given["file"], np.column_stack([table.data, table.target]), "%.10g", ",", comments="",
               header=",".join(f"x{i}" for i in range(table.data.shape[1])) + ",label")


TASKS = {"fit": fit, "latency": latency, "predict": predict, "wine": wine}
TASKS[given["task"]]()
