#!/usr/bin/env python3
"""Makes images/ beside this file: small images, what their pixels are, and images/cases.txt, a line each:

    SOURCE EXPECTED TOLERANCE TEXT

which says that SOURCE, made what TEXT says (nothing: as it is), is EXPECTED, a PGM or PPM, to within TOLERANCE. PNG files
are written here by hand; JPEG files, and what is expected of them, by Pillow 9.4, and Pillow is asked about gray and
resizing too. Expected sizes come from whole numbers: averages of an image blown up, and fractions.

    python3 make_image_cases.py
"""
import io
import os
import struct
import zlib
from fractions import Fraction

import numpy
from PIL import Image, ImageOps

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "images")
CASES = []
RNG = numpy.random.RandomState(7)


def put(name, content):
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(content)


def pnm(pixels):
    h, w = pixels.shape[:2]
    return b"P%d\n%d %d\n255\n" % (5 if pixels.ndim == 2 else 6, w, h) + pixels.astype(numpy.uint8).tobytes()


def case(source, name, pixels, tolerance=0, text=""):
    put(name, pnm(pixels))
    CASES.append(f"{source} {name} {tolerance} {text}".rstrip())


# ---- PNG by hand -----------------------------------------------------------------------------------------------------

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def scanlines(samples, depth):
    """samples [h][w][channels], filter 0."""
    out = b""
    for row in samples:
        bits = "".join(format(int(v), f"0{depth}b") for v in row.ravel())
        bits += "0" * (-len(bits) % 8)
        out += b"\0" + bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
    return out


ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]


def png(samples, depth, kind, before=b"", interlaced=False):
    h, w = samples.shape[:2]
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    parts = [samples[y::dy, x::dx] for y, x, dy, dx in passes]
    lines = b"".join(scanlines(p, depth) for p in parts if p.size)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, depth, kind, 0, 0, interlaced)) + before
            + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b""))


def nearest(a, b):
    """a / b, rounded to the nearest, halves up."""
    return (2 * a + b) // (2 * b)


def samples(h, w, kind, depth):
    return RNG.randint(0, 1 << depth, (h, w, CHANNELS[kind])).astype(numpy.int64)


def make_png():
    for depth in (1, 2, 4, 8, 16):
        s = samples(5, 7, 0, depth)
        put(f"gray{depth}.png", png(s, depth, 0))
        case(f"gray{depth}.png", f"gray{depth}.pgm", nearest(s[..., 0] * 255, (1 << depth) - 1))
    for depth in (8, 16):
        s = samples(4, 6, 2, depth)
        put(f"rgb{depth}.png", png(s, depth, 2))
        case(f"rgb{depth}.png", f"rgb{depth}.ppm", nearest(s * 255, (1 << depth) - 1))
    s = samples(9, 11, 2, 8)
    put("interlaced.png", png(s, 8, 2, interlaced=True))
    case("interlaced.png", "interlaced.ppm", s)
    for kind, name in ((4, "gray_alpha"), (6, "rgb_alpha")):
        s = samples(6, 5, kind, 8)
        s[0, 0, -1], s[0, 1, -1] = 0, 255
        colour, alpha = s[..., :-1], s[..., -1:]
        put(name + ".png", png(s, 8, kind))
        mixed = nearest(colour * alpha + 255 * (255 - alpha), 255)
        case(name + ".png", name + (".pgm" if kind == 4 else ".ppm"), mixed[..., 0] if kind == 4 else mixed)
    palette = RNG.randint(0, 256, (4, 3))
    s = samples(5, 6, 3, 2)
    plte = chunk(b"PLTE", palette.astype(numpy.uint8).tobytes())
    put("palette.png", png(s, 2, 3, plte))
    case("palette.png", "palette.ppm", palette[s[..., 0]])
    alpha = numpy.array([0, 128, 255, 255])
    put("palette_alpha.png", png(s, 2, 3, plte + chunk(b"tRNS", bytes([0, 128]))))
    a = alpha[s[..., 0]][..., None]
    case("palette_alpha.png", "palette_alpha.ppm", nearest(palette[s[..., 0]] * a + 255 * (255 - a), 255))
    s = samples(5, 6, 0, 2)
    put("gray_key.png", png(s, 2, 0, chunk(b"tRNS", b"\0\1")))
    case("gray_key.png", "gray_key.pgm", numpy.where(s[..., 0] == 1, 255, s[..., 0] * 85))


# ---- JPEG by Pillow --------------------------------------------------------------------------------------------------

def make_jpeg():
    y, x = numpy.mgrid[0:11, 0:18]
    smooth = numpy.stack([x * 14, y * 23, (x + y) * 9], -1).astype(numpy.uint8)
    image = Image.fromarray(smooth)
    ways = {"jpeg420": {"quality": 90, "subsampling": 2}, "jpeg444": {"quality": 90, "subsampling": 0},
            "progressive": {"quality": 90, "progressive": True}}
    for name, how in ways.items():
        image.save(os.path.join(HERE, name + ".jpg"), **how)
        case(name + ".jpg", name + ".ppm", numpy.asarray(Image.open(os.path.join(HERE, name + ".jpg"))), 2)
    image.convert("L").save(os.path.join(HERE, "gray.jpg"), quality=90)
    case("gray.jpg", "gray_jpg.pgm", numpy.asarray(Image.open(os.path.join(HERE, "gray.jpg"))), 2)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        name = f"turned{orientation}"
        image.convert("L").save(os.path.join(HERE, name + ".jpg"), quality=90, exif=exif)
        upright = ImageOps.exif_transpose(Image.open(os.path.join(HERE, name + ".jpg")))
        case(name + ".jpg", name + ".pgm", numpy.asarray(upright), 2)
    image.convert("CMYK").save(os.path.join(HERE, "cmyk.jpg"), quality=60)


# ---- size and colour -------------------------------------------------------------------------------------------------

def smaller(v, m):
    """v [n][...] -> [m][...], sums of m/n of the pixels, times n: blown up m times, then n of them added."""
    n = len(v)
    return numpy.repeat(v, m, axis=0).reshape((m, n) + v.shape[1:]).sum(axis=1), n


def larger(v, m):
    n = len(v)
    out = []
    for i in range(m):
        at = Fraction((2 * i + 1) * n, 2 * m) - Fraction(1, 2)
        low = at.numerator // at.denominator
        share = at - low
        a, b = v[min(max(low, 0), n - 1)], v[min(max(low + 1, 0), n - 1)]
        out.append(a * int(2 * m * (1 - share)) + b * int(2 * m * share))
    return numpy.array(out), 2 * m


def along(v, m):
    return smaller(v, m) if m <= len(v) else larger(v, m)


def stretched(v, h, w):
    a, up = along(v.astype(numpy.int64), h)
    b, across = along(numpy.swapaxes(a, 0, 1), w)
    return nearest(numpy.swapaxes(b, 0, 1), up * across)


def luma(v):
    return numpy.asarray(Image.fromarray(v.astype(numpy.uint8)).convert("L")).astype(numpy.int64)


def like_pillow(v, h, w, filter):
    got = numpy.asarray(Image.fromarray(v.astype(numpy.uint8)).resize((w, h), filter)).astype(numpy.int64)
    assert abs(got - stretched(v, h, w)).max() <= 1


def make_sizes():
    photo = RNG.randint(0, 256, (13, 20, 3))
    gray = RNG.randint(0, 256, (6, 4))
    put("photo.ppm", pnm(photo))
    put("sketch.pgm", pnm(gray))
    like_pillow(photo[:12], 6, 5, Image.BOX)  # whole multiples: elsewhere Pillow's box takes whole pixels
    like_pillow(photo, 33, 41, Image.BILINEAR)
    n = 0
    for text, pixels in (
            ("gray", luma(photo)), ("rgb", photo), ("6x9", stretched(photo, 6, 9)), ("13x20", photo),
            ("33x41", stretched(photo, 33, 41)), ("5x40", stretched(photo, 5, 40)), ("26x10 rgb", stretched(photo, 26, 10)),
            ("8x8 gray", stretched(luma(photo), 8, 8)), ("gray 1x1", stretched(luma(photo), 1, 1)),
            ("6x6 fit=crop", stretched(photo[:, 3:16], 6, 6)),
            ("4x10 gray fit=crop", stretched(luma(photo)[2:10, :], 4, 10)),
            ("fit=stretch size=7x3 colour=gray", stretched(luma(photo), 7, 3))):
        n += 1
        case("photo.ppm", f"photo{n:02}.pnm", pixels, 0, text)
    padded = numpy.zeros((8, 8, 3), numpy.int64)
    padded[1:6] = stretched(photo, 5, 8)
    case("photo.ppm", "photo_pad.pnm", padded, 0, "8x8 fit=pad")
    tall = numpy.zeros((9, 12), numpy.int64)
    tall[:, 3:9] = stretched(gray, 9, 6)
    case("sketch.pgm", "sketch_pad.pnm", tall, 0, "9x12 fit=pad")
    case("sketch.pgm", "sketch_rgb.pnm", numpy.repeat(stretched(gray, 3, 2)[..., None], 3, axis=2), 0, "3x2 rgb")


if __name__ == "__main__":
    os.makedirs(HERE, exist_ok=True)
    make_png()
    make_jpeg()
    make_sizes()
    put("cases.txt", ("\n".join(CASES) + "\n").encode())
