"""The works that are measured: the one place that has their sizes, who does them, and what is asked of glia."""
import re
from dataclasses import dataclass, field

MLP = "dense 128, relu, dense 64, relu, dense 10, softmax"
CNN = ("conv 16 3x3 pad=same, relu, maxpool 2, conv 32 3x3 pad=same, relu, maxpool 2, flatten, dense 128, relu, "
       "dense 10, softmax")
SMALL = "dense 32, relu, dense 3, softmax"
LARGE = "dense 2048, relu, dense 2048, relu, dense 10, softmax"
NOTEBOOK = "dense 20, relu, dense 10, softmax"  # of the notebooks' 002, from all rows at once
FILE = "input 784, dense 8192, relu, dense 6144, relu, dense 10, softmax"  # 227 MB of weights

# A side is a program of bench/peers and what tells its form.
SIDES = {
    "NumPy": ("numpy", {}),
    "PyTorch": ("torch", {"loop": "sliced"}),
    "PyTorch foreach": ("torch", {"loop": "sliced", "foreach": "yes"}),
    "PyTorch DataLoader": ("torch", {"loop": "loader"}),
    "PyTorch contiguous": ("torch", {"format": "contiguous"}),
    "PyTorch channels_last": ("torch", {"format": "channels_last"}),
    "torch.jit": ("torch", {"jit": "frozen"}),
    "torch.jit optimized": ("torch", {"jit": "optimized"}),
    "torch.jit channels_last": ("torch", {"jit": "frozen", "format": "channels_last"}),
    "torch.jit channels_last optimized": ("torch", {"jit": "optimized", "format": "channels_last"}),
    "scikit-learn": ("sklearn", {}),
}


@dataclass
class Goal:
    """What is asked of a figure. `what`: "times", how many times as fast as the side `of`; "limit", the share of the
    limit; "loop", the share of what a bare loop gains by more threads; "gain", what more threads gain; "most_mb", peak
    memory; "most_times", how many times as long."""

    what: str
    value: float
    of: str = "the fastest peer"


@dataclass
class Work:
    name: str  # W4, and what of it where there are several: W4 one sample
    title: str
    task: str  # fit, latency, predict, process
    net: str
    peers: list
    optimizer: str = ""
    batch: int = 32
    rows: int = 60000
    epochs: int = 1
    unit: str = "an epoch"
    calls: int = 0  # of latency
    passes: int = 0  # of predict, over 10,000 rows
    floor: float = 0  # the accuracy below which a side has not learnt
    one: list = field(default_factory=list)  # goals on one thread
    all: list = field(default_factory=list)  # goals on all of them, or None: not measured

    @property
    def part(self):
        return self.name.split()[0].lower()

    @property
    def steps(self):
        return self.epochs * -(-self.rows // (self.batch or self.rows))

    @property
    def units(self):
        """How many of its units are in what is timed."""
        counts = {"a step": self.steps, "an iteration": self.epochs, "a sample": max(1, self.passes * 10000)}
        return counts.get(self.unit, 1)

    @property
    def inputs(self):
        return 13 if self.net == SMALL else 784

    @property
    def flops(self):
        """Of what is timed, by matrix products and convolutions."""
        forward, backward = flops_of_row(self.net, self.inputs)
        if self.task == "latency":
            return forward
        if self.task == "predict":
            return forward * 10000 * self.passes
        return (forward + backward) * self.rows * self.epochs

    @property
    def widths(self):
        return [self.inputs] + [int(n) for n in re.findall(r"dense (\d+)", self.net)]

    @property
    def weight_bytes(self):
        return 4 * sum((m + 1) * n for m, n in zip(self.widths, self.widths[1:]))


def flops_of_row(net, inputs):
    """Forward, and backward: the gradients of all weights, and of the inputs of all layers but the first."""
    shape, adds = ((1, 28, 28) if "conv" in net else (inputs,)), []
    for name, *words in (phrase.split() for phrase in net.split(",")):
        if name == "conv":
            units, side = int(words[0]), int(words[1].split("x")[0])
            adds.append(units * side * side * shape[0] * shape[1] * shape[2])
            shape = (units, *shape[1:])
        elif name == "maxpool":
            shape = (shape[0], shape[1] // 2, shape[2] // 2)
        elif name == "flatten":
            shape = (shape[0] * shape[1] * shape[2],)
        elif name == "dense":
            adds.append(shape[0] * int(words[0]))
            shape = (int(words[0]),)
    return 2 * sum(adds), 2 * sum(adds) + 2 * sum(adds[1:])


def times(value, of="the fastest peer"):
    return Goal("times", value, of)


WORKS = [
    Work("W1", "784-128-64-10, sgd, batch 32: an epoch", "fit", MLP,
         ["NumPy", "PyTorch", "PyTorch foreach", "PyTorch DataLoader", "scikit-learn"],
         "sgd lr=0.1", 32, floor=0.9,
         one=[times(1.7), times(4, "PyTorch"), times(6, "PyTorch DataLoader"), Goal("limit", 0.70)],
         all=[Goal("loop", 0.75)]),
    Work("W2", "784-128-64-10, adam, batch 128: an epoch", "fit", MLP,
         ["NumPy", "PyTorch", "PyTorch foreach", "scikit-learn"],
         "adam lr=0.001", 128, floor=0.9,
         one=[times(1.6), times(2.5, "PyTorch foreach")], all=[Goal("loop", 0.8)]),
    Work("W3", "convolutions of 16 and 32 channels, dense 128, adam, batch 64: an epoch", "fit", CNN,
         ["PyTorch contiguous", "PyTorch channels_last"],
         "adam lr=0.001", 64, floor=0.95,
         one=[times(2.2, "PyTorch channels_last")], all=[Goal("loop", 0.85)]),
    Work("W4 one sample", "784-128-64-10: the latency of one sample", "latency", MLP,
         ["NumPy", "torch.jit", "torch.jit optimized", "scikit-learn"],
         unit="a sample", calls=20000, floor=0.9, one=[times(1 / 0.75, "KANN with OpenBLAS")], all=None),
    Work("W4 batches", "784-128-64-10: batches of 256", "predict", MLP,
         ["NumPy", "torch.jit", "torch.jit optimized", "scikit-learn"],
         batch=256, unit="a sample", passes=10, floor=0.9, one=[times(1.5)], all=[Goal("loop", 0.8)]),
    Work("W5 one sample", "the net of W3: the latency of one sample", "latency", CNN,
         ["torch.jit", "torch.jit optimized", "torch.jit channels_last", "torch.jit channels_last optimized"],
         unit="a sample", calls=2000, floor=0.95, one=[times(2)], all=None),
    Work("W5 batches", "the net of W3: batches of 256", "predict", CNN,
         ["torch.jit", "torch.jit optimized", "torch.jit channels_last", "torch.jit channels_last optimized"],
         batch=256, unit="a sample", passes=1, floor=0.95),
    Work("W6", "13-32-3 on 178 rows, adam, batch 16: a step", "fit", SMALL,
         ["NumPy", "PyTorch", "PyTorch foreach", "scikit-learn"],
         "adam lr=0.001", 16, rows=178, epochs=200, unit="a step", floor=0.9,
         one=[times(20, "scikit-learn"), times(30, "PyTorch")], all=[Goal("gain", 0.98)]),
    Work("W7", "784-2048-2048-10, sgd, batch 256: 100 batches, not a whole epoch", "fit", LARGE,
         ["NumPy", "PyTorch"], "sgd lr=0.1", 256, rows=25600, unit="100 batches", floor=0.8,
         one=[Goal("limit", 0.9)], all=[Goal("loop", 0.9)]),
    Work("W9", "the whole process: start, read MNIST, W1 for an epoch, test", "process", MLP,
         ["NumPy", "PyTorch"], "sgd lr=0.1", 32, unit="a process", floor=0.9,
         one=[times(6, "PyTorch"), Goal("most_mb", 80)]),
    Work("W10", "784-20-10, full batches of 42,000 rows, sgd: an iteration", "fit", NOTEBOOK,
         ["NumPy", "PyTorch"], "sgd lr=0.1", 0, rows=42000, epochs=40, unit="an iteration", floor=0.4,
         one=[times(1.5, "NumPy")], all=[Goal("loop", 0.85)]),
]

TABLES = {
    "mnist": "a CSV, MNIST: 42,000 rows of 785 whole numbers",
    "whole": "a CSV, 200,000 rows of 40 whole numbers",
    "decimals": "a CSV, 200,000 rows of 20 decimals",
    "words": "a CSV, 200,000 rows of words and gaps",
}
TABLE_GOALS = {"mnist": [times(8, "pandas")], "whole": [times(8, "pandas")]}
FILE_GOALS = [Goal("limit", 0.6)]
BUSY_GOALS = [Goal("most_times", 1.15)]
BUSY = {"W1": (30000, ["NumPy", "PyTorch"]), "W3": (10000, ["PyTorch channels_last"])}  # rows, peers
BF16_GOALS = [times(2.5, "float32")]
BF16_LEARNS, BF16_SEEDS, BF16_APART = {"W1": 5, "W2": 5, "W3": 1}, 10, 0.3  # epochs; mean accuracies, in points

# Libraries that are not in Debian: by their ratio to a peer whose figure of this run anchors them, as once measured in
# turns on one machine (W1: by the processor's time).
QUOTED = {
    "W1": [("KANN with OpenBLAS", "NumPy", 1 / 1.25), ("ggml with OpenBLAS", "NumPy", 0.92 / 1.25)],
    "W2": [("ggml with OpenBLAS", "NumPy", 1.0)],
    "W3": [("KANN", "PyTorch channels_last", 51 / 16.5), ("darknet", "PyTorch channels_last", 47 / 16.5),
           ("ggml", "PyTorch channels_last", 104 / 16.5)],
    "W4 one sample": [("KANN with OpenBLAS", "NumPy", 5.4 / 15), ("ggml with OpenBLAS", "NumPy", 8.4 / 15)],
    "W9": [("KANN with OpenBLAS", "NumPy", 1.01 / 1.27)],
}
