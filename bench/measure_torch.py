# What the PyTorch sides of several measurements share: one thread, doubles, median CPU seconds of a call.
import time
import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def seconds(run, at_least=0.1, repeats=9):
    run()
    took = []
    for _ in range(repeats):
        n, start = 0, time.process_time()
        while time.process_time() - start < at_least:
            run()
            n += 1
        took.append((time.process_time() - start) / n)
    return sorted(took)[repeats // 2]
