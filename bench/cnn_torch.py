"""One epoch of training in PyTorch, as fast as its user can have it: data in memory, batches sliced by hand.

    cnn_torch.py NET MNIST-FOLDER THREADS FORMAT KEPT

FORMAT: contiguous or channels_last. KEPT: float, all images as floats; bytes, each batch is made of bytes. Batch 64, Adam
with its standard rate. Prints seconds, milliseconds a batch, peak MB, and the mean loss. The first batches, which it spends
on finding its kernels, are made once before the clock starts."""
import os
import resource
import sys
import time

net, folder, threads, form, kept = sys.argv[1:]
os.environ["OPENBLAS_NUM_THREADS"] = threads  # read when PyTorch is loaded: a thread count of its own

import torch

from torch_net import build, images, labels

BATCH, WARM_UP = 64, 20
torch.set_num_threads(int(threads))
torch.manual_seed(1)
form = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}[form]
is_image = "conv" in net

x = torch.from_numpy(images(folder, "train").copy())
x = x.reshape(len(x), 1, 28, 28) if is_image else x.reshape(len(x), 784)
x = x.float().div_(255) if kept == "float" else x
y = torch.from_numpy(labels(folder, "train").copy()).long()
model = build(net.removesuffix(", softmax"), x.shape[1:])  # the loss takes softmax upon itself
model = model.to(memory_format=form) if is_image else model
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
criterion = torch.nn.CrossEntropyLoss()


def step(rows):
    batch = x[rows] if kept == "float" else x[rows].float().div_(255)
    batch = batch.to(memory_format=form) if is_image else batch
    optimizer.zero_grad(set_to_none=True)
    loss = criterion(model(batch), y[rows])
    loss.backward()
    optimizer.step()
    return loss.item() * len(rows)


for rows in torch.randperm(len(x))[: WARM_UP * BATCH].split(BATCH):
    step(rows)
start = time.perf_counter()
batches = torch.randperm(len(x)).split(BATCH)
loss = sum(map(step, batches)) / len(x)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
print(f"{seconds:.3f} {1e3 * seconds / len(batches):.4f} {peak:.1f} {loss:.4f}")
