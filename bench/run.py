"""Measures glia and its peers on the same works in turns: run.py MNIST PART... (script/bench tells of both)."""
import dataclasses
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

import machine
import report
import works
from sides import (BIN, HERE, PYTHON, BusyCore, OnceSide, Side, column, environment, in_turns, median_ratio,
                   own_command, peer_command, peer_environments, unset_pins)

TURNS = int(os.environ.get("TURNS", "5"))
SHARE = float(os.environ.get("SHARE", "1"))
THREADS = int(os.environ.get("THREADS", "0")) or len(os.sched_getaffinity(0))
QUIET = 0.75  # of what its cores promise, a bare loop gets on a machine that has nothing else to do; less: it has


def named(name):
    return next(work for work in works.WORKS if work.name == name)


class Run:
    """One run: where things are, and all that was found."""

    def __init__(self, mnist, folder):
        self.mnist, self.folder = mnist, folder
        self.found = {"turns": TURNS, "share": SHARE, "threads": THREADS, "rows": [], "busy": [], "notes": []}

    def path(self, name):
        return os.path.join(self.folder, name)

    def say(self, *lines):
        print("\n".join(lines), flush=True)

    def note(self, text):
        self.found["notes"].append(text)
        self.say(text)

    def add(self, row):
        self.found["rows"].append(row)
        self.say(*report.detail(row))
        for side in row["sides"]:
            if side.get("accuracy", 1) < row["floor"] and SHARE == 1:
                self.note(f"{row['work']}: {side['name']} has not learnt: {100 * side['accuracy']:.1f} %")


# ---- sides -----------------------------------------------------------------------------------------------------------


def limit_side(task, name="limit", **arguments):
    return Side(name, 1, own_command("limits", {"task": task, **arguments}))


def peak_sides():
    return [limit_side("peak", "glia's kernels"),
            Side("NumPy", 1, peer_command("numpy", {"task": "peak"}), peer_environments("numpy", 1)),
            Side("PyTorch", 1, peer_command("torch", {"task": "peak"}), peer_environments("torch", 1))]


def arguments_of(run, work, threads):
    common = {"task": work.task, "data": run.mnist, "batch": work.batch, "threads": threads}
    if work.task == "fit" and work.net == works.SMALL:
        common["data"] = run.path("wine.csv")
    if work.task in ("fit", "process"):
        common.update(task="fit", net=work.net, optimizer=work.optimizer, rows=work.rows, epochs=work.epochs)
    else:
        common.update(model=model_file(run, work.net), calls=work.calls, passes=work.passes)
    return common


def glia_side(run, work, threads):
    if work.task != "process":
        return Side("glia", threads, own_command("work", arguments_of(run, work, threads)))
    return OnceSide("glia", threads, train_command(run.mnist, work, threads), read=read_train)


def peer_side(run, work, name, threads):
    program, form = works.SIDES[name]
    arguments = {**arguments_of(run, work, threads), **form}
    ways = peer_environments(program, threads)
    if work.task != "process":
        return Side(name, threads, peer_command(program, arguments), ways)
    return OnceSide(name, threads, peer_command(program, {**arguments, "once": "yes"}), ways)


def train_command(data, work, threads, *more):
    return [f"{BIN}/glia", "train", data, "--net", work.net, "--optimizer", work.optimizer, "--batch", str(work.batch),
            "--epochs", str(work.epochs), "--threads", str(threads), "--json", "--quiet", *more]


def read_train(lines):
    epochs = [event for event in map(json.loads, lines) if event["event"] == "epoch"]
    return {"seconds": sum(epoch["seconds"] for epoch in epochs), "accuracy": epochs[-1]["val_accuracy"] or 0}


def model_file(run, net):
    """Of an epoch of the work that trains this net; all sides predict with it."""
    work = next(work for work in works.WORKS if work.net == net and work.task == "fit")
    path = run.path(f"{work.part}.safetensors")
    if not os.path.exists(path):
        command = own_command("work", {**arguments_of(run, work, THREADS), "once": "yes", "out": path})
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return path


# ---- one work --------------------------------------------------------------------------------------------------------


class Field:
    """All who take part in a work: glia and its peers, each by its number of threads, and the limits."""

    def __init__(self, run, work):
        self.work = work
        self.counts = [1, THREADS] if work.all is not None and THREADS > 1 else [1]
        self.peaks = peak_sides()
        self.loop = limit_side("loop", threads=THREADS)
        self.scan = limit_side("scan", bytes=work.weight_bytes)
        self.products = limit_side("products", report.PRODUCTS, rows=work.rows, batch=work.batch,
                                   widths=",".join(map(str, work.widths)))
        self.own = {n: glia_side(run, work, n) for n in self.counts}
        self.peers = {n: [peer_side(run, work, name, n) for name in work.peers] for n in self.counts}

    @property
    def has_products(self):
        return self.work.task == "fit" and self.work.batch >= 32 and "conv" not in self.work.net

    def sides(self):
        """In the order of their turns: who is compared comes close together."""
        return [*self.peaks, *[self.loop] * (len(self.counts) > 1), *[self.scan] * (self.work.task == "latency"),
                *self.own.values(), *[self.products] * self.has_products,
                *[side for same in zip(*self.peers.values()) for side in same]]

    def row(self, n):
        work, own = self.work, self.own[n]
        sides = [own, *self.peers[n], *[self.products] * (n == 1 and self.has_products)]
        row = {"work": work.name, "title": work.title, "unit": work.unit, "threads": n, "floor": work.floor,
               "gflop": work.flops / work.units / 1e9, "sides": [told(side, own, work.units) for side in sides]}
        if n == 1:
            row["limit"] = limit_of(work, own, self.peaks, self.scan)
            row["sides"] += quoted(work, row["sides"])
        else:
            row.update(gain_of(self.own, self.loop))
        row["goals"] = [judged(goal, row) for goal in (work.one if n == 1 else work.all)]
        return row


def measure(run, work):
    if work.task == "fit" and work.net != works.SMALL:
        work = dataclasses.replace(work, rows=max(1, int(work.rows * SHARE)))
    field = Field(run, work)
    in_turns(field.sides(), TURNS)
    for n in field.counts:
        run.add(field.row(n))


def told(side, own, units):
    """What a side's turns come to; `ratio`: how many times glia's time it takes."""
    seconds = [turn / units for turn in column(side, "seconds")]
    facts = {"name": side.name, "median": statistics.median(seconds), "least": min(seconds), "turns": seconds,
             "ratio": median_ratio(side, own)}
    for key in "accuracy", "peak_mb":
        if key in side.turns[0]:
            facts[key] = statistics.median(column(side, key))
    return facts


def limit_of(work, own, peaks, scan):
    """What the arithmetic takes at the best peak of the turn, or reading all weights once for one sample."""
    best = [max(turn) * 1e9 for turn in zip(*(column(side, "gflops") for side in peaks))]
    limits, what = [work.flops / peak for peak in best], "arithmetic"
    if work.task == "latency":
        read = [work.weight_bytes / rate for rate in column(scan, "bytes_per_second")]
        if "conv" not in work.net and sum(read) > sum(limits):
            limits, what = read, "weights read once"
    return {"what": what, "seconds": statistics.median(limits) / work.units,
            "share": statistics.median(a / b for a, b in zip(limits, column(own, "seconds")))}


def gain_of(own, loop):
    gains = [a / b for a, b in zip(column(own[1], "seconds"), column(own[THREADS], "seconds"))]
    loops = column(loop, "scaling")
    return {"gain": statistics.median(gains), "loop": statistics.median(loops),
            "loop_share": statistics.median(a / b for a, b in zip(gains, loops))}


def quoted(work, sides):
    """Sides that are not here, by their ratio to one that is."""
    anchors = {side["name"]: side for side in sides}
    return [{"name": name, "quoted": anchor, **{key: anchors[anchor][key] * by for key in ("median", "least", "ratio")}}
            for name, anchor, by in works.QUOTED.get(work.name, [])]


def judged(goal, row):
    own, peers = row["sides"][0], report.peers_of(row)
    if goal.what == "times":
        ratios = [side["ratio"] for side in peers if goal.of in (side["name"], "the fastest peer")]
        value, text = min(ratios), f"{goal.value:.3g} times as fast as {goal.of}"
    elif goal.what == "limit":
        value, text = row["limit"]["share"], f"{100 * goal.value:.0f} % of the limit"
    elif goal.what == "loop":
        value, text = row["loop_share"], f"{goal.value:.2f} of the loop's gain"
    elif goal.what == "gain":
        value, text = row["gain"], f"at least {goal.value:.2f} times as fast as one thread"
    else:
        value, text = own["peak_mb"], f"at most {goal.value:.0f} MB"
    met = value <= goal.value if goal.what.startswith("most") else value >= goal.value
    return {"text": text, "value": value, "percent": goal.what == "limit", "met": met}


# ---- reading files ---------------------------------------------------------------------------------------------------


def add_special(run, name, title, own, others, goals, unit="a file", limit=None):
    row = {"work": name, "title": title, "unit": unit, "threads": 1, "floor": 0,
           "sides": [told(own, own, 1)] + [told(side, own, 1) for side in others]}
    if limit:
        shares = [a / b for a, b in zip(column(limit, "seconds"), column(own, "seconds"))]
        row["limit"] = {"what": "read() into fresh memory", "seconds": statistics.median(column(limit, "seconds")),
                        "share": statistics.median(shares)}
    row["goals"] = [judged(goal, row) for goal in goals]
    run.add(row)


def measure_tables(run):
    """By the processor's seconds: of a first reading in a process of its own, and of one that has read it before."""
    subprocess.run([f"{BIN}/glia", "data", f"{run.mnist}:train", "--csv", run.path("all.csv")], check=True,
                   stdout=subprocess.DEVNULL)
    with open(run.path("all.csv")) as all_rows, open(run.path("mnist.csv"), "w") as some:
        some.writelines(line for _, line in zip(range(42001), all_rows))
    subprocess.run([PYTHON, os.path.join(HERE, "csv_make.py"), run.folder], check=True)
    for table, title in works.TABLES.items():
        arguments = {"task": "table", "file": run.path(table + ".csv"), "times": 3, "once": "yes"}
        own = OnceSide("glia", 1, own_command("load", arguments), whole=False)
        pandas = OnceSide("pandas", 1, peer_command("pandas", arguments), peer_environments("pandas", 1), whole=False)
        in_turns([own, pandas], TURNS)
        goals = works.TABLE_GOALS.get(table, [])
        add_special(run, f"W8 {table}", f"{title}, in a fresh process", own, [pandas], goals)
        for side in own, pandas:
            side.turns = [{**turn, "seconds": turn["least"]} for turn in side.turns]
        add_special(run, f"W8 {table} again", f"{title}, where it was read before", own, [pandas], goals)


def measure_idx(run):
    names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"]
    for name in names:
        with gzip.open(f"{run.mnist}/{name}.gz") as packed, open(run.path(name), "wb") as plain:
            shutil.copyfileobj(packed, plain)
    for what, files in (("IDX", map(run.path, names)), ("IDX.gz", [f"{run.mnist}/{name}.gz" for name in names])):
        files = ",".join(files)
        own = Side("glia", 1, own_command("load", {"task": "data", "file": files}))
        numpy = Side("NumPy", 1, peer_command("numpy", {"task": "idx", "file": files}), peer_environments("numpy", 1))
        in_turns([own, numpy], TURNS)
        add_special(run, f"W8 {what}", f"60,000 images and their labels, {what}", own, [numpy], [])


def measure_safetensors(run):
    file = run.path("file.safetensors")
    subprocess.run(own_command("load", {"task": "make", "net": works.FILE, "file": file, "once": "yes"}), check=True)
    own = Side("glia", 1, own_command("load", {"task": "model", "file": file}))
    read = Side("read() into fresh memory", 1, own_command("load", {"task": "bytes", "file": file}))
    numpy = Side("numpy.fromfile", 1, peer_command("numpy", {"task": "numbers", "file": file}),
                 peer_environments("numpy", 1))
    in_turns([own, read, numpy], TURNS)
    title = f"a safetensors file of {os.path.getsize(file) / 1e6:.0f} MB, transposed and checked"
    os.remove(file)
    add_special(run, "W8 safetensors", title, own, [read, numpy], works.FILE_GOALS, limit=read)


# ---- a busy machine, and bf16 ----------------------------------------------------------------------------------------


def measure_busy(run):
    """Two threads against one, with another process on the first core."""
    for name, (rows, peers) in works.BUSY.items():
        work = dataclasses.replace(named(name), rows=max(1, int(rows * SHARE)))
        pairs = [[glia_side(run, work, n) for n in (1, THREADS)]]
        pairs += [[peer_side(run, work, peer, n) for n in (1, THREADS)] for peer in peers]
        in_turns([side for pair in pairs for side in pair], TURNS, BusyCore())
        found = [{"name": one.name, "times": median_ratio(more, one), "one": statistics.median(column(one, "seconds")),
                  "all": statistics.median(column(more, "seconds"))} for one, more in pairs]
        goals = [{"text": f"at most {goal.value:.2f} times the time of one thread", "value": found[0]["times"],
                  "percent": False, "met": found[0]["times"] <= goal.value} for goal in works.BUSY_GOALS]
        row = {"work": name, "rows": work.rows, "threads": THREADS, "sides": found, "goals": goals}
        run.found["busy"].append(row)
        run.say(*report.busy(row))


def refusal_of(command):
    """The sentence by which glia does not take this precision here, or None."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 2 and "precision" in done.stderr:
        return done.stderr.strip().removeprefix("glia: ")
    done.check_returncode()


def measure_bf16(run):
    """What bfloat16 does to accuracy; and W7 by the program in both precisions, where the processor has it."""
    data = shared_rows(run)
    for name, epochs in works.BF16_LEARNS.items():
        compare_precisions(run, named(name), data, epochs)
    work = named("W7")
    if not machine.has("amx_bf16"):
        run.note("bf16: no times, this processor has no AMX")
        return
    refusal = refusal_of(train_command(run.mnist, work, 1, "--precision", "bf16"))
    if refusal:
        run.note(f"bf16: no times: {refusal}")
        return
    own, plain = [OnceSide(name, 1, train_command(run.mnist, work, 1, "--precision", name), read=read_train,
                           whole=False) for name in ("bf16", "float32")]
    in_turns([own, plain], TURNS)
    add_special(run, "bf16", "the net of W7 in bf16, 60,000 rows", own, [plain], works.BF16_GOALS, "an epoch")


def shared_rows(run):
    """Arguments for SHARE of the rows, and the test part to validate on."""
    if SHARE == 1:
        return [run.mnist]
    count = max(1, int(60000 * SHARE))
    for name, head in (("train-images-idx3-ubyte", 16), ("train-labels-idx1-ubyte", 8)):
        with gzip.open(f"{run.mnist}/{name}.gz") as packed:
            rows = packed.read()
        size = (len(rows) - head) // 60000
        with open(run.path("some-" + name), "wb") as out:
            out.write(rows[:4] + count.to_bytes(4, "big") + rows[8 : head + count * size])
    files = ",".join(run.path(f"some-{name}") for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"))
    return [files, "--test", f"{run.mnist}:test"]


def accuracies(data, work, precision):
    """In percent, a seed each."""
    command = train_command(data[0], work, 1, *data[1:], "--precision", precision, "--repeat", str(works.BF16_SEEDS))
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    events = map(json.loads, printed.splitlines())
    return [100 * event["val_accuracy"] for event in events if event["event"] == "repeat"]


def compare_precisions(run, work, data, epochs):
    """Of the same seeds in both: emulated, where the processor's own would be slower or is not there."""
    work = dataclasses.replace(work, epochs=epochs)
    once = dataclasses.replace(work, epochs=1)
    refused = refusal_of(train_command(data[0], once, 1, *data[1:], "--precision", "bf16"))
    lower = "bf16-emulated" if refused else "bf16"
    found = {name: accuracies(data, work, name) for name in ("float32", lower)}
    mean = {name: statistics.mean(values) for name, values in found.items()}
    pairs = [a - b for a, b in zip(found[lower], found["float32"])]
    apart = abs(mean[lower] - mean["float32"])
    run.found.setdefault("bf16", []).append({"work": work.name, "epochs": epochs, "refused": refused, "found": found})
    run.note(f"{lower}: {work.name}, {epochs} epoch{'s' * (epochs > 1)}, mean accuracy of {works.BF16_SEEDS} seeds "
             f"{mean[lower]:.2f} %, in float32 {mean['float32']:.2f} % (a seed's: {min(pairs):+.2f} to "
             f"{max(pairs):+.2f} points, its deviation in float32 {statistics.stdev(found['float32']):.2f}); asked less "
             f"than {works.BF16_APART} points apart: {apart:.2f}, {'met' if apart < works.BF16_APART else 'missed'}")


# ---- all of it -------------------------------------------------------------------------------------------------------


def measure_limits(run):
    file, scanned = run.path("bytes"), named("W4 one sample").weight_bytes
    with open(file, "wb") as out:
        for _ in range(256):
            out.write(os.urandom(2**20))
    peaks = peak_sides()
    loop, copy, scan = limit_side("loop", threads=THREADS), limit_side("copy"), limit_side("scan", bytes=scanned)
    read = Side("read", 1, own_command("load", {"task": "bytes", "file": file}))
    in_turns([*peaks, loop, copy, scan, read], TURNS)
    run.found["limits"] = {
        "peak": {side.name: max(column(side, "gflops")) for side in peaks},
        "loop": statistics.median(column(loop, "scaling")),
        "copy": max(column(copy, "bytes_per_second")) / 1e9,
        "scan": max(column(scan, "bytes_per_second")) / 1e9, "scan_bytes": scanned,
        "read": os.path.getsize(file) / min(column(read, "seconds")) / 1e9,
    }
    os.remove(file)
    run.say(*report.limits(run.found))
    if run.found["limits"]["loop"] < QUIET * THREADS:
        run.note("The machine had other work when this run began: what threads gain, above all in peers, says little")


SPECIAL = {"w8": [measure_tables, measure_idx, measure_safetensors], "csv": [measure_tables], "busy": [measure_busy],
           "bf16": [measure_bf16]}


def measure_part(run, part):
    print(f"\n==== {part}", flush=True)
    for special in SPECIAL.get(part, []):
        special(run)
    for work in works.WORKS:
        if work.part == part:
            measure(run, work)


def write(run, whole):
    """The committed file is only replaced by a run of everything."""
    built = os.path.join(HERE, "..", "build", "bench")
    with open(os.environ.get("JSON", os.path.join(built, "results.json")), "w") as file:
        json.dump(run.found, file, indent=1)
    with open(os.path.join(HERE if whole else built, "results.md"), "w") as file:
        file.write("\n".join(report.document(run.found)) + "\n")


def main():
    mnist, *parts = sys.argv[1:]
    known = [f"w{i}" for i in range(1, 11)] + ["busy", "bf16"]
    unknown = [part for part in parts if part not in (*known, "csv")]
    if unknown:
        raise SystemExit(f"{', '.join(unknown)}: no such part; there are {', '.join(known)}, csv, torch and large")
    for name in unset_pins():
        print(f"{name} is unset, as it would decide how fast a peer is")
    with tempfile.TemporaryDirectory() as folder:
        run = Run(mnist, folder)
        run.found["machine"] = machine.describe(machine.loaded_blas())
        wine = peer_command("sklearn", {"task": "wine", "file": run.path("wine.csv")})
        subprocess.run(wine, env=environment({}), check=True)
        measure_limits(run)
        for part in parts or known:
            measure_part(run, part)
            write(run, False)
        write(run, SHARE == 1 and set(known) <= set(parts or known))
        run.say("", *report.overview(run.found))


if __name__ == "__main__":
    main()
