# Writes tests/testthat/reference/distributions.json.gz from PyTorch (1.13): of each distribution the logarithm of the
# density with its gradients, entropy, mean, variance, cumulative probability and quantiles; and divergences.
import gzip, json, math, os
import torch
import torch.distributions as D

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "testthat", "reference")


def plain(t):
    t = torch.as_tensor(t, dtype=torch.float64).detach()
    return {"dim": list(t.shape), "values": [x if math.isfinite(x) else str(x) for x in t.flatten().tolist()]}


def seed_of(t):
    return torch.cos(torch.arange(t.numel())).reshape(t.shape)


def gradients(result, leaves):
    got = torch.autograd.grad((result * seed_of(result)).sum(), leaves, allow_unused=True, retain_graph=True)
    return [None if g is None else plain(g) for g in got]


def attempt(f):
    try:
        r = f()
        return r if torch.is_tensor(r) else None
    except (NotImplementedError, AttributeError, ValueError):
        return None


cases = []


def case(name, make, args, value, discrete=False):
    leaves = {k: torch.tensor(v).requires_grad_() for k, v in args.items()}
    x = torch.tensor(value)
    if not discrete:
        x = x.clone().requires_grad_()
    d = make(validate_args=False, **leaves)
    out = {"distribution": name, "args": {k: plain(v) for k, v in leaves.items()}, "value": plain(x)}
    at = x if name != "distr_categorical" else x.long() - 1
    log_prob = d.log_prob(at)
    inputs = list(leaves.values()) + ([] if discrete else [x])
    out["log_prob"] = plain(log_prob)
    out["log_prob_gradients"] = gradients(log_prob, inputs)
    for what in ["entropy", "mean", "variance", "stddev"]:
        r = attempt(lambda: getattr(d, what)() if what == "entropy" else getattr(d, what))
        if r is None:
            continue
        out[what] = plain(r)
        if r.requires_grad:
            out[what + "_gradients"] = gradients(r, list(leaves.values()))
    cdf = attempt(lambda: d.cdf(x))
    if cdf is not None:
        out["cdf"] = plain(cdf)
        p = torch.tensor([0.05, 0.5, 0.8]).reshape([3] + [1] * len(d.batch_shape))
        q = attempt(lambda: d.icdf(p))
        if q is not None:
            out["icdf"] = plain(q)
    out["batch_shape"] = list(d.batch_shape)
    out["event_shape"] = list(d.event_shape)
    cases.append(out)


pos = [0.3, 1.0, 2.5]
case("distr_normal", D.Normal, {"loc": [0.5, -1.0, 2.0], "scale": pos}, [0.1, 3.0, -20.0])
case("distr_normal", D.Normal, {"loc": [[0.5], [-1.0]], "scale": pos}, [[0.1, 3.0, -2.0]])
case("distr_normal", D.Normal, {"loc": 0.5, "scale": 2.0}, 40.0)
case("distr_lognormal", D.LogNormal, {"loc": [0.5, -1.0, 2.0], "scale": pos}, [0.1, 3.0, 2.0])
case("distr_half_normal", D.HalfNormal, {"scale": pos}, [0.1, 3.0, 2.0])
case("distr_laplace", D.Laplace, {"loc": [0.5, -1.0, 2.0], "scale": pos}, [0.1, 3.0, -20.0])
case("distr_cauchy", D.Cauchy, {"loc": [0.5, -1.0, 2.0], "scale": pos}, [0.1, 3.0, -20.0])
case("distr_uniform", D.Uniform, {"low": [0.5, -1.0, 2.0], "high": [0.75, 1.0, 4.5]}, [0.6, -1.0, 4.25])
case("distr_exponential", D.Exponential, {"rate": pos}, [0.0, 3.0, 20.0])
case("distr_weibull", D.Weibull, {"scale": pos, "concentration": [0.5, 1.0, 3.0]}, [0.1, 3.0, 2.0])
case("distr_gamma", D.Gamma, {"concentration": pos, "rate": [2.0, 0.5, 1.0]}, [0.1, 3.0, 20.0])
case("distr_gamma", D.Gamma, {"concentration": 50.0, "rate": 0.25}, [150.0, 250.0])
case("distr_chi2", D.Chi2, {"df": [1.0, 2.0, 7.5]}, [0.1, 3.0, 20.0])
case("distr_beta", D.Beta, {"concentration1": pos, "concentration0": [2.0, 0.5, 1.0]}, [0.1, 0.7, 0.999])
case("distr_student_t", D.StudentT, {"df": [3.0, 5.5, 30.0], "loc": [0.5, -1.0, 2.0], "scale": pos}, [0.1, 3.0, -20.0])
for p in [[0.1, 0.5, 0.95]]:
    case("distr_bernoulli", D.Bernoulli, {"probs": p}, [0.0, 1.0, 1.0], True)
    case("distr_bernoulli", D.Bernoulli, {"logits": [-30.0, 0.3, 4.0]}, [0.0, 1.0, 0.0], True)
    case("distr_binomial", lambda validate_args, **a: D.Binomial(7, validate_args=validate_args, **a), {"probs": p}, [0.0, 3.0, 7.0], True)
    case("distr_binomial", lambda validate_args, **a: D.Binomial(7, validate_args=validate_args, **a), {"logits": [-3.0, 0.3, 4.0]}, [2.0, 3.0, 7.0], True)
    case("distr_negative_binomial", D.NegativeBinomial, {"total_count": pos, "probs": p}, [0.0, 3.0, 70.0], True)
    case("distr_negative_binomial", D.NegativeBinomial, {"total_count": pos, "logits": [-3.0, 0.3, 4.0]}, [0.0, 3.0, 70.0], True)
case("distr_poisson", D.Poisson, {"rate": pos}, [0.0, 3.0, 11.0], True)
case("distr_categorical", D.Categorical, {"probs": [0.1, 0.6, 0.3]}, [1.0, 3.0, 2.0, 3.0], True)
case("distr_categorical", D.Categorical, {"probs": [[1.0, 6.0, 3.0], [2.0, 2.0, 1.0]]}, [3.0, 1.0], True)
case("distr_categorical", D.Categorical, {"logits": [[1.0, -6.0, 3.0], [2.0, 2.0, 1.0]]}, [[3.0, 1.0], [2.0, 2.0]], True)
case("distr_dirichlet", D.Dirichlet, {"concentration": [0.5, 2.0, 3.0]}, [[0.2, 0.5, 0.3], [0.01, 0.98, 0.01]])
case("distr_dirichlet", D.Dirichlet, {"concentration": [[0.5, 2.0], [1.0, 4.0]]}, [[0.2, 0.8], [0.4, 0.6]])
L = [[1.0, 0.0], [0.4, 0.7]]
S = [[1.5, 0.3], [0.3, 0.8]]
case("distr_multivariate_normal", D.MultivariateNormal, {"loc": [0.5, -1.0], "covariance_matrix": S}, [[0.1, 0.2], [2.0, -3.0]])
case("distr_multivariate_normal", D.MultivariateNormal, {"loc": [[0.5, -1.0], [2.0, 1.0]], "scale_tril": L}, [0.1, 0.2])
case("distr_multivariate_normal", D.MultivariateNormal, {"loc": [0.5, -1.0], "precision_matrix": S}, [0.1, 0.2])


def mixture(validate_args, weights, loc, scale):
    return D.MixtureSameFamily(D.Categorical(weights), D.Normal(loc, scale), validate_args=validate_args)


case("mixture", mixture, {"weights": [0.2, 0.5, 0.3], "loc": [-1.0, 0.0, 3.0], "scale": pos}, [0.1, 3.0, -20.0])
case("mixture", mixture, {"weights": [[0.2, 0.5, 0.3], [1.0, 1.0, 2.0]], "loc": [-1.0, 0.0, 3.0], "scale": pos}, [0.1, 3.0])

divergences = []


def divergence(name, make, p, q, name2=None, make2=None):
    a = {k: torch.tensor(v).requires_grad_() for k, v in p.items()}
    b = {k: torch.tensor(v).requires_grad_() for k, v in q.items()}
    r = D.kl_divergence(make(validate_args=False, **a), (make2 or make)(validate_args=False, **b))
    r = r * torch.ones(())
    divergences.append({"p": name, "q": name2 or name, "p_args": {k: plain(v) for k, v in a.items()},
                        "q_args": {k: plain(v) for k, v in b.items()}, "value": plain(r),
                        "gradients": gradients(r, list(a.values()) + list(b.values()))})


two = [0.7, 3.0]
divergence("distr_normal", D.Normal, {"loc": [0.5, -1.0], "scale": [0.3, 2.0]}, {"loc": 1.0, "scale": 1.5})
divergence("distr_lognormal", D.LogNormal, {"loc": [0.5, -1.0], "scale": [0.3, 2.0]}, {"loc": 1.0, "scale": 1.5})
divergence("distr_half_normal", D.HalfNormal, {"scale": two}, {"scale": 1.5})
divergence("distr_laplace", D.Laplace, {"loc": [0.5, -1.0], "scale": [0.3, 2.0]}, {"loc": 1.0, "scale": 1.5})
divergence("distr_cauchy", D.Cauchy, {"loc": [0.5, -1.0], "scale": [0.3, 2.0]}, {"loc": 1.0, "scale": 1.5})
divergence("distr_uniform", D.Uniform, {"low": [0.5, -1.0], "high": [0.75, 2.0]}, {"low": 0.0, "high": 2.5})
divergence("distr_exponential", D.Exponential, {"rate": two}, {"rate": 1.5})
divergence("distr_gamma", D.Gamma, {"concentration": two, "rate": [0.3, 2.0]}, {"concentration": 1.2, "rate": 1.5})
divergence("distr_exponential", D.Exponential, {"rate": two}, {"concentration": 1.2, "rate": 1.5}, "distr_gamma", D.Gamma)
divergence("distr_gamma", D.Gamma, {"concentration": two, "rate": [0.3, 2.0]}, {"rate": 1.5}, "distr_exponential", D.Exponential)
divergence("distr_beta", D.Beta, {"concentration1": two, "concentration0": [0.3, 2.0]}, {"concentration1": 1.2, "concentration0": 1.5})
divergence("distr_dirichlet", D.Dirichlet, {"concentration": [[0.7, 3.0, 1.0], [1.0, 2.0, 3.0]]}, {"concentration": [1.2, 1.5, 4.0]})
divergence("distr_bernoulli", D.Bernoulli, {"probs": [0.2, 0.9]}, {"probs": 0.4})
divergence("distr_bernoulli", D.Bernoulli, {"logits": [0.2, -3.9]}, {"probs": 0.4})
divergence("distr_poisson", D.Poisson, {"rate": two}, {"rate": 1.5})
divergence("distr_categorical", D.Categorical, {"probs": [[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]}, {"logits": [0.4, 1.0, 0.0]})
divergence("distr_multivariate_normal", D.MultivariateNormal, {"loc": [[0.5, -1.0], [2.0, 1.0]], "covariance_matrix": S},
           {"loc": [0.0, 1.0], "scale_tril": L})
divergence("distr_uniform", D.Uniform, {"low": [0.5, -1.0], "high": [0.75, 2.0]}, {"loc": 1.0, "scale": 1.5}, "distr_normal", D.Normal)
divergence("distr_laplace", D.Laplace, {"loc": [0.5, -1.0], "scale": [0.3, 2.0]}, {"loc": 1.0, "scale": 1.5}, "distr_normal", D.Normal)

text = json.dumps({"cases": cases, "divergences": divergences}, separators=(",", ":"))
with open(os.path.join(here, "distributions.json.gz"), "wb") as f:
    f.write(gzip.compress(text.encode(), mtime=0))
print(len(cases), "cases,", len(divergences), "divergences")
