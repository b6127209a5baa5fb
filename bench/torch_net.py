"""The torch.nn.Sequential of a net text, for the layers that the measurements use, and MNIST's images."""
import gzip

import numpy
import torch


def convolution(shape, settings):
    units, side = int(settings[0]), int(settings[1].split("x")[0])
    layer = torch.nn.Conv2d(shape[0], units, side, padding="same" if "pad=same" in settings else 0)
    return layer, layer(torch.zeros(1, *shape)).shape[1:]


def pooling(shape, settings):
    layer = torch.nn.MaxPool2d(int(settings[0]))
    return layer, layer(torch.zeros(1, *shape)).shape[1:]


def dense(shape, settings):
    return torch.nn.Linear(shape[-1], int(settings[0])), (int(settings[0]),)


LAYERS = {
    "conv": convolution,
    "maxpool": pooling,
    "dense": dense,
    "flatten": lambda shape, settings: (torch.nn.Flatten(), (int(numpy.prod(shape)),)),
    "relu": lambda shape, settings: (torch.nn.ReLU(), shape),
    "sigmoid": lambda shape, settings: (torch.nn.Sigmoid(), shape),
    "softmax": lambda shape, settings: (torch.nn.Softmax(1), shape),
}


def build(net, shape):
    """`shape`: of one row, (784,) or (1, 28, 28)."""
    layers = []
    for name, *settings in (phrase.split() for phrase in net.split(",")):
        layer, shape = LAYERS[name](shape, settings)
        layers.append(layer)
    return torch.nn.Sequential(*layers)


def images(folder, part):
    """[rows][28][28] bytes of `train` or `t10k`."""
    with gzip.open(f"{folder}/{part}-images-idx3-ubyte.gz") as file:
        return numpy.frombuffer(file.read()[16:], numpy.uint8).reshape(-1, 28, 28)


def labels(folder, part):
    with gzip.open(f"{folder}/{part}-labels-idx1-ubyte.gz") as file:
        return numpy.frombuffer(file.read()[8:], numpy.uint8)
