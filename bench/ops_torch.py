"""Times of single operations in PyTorch, float64, one thread. Prints for each operation and
size: name, n, microseconds forward, microseconds forward + backward. Run by ops.R."""
import statistics
import sys
import time

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
names, sizes, repeats = sys.argv[1].split(","), [int(float(n)) for n in sys.argv[2].split(",")], int(sys.argv[3])
binary = {"add", "mul", "div", "pow", "maximum", "atan2"}


def operation(name):
    f = getattr(torch, name)
    if name in binary:
        return f
    if name in ("cumsum", "logsumexp"):
        return lambda x, z: f(x, 0)
    if name == "sort":
        return lambda x, z: f(x)[0]
    return lambda x, z: f(x)


def seconds_per_call(code, n):
    times = int(max(20, min(2000, 2e6 / n)))
    code()
    out = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(times):
            code()
        out.append((time.perf_counter() - start) / times)
    return statistics.median(out)


for name in names:
    f = operation(name)
    for n in sizes:
        x = torch.linspace(0.5, 1.5, n).requires_grad_()
        z = torch.linspace(1.7, 0.7, n).requires_grad_()

        def both():
            x.grad = None
            y = f(x, z)
            (y.sum() if y.numel() > 1 else y).backward()

        forward = seconds_per_call(lambda: f(x, z), n)
        print(name, n, forward * 1e6, seconds_per_call(both, n) * 1e6, sep="\t")
