#!/usr/bin/env python3
"""Makes the golden cases update/* beside this file: penalties with PyTorch 1.13's autograd, lbfgs_* with scikit-learn 1.2.

    OMP_NUM_THREADS=1 python3 make_update_cases.py
"""
import numpy as np
import sklearn
import torch
from sklearn.datasets import load_diabetes, load_iris
from sklearn.neural_network import MLPClassifier, MLPRegressor

from cases import write_case

MODULES = (np, sklearn, torch)


def case(name, title, settings, tolerance, **arrays):
    write_case(name, title, {key: (a, role) for key, (role, a) in arrays.items()}, tolerance, MODULES, settings)


def penalties():
    """Softmax regression behind a tanh layer: loss + sum of l1 |w| + l2 w^2 by autograd, clip_grad_norm_, SGD, and each
    unit's weights cut back to max_norm."""
    r = np.random.RandomState(11)
    x, classes = r.standard_normal((20, 5)), r.randint(0, 3, 20)
    w = [r.standard_normal((6, 5)) * 0.6, r.standard_normal((3, 6)) * 0.6]
    w[0][2, 3] = 0.0  # sign(0) is 0
    b = [r.standard_normal(6) * 0.1, r.standard_normal(3) * 0.1]
    of_layer = [{"l1": 0.01, "l2": 0.02, "max_norm": 1.0}, {"l1": 0.0, "l2": 0.03, "max_norm": 1.2}]
    lr, momentum, clip, steps = 0.3, 0.9, 0.4, 10
    ws, bs = ([torch.nn.Parameter(torch.tensor(v)) for v in list_] for list_ in (w, b))
    opt = torch.optim.SGD(ws + bs, lr=lr, momentum=momentum)
    losses, first = [], None
    for step in range(steps):
        opt.zero_grad()
        y = torch.tanh(torch.tensor(x) @ ws[0].T + bs[0]) @ ws[1].T + bs[1]
        loss = torch.nn.functional.cross_entropy(y, torch.tensor(classes))
        losses.append(loss.item())
        for v, a in zip(ws, of_layer):
            loss = loss + a["l1"] * v.abs().sum() + a["l2"] * (v * v).sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(ws + bs, clip)
        opt.step()
        with torch.no_grad():
            for v, a in zip(ws, of_layer):
                norm = torch.linalg.norm(v, dim=1, keepdim=True)
                v *= torch.clamp(a["max_norm"] / norm, max=1.0)
        first = first or [v.detach().numpy().copy() for v in ws + bs]
    last = [v.detach().numpy() for v in ws + bs]
    case("update/penalties", "l1, l2 and max_norm by layer, with clipping and momentum",
         {"lr": lr, "momentum": momentum, "clip_norm": clip, "steps": steps, "layers": of_layer},
         {"float64": {"rtol": 1e-11, "atol": 1e-12}, "float32": {"rtol": 1e-5, "atol": 2e-6}},
         x=("input", x), classes=("input", classes.astype("<i4")),
         w0=("param", w[0]), w1=("param", w[1]), b0=("param", b[0]), b1=("param", b[1]), losses=("output", np.array(losses)),
         first_w0=("output", first[0]), first_w1=("output", first[1]), first_b0=("output", first[2]),
         first_b1=("output", first[3]), last_w0=("output", last[0]), last_w1=("output", last[1]),
         last_b0=("output", last[2]), last_b1=("output", last[3]))


def lbfgs(name, make, x, t, outputs, alpha, start, hidden=8):
    """scikit-learn's MLP with solver="lbfgs" from given weights to the minimum; its loss has alpha / (2 rows) sum w^2.
    There may be several minima: five of eight starts lead to that of _classes, the lowest."""
    r = np.random.RandomState(start)
    w = [r.uniform(-0.5, 0.5, (x.shape[1], hidden)), r.uniform(-0.5, 0.5, (hidden, outputs))]
    b = [r.uniform(-0.5, 0.5, hidden), r.uniform(-0.5, 0.5, outputs)]
    m = make(hidden_layer_sizes=(hidden,), activation="tanh", solver="lbfgs", alpha=alpha, max_iter=1, warm_start=True)
    m.fit(x, t)
    m.coefs_, m.intercepts_ = [v.copy() for v in w], [v.copy() for v in b]
    m.set_params(max_iter=5000, max_fun=100000, tol=1e-9)
    losses = [np.inf]
    while len(losses) < 3 or losses[-1] < losses[-2]:  # one fit ends when the loss falls by under 2e-9
        m.fit(x, t)
        losses.append(m.loss_)
    squares = sum((v * v).sum() for v in m.coefs_)
    print(name, "loss", m.loss_, "without penalty", m.loss_ - alpha / 2 * squares / len(x))
    case("update/" + name, "%s with solver=lbfgs, to its minimum" % make.__name__,
         {"alpha": alpha, "hidden": hidden, "start": start, "tol": 1e-9},
         {"float64": {"rtol": 1e-8, "atol": 1e-10}, "float32": {"rtol": 1e-5, "atol": 1e-6}},
         x=("input", x), t=("input", t.astype("<i4") if outputs > 1 else t), w0=("param", w[0].T), w1=("param", w[1].T),
         b0=("param", b[0]), b1=("param", b[1]), loss=("output", np.array([m.loss_])),
         squares=("output", np.array([squares])))


def standard(x):
    return (x - x.mean(0)) / x.std(0)


if __name__ == "__main__":
    import warnings
    warnings.simplefilter("ignore")
    penalties()
    iris, diabetes = load_iris(), load_diabetes()
    lbfgs("lbfgs_classes", MLPClassifier, standard(iris.data), iris.target, 3, alpha=1.0, start=0)
    lbfgs("lbfgs_numbers", MLPRegressor, standard(diabetes.data)[:120], standard(diabetes.target[:120]), 1, alpha=10.0,
          start=5, hidden=3)
