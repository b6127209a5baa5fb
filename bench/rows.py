"""The rows that peers train on and are judged on: MNIST from its four files, or a table of numbers."""
import gzip
import os

import numpy


def images(folder, part):
    """[rows][28][28] bytes of `train` or `t10k`."""
    with gzip.open(f"{folder}/{part}-images-idx3-ubyte.gz") as file:
        return numpy.frombuffer(file.read()[16:], numpy.uint8).reshape(-1, 28, 28)


def labels(folder, part):
    with gzip.open(f"{folder}/{part}-labels-idx1-ubyte.gz") as file:
        return numpy.frombuffer(file.read()[8:], numpy.uint8)


def mnist(folder, part):
    """x in 0..1 as float32, [rows][784], and the classes."""
    bytes_ = images(folder, part)
    x = numpy.multiply(bytes_.reshape(len(bytes_), -1), numpy.float32(1 / 255), dtype=numpy.float32)
    return x, labels(folder, part).astype(numpy.int64)


def table(path):
    """A CSV with a header whose last column is the class; columns become mean 0 and deviation 1, as glia makes them."""
    numbers = numpy.loadtxt(path, delimiter=",", skiprows=1)
    x = numbers[:, :-1]
    return ((x - x.mean(0)) / x.std(0)).astype(numpy.float32), numbers[:, -1].astype(numpy.int64)


def load(data, count=0):
    """The rows to train on, the first `count` if it is not 0, and those to be judged on."""
    x, y = mnist(data, "train") if os.path.isdir(data) else table(data)
    test = mnist(data, "t10k") if os.path.isdir(data) else (x, y)
    return (x[:count], y[:count]) if count else (x, y), test
