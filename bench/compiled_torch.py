# Some functions of bench/cases.R in PyTorch: label and CPU seconds of one value and gradient, by tabs.
import torch
from measure_torch import seconds


def chained(x):
    a, b = x[:-1], x[1:]
    return (100 * (b - a**2) ** 2 + (1 - a) ** 2).sum()


def recurrence(b):
    s = b[0]
    for _ in range(5000):
        s = b[1] * s * (1 - s)
    return s


torch.manual_seed(1)
X = torch.randn(10000, 20)
z = (torch.randn(10000) > 0).double()
y = torch.randn(5000)
grid = torch.linspace(0, 10, 400)
D = (grid[:, None] - grid[None, :]) ** 2


def logistic(b):
    eta = X @ b
    return (torch.nn.functional.softplus(eta) - z * eta).sum()


def gaussian_process(b):
    K = torch.exp(b[0] - torch.exp(b[1]) * D) + torch.exp(b[2]) * torch.eye(400)
    L = torch.linalg.cholesky(K)
    v = torch.linalg.solve_triangular(L, y[:400, None], upper=False)
    return (v**2).sum() / 2 + torch.log(torch.diagonal(L)).sum()


def garch(b):
    h, value = torch.ones(()), torch.zeros(())
    for t in range(1, 500):
        h = b[0] + b[1] * y[t - 1] ** 2 + b[2] * h
        value = value + torch.log(h) + y[t] ** 2 / h
    return value


P = torch.tensor([[0.9, 0.05, 0.05], [0.05, 0.9, 0.05], [0.1, 0.1, 0.8]])


def hmm(b):
    a, value = torch.full((3,), 1 / 3), torch.zeros(())
    for t in range(200):
        a = (a @ P) * torch.exp(-0.5 * (y[t] - b) ** 2)
        s = a.sum()
        a = a / s
        value = value - torch.log(s)
    return value


cases = {
    "chained, n = 1e3": (chained, [-1.2, 1.0] * 500), "chained, n = 1e5": (chained, [-1.2, 1.0] * 50000),
    "chained, n = 1e6": (chained, [-1.2, 1.0] * 500000), "logistic, 1e4 x 20": (logistic, [0.1] * 20),
    "Gaussian process, 400": (gaussian_process, [0.2, 0.1, -1.0]), "GARCH, 500": (garch, [0.1, 0.1, 0.8]),
    "HMM, 3 x 200": (hmm, [-1.0, 0.0, 2.0]), "recurrence, 5000": (recurrence, [0.3, 3.2]),
}
for label, (f, start) in cases.items():
    x = torch.tensor(start, requires_grad=True)

    def run():
        x.grad = None
        f(x).backward()

    print(label, seconds(run, repeats=3), sep="\t", flush=True)
