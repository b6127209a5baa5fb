"""Programs that do the same work in turns, each in a process that was started once and waits for its next turn."""
import contextlib
import os
import statistics
import subprocess
import time

PYTHON = "/usr/bin/python3"
HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.join(HERE, "..", "build", "bench", "bin")
SETTLE = 0.1  # seconds between turns, in which the last one's threads fall asleep

# A variable that pins a slower kernel, or the size of a pool, is not to decide anything.
PINS = ("OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "KMP_", "MKL_", "BLIS_", "DNNL_", "ONEDNN_", "ATEN_", "NPY_", "TORCH_",
        "PYTORCH_", "VECLIB_", "GLIBC_TUNABLES", "LD_PRELOAD")


def unset_pins():
    """Their names."""
    names = sorted(name for name in os.environ if name.startswith(PINS))
    for name in names:
        del os.environ[name]
    return names


def words(arguments):
    return [f"{key}={value}" for key, value in arguments.items()]


def peer_command(program, arguments):
    return [PYTHON, os.path.join(HERE, "peers", program + "_peer.py"), *words(arguments)]


def own_command(program, arguments):
    return [os.path.join(BIN, "bench_" + program), *words(arguments)]


def peer_environments(program, threads):
    """Of pools that would fight only one gets threads. PyTorch has two, its own and OpenBLAS': both ways are tried."""
    own, blas = (threads, 1) if program == "torch" else (1, threads)
    ways = [{"OMP_NUM_THREADS": str(own), "OPENBLAS_NUM_THREADS": str(blas)}]
    if program == "torch" and threads > 1:
        ways.append({"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)})
    return ways


def environment(more):
    return {**os.environ, **more, "PYTHONPATH": HERE}


def facts_of(lines):
    return {key: float(value) for key, value in (line.split() for line in lines)}


class Side:
    def __init__(self, name, threads, command, environments=({},)):
        self.name, self.threads, self.command, self.environments = name, threads, command, environments
        self.turns = []

    def start(self):
        self.processes = [subprocess.Popen(self.command, env=environment(variables), stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, text=True) for variables in self.environments]
        for process in self.processes:
            self.expect(process, "ready")
            self.ask(process, "warm")

    def expect(self, process, end):
        lines = []
        for line in process.stdout:
            if line.strip() == end:
                return lines
            lines.append(line)
        raise SystemExit(f"{self.name} ended too soon: {' '.join(self.command)}")

    def ask(self, process, what):
        process.stdin.write(what + "\n")
        process.stdin.flush()
        return facts_of(self.expect(process, "end"))

    def turn(self):
        """All processes in the first turn; from then on the one that was the fastest."""
        facts = []
        for process in self.processes:
            time.sleep(SETTLE)
            facts.append(self.ask(process, "go"))
        best = min(range(len(facts)), key=lambda i: facts[i].get("seconds", 0))
        self.turns.append(facts[best])
        for process in self.processes[:best] + self.processes[best + 1 :]:
            self.end(process)
        self.processes = [self.processes[best]]

    def end(self, process):
        process.stdin.close()
        process.stdout.close()
        process.wait()

    def stop(self):
        for process in getattr(self, "processes", []):
            self.end(process)


class OnceSide(Side):
    """A process anew in each turn, timed from its start to its end; `read` makes facts of what it printed."""

    def __init__(self, name, threads, command, environments=({},), read=facts_of, whole=True):
        super().__init__(name, threads, command, environments)
        self.read, self.whole = read, whole

    def start(self):
        pass

    def run(self, variables):
        time.sleep(SETTLE)
        start = time.perf_counter()
        process = subprocess.Popen(self.command, env=environment(variables), stdout=subprocess.PIPE, text=True)
        printed = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{self.name} failed: {' '.join(self.command)}")
        facts = self.read(printed.splitlines())
        return {**facts, "seconds": seconds, "peak_mb": used.ru_maxrss / 1024} if self.whole else facts

    def turn(self):
        facts = [self.run(e) for e in self.environments]
        best = min(range(len(facts)), key=lambda i: facts[i]["seconds"])
        self.turns.append(facts[best])
        self.environments = [self.environments[best]]


def in_turns(sides, turns, around=contextlib.nullcontext()):
    """Starts all sides, and then lets each do its work once a turn, within `around`."""
    try:
        for side in sides:
            side.start()
        with around:
            for _ in range(turns):
                for side in sides:
                    side.turn()
    finally:
        for side in sides:
            side.stop()


def column(side, key):
    return [turn[key] for turn in side.turns]


def median_ratio(above, below, key="seconds"):
    """The median of the ratios turn by turn."""
    return statistics.median(a / b for a, b in zip(column(above, key), column(below, key)))


class BusyCore:
    """Another process that has nothing else to do on the first core, for as long as the block lasts."""

    CODE = "import os, sys\nos.sched_setaffinity(0, {int(sys.argv[1])})\nwhile True: pass"

    def __enter__(self):
        self.process = subprocess.Popen([PYTHON, "-c", self.CODE, str(min(os.sched_getaffinity(0)))])

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
