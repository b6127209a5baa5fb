#!/usr/bin/env python3
"""Makes the golden cases trace/* beside this file: what `glia trace` has to write, computed by PyTorch in double
precision, with names that are those of the files.

    python3 make_trace_cases.py
"""
import os

import numpy
import torch

from cases import HERE, write_case

torch.set_default_dtype(torch.float64)


class Add(torch.nn.Module):
    """`add @a`: of the layer before and the one with this number."""

    def __init__(self, other):
        super().__init__()
        self.other = other


def table(random, inputs, targets):
    """Rows of short decimals with targets, as text and as arrays."""
    x = numpy.round(random.uniform(-3, 3, (12, inputs)), 2)
    t = [",".join(str(v) for v in numpy.atleast_1d(row)) for row in targets]
    names = ["x%d" % (i + 1) for i in range(inputs)]
    heads = ["t%d" % (j + 1) for j in range(len(t[0].split(",")))]
    lines = [",".join(names + heads)] + [",".join(str(v) for v in row) + "," + t[r] for r, row in enumerate(x)]
    return x, "\n".join(lines) + "\n"


def standard(a):
    return (a - a.mean(0)) / a.std(0)


def forward(module, inputs):
    outputs, y = [], inputs
    for layer in module:
        y = y + outputs[layer.other] if isinstance(layer, Add) else layer(y)
        y.retain_grad()
        outputs.append(y)
    return outputs


def state(module):
    return {k: v.detach().numpy().copy() for k, v in module.state_dict().items() if "num_batches" not in k}


def run(case, net, loss, layers, random, rows, x, csv, target, judged, row_loss, shape=None, mode="eval"):
    """judged: the layer that the loss looks at, and how; row_loss: of its outputs and the targets, not yet averaged."""
    names = ["%02d_%s" % (i, phrase.split()[0]) for i, phrase in
             enumerate(p for p in net.split(", ") if not p.startswith("input"))]
    module = torch.nn.Sequential(*layers).train(mode == "train")
    with torch.no_grad():
        for name, p in module.state_dict().items():
            if "num_batches" not in name:
                draws = random.normal(0, 0.5, tuple(p.shape)).astype("f4").astype("f8")
                p.copy_(torch.from_numpy(abs(draws) + 0.5 if "_var" in name else draws))
    start = state(module)
    inputs = torch.from_numpy(standard(x)[rows])
    inputs = (inputs.reshape(len(inputs), *shape) if shape else inputs).requires_grad_()
    outputs = forward(module, inputs)
    by_row = row_loss(outputs[judged], torch.from_numpy(target[rows]))
    mean = by_row.mean() if by_row.dim() == 1 else by_row.mean(0).mean()
    mean.backward()

    arrays = [("input", "output", inputs.detach().numpy())]
    for name, p in state(module).items():  # running statistics may have moved
        moved = (p != start[name]).any()
        arrays += [("start." + name, "start", start[name]), (name, "output", p)] if moved else [(name, "param", p)]
    arrays += [(name, "output", y.detach().numpy()) for name, y in zip(names, outputs)]
    arrays += [("target", "output", target[rows].astype("<i4") if target.dtype.kind == "i" else target[rows])]
    arrays += [("row_loss", "output", by_row.detach().reshape(len(by_row), -1).sum(1).numpy())]
    arrays += [("loss", "output", mean.detach().numpy())]
    arrays += [(name + ".grad", "grad", y.grad.numpy()) for name, y in zip(names, outputs) if y.grad is not None]
    arrays += [(name + ".grad", "grad", p.grad.numpy()) for name, p in module.named_parameters()]
    arrays += [("input.grad", "grad", inputs.grad.numpy())]
    write_case("trace/" + case, net, {name: (a.reshape(a.shape or (1,)), role) for name, role, a in arrays},
               {"float64": {"rtol": 1e-10, "atol": 1e-12}, "float32": {"rtol": 1e-5, "atol": 2e-6}}, (torch,), net=net,
               loss=loss, mode=mode, rows="%d:%d:%d" % (rows.start, rows.stop, rows.step))
    with open(os.path.join(HERE, "trace", case, "table.csv"), "w", encoding="ascii") as f:
        f.write(csv)


def classes(random):
    words = numpy.array(["ant", "bee", "cow"])
    target = random.permutation(numpy.arange(12) % 3)
    x, csv = table(random, 12, words[target])
    run("classes", "input 2x3x2, tanh, flatten, dense 5, relu, dense 3, softmax", "cross_entropy",
        [torch.nn.Tanh(), torch.nn.Flatten(), torch.nn.Linear(12, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3),
         torch.nn.Softmax(1)], random, slice(2, 11, 2), x, csv, target, 4,
        torch.nn.CrossEntropyLoss(reduction="none"), (2, 3, 2))


def numbers(random):
    target = numpy.round(random.uniform(0, 50, (12, 1)), 1)
    x, csv = table(random, 4, target)
    run("numbers", "dense 6, silu, dense 1, tanh", "mse",
        [torch.nn.Linear(4, 6), torch.nn.SiLU(), torch.nn.Linear(6, 1), torch.nn.Tanh()], random, slice(0, 8, 1), x, csv,
        standard(target), 3, torch.nn.MSELoss(reduction="none"))


def bits(random):
    words = numpy.array(["no", "yes"])
    target = random.permutation(numpy.arange(12) % 2)
    x, csv = table(random, 3, words[target])
    loss = torch.nn.BCEWithLogitsLoss(reduction="none")
    run("bits", "dense 4, elu, dense 1, sigmoid", "bce",
        [torch.nn.Linear(3, 4), torch.nn.ELU(), torch.nn.Linear(4, 1), torch.nn.Sigmoid()], random, slice(5, 12, 3), x,
        csv, target, 2, lambda y, t: loss(y, t[:, None].to(y.dtype)))


def residual(random, mode):
    words = numpy.array(["ant", "bee", "cow"])
    target = random.permutation(numpy.arange(12) % 3)
    x, csv = table(random, 2 * 5 * 4, words[target])
    conv = lambda channels: torch.nn.Conv2d(channels, 3, 3, padding=1)
    layers = [conv(2), torch.nn.BatchNorm2d(3), torch.nn.ReLU(), conv(3), torch.nn.BatchNorm2d(3), Add(2),
              torch.nn.Tanh(), torch.nn.Flatten(), torch.nn.Linear(60, 3), torch.nn.Softmax(1)]
    run("residual_" + mode, "input 2x5x4, conv 3 3x3 pad=same, batchnorm, relu @a, conv 3 3x3 pad=same, batchnorm, "
        "add @a, tanh, flatten, dense 3, softmax", "cross_entropy", layers, random, slice(1, 10, 2), x, csv, target, 8,
        torch.nn.CrossEntropyLoss(reduction="none"), (2, 5, 4), mode)


def residual_eval(random):
    residual(random, "eval")


def residual_train(random):
    residual(random, "train")


for seed, make in enumerate((classes, numbers, bits, residual_eval, residual_train)):
    make(numpy.random.RandomState(seed))
