"""How a measured program is spoken to: as bench/serve.h tells. And what the peers share: their arguments, calls timed
one by one, batches, and the matrix product that limits are measured by."""
import sys
import time

WARM_BATCHES = 20
WARM_CALLS = 100
SINGLE = 1000  # rows that are predicted one by one
SIDE = 2048  # of the matrices whose product is the peak
given = dict(word.split("=", 1) for word in sys.argv[1:])


def count_of(key, otherwise=None):
    return int(given[key] if otherwise is None else given.get(key, otherwise))


def settings(phrase):
    """`sgd lr=0.1`: ("sgd", {"lr": 0.1})."""
    name, *pairs = phrase.split()
    return name, {key: float(value) for key, value in (pair.split("=") for pair in pairs)}


def serve(work):
    """work(warm) gives {key: value}."""
    if given.get("once") == "yes":
        answer(work(False))
        return
    print("ready", flush=True)
    for line in sys.stdin:
        answer(work(line == "warm\n"))
        print("end", flush=True)


def answer(values):
    for key, value in values.items():
        print(key, value)


def seconds_of(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def single_calls(predict, rows, classes):
    """A task that gives the median time of predict(row), a call a row; predict gives what has an argmax."""
    def work(warm):
        times, clock = [], time.perf_counter
        for i in range(WARM_CALLS if warm else count_of("calls")):
            row = rows[i % len(rows)]
            start = clock()
            predict(row)
            times.append(clock() - start)
        times.sort()
        right = sum(int(predict(row).argmax()) == int(k) for row, k in zip(rows, classes))
        return {"seconds": times[len(times) // 2], "accuracy": right / len(rows)}

    return work


def batches(predict, x, y):
    """A task that predicts all rows, batch after batch, `passes` times; the classes are compared once, unmeasured."""
    batch = count_of("batch")
    cut = [x[i : i + batch] for i in range(0, len(x), batch)]

    def work(warm):
        def run():
            for _ in range(1 if warm else count_of("passes")):
                for rows in cut:
                    predict(rows)
        seconds = seconds_of(run)
        right = sum(int((predict(rows).argmax(1) == y[i * batch : i * batch + len(rows)]).sum())
                    for i, rows in enumerate(cut))
        return {"seconds": seconds, "accuracy": right / len(x)}

    return work


def peak(product):
    """A task that gives the GFLOP/s of product(), of matrices of 2048 x 2048."""
    return lambda warm: {"gflops": 2e-9 * SIDE**3 / seconds_of(product)}
