"""Loads a model file into the residual module of docs/nets.md and compares the outputs with glia's.

    torch_residual.py net                                   prints the net text of the document
    torch_residual.py MODEL MNIST-FOLDER PREDICTIONS

PREDICTIONS is what `glia predict MODEL MNIST-FOLDER --top 10 --csv` wrote: a header, then pairs of a class and its
probability, the likeliest first."""
import re
import sys

import numpy
from pathlib import Path

section = (Path(__file__).parent.parent / "docs/nets.md").read_text().split("### Branches")[1].split("\n### ")[0]
net_text, module_text = re.search(r"```\n(.*?)```.*?```python\n(.*?)```", section, re.S).groups()
if sys.argv[1] == "net":
    print(net_text)
    sys.exit()

import torch
from torch import nn

from read_safetensors import read
from rows import images

names = {"nn": nn}
exec(module_text, names)
tensors, metadata = read(sys.argv[1])
model = names["Residual"]()
model.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in tensors.items()}, strict=True)
model.eval()
rows = torch.from_numpy(images(sys.argv[2], "t10k") / numpy.float32(255)).unsqueeze(1)
with torch.no_grad():
    theirs = torch.cat([model(rows[i : i + 500]) for i in range(0, len(rows), 500)]).numpy()
pairs = numpy.loadtxt(sys.argv[3], delimiter=",", skiprows=1)
ours = numpy.empty_like(theirs)
numpy.put_along_axis(ours, pairs[:, 0::2].astype(int), pairs[:, 1::2].astype(numpy.float32), 1)
worst = float(numpy.abs(ours - theirs).max())
print(f"PyTorch {torch.__version__} loads the residual net; of {ours.size} outputs the worst differs by {worst:.1e}")
sys.exit(not worst <= 1e-5)
