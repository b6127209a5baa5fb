"""pandas' side: its C reader on a CSV, again and again, by the processor's seconds: of the first time, and the least.

    file=FILE times=N"""
import time

import pandas

from serve import count_of, given, serve


def reading():
    start = time.process_time()
    pandas.read_csv(given["file"], engine="c")
    return time.process_time() - start


def work(warm):
    seconds = [reading() for _ in range(count_of("times"))]
    return {"seconds": seconds[0], "least": min(seconds)}


serve(work)
