"""Loads a model file into the matching torch.nn.Sequential and compares its classes with glia's.

    torch_loads.py MODEL MNIST-FOLDER PREDICTIONS

PREDICTIONS is what `glia predict MODEL MNIST-FOLDER` printed: a line a row, the class first."""
import sys

import numpy
import torch

from read_safetensors import read
from rows import images
from torch_net import build

tensors, metadata = read(sys.argv[1])
model = build(metadata["net"], (784,))
model.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in tensors.items()}, strict=True)
with torch.no_grad():
    rows = images(sys.argv[2], "t10k").reshape(-1, 784) / numpy.float32(255)
    classes = model(torch.from_numpy(rows)).argmax(1).numpy()
ours = numpy.array([int(line.split()[0]) for line in open(sys.argv[3])])
equal = int((classes == ours).sum())
print(f"PyTorch {torch.__version__} loads the file; {equal} of {len(ours)} predicted classes are the same")
sys.exit(equal != len(ours))
