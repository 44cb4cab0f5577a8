# Writes tests/testthat/reference/{groups,schedulers,losses,functions}.json.gz from PyTorch (1.13).
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
        leaves = [data[i].clone().requires_grad_() if i in ("x", "p", "q", "var", "y", "z") else data[i] for i in inputs]
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
# z has elements on the margins; s are signs, r a sign for each row, b labels
data["z"] = torch.cat([x[:2], torch.tensor([[1., 0, -1], [0, 0, 0]], dtype=f64)])
data["s"] = torch.sign(y)
data["r"] = torch.tensor([1., -1, -1, 1], dtype=f64)
data["b"] = (y > 0).to(f64)
case("nnf_cosine_embedding_loss", F.cosine_embedding_loss, ["x", "y", "r"], {})
case("nnf_cosine_embedding_loss", lambda a, b, t, reduction: F.cosine_embedding_loss(a, b, t, margin=0.3, reduction=reduction), ["x", "y", "r"], {"margin": 0.3})
for n in ["x", "z"]:
    case("nnf_hinge_embedding_loss", F.hinge_embedding_loss, [n, "s"], {})
    case("nnf_hinge_embedding_loss", lambda a, b, reduction: F.hinge_embedding_loss(a, b, margin=2, reduction=reduction), [n, "s"], {"margin": 2})
    case("nnf_soft_margin_loss", F.soft_margin_loss, [n, "s"], {})
    case("nnf_margin_ranking_loss", F.margin_ranking_loss, [n, "y", "s"], {})
    case("nnf_margin_ranking_loss", lambda a, b, t, reduction: F.margin_ranking_loss(a, b, t, margin=0.5, reduction=reduction), [n, "y", "s"], {"margin": 0.5})
    case("nnf_triplet_margin_loss", F.triplet_margin_loss, [n, "y", "p"], {})
    case("nnf_triplet_margin_loss", lambda a, b, c, reduction: F.triplet_margin_loss(a, b, c, margin=2, p=1, swap=True, reduction=reduction), [n, "y", "p"], {"margin": 2, "p": 1, "swap": True})
    case("nnf_multi_margin_loss", F.multi_margin_loss, [n, "k"], {})
    case("nnf_multi_margin_loss", lambda a, b, reduction: F.multi_margin_loss(a, b, p=2, margin=0.5, weight=w, reduction=reduction), [n, "k"], {"p": 2, "margin": 0.5, "weight": "w"})
    case("nnf_multilabel_soft_margin_loss", F.multilabel_soft_margin_loss, [n, "b"], {})
    case("nnf_multilabel_soft_margin_loss", lambda a, b, reduction: F.multilabel_soft_margin_loss(a, b, weight=w, reduction=reduction), [n, "b"], {"weight": "w"})
write("losses.json", {"data": {n: {"dim": list(t.shape), "values": t.flatten().tolist()} for n, t in data.items()}, "cases": cases})

# ---- functions: R code of the arguments a, b, c beside the same in Python; values, and gradients of their sums weighted
# by cos(0), cos(1), ..., row by row ----

L = torch.linalg
torch.manual_seed(2)
functions = []


def numbers(t):
    t = t.detach().to(f64) + torch.zeros(t.shape, dtype=f64)     # (some gradients are zeros without storage)
    words = [v if math.isfinite(v) else "NaN" if math.isnan(v) else "Infinity" if v > 0 else "-Infinity"
             for v in t.flatten().tolist()]
    return {"dim": list(t.shape), "values": words}


def function(call, compute, *inputs, grad=True):
    leaves = [t.clone().requires_grad_(grad) for t in inputs]
    outputs = compute(*leaves)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    total = sum(((o * torch.cos(torch.arange(o.numel(), dtype=f64)).reshape(o.shape)).sum()
                 for o in outputs if o.requires_grad), torch.zeros((), dtype=f64))
    if grad:
        try:
            total.backward()
        except RuntimeError as e:       # PyTorch has no derivative of some
            if "not implemented" not in str(e):
                raise
            grad = False
    functions.append({"call": call, "inputs": [numbers(t) for t in inputs], "outputs": [numbers(o) for o in outputs],
                      "grads": [numbers(l.grad if l.grad is not None else torch.zeros_like(l)) for l in leaves]
                      if grad else None})


def rand(*shape):
    return torch.randn(shape, dtype=f64)


def definite(*shape):
    x = rand(*shape)
    return x @ x.mT + torch.eye(shape[-1], dtype=f64)


def sym(x):
    return (x + x.mT) / 2


def lower(x):
    return torch.tril(x) + 2 * torch.eye(x.shape[-1], dtype=f64)


m3, s3, t53, w35 = rand(3, 3), rand(2, 3, 3), rand(5, 3), rand(3, 5)
stack, single, empty = rand(2, 2, 3, 3), torch.tensor([[1.0, 2], [2, 4]], dtype=f64), torch.zeros(0, 3, 3, dtype=f64)
rank1 = torch.outer(torch.tensor([1.0, 2, 3], dtype=f64), torch.tensor([1.0, -1, 2, 0], dtype=f64))
eye3 = torch.eye(3, dtype=f64)

for x in (m3, s3, stack, empty, torch.zeros(3, 3, dtype=f64), rand(1, 1), torch.zeros(0, 0, dtype=f64)):
    function("linalg_det(a)", L.det, x)
function("linalg_det(a)", L.det, single, grad=False)
for x in (m3, s3, stack):
    function("linalg_slogdet(a)", L.slogdet, x)
    function("torch_slogdet(a)[[2]]", lambda a: torch.slogdet(a)[1], -x)
    function("linalg_inv(a)", L.inv, x)
function("torch_logdet(a)", torch.logdet, definite(2, 3, 3))
function("linalg_inv(a)", L.inv, empty)
function("linalg_inv_ex(a)", L.inv_ex, s3)
function("linalg_inv_ex(a)[[2]]", lambda a: L.inv_ex(a)[1], torch.stack([eye3, torch.ones(3, 3, dtype=f64)]), grad=False)
for a, b in ((m3, rand(3)), (m3, rand(3, 2)), (s3, rand(2, 3)), (s3, rand(2, 3, 4)), (m3, rand(2, 3, 4)), (s3, rand(3, 2)),
             (s3, rand(3)), (stack, rand(2, 3, 1)), (rand(2, 1, 3, 3), rand(3, 3, 2)), (m3, rand(3, 0)), (stack, rand(2, 2, 3))):
    function("linalg_solve(a, b)", L.solve, a, b)
for upper in (True, False):
    word = str(upper).upper()
    for a, b in ((m3, rand(3, 2)), (s3, rand(2, 3, 2)), (m3, rand(2, 3, 2)), (s3, rand(3, 4))):
        a = a + 3 * eye3
        function("linalg_solve_triangular(a, b, upper = %s)" % word,
                 lambda a, b: L.solve_triangular(a, b, upper=upper), a, b)
        function("linalg_solve_triangular(a, b, upper = %s, left = FALSE)" % word,
                 lambda a, b: L.solve_triangular(a, b, upper=upper, left=False), a, b.mT.contiguous())
        function("linalg_solve_triangular(a, b, upper = %s, unitriangular = TRUE)" % word,
                 lambda a, b: L.solve_triangular(a, b, upper=upper, unitriangular=True), a, b)
    function("torch_triangular_solve(a, b, upper = %s, transpose = TRUE)[[1]]" % word,
             lambda a, b: torch.triangular_solve(a, b, upper=upper, transpose=True)[0], rand(2, 3, 2), s3 + 3 * eye3)
    keep, part = (torch.triu, "torch_triu") if upper else (torch.tril, "torch_tril")
    function("torch_cholesky_solve(a, %s(b), upper = %s)" % (part, word),
             lambda a, b: torch.cholesky_solve(a, keep(b), upper=upper), rand(2, 3, 2), lower(s3).mT if upper else lower(s3))
    function("torch_cholesky_inverse(%s(a), upper = %s)" % (part, word),
             lambda a: torch.cholesky_inverse(keep(a), upper=upper), lower(m3).mT if upper else lower(m3))
for x in (definite(3, 3), definite(2, 3, 3), definite(2, 2, 4, 4), definite(1, 1)):
    function("linalg_cholesky((a + torch_transpose(a, -1, -2)) / 2)", lambda a: L.cholesky(sym(a)), x)
    function("linalg_cholesky_ex((a + torch_transpose(a, -1, -2)) / 2)", lambda a: L.cholesky_ex(sym(a)), x)
function("linalg_cholesky_ex(a)[[2]]", lambda a: L.cholesky_ex(a)[1],
         torch.stack([eye3, -eye3, torch.diag(torch.tensor([1.0, 1, -1], dtype=f64))]), grad=False)
for x in (t53, m3, w35, rand(2, 4, 3), rand(2, 3, 4), rand(2, 2, 3, 3)):
    function("linalg_qr(a)", L.qr, x)
for x in (m3, rand(2, 3, 4)):
    function('linalg_qr(a, "complete")', lambda a: L.qr(a, "complete"), x)
function('linalg_qr(a, "complete")', lambda a: L.qr(a, "complete"), t53, grad=False)
function('linalg_qr(a, "complete")', lambda a: L.qr(a, "complete"), rand(2, 4, 2), grad=False)
function('linalg_qr(a, "r")[[2]]', lambda a: L.qr(a, "r")[1], t53, grad=False)
function("torch_qr(a)", lambda a: torch.qr(a), rand(2, 4, 2))
for x in (m3, s3, t53, w35, rand(2, 4, 3)):
    function("torch_lu(a)[[1]]", lambda a: torch.lu(a)[0], x)
    function("torch_lu(a)[[2]]", lambda a: torch.lu(a)[1], x, grad=False)
function("torch_lu(a, get_infos = TRUE)[[3]]", lambda a: torch.lu(a, get_infos=True)[2],
         torch.stack([eye3, torch.ones(3, 3, dtype=f64)]), grad=False)
function("{lu <- torch_lu(b); torch_lu_solve(a, lu[[1]], lu[[2]])}", lambda a, b: torch.lu_solve(a, *torch.lu(b)),
         rand(2, 3, 2), s3)
function("{lu <- torch_lu(a); torch_lu_unpack(lu[[1]], lu[[2]])}", lambda a: torch.lu_unpack(*torch.lu(a)), rand(2, 4, 3))
for x in (m3, s3, definite(3, 3)):
    function("linalg_eigh((a + torch_transpose(a, -1, -2)) / 2)[[1]]", lambda a: L.eigh(sym(a))[0], x)
    function('linalg_eigvalsh((a + torch_transpose(a, -1, -2)) / 2, UPLO = "U")', lambda a: L.eigvalsh(sym(a), "U"), x)
    function("linalg_eigh((a + torch_transpose(a, -1, -2)) / 2)[[2]]^2", lambda a: L.eigh(sym(a))[1] ** 2, x)
function("linalg_eigvalsh(a)", L.eigvalsh, torch.stack([eye3, torch.zeros(3, 3, dtype=f64)]))
function('linalg_eigvalsh(a, "U")', lambda a: L.eigvalsh(a, "U"), m3, grad=False)
for x in (m3, s3, t53, w35, rand(2, 4, 3)):
    function("linalg_svdvals(a)", L.svdvals, x)
    if x.shape[-1] >= x.shape[-2]:
        function("linalg_svd(a)[[1]]^2", lambda a: L.svd(a)[0] ** 2, x, grad=False)
    function("linalg_svd(a, full_matrices = FALSE)[[1]]^2", lambda a: L.svd(a, False)[0] ** 2, x)
    function("linalg_svd(a, full_matrices = FALSE)[[3]]^2", lambda a: L.svd(a, False)[2] ** 2, x)
    function("torch_svd(a)[[3]]^2", lambda a: torch.svd(a)[2] ** 2, x)
function("linalg_svdvals(a)", L.svdvals, eye3 * 2)
function('linalg_matrix_norm(a, "nuc")', lambda a: L.matrix_norm(a, "nuc"), t53)
for x in (m3, t53, w35, rand(2, 4, 3), definite(3, 3)):
    function("linalg_pinv(a)", L.pinv, x)
function("linalg_pinv(a)", L.pinv, rank1, grad=False)
function("linalg_pinv(a, rtol = 0.5)", lambda a: L.pinv(a, rtol=0.5), torch.diag(torch.tensor([4.0, 3, 1], dtype=f64)))
function("linalg_pinv(a, atol = 2)", lambda a: L.pinv(a, atol=2.0), torch.diag(torch.tensor([4.0, 3, 1], dtype=f64)))
function("linalg_pinv((a + torch_transpose(a, -1, -2)) / 2, hermitian = TRUE)", lambda a: L.pinv(sym(a), hermitian=True), s3)
function("torch_pinverse(a)", torch.pinverse, t53)
for x in (m3, rank1, t53, rand(2, 4, 3), torch.zeros(2, 3, dtype=f64)):
    function("linalg_matrix_rank(a)", L.matrix_rank, x, grad=False)
function("linalg_matrix_rank(a, rtol = 0.5)", lambda a: L.matrix_rank(a, rtol=0.5), torch.diag(torch.tensor([4.0, 3, 1], dtype=f64)), grad=False)
function("linalg_matrix_rank(a, hermitian = TRUE)", lambda a: L.matrix_rank(a, hermitian=True), single, grad=False)
for driver in ("gelsy", "gels", "gelsd", "gelss"):
    for a, b in ((t53, rand(5, 2)), (rand(2, 4, 3), rand(2, 4, 2)), (w35, rand(3, 2)), (m3, rand(3, 1))):
        function('linalg_lstsq(a, b, driver = "%s")$solution' % driver, lambda a, b: L.lstsq(a, b, driver=driver)[0], a, b)
function('linalg_lstsq(a, b, driver = "gelsd")[-1]', lambda a, b: L.lstsq(a, b, driver="gelsd")[1:], t53, rand(5, 2), grad=False)
function("linalg_lstsq(a, b)$solution", lambda a, b: L.lstsq(a, b)[0], rank1, rand(3, 2), grad=False)
for x in (m3, s3, rand(2, 2)):
    for n in (0, 1, 2, 5, -1, -3):
        function("linalg_matrix_power(a, %d)" % n, lambda a: L.matrix_power(a, n), x)
for x in (m3, s3, 20 * m3, m3 * 1e-3, torch.zeros(2, 2, dtype=f64), torch.tensor([[0.0, 1], [0, 0]], dtype=f64), rand(1, 1)):
    function("torch_matrix_exp(a)", torch.matrix_exp, x)
x = rand(2, 3, 6)
function("linalg_tensorinv(a, 3)", lambda a: L.tensorinv(a, 2), x)
function("linalg_tensorsolve(a, b)", L.tensorsolve, x, rand(2, 3))
function("linalg_tensorsolve(a, b, dims = c(1, 3))", lambda a, b: L.tensorsolve(a, b, dims=(0, 2)), rand(6, 4, 4, 3, 2), rand(4, 3, 2))
for x in (m3, t53, s3[0]):
    for r, p in (("1", 1), ("2", 2), ("Inf", math.inf), ("-1", -1), ("-2", -2), ("-Inf", -math.inf), ('"fro"', "fro"), ('"nuc"', "nuc")):
        function("linalg_norm(a, %s)" % r, lambda a: L.norm(a, p), x)
        function("linalg_matrix_norm(a, %s)" % r, lambda a: L.matrix_norm(a, p), torch.stack([x, 2 * x]))
    function("linalg_norm(a)", L.norm, x)
x = rand(2, 3, 4)
function("linalg_norm(a, dim = c(1, 3))", lambda a: L.norm(a, dim=(0, 2)), x)
function('linalg_norm(a, "nuc", dim = c(1, 3), keepdim = TRUE)', lambda a: L.norm(a, "nuc", dim=(0, 2), keepdim=True), x)
function("linalg_norm(a, 3, dim = 2)", lambda a: L.norm(a, 3, dim=1), x)
function("linalg_norm(a, 2, dim = c(3, 1))", lambda a: L.norm(a, 2, dim=(2, 0)), x)
function("linalg_matrix_norm(a, 1, dim = c(3, 1), keepdim = TRUE)", lambda a: L.matrix_norm(a, 1, dim=(2, 0), keepdim=True), x)
function("linalg_vector_norm(a)", L.vector_norm, x)
function("linalg_vector_norm(a, 3, dim = c(1, 2))", lambda a: L.vector_norm(a, 3, dim=(0, 1)), x)
function("linalg_vector_norm(a, Inf, dim = 2, keepdim = TRUE)", lambda a: L.vector_norm(a, math.inf, dim=1, keepdim=True), x)
function("linalg_vector_norm(a, 0)", lambda a: L.vector_norm(a, 0), torch.tensor([0.0, 1, -2], dtype=f64), grad=False)
for r, p in (("NULL", None), ("1", 1), ("2", 2), ("-2", -2), ("Inf", math.inf), ('"fro"', "fro"), ('"nuc"', "nuc")):
    for x in (m3, s3):      # (its own gradient fails but for p = 2 and -2)
        function("linalg_cond(a, %s)" % r, lambda a: L.cond(a, p) if p in (None, 2, -2) else
                 L.matrix_norm(a, p) * L.matrix_norm(L.inv(a), p), x)
function("linalg_cond(a)", L.cond, t53)
function("linalg_cond(a, 1)", lambda a: L.cond(a, 1), single, grad=False)

# products
p, q, r = rand(3, 4), rand(4, 5), rand(5, 2)
function("linalg_multi_dot(list(a, b, c))", lambda a, b, c: L.multi_dot([a, b, c]), p, q, r)
function("linalg_multi_dot(list(a, b, c))", lambda a, b, c: L.multi_dot([a, b, c]), rand(3), m3, rand(3))
function("torch_chain_matmul(list(a, b))", lambda a, b: L.multi_dot([a, b]), p, q)
function("torch_addmm(c, a, b, beta = 0.5, alpha = -2)", lambda a, b, c: torch.addmm(c, a, b, beta=0.5, alpha=-2), p, q, rand(5))
function("torch_addmm(c, a, b)", lambda a, b, c: torch.addmm(c, a, b), p, q, rand(3, 5))
function("torch_addmm(c, a, b, beta = 0)", lambda a, b, c: torch.addmm(c, a, b, beta=0), p, q, torch.full((3, 5), math.nan, dtype=f64))
function("torch_addmv(c, a, b, alpha = 2)", lambda a, b, c: torch.addmv(c, a, b, alpha=2), p, rand(4), rand(3))
function("torch_addr(c, a, b, beta = 3)", lambda a, b, c: torch.addr(c, a, b, beta=3), rand(3), rand(2), rand(3, 2))
function("torch_baddbmm(c, a, b, beta = 2)", lambda a, b, c: torch.baddbmm(c, a, b, beta=2), rand(2, 3, 4), rand(2, 4, 2), rand(2, 3, 2))
function("torch_addbmm(c, a, b)", lambda a, b, c: torch.addbmm(c, a, b), rand(2, 3, 4), rand(2, 4, 2), rand(3, 2))
function("torch_bmm(a, b)", torch.bmm, rand(10, 2, 3), rand(10, 3, 2))
function("torch_bmm(a, b)", torch.bmm, rand(2, 7, 6), rand(2, 6, 8))
function("torch_matmul(a, b)", torch.matmul, rand(2, 1, 3, 4), rand(5, 4, 2))
function("torch_matmul(a, b)", torch.matmul, rand(4), rand(2, 4, 2))
function("torch_matmul(a, b)", torch.matmul, rand(2, 3, 4), rand(4))
function("torch_inner(a, b)", torch.inner, rand(2, 4), rand(3, 4))
function("torch_vdot(a, b)", torch.vdot, rand(4), rand(4))
function("torch_ger(a, b)", torch.ger, rand(4), rand(3))
function("torch_kron(a, b)", torch.kron, rand(2, 3), rand(2, 2))
function("torch_cross(a, b, dim = 2)", lambda a, b: torch.cross(a, b, dim=1), rand(4, 3), rand(4, 3))
function("torch_cross(a, b)", lambda a, b: torch.cross(a, b), rand(3, 3), rand(3, 3))
for equation, shapes in (
        ("ij,jk->ik", ((2, 3), (3, 4))), ("ij,jk", ((2, 3), (3, 4))), ("ij,kj->ki", ((2, 3), (4, 3))), ("i,j->ij", ((2,), (3,))),
        ("i,i->", ((3,), (3,))), ("ii", ((3, 3),)), ("ii->i", ((3, 3),)), ("ij->ji", ((2, 3),)), ("ij->", ((2, 3),)),
        ("ij->j", ((2, 3),)), ("bij,bjk->bik", ((2, 3, 4), (2, 4, 2))), ("bij,bjk,bkl->bil", ((2, 3, 2), (2, 2, 4), (2, 4, 2))),
        ("bn,anm,bm->ba", ((2, 5), (3, 5, 4), (2, 4))), ("...ij,...jk->...ik", ((2, 1, 2, 3), (4, 3, 2))),
        ("i...->...", ((2, 3, 4),)), ("...ij", ((2, 3, 4),)), ("ba", ((2, 3),)), ("ij,ij->ij", ((2, 3), (2, 3))),
        ("iij,jk->ik", ((2, 2, 3), (3, 4))), ("ij,jk,kl,lm->im", ((2, 3), (3, 2), (2, 4), (4, 2))), ("ij,ij->i", ((2, 3), (2, 3))),
        ("ab,cb", ((2, 3), (4, 3))), ("ij,j->ij", ((2, 3), (1,))), ("i,->i", ((3,), ())), ("iji->j", ((2, 3, 2),)),
        ("bB,Bc", ((2, 3), (3, 2)))):
    args = "a, b, c, d".split(", ")[:len(shapes)]
    function('torch_einsum("%s", list(%s))' % (equation, ", ".join(args)),
             lambda *x: torch.einsum(equation, *x), *[rand(*shape) for shape in shapes])
function("torch_tensordot(a, b)", lambda a, b: torch.tensordot(a, b), rand(2, 3, 4), rand(3, 4, 2))
function("torch_tensordot(a, b, dims = 1)", lambda a, b: torch.tensordot(a, b, 1), rand(2, 3), rand(3, 4))
function("torch_tensordot(a, b, dims = list(c(1, 3), c(2, 1)))", lambda a, b: torch.tensordot(a, b, ([0, 2], [1, 0])), rand(2, 3, 4), rand(4, 2, 5))

# diagonals and shapes
x = rand(2, 3, 4)
for offset in (0, 1, -1, 5):
    function("torch_diagonal(a, offset = %d)" % offset, lambda a: torch.diagonal(a, offset), x)
    function("torch_diagonal(a, offset = %d, dim1 = 3, dim2 = 1)" % offset, lambda a: torch.diagonal(a, offset, 2, 0), x)
    function("torch_diagonal(a, offset = %d, dim1 = -2, dim2 = -1)" % offset, lambda a: torch.diagonal(a, offset, -2, -1), x)
    function("torch_diagflat(a, offset = %d)" % offset, lambda a: torch.diagflat(a, offset), rand(2, 2))
for offset in (0, 1, -2):
    function("torch_diag_embed(a, offset = %d)" % offset, lambda a: torch.diag_embed(a, offset), rand(2, 3))
    function("torch_diag_embed(a, offset = %d, dim1 = 1, dim2 = 3)" % offset, lambda a: torch.diag_embed(a, offset, 0, 2), rand(2, 3))
    function("torch_tril(a, %d)" % offset, lambda a: torch.tril(a, offset), x)
    function("torch_triu_indices(4, 3, offset = %d) + 0 * a" % offset, lambda a: torch.triu_indices(4, 3, offset) + 1 + 0 * a, rand(1), grad=False)
    function("torch_tril_indices(3, 4, offset = %d) + 0 * a" % offset, lambda a: torch.tril_indices(3, 4, offset) + 1 + 0 * a, rand(1), grad=False)
function("torch_block_diag(list(a, b, c))", lambda a, b, c: torch.block_diag(a, b, c), rand(2, 3), rand(3), rand(2, 2))
function("torch_movedim(a, 1, 3)", lambda a: torch.movedim(a, 0, 2), x)
function("torch_movedim(a, c(1, 2), c(-1, 1))", lambda a: torch.movedim(a, (0, 1), (-1, 0)), x)
function("torch_tile(a, c(2, 1, 3))", lambda a: torch.tile(a, (2, 1, 3)), x)
function("torch_tile(a, 2)", lambda a: torch.tile(a, (2,)), x)
function("torch_tile(a, c(2, 2))", lambda a: torch.tile(a, (2, 2)), rand(3))
function("torch_roll(a, 1, 2)", lambda a: torch.roll(a, 1, 1), x)
function("torch_roll(a, -5)", lambda a: torch.roll(a, -5), x)
function("torch_roll(a, c(1, -2), c(1, 3))", lambda a: torch.roll(a, (1, -2), (0, 2)), x)
function("torch_unflatten(a, 3, c(2, -1))", lambda a: torch.unflatten(a, 2, (2, -1)), x)
function("torch_unbind(a, 2)", lambda a: torch.unbind(a, 1), x)
function("torch_unbind(a)", lambda a: torch.unbind(a), x)
function("torch_tensor_split(a, 3, dim = 3)", lambda a: torch.tensor_split(a, 3, 2), x)
function("torch_tensor_split(a, indices = c(2, 4), dim = 3)", lambda a: torch.tensor_split(a, (1, 3), 2), x)
for stacked in ("vstack", "hstack", "dstack", "column_stack"):
    function("torch_%s(list(a, b))" % stacked, lambda a, b: getattr(torch, stacked)((a, b)), rand(3), rand(3))
    function("torch_%s(list(a, b))" % stacked, lambda a, b: getattr(torch, stacked)((a, b)), rand(2, 3), rand(2, 3))
for indexing in ("ij", "xy"):
    function('torch_meshgrid(list(a, b, c), indexing = "%s")' % indexing, lambda a, b, c: torch.meshgrid(a, b, c, indexing=indexing), rand(2), rand(3), rand(4))
function("torch_broadcast_tensors(list(a, b))", lambda a, b: torch.broadcast_tensors(a, b), rand(3, 1), rand(2, 1, 4))

# elements, one by one
x = torch.tensor([-2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.5, 1234.5678], dtype=f64)
for d in (0, 1, 3, -1, -2):
    function("torch_round(a, decimals = %d)" % d, lambda a: torch.round(a, decimals=d), x)
for mode in ("floor", "trunc"):
    function('torch_div(a, b, rounding_mode = "%s")' % mode, lambda a, b: torch.div(a, b, rounding_mode=mode), x, torch.tensor([2.0], dtype=f64))
    function('torch_div(a, b, rounding_mode = "%s")' % mode, lambda a, b: torch.div(a, b, rounding_mode=mode), x, torch.tensor([-1.0], dtype=f64))
function("torch_div(torch_tensor(c(7L, -7L)), torch_tensor(2L), rounding_mode = \"trunc\") + 0 * a",
         lambda a: torch.div(torch.tensor([7, -7]), 2, rounding_mode="trunc") + 0 * a, torch.zeros(1, dtype=f64), grad=False)
function("torch_logit(a, eps = 0.1)", lambda a: torch.logit(a, eps=0.1), torch.tensor([0.05, 0.1, 0.3, 0.9, 0.95, -1.0], dtype=f64))
for name, args in (("true_divide", 2), ("floor_divide", 2), ("multiply", 2), ("subtract", 2), ("divide", 2), ("arctan2", 2),
                   ("logaddexp2", 2), ("absolute", 1), ("negative", 1), ("fix", 1), ("arcsinh", 1), ("arctan", 1),
                   ("deg2rad", 1), ("rad2deg", 1), ("sgn", 1), ("nan_to_num", 1), ("float_power", 2)):
    values = [rand(2, 3), rand(3)] if args == 2 else [torch.cat([x, torch.zeros(1, dtype=f64)])]
    if name == "float_power":
        values[0] = values[0].abs()
    function("torch_%s(%s)" % (name, "a, b"[:3 * args - 2]), lambda *v: getattr(torch, name)(*v), *values)
function("torch_nan_to_num(a, nan = 2, posinf = 3)", lambda a: torch.nan_to_num(a, nan=2.0, posinf=3.0), torch.tensor([math.nan, math.inf, -math.inf, 1.0], dtype=f64))
for name in ("arccos", "arcsin", "arctanh"):
    function("torch_%s(a)" % name, lambda a: getattr(torch, name)(a), rand(4).tanh())
function("torch_arccosh(a)", torch.arccosh, rand(4).abs() + 1.1)
for name in ("greater", "greater_equal", "less", "less_equal", "not_equal", "logical_xor"):
    function("torch_%s(a, b) + 0" % name, lambda a, b: getattr(torch, name)(a, b) + 0, torch.tensor([0.0, 1, 2], dtype=f64), torch.tensor([0.0, 2, 1], dtype=f64), grad=False)
function("torch_heaviside(a, b)", torch.heaviside, torch.tensor([-1.0, 0, 2], dtype=f64), torch.tensor([0.5], dtype=f64), grad=False)
function("torch_igamma(0.5 + 0 * a, a)", lambda a: torch.igamma(torch.full_like(a, 0.5), a), torch.tensor([0.1, 1.0, 5.0], dtype=f64))
function("torch_igammac(2.5 + 0 * a, a)", lambda a: torch.igammac(torch.full_like(a, 2.5), a), torch.tensor([0.1, 1.0, 5.0], dtype=f64))
function("torch_mvlgamma(a, 3)", lambda a: torch.mvlgamma(a, 3), torch.tensor([[1.5, 2.0], [5.0, 1.1]], dtype=f64))
function("torch_mvlgamma(a, 1)", lambda a: torch.mvlgamma(a, 1), torch.tensor(1.5, dtype=f64))
close = [torch.tensor(v, dtype=f64) for v in ([1.0, 2, math.inf, math.nan, 3, math.inf], [1 + 1e-9, 2.1, math.inf, math.nan, math.inf, -math.inf])]
for equal_nan in (False, True):
    function("torch_isclose(a, b, equal_nan = %s) + 0" % str(equal_nan).upper(), lambda a, b: torch.isclose(a, b, equal_nan=equal_nan) + 0, *close, grad=False)
function("torch_clip(a, -1, 1)", lambda a: torch.clip(a, -1, 1), x)

# positions and elements
z = torch.tensor([[0.0, 1, 0], [2, 0, 3]], dtype=f64)
function("torch_nonzero(a)", lambda a: torch.nonzero(a) + 1, z, grad=False)
function("torch_nonzero(a, as_list = TRUE)", lambda a: [t + 1 for t in torch.nonzero(a, as_tuple=True)], z, grad=False)
function("torch_where(a > 1)", lambda a: [t + 1 for t in torch.where(a > 1)], z, grad=False)
function("torch_argwhere(a)", lambda a: torch.argwhere(a) + 1, torch.stack([z, z.flip(0)]), grad=False)
function("torch_nonzero(a)", lambda a: torch.nonzero(a) + 1, torch.zeros(3, dtype=f64), grad=False)
x = rand(2, 3, 4)
function("torch_take(a, torch_tensor(matrix(c(1L, 24L, 5L, 5L), 2)))", lambda a: torch.take(a, torch.tensor([[0, 4], [23, 4]])), x)
function("torch_take_along_dim(a, torch_argsort(a, 2), 2)", lambda a: torch.take_along_dim(a, torch.argsort(a, 1), 1), x)
function("torch_take_along_dim(a, torch_tensor(array(c(1L, 4L), c(1, 1, 2))), 3)", lambda a: torch.take_along_dim(a, torch.tensor([[[0, 3]]]), 2), x)
function("torch_take_along_dim(a, torch_tensor(c(3L, 24L)))", lambda a: torch.take_along_dim(a, torch.tensor([2, 23])), x)
function("torch_index_add(a, 2, torch_tensor(c(1L, 3L, 1L)), b, alpha = 2)", lambda a, b: torch.index_add(a, 1, torch.tensor([0, 2, 0]), b, alpha=2), x, rand(2, 3, 4))
function("torch_index_copy(a, 3, torch_tensor(c(4L, 2L)), b)", lambda a, b: torch.index_copy(a, 2, torch.tensor([3, 1]), b), x, rand(2, 3, 2))
function("torch_index_fill(a, 2, torch_tensor(c(1L, 3L)), 5)", lambda a: torch.index_fill(a, 1, torch.tensor([0, 2]), 5), x)
function("torch_index_put(a, list(torch_tensor(c(1L, 2L)), torch_tensor(c(3L, 1L))), b)",
         lambda a, b: torch.index_put(a, (torch.tensor([0, 1]), torch.tensor([2, 0])), b), x, rand(2, 4))
function("torch_index_put(a, list(torch_tensor(c(1L, 1L, 2L))), b, accumulate = TRUE)",
         lambda a, b: torch.index_put(a, (torch.tensor([0, 0, 1]),), b, accumulate=True), x, rand(3, 3, 4))
function("torch_index_put(a, list(torch_tensor(c(1L, 2L)), torch_tensor(c(3L, 1L)), torch_tensor(2L)), b)",
         lambda a, b: torch.index_put(a, (torch.tensor([0, 1]), torch.tensor([2, 0]), torch.tensor(1)), b), x, rand(1))
function("torch_index_put(a, list(a > 0), b)", lambda a, b: torch.index_put(a, (a > 0,), b), x, torch.tensor(7.0, dtype=f64))
function("torch_masked_scatter(a, a > 0, b)", lambda a, b: torch.masked_scatter(a, a > 0, b), x, rand(30))
edges, inside = torch.tensor([1.0, 2, 2, 5], dtype=f64), torch.tensor([[0.0, 1, 1.5], [2, 5, 6]], dtype=f64)
for right in (False, True):
    word = str(right).upper()
    function("torch_searchsorted(a, b, right = %s)" % word, lambda a, b: torch.searchsorted(a, b, right=right), edges, inside, grad=False)
    function("torch_bucketize(b, a, right = %s)" % word, lambda a, b: torch.bucketize(b, a, right=right), edges, inside, grad=False)
    function("torch_searchsorted(a, b, right = %s)" % word, lambda a, b: torch.searchsorted(a, b, right=right), torch.stack([edges, edges * 2]), inside, grad=False)

# statistics
x = torch.tensor([[3.0, 1, 2, 2], [0.5, -1, 4, 0], [7, 7, 7, 1]], dtype=f64)
q = torch.tensor([0.0, 0.3, 0.5, 0.95, 1], dtype=f64)
for how in ("linear", "lower", "higher", "midpoint", "nearest"):
    function('torch_quantile(a, 0.4, interpolation = "%s")' % how, lambda a: torch.quantile(a, 0.4, interpolation=how), x)
    function('torch_quantile(a, b, dim = 1, interpolation = "%s")' % how, lambda a, b: torch.quantile(a, b, dim=0, interpolation=how), rand(5, 3), q, grad=how == "linear" or False)
    function('torch_quantile(a, %s, dim = -1, keepdim = TRUE, interpolation = "%s")' % ("c(0.25, 0.8)", how),
             lambda a: torch.quantile(a, torch.tensor([0.25, 0.8], dtype=f64), dim=-1, keepdim=True, interpolation=how), rand(2, 3, 4))
holes = torch.tensor([[1.0, math.nan, 3], [math.nan, math.nan, math.nan], [4, 2, 0]], dtype=f64)
function("torch_quantile(a, 0.5, dim = 2)", lambda a: torch.quantile(a, 0.5, dim=1), holes, grad=False)
function("torch_nanquantile(a, 0.4, dim = 2)", lambda a: torch.nanquantile(a, 0.4, dim=1), holes, grad=False)
function("torch_nanquantile(a, 0.4, keepdim = TRUE)", lambda a: torch.nanquantile(a, 0.4, keepdim=True), holes)
for k in (1, 2, 4):
    function("torch_kthvalue(a, %d)" % k, lambda a: (lambda r: (r[0], r[1] + 1))(torch.kthvalue(a, k)), rand(3, 4))
function("torch_kthvalue(a, 2, dim = 1, keepdim = TRUE)", lambda a: (lambda r: (r[0], r[1] + 1))(torch.kthvalue(a, 2, 0, True)), rand(3, 4))
function("torch_mode(a)[[1]]", lambda a: torch.mode(a)[0], x)
function("torch_mode(a, dim = 1, keepdim = TRUE)[[1]]", lambda a: torch.mode(a, 0, True)[0], torch.round(3 * rand(7, 4)), grad=False)
function("torch_nansum(a, dim = 2)", lambda a: torch.nansum(a, 1), holes)
function("torch_nanmean(a)", torch.nanmean, holes)
function("torch_nanmean(a, dim = 2, keepdim = TRUE)", lambda a: torch.nanmean(a, 1, True), holes, grad=False)
function("torch_std_mean(a, dim = 2)", lambda a: torch.std_mean(a, 1), x)
function("torch_var_mean(a, dim = 1, unbiased = FALSE)", lambda a: torch.var_mean(a, 0, unbiased=False), x)
function("torch_var_mean(a)", lambda a: torch.var_mean(a), x)
function("torch_count_nonzero(a)", torch.count_nonzero, z, grad=False)
function("torch_count_nonzero(a, dim = 2)", lambda a: torch.count_nonzero(a, 1), holes, grad=False)
function("torch_aminmax(a, dim = 2)", lambda a: torch.aminmax(a, dim=1), rand(3, 4))
counted = torch.tensor([1, 3, 3, 0])
function("torch_bincount(torch_tensor(c(2L, 4L, 4L, 1L)), minlength = 6) + 0 * a", lambda a: torch.bincount(counted, minlength=6) + 0 * a, torch.zeros(1, dtype=f64), grad=False)
function("torch_bincount(torch_tensor(c(2L, 4L, 4L, 1L)), weights = a)", lambda a: torch.bincount(counted, a), rand(4), grad=False)
for text, args in (("", {}), (", bins = 4, min = -1, max = 2", {"bins": 4, "min": -1, "max": 2}), (", bins = 3", {"bins": 3})):
    function("torch_histc(a%s)" % text, lambda a: torch.histc(a, **args), torch.tensor([-1.0, 0, 0.5, 2, 3, 1.25], dtype=f64), grad=False)
function("torch_histc(a, bins = 3)", lambda a: torch.histc(a, 3), torch.ones(2, dtype=f64), grad=False)
function("torch_cov(a)", torch.cov, rand(3, 5))
function("torch_cov(a)", torch.cov, rand(5))
function("torch_cov(a, correction = 0)", lambda a: torch.cov(a, correction=0), rand(3, 5))
function("torch_cov(a, fweights = torch_tensor(c(1L, 2L, 3L)))", lambda a: torch.cov(a, fweights=torch.tensor([1, 2, 3])), rand(2, 3))
function("torch_cov(a, aweights = b)", lambda a, b: torch.cov(a, aweights=b), rand(2, 3), torch.tensor([0.2, 0.5, 0.3], dtype=f64))
function("torch_cov(a, fweights = torch_tensor(c(1L, 2L, 3L)), aweights = b)", lambda a, b: torch.cov(a, fweights=torch.tensor([1, 2, 3]), aweights=b), rand(2, 3), torch.tensor([0.2, 0.5, 0.3], dtype=f64))
function("torch_corrcoef(a)", torch.corrcoef, rand(3, 5))

# along one dimension
for x in (rand(5), rand(2, 3, 4), 1000 * rand(5), torch.tensor([-math.inf, -math.inf, 1, 2], dtype=f64)):
    function("torch_logcumsumexp(a, %d)" % x.ndim, lambda a: torch.logcumsumexp(a, -1), x, grad=bool(torch.isfinite(x).all()))
function("torch_logcumsumexp(a, 1)", lambda a: torch.logcumsumexp(a, 0), rand(4, 2))
function("torch_diff(a, prepend = b)", lambda a, b: torch.diff(a, prepend=b), rand(3, 4), rand(3, 1))
function("torch_diff(a, dim = 1, append = b)", lambda a, b: torch.diff(a, dim=0, append=b), rand(3, 4), rand(2, 4))
function("torch_diff(a, n = 2, prepend = b, append = c)", lambda a, b, c: torch.diff(a, 2, prepend=b, append=c), rand(4), rand(1), rand(2))
function("torch_trapz(a)", torch.trapz, rand(3, 4))
function("torch_trapezoid(a, dx = 0.5, dim = 1)", lambda a: torch.trapezoid(a, dx=0.5, dim=0), rand(3, 4))
function("torch_trapz(a, x = b)", torch.trapz, rand(3, 4), rand(4))
function("torch_trapezoid(a, x = b, dim = 1)", lambda a, b: torch.trapezoid(a, b, dim=0), rand(3, 4), rand(3, 4))
function("torch_vander(a)", lambda a: torch.stack([a ** k for k in (3, 2, 1, 0)], 1), rand(4))   # (its own gradient fails)
function("torch_vander(a, N = 3, increasing = TRUE)", lambda a: torch.vander(a, 3, True), torch.tensor([0.0, 1, -2], dtype=f64), grad=False)
for r, p in (("2", 2), ("1", 1), ("3", 3), ("Inf", math.inf)):
    function("torch_cdist(a, b, p = %s)" % r, lambda a, b: torch.cdist(a, b, p), rand(3, 2), rand(4, 2))
    function("torch_pdist(a, p = %s)" % r, lambda a: torch.nn.functional.pdist(a, p), rand(4, 3))
    function("torch_dist(a, b, p = %s)" % r, lambda a, b: torch.dist(a, b, p), rand(3, 2), rand(2))
function("torch_cdist(a, b)", torch.cdist, rand(2, 1, 3, 2), rand(5, 4, 2))
function("torch_cdist(a, a)", lambda a: torch.cdist(a, a, compute_mode="donot_use_mm_for_euclid_dist"), rand(3, 2))
write("functions.json", functions)
