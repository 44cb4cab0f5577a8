"""One step of each optimizer in PyTorch on one parameter of n elements, one thread.
Arguments: n, dtype, steps. Prints for each: name, form, seconds per step. Run by optim.R."""
import sys
import time

import torch

torch.set_num_threads(1)
n, dtype, steps = int(sys.argv[1]), getattr(torch, sys.argv[2]), int(sys.argv[3])
methods = {
    "sgd": ("SGD", {"lr": 0.01}), "sgd momentum": ("SGD", {"lr": 0.01, "momentum": 0.9}), "adam": ("Adam", {}),
    "adam amsgrad": ("Adam", {"amsgrad": True}), "adamw": ("AdamW", {}), "adamax": ("Adamax", {}), "nadam": ("NAdam", {}),
    "radam": ("RAdam", {}), "rmsprop": ("RMSprop", {}), "adagrad": ("Adagrad", {}), "adadelta": ("Adadelta", {}),
    "rprop": ("Rprop", {}), "asgd": ("ASGD", {}),
}
for name, (cls, args) in methods.items():
    for form in ("single", "foreach"):
        x = torch.linspace(-1, 1, n, dtype=dtype).requires_grad_()
        x.grad = torch.linspace(1, -2, n, dtype=dtype)
        opt = getattr(torch.optim, cls)([x], foreach=form == "foreach", **args)
        for _ in range(3):
            opt.step()
        start = time.process_time()
        for _ in range(steps):
            opt.step()
        print(name, form, (time.process_time() - start) / steps, sep="\t")
