#!/usr/bin/env python3
"""Makes the golden cases augment/* beside this file: what docs/data.md says of each augmentation, done with SciPy 1.10's
resampling and smoothing, its moves as 3x3 matrices of the way there, inverted; chance by Philox4x32-10 written out in
Python's whole numbers.

    python3 make_augment_cases.py
"""
import numpy
import scipy
from scipy import ndimage

from cases import write_case

MASK = 0xFFFFFFFF


def philox(key, counter):
    k, c = list(key), list(counter)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def words(seed, epoch, purpose, row, n):
    out = []
    for block in range((n + 3) // 4):
        out += philox([seed, epoch], [block, purpose, row & MASK, row >> 32])
    return numpy.array(out[:n], dtype=numpy.float64)


# ---- moves: where a pixel goes, as column vectors (x, y, 1), y downwards ----

def about_middle(m, h, w):
    to = numpy.array([[1, 0, (w - 1) / 2], [0, 1, (h - 1) / 2], [0, 0, 1]])
    return to @ m @ numpy.linalg.inv(to)


def shift(x, y, h, w):
    return numpy.array([[1, 0, x], [0, 1, y], [0, 0, 1]])


def rotate(degrees, h, w):  # counterclockwise as seen
    t = numpy.deg2rad(degrees)
    c, s = numpy.cos(t), numpy.sin(t)
    return about_middle(numpy.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]), h, w)


def scale(by, h, w):
    return about_middle(numpy.diag([by, by, 1.0]), h, w)


def shear(degrees, h, w):
    m = numpy.eye(3)
    m[0, 1] = -numpy.tan(numpy.deg2rad(degrees))
    return about_middle(m, h, w)


def flip(horizontal, h, w):
    return about_middle(numpy.diag([-1.0, 1, 1] if horizontal else [1.0, -1, 1]), h, w)


def places(moves, h, w, fields=()):
    """Of each pixel of the result, tracing back; moves in order; a field stands for an elastic distortion."""
    y, x = numpy.mgrid[0:h, 0:w].astype(float)
    for m in reversed(moves):
        if isinstance(m, tuple):
            x, y = x + m[0], y + m[1]
        else:
            b = numpy.linalg.inv(m)
            x, y = b[0, 0] * x + b[0, 1] * y + b[0, 2], b[1, 0] * x + b[1, 1] * y + b[1, 2]
    return x, y


def resample(image, x, y):
    return numpy.stack([ndimage.map_coordinates(c, [y, x], order=1, mode="grid-constant", cval=0) for c in image])


def smoothed(noise, alpha, sigma):
    return alpha * ndimage.gaussian_filter(2 * noise - 1, sigma, mode="constant", cval=0, truncate=4)


# ---- whole texts, as drawn ----

class Row:
    """What one row of an epoch draws."""

    def __init__(self, seed, epoch, row):
        self.name = (seed, epoch, row)

    def draw(self, purpose, n):
        return words(self.name[0], self.name[1], purpose, self.name[2], n) / 2**32

    def uniforms(self, purpose, n):
        return numpy.floor(words(self.name[0], self.name[1], purpose, self.name[2], n) / 256) / 2**24

    def normals(self, purpose, n):
        w = words(self.name[0], self.name[1], purpose, self.name[2], n + n % 2).reshape(-1, 2)
        radius, angle = numpy.sqrt(-2 * numpy.log((w[:, 0] + 1) / 2**32)), 2 * numpy.pi * w[:, 1] / 2**32
        return numpy.stack([radius * numpy.cos(angle), radius * numpy.sin(angle)], 1).ravel()[:n]


def changed(image, changes, row, unit, most):
    """changes: [name, amounts ..., p]."""
    c, h, w = image.shape
    limit = (lambda v: v.clip(0, most)) if most else (lambda v: v)
    moves = []

    def flush(image):
        if not moves:
            return image
        x, y = places(moves, h, w)
        moves.clear()
        return resample(image, x, y)

    for i, (name, *amount, p) in enumerate(changes):
        purpose = 0x10000000 + 4 * i
        u = row.draw(purpose, 4)
        done, around = u[0] < p, lambda k, a: (2 * u[1 + k] - 1) * a
        geometry = name in ("shift", "rotate", "scale", "shear", "flip", "elastic")
        if not geometry:
            image = flush(image)
        if not done:
            continue
        if name == "shift":
            n = amount if len(amount) == 2 else amount * 2
            moves.append(shift(*[numpy.floor(u[1 + k] * (2 * n[k] + 1)) - n[k] for k in range(2)], h, w))
        elif name == "rotate":
            moves.append(rotate(around(0, amount[0]), h, w))
        elif name == "scale":
            moves.append(scale(1 + around(0, amount[0]), h, w))
        elif name == "shear":
            moves.append(shear(around(0, amount[0]), h, w))
        elif name == "flip":
            moves.append(flip(amount[0] == "horizontal", h, w))
        elif name == "elastic":
            moves.append(tuple(smoothed(row.uniforms(purpose + 1 + k, h * w).reshape(h, w), *amount) for k in range(2)))
        elif name == "noise":
            image = limit(image + amount[0] * unit * row.normals(purpose + 1, c * h * w).reshape(c, h, w))
        elif name == "brightness":
            image = limit(image + around(0, amount[0]) * unit)
        elif name == "contrast":
            image = limit(image.mean() + (1 + around(0, amount[0])) * (image - image.mean()))
        elif name == "erase":
            x, y = [int(u[1 + k] * (s - amount[0] + 1)) for k, s in enumerate((w, h))]
            image = image.copy()
            image[:, y:y + amount[0], x:x + amount[0]] = 0
    return flush(image)


def text_of(changes):
    return ", ".join(" ".join(str(v) for v in c[:-1]) + " p=%g" % c[-1] for c in changes)


# ---- the cases ----

def write(name, title, settings, arrays, tolerance):
    write_case("augment/" + name, title, arrays, tolerance, (numpy, scipy), settings)


def main():
    r = numpy.random.RandomState(20261125)
    fine = {"float64": {"rtol": 1e-10, "atol": 1e-11}, "float32": {"rtol": 1e-5, "atol": 2e-5}}

    h, w = 9, 7
    image = r.randn(2, h, w)
    moves = {"rotated": [rotate(30, h, w)], "scaled": [scale(1.3, h, w)], "sheared": [shear(-20, h, w)],
             "shifted": [shift(2, -3, h, w)], "flipped": [flip(True, h, w)], "upended": [flip(False, h, w)],
             "halfway": [shift(0.5, -0.25, h, w)],
             "all": [shift(1, -2, h, w), rotate(25, h, w), scale(0.8, h, w), shear(10, h, w), flip(True, h, w)]}
    arrays = {"image": (image, "input")}
    arrays.update({k: (resample(image, *places(m, h, w)), "output") for k, m in moves.items()})
    write("moves", "affine moves and bilinear resampling", {}, arrays, fine)

    h, w = 37, 21  # more than one block of the smoothing, and not whole ones
    noise = numpy.floor(r.rand(2, h, w) * 2**24) / 2**24
    arrays = {"noise": (noise, "input")}
    for k, sigma in enumerate((4, 1.3, 9)):
        arrays["smoothed%d" % k] = (numpy.stack([smoothed(n, 34, sigma) for n in noise]), "output")
    write("elastic", "smoothed fields of noise, for alpha 34 and three sigma", {"alpha": 34, "sigma": [4, 1.3, 9]}, arrays,
          {"float64": {"rtol": 1e-10, "atol": 1e-11}, "float32": {"rtol": 1e-4, "atol": 2e-5}})

    pixels = (r.rand(4, 3, 10, 12) ** 3 * 256).astype("u1")
    lists = [
        [["shift", 2, 1], ["rotate", 15, 1], ["scale", 0.2, 1], ["shear", 5, 1], ["flip", "horizontal", 0.5]],
        [["noise", 0.05, 1], ["rotate", 40, 0.7], ["erase", 4, 0.5], ["flip", "vertical", 0.5], ["shift", 3, 1, 1]],
        [["shift", 1, 0, 1], ["elastic", 12, 2, 1], ["rotate", 20, 1], ["brightness", 0.3, 1], ["contrast", 0.9, 1]],
        [["contrast", 0.5, 0.5], ["scale", 0.5, 1], ["noise", 0.1, 0.6], ["elastic", 6, 1.5, 0.8], ["erase", 2, 1]],
    ]
    seed, epochs, ids = 7, [1, 2], [0, 1, 2, 3]
    arrays = {"pixels": (pixels, "input")}
    for k, changes in enumerate(lists):
        for kind, unit, most in (("bytes", 255, 255), ("reals", 1, None)):
            start = pixels.astype(float) * (1 if kind == "bytes" else 1 / 256)
            arrays["%s%d" % (kind, k)] = (numpy.stack([[changed(start[i], changes, Row(seed, e, i), unit, most)
                                                        for i in ids] for e in epochs]).astype("f4"), "output")
    write("texts", "whole texts for rows of two epochs", {"seed": seed, "texts": [text_of(c) for c in lists]}, arrays,
          {"float64": {"rtol": 1e-6, "atol": 2e-5}, "float32": {"rtol": 2e-4, "atol": 4e-3}})


main()
