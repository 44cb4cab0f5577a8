# Writes tests/testthat/reference/{groups,schedulers,losses}.json.gz from PyTorch (1.13).
import gzip, json, math, os
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "testthat", "reference")


def write(name, value):
    with open(os.path.join(here, name + ".gz"), "wb") as f:
        f.write(gzip.compress(json.dumps(value, separators=(",", ":")).encode(), mtime=0))


# ---- optimizers on a list of parameters of several shapes, some with maximize ----
# Parameters start as below; the gradient of parameter k at step t is sin(x * (k + 1)) + cos(t).

def start():
    return [torch.tensor(0.7, dtype=torch.float64), torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64),
            torch.tensor([[1.0, -0.25, 0.0], [3.0, -2.0, 0.125]], dtype=torch.float64)]


def run(name, args, groups, steps=6):
    params = [p.requires_grad_() for p in start()]
    given = params
    if groups:
        given = [{"params": params[:1], "lr": 0.5}, {"params": params[1:]}]
    opt = getattr(torch.optim, name)(given, **args)
    for t in range(steps):
        for k, p in enumerate(params):
            p.grad = torch.sin(p.detach() * (k + 1)) + math.cos(t)
        opt.step()
    return [p.detach().flatten().tolist() for p in params]


names = {"SGD": "optim_sgd", "Adam": "optim_adam", "AdamW": "optim_adamw", "Adamax": "optim_adamax",
         "NAdam": "optim_nadam", "RAdam": "optim_radam", "RMSprop": "optim_rmsprop",
         "Adagrad": "optim_adagrad", "Adadelta": "optim_adadelta", "Rprop": "optim_rprop", "ASGD": "optim_asgd"}
extra = {"SGD": [{"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}],
         "Adam": [{"amsgrad": True, "betas": [0.8, 0.9], "eps": 0.01}],
         "Adamax": [{"weight_decay": 0.1}], "NAdam": [{"weight_decay": 0.1, "momentum_decay": 0.1}],
         "RAdam": [{"weight_decay": 0.1, "betas": [0.5, 0.6]}], "RMSprop": [{"momentum": 0.9}, {"centered": True}],
         "Adagrad": [{"lr_decay": 0.1, "weight_decay": 0.1}], "Rprop": [{"etas": [0.3, 1.5], "step_sizes": [0.01, 0.1]}],
         "ASGD": [{"t0": 2, "lambd": 0.01, "alpha": 0.5, "weight_decay": 0.1}]}
runs = []
for name, r in names.items():
    for more in [{}] + extra.get(name, []):
        for maximize in [False] if name in ("NAdam", "RAdam") else [False, True]:
            for groups in [False, True]:
                args = dict({"lr": 0.1}, **more)
                if maximize:
                    args["maximize"] = True
                x = run(name, args, groups)
                runs.append({"optimizer": r, "args": {{"lambd": "lambda"}.get(k, k): v for k, v in args.items()},
                             "groups": groups, "x": x})
write("groups.json", runs)

# ---- schedulers: lr (and momentum) after each step, two groups ----
S = torch.optim.lr_scheduler


def schedule(make, n, metrics=None, adam=False):
    w = [torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)]
    groups = [{"params": [w[0]]}, {"params": [w[1]], "lr": 0.05}]
    opt = torch.optim.Adam(groups, lr=0.5) if adam else torch.optim.SGD(groups, lr=0.5, momentum=0.9)
    made = make(opt)
    made = made if isinstance(made, list) else [made]
    lr, momentum = [], []
    for t in range(n + 1):
        lr.append([g["lr"] for g in opt.param_groups])
        momentum.append([g["betas"][0] if adam else g["momentum"] for g in opt.param_groups])
        if t == n:
            break
        opt.step()
        for s in made:
            s.step(metrics[t]) if metrics else s.step()
    return {"lr": lr, "momentum": momentum}


plateau = [3, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
out = {
    "step": schedule(lambda o: S.StepLR(o, 3, gamma=0.5), 10),
    "multistep": schedule(lambda o: S.MultiStepLR(o, [2, 5, 5, 7], gamma=0.1), 10),
    "exponential": schedule(lambda o: S.ExponentialLR(o, 0.9), 10),
    "lambda": schedule(lambda o: S.LambdaLR(o, [lambda e: 0.95 ** e, lambda e: 1 / (1 + e)]), 10),
    "multiplicative": schedule(lambda o: S.MultiplicativeLR(o, lambda e: 1 - e / 20), 10),
    "cosine": schedule(lambda o: S.CosineAnnealingLR(o, 6, eta_min=0.01), 20),
    "restarts": schedule(lambda o: S.CosineAnnealingWarmRestarts(o, 3, T_mult=2, eta_min=0.001), 20),
    "restarts1": schedule(lambda o: S.CosineAnnealingWarmRestarts(o, 4), 12),
    "one_cycle": schedule(lambda o: S.OneCycleLR(o, max_lr=[0.1, 0.2], total_steps=20), 19),
    "one_cycle_linear": schedule(lambda o: S.OneCycleLR(o, max_lr=0.1, epochs=5, steps_per_epoch=4,
        anneal_strategy="linear", three_phase=True, pct_start=0.4, div_factor=10, final_div_factor=100), 19),
    "one_cycle_adam": schedule(lambda o: S.OneCycleLR(o, max_lr=0.1, total_steps=10), 9, adam=True),
    "cyclic": schedule(lambda o: S.CyclicLR(o, 0.01, 0.1, step_size_up=4), 20),
    "cyclic2": schedule(lambda o: S.CyclicLR(o, [0.01, 0.02], [0.1, 0.3], step_size_up=3, step_size_down=5, mode="triangular2"), 30),
    "cyclic_exp": schedule(lambda o: S.CyclicLR(o, 0.01, 0.1, step_size_up=4, mode="exp_range", gamma=0.9), 20),
    "linear": schedule(lambda o: S.LinearLR(o, start_factor=0.25, end_factor=0.9, total_iters=4), 8),
    "plateau": schedule(lambda o: S.ReduceLROnPlateau(o, factor=0.5, patience=2), 20, plateau),
    "plateau_max": schedule(lambda o: S.ReduceLROnPlateau(o, mode="max", factor=0.1, patience=1, cooldown=2,
        threshold=0.1, threshold_mode="abs", min_lr=[0.01, 0.001]), 20, [-p for p in plateau]),
    "chained": schedule(lambda o: [S.ExponentialLR(o, 0.9), S.StepLR(o, 3, gamma=0.5)], 12),
    "chained3": schedule(lambda o: [S.CosineAnnealingLR(o, 6), S.LinearLR(o, total_iters=4), S.MultiStepLR(o, [5, 9])], 12),
}
write("schedulers.json", out)

# ---- losses: value and gradients ----
torch.manual_seed(1)
f64 = torch.float64
x = torch.randn(4, 3, dtype=f64)
y = torch.randn(4, 3, dtype=f64)
p = torch.rand(4, 3, dtype=f64) * 0.9 + 0.05
q = torch.softmax(torch.randn(4, 3, dtype=f64), 1)
var = torch.rand(4, 3, dtype=f64) + 0.1
k = torch.tensor([2, 0, 1, 1])
count = torch.tensor([[0., 1, 2], [3, 4, 5], [0, 2, 1], [7, 1, 0]], dtype=f64)
w = torch.rand(3, dtype=f64) + 0.5
data = {"x": x, "y": y, "p": p, "q": q, "var": var, "count": count, "w": w}
cases = []


def case(name, call, inputs, args):
    for reduction in ["mean", "sum", "none"] + (["batchmean"] if name == "nnf_kl_div" else []):
        leaves = [data[i].clone().requires_grad_() if i in ("x", "p", "q", "var", "y") else data[i] for i in inputs]
        value = call(*leaves, reduction=reduction)
        seed = torch.cos(torch.arange(value.numel(), dtype=f64)).reshape(value.shape)
        (value * seed).sum().backward()
        cases.append({"loss": name, "inputs": inputs, "args": args, "reduction": reduction,
                      "value": value.detach().flatten().tolist(), "seed": seed.flatten().tolist(),
                      "grads": [l.grad.flatten().tolist() if l.requires_grad and l.grad is not None else None for l in leaves]})


case("nnf_mse_loss", F.mse_loss, ["x", "y"], {})
case("nnf_l1_loss", F.l1_loss, ["x", "y"], {})
case("nnf_smooth_l1_loss", F.smooth_l1_loss, ["x", "y"], {})
case("nnf_smooth_l1_loss", lambda a, b, reduction: F.smooth_l1_loss(a, b, beta=0.5, reduction=reduction), ["x", "y"], {"beta": 0.5})
case("nnf_huber_loss", lambda a, b, reduction: F.huber_loss(a, b, delta=0.5, reduction=reduction), ["x", "y"], {"delta": 0.5})
case("nnf_binary_cross_entropy", F.binary_cross_entropy, ["p", "q"], {})
case("nnf_binary_cross_entropy", lambda a, b, reduction: F.binary_cross_entropy(a, b, weight=w, reduction=reduction), ["p", "q"], {"weight": "w"})
case("nnf_binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, ["x", "q"], {})
case("nnf_binary_cross_entropy_with_logits", lambda a, b, reduction: F.binary_cross_entropy_with_logits(a, b, pos_weight=w, reduction=reduction), ["x", "q"], {"pos_weight": "w"})
case("nnf_poisson_nll_loss", F.poisson_nll_loss, ["x", "count"], {})
case("nnf_poisson_nll_loss", lambda a, b, reduction: F.poisson_nll_loss(a, b, log_input=False, full=True, reduction=reduction), ["p", "count"], {"log_input": False, "full": True})
case("nnf_gaussian_nll_loss", F.gaussian_nll_loss, ["x", "y", "var"], {})
case("nnf_gaussian_nll_loss", lambda a, b, v, reduction: F.gaussian_nll_loss(a, b, v, full=True, reduction=reduction), ["x", "y", "var"], {"full": True})
case("nnf_kl_div", F.kl_div, ["x", "q"], {})
data["k"] = k
case("nnf_nll_loss", F.nll_loss, ["x", "k"], {})
case("nnf_nll_loss", lambda a, b, reduction: F.nll_loss(a, b, weight=w, reduction=reduction), ["x", "k"], {"weight": "w"})
case("nnf_nll_loss", lambda a, b, reduction: F.nll_loss(a, b, ignore_index=1, reduction=reduction), ["x", "k"], {"ignore_index": 2})
case("nnf_cross_entropy", F.cross_entropy, ["x", "k"], {})
case("nnf_cross_entropy", lambda a, b, reduction: F.cross_entropy(a, b, weight=w, label_smoothing=0.1, reduction=reduction), ["x", "k"], {"weight": "w", "label_smoothing": 0.1})
case("nnf_cross_entropy", F.cross_entropy, ["x", "q"], {})
write("losses.json", {"data": {n: {"dim": list(t.shape), "values": t.flatten().tolist()} for n, t in data.items()}, "cases": cases})
