#!/usr/bin/env python3
"""Makes the golden cases of layers_torch that are listed below, with PyTorch 1.13 in double: x, dy, y and grad_x.

    python3 make_layer_cases.py
"""
import numpy
import torch

from cases import write_case

nn = torch.nn

# name, module, shape of x with its batch, how far x goes
CASES = [
    ("selu", nn.SELU(), (4, 9), 3),
    ("relu6", nn.ReLU6(), (4, 9), 8),
    ("mish", nn.Mish(), (4, 9), 6),
    ("hardswish", nn.Hardswish(), (4, 9), 5),
    ("max_pool1d_k3_s2_p1", nn.MaxPool1d(3, 2, 1), (2, 3, 10), 2),
    ("avg_pool1d_k4_s3_p2", nn.AvgPool1d(4, 3, 2), (2, 3, 11), 2),
    ("avg_pool1d_k4_s3_p2_real", nn.AvgPool1d(4, 3, 2, count_include_pad=False), (2, 3, 11), 2),
    ("max_pool2d_uneven", nn.MaxPool2d((3, 2), (1, 2), (1, 0)), (2, 3, 5, 7), 2),
    ("max_pool2d_k2_wide", nn.MaxPool2d(2), (2, 20, 5, 6), 2),
    ("avg_pool2d_uneven", nn.AvgPool2d((3, 2), (1, 2), (1, 1), count_include_pad=False), (2, 3, 5, 7), 2),
    ("global_max_pool2d", nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()), (2, 3, 4, 5), 2),
    ("global_avg_pool2d", nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), (2, 3, 4, 5), 2),
    ("global_max_pool1d", nn.Sequential(nn.AdaptiveMaxPool1d(1), nn.Flatten()), (2, 3, 7), 2),
    ("global_avg_pool1d", nn.Sequential(nn.AdaptiveAvgPool1d(1), nn.Flatten()), (2, 3, 7), 2),
    ("zero_pad2d", nn.ZeroPad2d((3, 0, 1, 2)), (2, 3, 2, 4), 2),  # left, right, top, bottom
    ("constant_pad1d", nn.ConstantPad1d((1, 2), 0.0), (2, 3, 4), 2),
    ("upsample_nearest_2x3", nn.Upsample(scale_factor=(2, 3)), (2, 3, 3, 2), 2),
    ("upsample_nearest_1d", nn.Upsample(scale_factor=3), (2, 3, 4), 2),
    ("upsample_bilinear_2x3", nn.Upsample(scale_factor=(2, 3), mode="bilinear"), (2, 3, 3, 4), 2),
    ("upsample_linear_1d", nn.Upsample(scale_factor=4, mode="linear"), (2, 3, 5), 2),
]
LAYER_NORMS = [("layer_norm_chw", (3, 2, 4), (4, 3, 2, 4)), ("layer_norm_hw", (2, 4), (4, 3, 2, 4)),
               ("layer_norm_w", (4,), (4, 3, 2, 4))]


def tensor(rng, shape, reach=2.0):
    return torch.tensor(rng.uniform(-reach, reach, shape), dtype=torch.float64, requires_grad=True)


def write(name, what, arrays):
    tolerance = {"float64": {"rtol": 1e-10, "atol": 1e-12}, "float32": {"rtol": 1e-5, "atol": 2e-6}}
    numbers = {key: (a.detach().numpy().astype("<f8"), role) for key, (a, role) in arrays.items()}
    write_case("layers_torch/" + name, what, numbers, tolerance, (torch,))


for i, (name, module, shape, reach) in enumerate(CASES):
    rng = numpy.random.RandomState(i)
    x = tensor(rng, shape, reach)
    y = module.double()(x)
    dy = tensor(rng, y.shape)
    y.backward(dy)
    write(name, str(module), {"x": (x, "input"), "dy": (dy, "upstream"), "y": (y, "output"), "grad_x": (x.grad, "grad")})

for i, (name, over, shape) in enumerate(LAYER_NORMS):
    rng = numpy.random.RandomState(100 + i)
    x, gamma, beta = tensor(rng, shape), tensor(rng, over), tensor(rng, over)
    y = nn.functional.layer_norm(x, over, gamma, beta, 1e-3)
    dy = tensor(rng, y.shape)
    y.backward(dy)
    write(name, "LayerNorm(%s, eps=1e-3)" % (over,),
          {"x": (x, "input"), "gamma": (gamma, "param"), "beta": (beta, "param"), "dy": (dy, "upstream"),
           "y": (y, "output"), "grad_x": (x.grad, "grad"), "grad_gamma": (gamma.grad, "grad"),
           "grad_beta": (beta.grad, "grad")})
