"""The blog's five minimizations in PyTorch, float64, one thread, as inst/examples/blog.R
has them. Prints for each: name, evaluations of the function, seconds of CPU
time. Run by blog.R."""
import sys
import time

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
evaluations = 0


def rosenbrock(x, a=1, b=5):
    global evaluations
    evaluations += 1
    return (a - x[0]) ** 2 + b * (x[1] - x[0] ** 2) ** 2


def flower(x, a=1, b=1, c=4):
    global evaluations
    evaluations += 1
    return a * torch.norm(x) + b * torch.sin(c * torch.atan2(x[1], x[0]))


def penalty(x):
    return torch.square(torch.clamp(2 - torch.square(torch.norm(x)), min=0))


def start_at(x):
    return torch.tensor(x, requires_grad=True)


def by_hand():
    x = start_at([-1.0, 1.0])
    for _ in range(1000):
        value = rosenbrock(x)
        value.backward()
        with torch.no_grad():
            x.sub_(0.01 * x.grad)
            x.grad.zero_()


def adam():
    x = start_at([-1.0, 1.0])
    optimizer = torch.optim.Adam([x], lr=1)
    for _ in range(100):
        optimizer.zero_grad()
        value = rosenbrock(x)
        value.backward()
        optimizer.step()


def lbfgs(f, x, steps, line_search_fn=None):
    optimizer = torch.optim.LBFGS([x], line_search_fn=line_search_fn)

    def calc_loss():
        optimizer.zero_grad()
        value = f(x)
        value.backward()
        return value

    for _ in range(steps):
        optimizer.step(calc_loss)


def penalty_method(k_max=30, rho=1, gamma=2, tol=1e-12):
    x = start_at([0.5, 0.5])
    optimizer = torch.optim.LBFGS([x], line_search_fn="strong_wolfe", tolerance_change=1e-20)

    def calc_loss():
        optimizer.zero_grad()
        value = flower(x) + rho * penalty(x)
        value.backward()
        return value

    for _ in range(k_max):
        optimizer.step(calc_loss)
        flower(x).item()
        if penalty(x).item() <= tol:
            break
        rho *= gamma


RUNS = {
    "by hand": by_hand,
    "Adam": adam,
    "L-BFGS": lambda: lbfgs(rosenbrock, start_at([-1.0, 1.0]), 3),
    "flower, strong Wolfe": lambda: lbfgs(flower, start_at([20.0, 20.0]), 5, "strong_wolfe"),
    "penalty": penalty_method,
}

for name, run in RUNS.items():
    run()
    evaluations = 0
    begin = time.process_time()
    while evaluations < int(sys.argv[1]):
        run()
    print(name, evaluations, time.process_time() - begin, sep="\t")
