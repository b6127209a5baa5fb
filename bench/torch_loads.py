"""Loads a model file into the matching torch.nn.Sequential and compares its classes with glia's.

    torch_loads.py MODEL MNIST-FOLDER PREDICTIONS

PREDICTIONS is what `glia predict MODEL MNIST-FOLDER` printed: a line a row, the class first."""
import gzip
import sys

import numpy
import torch

from read_safetensors import read

LAYERS = {"relu": torch.nn.ReLU, "softmax": lambda: torch.nn.Softmax(1), "sigmoid": torch.nn.Sigmoid}


def build(net):
    layers, width = [], 784
    for name, *settings in (phrase.split() for phrase in net.split(",")):
        if name == "dense":
            layers.append(torch.nn.Linear(width, int(settings[0])))
            width = int(settings[0])
        else:
            layers.append(LAYERS[name]())
    return torch.nn.Sequential(*layers)


tensors, metadata = read(sys.argv[1])
model = build(metadata["net"])
model.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in tensors.items()}, strict=True)
with gzip.open(sys.argv[2] + "/t10k-images-idx3-ubyte.gz") as file:
    images = numpy.frombuffer(file.read()[16:], numpy.uint8).reshape(-1, 784)
with torch.no_grad():
    classes = model(torch.from_numpy(images / numpy.float32(255))).argmax(1).numpy()
ours = numpy.array([int(line.split()[0]) for line in open(sys.argv[3])])
equal = int((classes == ours).sum())
print(f"PyTorch {torch.__version__} loads the file; {equal} of {len(ours)} predicted classes are the same")
sys.exit(equal != len(ours))
