# The PyTorch side of bench/tape.R: name and median CPU seconds of one evaluation, by tabs.
import torch
from measure_torch import seconds


def rosenbrock(x):
    return (1 - x[0]) ** 2 + 5 * (x[1] - x[0] ** 2) ** 2


def lbfgs():
    x = torch.tensor([-1.0, 1.0], requires_grad=True)
    opt = torch.optim.LBFGS([x], line_search_fn="strong_wolfe")

    def closure():
        opt.zero_grad()
        value = rosenbrock(x)
        value.backward()
        return value

    opt.step(closure)
    opt.step(closure)


print("lbfgs", seconds(lbfgs), sep="\t")

for n in (1000, 100000, 1000000):
    x = torch.tensor([-1.2, 1.0] * (n // 2), requires_grad=True)

    def chained():
        x.grad = None
        a, b = x[:-1], x[1:]
        (100 * (b - a**2) ** 2 + (1 - a) ** 2).sum().backward()

    print("chained%d" % n, seconds(chained), sep="\t")

torch.manual_seed(1)
X = torch.randn(100000, 50)
y = (torch.rand(100000) < 0.4).double()
b = (torch.randn(50) / 10).requires_grad_()


def logistic():
    b.grad = None
    eta = X @ b
    (torch.nn.functional.softplus(eta) - y * eta).mean().backward()


print("logistic", seconds(logistic), sep="\t")
