"""Writes the tables that `script/bench MNIST csv` reads, the same each time: csv_make.py FOLDER."""
import sys

import numpy as np

ROWS = 200_000
rng = np.random.default_rng(1)


def write(name, header, columns):
    with open(f"{sys.argv[1]}/{name}.csv", "w") as f:
        f.write(header + "\n")
        f.writelines(",".join(row) + "\n" for row in zip(*columns))


def texts(form, values):
    return [form % v for v in values]


def with_gaps(cells):
    return np.where(rng.random(ROWS) < 0.1, "", cells)


def numbered(n):
    return ",".join(f"x{i}" for i in range(n)) + ",y"


write("whole", numbered(40), [texts("%d", rng.integers(0, 1000, ROWS)) for _ in range(40)] +
      [texts("%d", rng.integers(0, 3, ROWS))])
write("decimals", numbered(20), [texts("%.6f", rng.normal(size=ROWS)) for _ in range(20)] +
      [texts("%.4f", rng.random(ROWS))])
colors = ["red", "green", "blue", "yellow ochre", "black", "white", "magenta", "cyan"]
cities = [f"city{i}" for i in range(60)]
days = np.datetime64("2000-01-01") + rng.integers(0, 9000, ROWS)
write("words", "color,city,a,b,c,d,smoker,when,y", [
    with_gaps(rng.choice(colors, ROWS)),
    with_gaps(rng.choice(cities, ROWS)),
    with_gaps(texts("%.3f", rng.normal(size=ROWS))),
    with_gaps(texts("%d", rng.integers(0, 100, ROWS))),
    with_gaps(texts("%.2f", 1000 * rng.random(ROWS))),
    np.where(rng.random(ROWS) < 0.05, "NA", with_gaps(texts("%d", rng.integers(0, 10**6, ROWS)))),
    rng.choice(["yes", "no"], ROWS),
    np.datetime_as_string(days),
    texts("%d", rng.integers(0, 2, ROWS)),
])
