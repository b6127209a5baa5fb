"""A table with every kind of column, and what a net gets for other rows of that kind: the transformation that docs/data.md
describes, done by hand in NumPy. Then the answers of a net of one layer."""
import csv
import datetime
import os

import numpy
from cases import HERE, write_case

R = numpy.random.RandomState(7)
WORDS = ["red", "green", "blue", "yellow ochre"]
SIZES = ["S", "M", "L"]
ROWS, OTHERS = 240, 40


def raw_row(i):
    day = datetime.datetime(2023, 11, 20) + datetime.timedelta(days=int(R.randint(400)), seconds=int(R.randint(86400)))
    rare = i % 120 == 5
    return {
        "weight": "%.3f" % (50 + 12 * R.randn()),
        "children": "%d" % R.randint(4),
        "smoker": ["no", "yes"][R.randint(2)],
        "colour": "mauve" if rare else WORDS[R.randint(4)],
        "street": "street %d" % R.randint(150),
        "size": SIZES[R.randint(3)],
        "born": (day - datetime.timedelta(days=9000)).strftime("%Y-%m-%d"),
        "at": day.strftime("%H:%M"),
        "seen": day.strftime("%Y-%m-%dT%H:%M:%S"),
        "note": "a note that nobody wrote twice, %d" % i,
        "kind": ["a", "b", "c"][R.randint(3)],
    }


def make_rows(n, share):
    rows = [raw_row(i) for i in range(n)]
    for row in rows:
        for key in row:
            if key not in ("kind", "note", "street") and R.rand() < share:
                row[key] = ["", "NA", "?", "NaN", "null"][R.randint(5)]
    return rows


def gap(text):
    return text.lower() in ("", "na", "?", "nan", "null")


def write_table(path, rows, keys):
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(keys)
        out.writerows([row[k] for k in keys] for row in rows)


# ---- the transformation: each makes the columns for `rows`, learning from `train` ------------------------------------
def values(rows, key, read):
    return numpy.array([numpy.nan if gap(r[key]) else read(r[key]) for r in rows], dtype=numpy.float64)


def filled(train, rows, key, read, stand_in):
    """Values with gaps filled, and what says whether there was one (nothing if the training rows have none)."""
    v, w = values(train, key, read), values(rows, key, read)
    gaps = numpy.isnan(w)
    w[gaps] = stand_in(v[~numpy.isnan(v)])
    return w, [gaps.astype(float)] if numpy.isnan(v).any() else []


def standard(train_x, x):
    return (x - train_x.mean()) / train_x.std()


def number(train, rows, key):
    t, _ = filled(train, train, key, float, numpy.median)
    x, gaps = filled(train, rows, key, float, numpy.median)
    return [standard(t, x)] + gaps


def yesno(train, rows, key):
    x, gaps = filled(train, rows, key, lambda s: s == "yes", lambda v: v.mean() > 0.5)
    return [x] + gaps


def one_hot(places, n):
    return [(places == i).astype(float) for i in range(n)]


def category(train, rows, key):
    seen = [r[key] for r in train if not gap(r[key])]
    rare = min(5, -(-len(train) // 100))
    words = sorted(w for w in set(seen) if seen.count(w) >= rare)
    other = any(seen.count(w) < rare for w in set(seen))
    place = lambda w: words.index(w) if w in words else len(words) if other else -1
    n = len(words) + other
    x, gaps = filled(train, rows, key, place, lambda v: numpy.bincount(v.astype(int), minlength=n).argmax())
    return one_hot(x, n) + gaps


def hashed(train, rows, key):
    def fnv1a(word):
        h = 14695981039346656037
        for byte in word.encode():
            h = (h ^ byte) * 1099511628211 % 2**64
        return h
    return one_hot(values(rows, key, lambda w: fnv1a(w) % 64), 64)


def ordinal(train, rows, key):
    rank = lambda w: SIZES.index(w) if w in SIZES else numpy.nan
    mode = lambda v: numpy.bincount(v.astype(int)).argmax()
    t, _ = filled(train, train, key, rank, mode)
    x, gaps = filled(train, rows, key, rank, mode)
    return [standard(t, x)] + gaps


EPOCH = datetime.datetime(1970, 1, 1)


def day_of(text):
    return (datetime.datetime.fromisoformat(text[:10]) - EPOCH).days


def second_of(text):
    time = text[11:] if "T" in text else text
    parts = [int(p) for p in time.split(":")] + [0]
    return parts[0] * 3600 + parts[1] * 60 + parts[2]


def median_down(v):
    return numpy.floor(numpy.median(v))


def date_parts(train_elapsed, elapsed, day, train_day):
    dates = [EPOCH + datetime.timedelta(days=int(d)) for d in day]
    angle = numpy.array([2 * numpy.pi * (d.timetuple().tm_yday - 1) / 365.25 for d in dates])
    of_month = lambda days: numpy.array([(EPOCH + datetime.timedelta(days=int(d))).day for d in days], dtype=float)
    week = 2 * numpy.pi * numpy.array([d.weekday() for d in dates]) / 7
    return [standard(train_elapsed, elapsed), numpy.sin(angle), numpy.cos(angle), numpy.sin(week), numpy.cos(week),
            standard(of_month(train_day), of_month(day))]


def day_circle(second):
    return [numpy.sin(2 * numpy.pi * second / 86400), numpy.cos(2 * numpy.pi * second / 86400)]


def date(train, rows, key):
    t, _ = filled(train, train, key, day_of, median_down)
    x, gaps = filled(train, rows, key, day_of, median_down)
    return date_parts(t - numpy.nanmin(values(train, key, day_of)), x - numpy.nanmin(values(train, key, day_of)), x, t) + gaps


def time(train, rows, key):
    x, gaps = filled(train, rows, key, second_of, median_down)
    return day_circle(x) + gaps


def datetimes(train, rows, key):
    first = numpy.nanmin(values(train, key, day_of))
    td, _ = filled(train, train, key, day_of, median_down)
    ts, _ = filled(train, train, key, second_of, median_down)
    d, gaps = filled(train, rows, key, day_of, median_down)
    s, _ = filled(train, rows, key, second_of, median_down)
    return date_parts(td - first + ts / 86400, d - first + s / 86400, d, td) + day_circle(s) + gaps


KINDS = [("weight", number), ("children", number), ("smoker", yesno), ("colour", category), ("street", hashed),
         ("size", ordinal), ("born", date), ("at", time), ("seen", datetimes)]

train, others = make_rows(ROWS, 0.08), make_rows(OTHERS, 0.15)
others[3]["colour"], others[4]["size"], others[5]["street"] = "puce", "XXL", "nowhere"
x = numpy.stack([c for key, kind in KINDS for c in kind(train, others, key)], axis=1)
w = numpy.sin(numpy.arange(3 * x.shape[1]).reshape(3, x.shape[1])) / 4
b = numpy.array([0.1, -0.2, 0.3])
z = x @ w.T + b
y = numpy.exp(z - z.max(axis=1, keepdims=True))
y /= y.sum(axis=1, keepdims=True)

write_case("table", "a table with every kind of column: inputs of a net and its answers, by hand",
           {"inputs": (x, "output"), "weight": (w, "param"), "bias": (b, "param"), "answers": (y, "output")},
           {"float32": {"rtol": 2e-6, "atol": 1e-6}, "float64": {"rtol": 1e-12, "atol": 1e-12}}, [numpy])
keys = list(train[0])
write_table(os.path.join(HERE, "table", "train.csv"), train, keys)
write_table(os.path.join(HERE, "table", "others.csv"), others, ["seen", "kind", "size", "weight", "born", "at", "colour", "note",
                                                                "smoker", "children", "street"])
