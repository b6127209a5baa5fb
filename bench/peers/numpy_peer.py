"""NumPy's side: a multi-layer perceptron as the notebooks write it, and as fast as NumPy can have it: float32, weights
and gradients each in one block, every array made once and written in place.

    task=fit       data= net= optimizer= batch= epochs= rows=     (batch 0: all rows at once)
    task=latency   data= model= calls=
    task=predict   data= model= batch= passes=
    task=peak
    task=idx       file=IMAGES,LABELS
    task=numbers   file=FILE"""
import gzip
import re

import numpy as np

import read_safetensors
from rows import load
from serve import SIDE, SINGLE, WARM_BATCHES, batches, count_of, given, peak, seconds_of, serve, settings, single_calls


class Net:
    """Dense layers with ReLU between them and softmax behind the last; loss is the cross-entropy."""

    def __init__(self, widths, rows):
        self.shapes = list(zip(widths, widths[1:]))
        self.p, self.w, self.b = self.block()
        self.g, self.dw, self.db = self.block()
        self.y = [np.empty((rows, n), np.float32) for n in widths[1:]]
        self.dy = [np.empty((rows, n), np.float32) for n in widths[1:-1]]
        self.on = [np.empty((rows, n), bool) for n in widths[1:-1]]

    def block(self):
        flat = np.zeros(sum(m * n + n for m, n in self.shapes), np.float32)
        weights, biases, at = [], [], 0
        for m, n in self.shapes:
            weights.append(flat[at : at + m * n].reshape(m, n))
            biases.append(flat[at + m * n : at + m * n + n])
            at += m * n + n
        return flat, weights, biases

    def draw(self, rng):
        for (m, n), w in zip(self.shapes, self.w):
            w[:] = rng.standard_normal((m, n), np.float32) * np.float32((2 / m) ** 0.5)

    def forward(self, x):
        last = len(self.shapes) - 1
        for i, y in enumerate(self.y):
            y = y[: len(x)]
            np.dot(x, self.w[i], out=y)
            y += self.b[i]
            if i < last:
                np.maximum(y, 0, out=y)
            x = y
        x -= x.max(1, keepdims=True)
        np.exp(x, out=x)
        x /= x.sum(1, keepdims=True)
        return x

    def backward(self, x, classes, scale):
        """Gradients of the mean loss, times `scale`."""
        n = len(x)
        d = self.y[-1][:n]
        d[np.arange(n), classes] -= 1
        d *= np.float32(scale / n)
        for i in reversed(range(len(self.shapes))):
            below = self.y[i - 1][:n] if i else x
            np.dot(below.T, d, out=self.dw[i])
            d.sum(0, out=self.db[i])
            if i:
                next_d, on = self.dy[i - 1][:n], self.on[i - 1][:n]
                np.dot(d, self.w[i].T, out=next_d)
                np.greater(below, 0, out=on)
                next_d *= on
                d = next_d


class Sgd:
    """The rate is in the gradients already: they are the step."""

    def __init__(self, net, lr):
        self.net, self.scale = net, lr

    def step(self):
        self.net.p -= self.net.g


class Adam:
    scale = 1

    def __init__(self, net, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        self.net, self.lr, self.beta1, self.beta2, self.eps, self.t = net, lr, beta1, beta2, eps, 0
        self.m, self.v = np.zeros_like(net.p), np.zeros_like(net.p)
        self.work = np.empty_like(net.p)

    def step(self):
        g, m, v, work, f = self.net.g, self.m, self.v, self.work, np.float32
        self.t += 1
        root = (1 - self.beta2**self.t) ** 0.5
        m *= f(self.beta1)
        np.multiply(g, f(1 - self.beta1), out=work)
        m += work
        v *= f(self.beta2)
        np.multiply(g, g, out=g)
        g *= f(1 - self.beta2)
        v += g
        np.sqrt(v, out=work)
        work += f(self.eps * root)
        np.divide(m, work, out=work)
        work *= f(self.lr * root / (1 - self.beta1**self.t))
        self.net.p -= work


OPTIMIZERS = {"sgd": Sgd, "adam": Adam}


def widths_of(text, inputs):
    return [inputs] + [int(n) for n in re.findall(r"dense (\d+)", text)]


def epoch(net, optimizer, x, y, batch, rng):
    order, gathered = rng.permutation(len(x)), np.empty((batch, x.shape[1]), np.float32)
    for i in range(0, len(x), batch):
        rows = order[i : i + batch]
        part = np.take(x, rows, axis=0, out=gathered[: len(rows)])
        learn(net, optimizer, part, y[rows])


def learn(net, optimizer, x, y):
    net.forward(x)
    net.backward(x, y, optimizer.scale)
    optimizer.step()


def fit():
    (x, y), (test_x, test_y) = load(given["data"], count_of("rows", 0))
    batch, (name, set_to) = count_of("batch"), settings(given["optimizer"])
    widths = widths_of(given["net"], x.shape[1])

    def work(warm):
        rng = np.random.default_rng(1)
        net = Net(widths, batch or len(x))
        net.draw(rng)
        optimizer = OPTIMIZERS[name](net, **set_to)
        rows = slice(batch * WARM_BATCHES if warm and batch else None)

        def run():
            for _ in range(1 if warm else count_of("epochs")):
                if batch:
                    epoch(net, optimizer, x[rows], y[rows], batch, rng)
                else:
                    learn(net, optimizer, x, y)
        seconds = seconds_of(run)
        return {"seconds": seconds, "accuracy": accuracy(net, test_x, test_y)}

    serve(work)


def accuracy(net, x, y):
    judge = Net([m for m, _ in net.shapes] + [net.shapes[-1][1]], len(x))
    judge.p[:] = net.p
    return float((judge.forward(x).argmax(1) == y).mean())


def saved(end):
    """The weights [out][in] or the biases of the model, layer by layer."""
    return [array for name, array in read_safetensors.read(given["model"])[0].items() if name.endswith(end)]


def one_row(weights, biases):
    """What predicts a row, by products of matrix and vector and as few calls as NumPy can have."""
    layers = [(w.copy(), b, np.empty_like(b)) for w, b in zip(weights, biases)]
    last = layers[-1][2]

    def forward(x):
        for w, b, y in layers:
            w.dot(x, y)
            y += b
            if y is not last:
                np.maximum(y, 0, y)
            x = y
        y -= np.maximum.reduce(y)
        np.exp(y, y)
        y /= np.add.reduce(y)
        return y

    return forward


def latency():
    _, (x, y) = load(given["data"])
    serve(single_calls(one_row(saved("weight"), saved("bias")), x[:SINGLE], y))


def predict():
    _, (x, y) = load(given["data"])
    net = Net([x.shape[1]] + [len(b) for b in saved("bias")], count_of("batch"))
    for own, theirs in zip(net.w + net.b, saved("weight") + saved("bias")):
        own[:] = theirs.T
    serve(batches(net.forward, x, y))


def matrix_product():
    a = np.random.default_rng(1).random((SIDE, SIDE), np.float32)
    out = np.empty_like(a)
    serve(peak(lambda: np.dot(a, a, out=out)))


def read_idx():
    def read(path, head):
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
            return np.frombuffer(file.read(), np.uint8, offset=head)

    images, labels = given["file"].split(",")
    serve(lambda warm: {"seconds": seconds_of(lambda: (read(images, 16).reshape(-1, 28, 28), read(labels, 8)))})


def read_numbers():
    serve(lambda warm: {"seconds": seconds_of(lambda: np.fromfile(given["file"], np.float32))})


TASKS = {"fit": fit, "latency": latency, "predict": predict, "peak": matrix_product, "idx": read_idx,
         "numbers": read_numbers}
TASKS[given["task"]]()
