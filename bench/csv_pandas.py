"""Reads a CSV with pandas' C reader, again and again, and prints the processor's seconds of the first time and the least
of all: csv_pandas.py FILE TIMES."""
import sys
import time

import pandas

seconds = []
for _ in range(int(sys.argv[2])):
    start = time.process_time()
    pandas.read_csv(sys.argv[1], engine="c")
    seconds.append(time.process_time() - start)
print(f"{seconds[0]:.4f} {min(seconds):.4f}")
