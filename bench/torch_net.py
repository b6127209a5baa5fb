"""The torch.nn.Sequential of a net text, for the layers that the measurements use."""
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
