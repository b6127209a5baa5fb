"""PyTorch's side, in the forms that its users know, each as fast as it can be had: rows in memory as floats.

    task=fit       data= net= optimizer= batch= epochs= rows= threads=     (batch 0: all rows at once)
                   loop=sliced|loader  foreach=yes|no  format=contiguous|channels_last
    task=latency   data= model= calls=               jit=frozen|optimized  format=
    task=predict   data= model= batch= passes= threads=    jit=  format=
    task=peak      threads="""
import torch

from rows import load
from serve import SIDE, SINGLE, WARM_BATCHES, batches, count_of, given, peak, seconds_of, serve, settings, single_calls
from torch_net import build

FORM = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}[given.get("format", "contiguous")]
OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}


def shaped(x, is_image):
    x = torch.from_numpy(x)
    return x.reshape(len(x), 1, 28, 28) if is_image else x


def formed(thing, is_image):
    return thing.to(memory_format=FORM) if is_image else thing


def rows_in_memory(net):
    is_image = "conv" in net
    (x, y), (test_x, test_y) = load(given["data"], count_of("rows", 0))
    return (shaped(x, is_image), torch.from_numpy(y)), (shaped(test_x, is_image), torch.from_numpy(test_y))


# ---- training --------------------------------------------------------------------------------------------------------


def sliced(x, y, batch):
    for rows in torch.randperm(len(x)).split(batch):
        yield x[rows], y[rows]


def loader(x, y, batch):
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=batch, shuffle=True)


def whole(x, y, batch):
    yield x, y


LOOPS = {"sliced": sliced, "loader": loader}


def fit():
    is_image, batch = "conv" in given["net"], count_of("batch")
    (x, y), test = rows_in_memory(given["net"])
    loop = LOOPS[given.get("loop", "sliced")] if batch else whole
    name, set_to = settings(given["optimizer"])

    def work(warm):
        torch.manual_seed(1)
        # The loss takes softmax upon itself.
        model = formed(build(given["net"].removesuffix(", softmax"), x.shape[1:]), is_image)
        optimizer = OPTIMIZERS[name](model.parameters(), **set_to, foreach=given.get("foreach") == "yes")
        criterion = torch.nn.CrossEntropyLoss()
        rows = slice(batch * WARM_BATCHES if warm and batch else None)

        def run():
            for _ in range(1 if warm else count_of("epochs")):
                for part, classes in loop(x[rows], y[rows], batch):
                    optimizer.zero_grad(set_to_none=True)
                    criterion(model(formed(part, is_image)), classes).backward()
                    optimizer.step()
        seconds = seconds_of(run)
        return {"seconds": seconds} if warm else {"seconds": seconds, "accuracy": accuracy(model, *test)}

    serve(work)


def accuracy(model, x, y):
    with torch.inference_mode():
        parts = [model(part).argmax(1) for part in x.split(1000)]
        return float((torch.cat(parts) == y).float().mean())


# ---- predicting ------------------------------------------------------------------------------------------------------


def compiled(batch):
    from read_safetensors import read

    tensors, metadata = read(given["model"])
    is_image = "conv" in metadata["net"]
    model = build(metadata["net"], (1, 28, 28) if is_image else (784,))
    model.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in tensors.items()}, strict=True)
    model = formed(model.eval(), is_image)
    example = formed(torch.zeros(batch, 1, 28, 28) if is_image else torch.zeros(batch, 784), is_image)
    with torch.no_grad():
        frozen = torch.jit.freeze(torch.jit.trace(model, example))
        return torch.jit.optimize_for_inference(frozen) if given.get("jit") == "optimized" else frozen, is_image


def questions(is_image):
    _, (x, y) = load(given["data"])
    return formed(shaped(x, is_image), is_image), torch.from_numpy(y)


def latency():
    model, is_image = compiled(1)
    x, y = questions(is_image)
    with torch.inference_mode():
        serve(single_calls(model, x[:SINGLE].split(1), y))


def predict():
    model, is_image = compiled(count_of("batch"))
    with torch.inference_mode():
        serve(batches(model, *questions(is_image)))


def matrix_product():
    a = torch.rand(SIDE, SIDE)
    out = torch.empty_like(a)
    with torch.inference_mode():
        serve(peak(lambda: torch.mm(a, a, out=out)))


torch.set_num_threads(count_of("threads", 1))
TASKS = {"fit": fit, "latency": latency, "predict": predict, "peak": matrix_product}
TASKS[given["task"]]()
