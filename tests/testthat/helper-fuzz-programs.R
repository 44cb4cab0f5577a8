# Random programs: what a function means on numbers, it means on tensors and on a tape.
#
# A program is a list of steps, each an assignment of one R expression to a variable, so that it
# can be printed, run in several ways, and made smaller while it still fails. It grows step by
# step: a random template of the tables below is filled with variables made so far and evaluated
# on plain numbers; what gives no tame numbers is thrown away.

# ---- what torch's functions mean on plain numbers -----------------------------

fuzz_like <- function(value, x) if (is.null(dim(x))) as.vector(value) else array(value, dim(x))
fuzz_margin <- function(x, dim, fun) if (is.null(dim(x))) fun(x) else apply(x, 3 - dim, fun)
# Products of the matrices of stacks, one after the other; a single matrix goes with each.
fuzz_stacks <- function(x, y) {
  n <- if (length(dim(x)) == 3) dim(x)[1] else dim(y)[1]
  each <- function(x, k) if (length(dim(x)) == 3) matrix(x[k, , ], dim(x)[2]) else x
  products <- lapply(seq_len(n), function(k) each(x, k) %*% each(y, k))
  aperm(array(unlist(products), c(dim(products[[1]]), n)), c(3, 1, 2))
}

fuzz_reference <- list2env(list(
  torch_square = function(x) x^2,
  torch_reciprocal = function(x) 1 / x,
  torch_rsqrt = function(x) 1 / sqrt(x),
  torch_exp2 = function(x) 2^x,
  torch_frac = function(x) x - trunc(x),
  torch_sigmoid = function(x) fuzz_like(stats::plogis(x), x),
  torch_relu = function(x) fuzz_like(pmax(x, 0), x),
  torch_erf = function(x) fuzz_like(2 * stats::pnorm(x * sqrt(2)) - 1, x),
  torch_erfc = function(x) fuzz_like(2 * stats::pnorm(-x * sqrt(2)), x),
  torch_erfinv = function(x) fuzz_like(stats::qnorm((x + 1) / 2) / sqrt(2), x),
  torch_logit = function(x) log(x / (1 - x)),
  torch_sinc = function(x) fuzz_like(ifelse(x == 0, 1, sin(pi * x) / (pi * x)), x),
  torch_i0 = function(x) fuzz_like(besselI(abs(as.vector(x)), 0), x),
  torch_polygamma = function(n, x) fuzz_like(psigamma(x, n), x),
  torch_atan2 = function(x, y) fuzz_like(atan2(x, y), if (length(x) >= length(y)) x else y),
  torch_hypot = function(x, y) sqrt(x^2 + y^2),
  torch_maximum = function(x, y) fuzz_like(pmax(x, y), if (length(x) >= length(y)) x else y),
  torch_minimum = function(x, y) fuzz_like(pmin(x, y), if (length(x) >= length(y)) x else y),
  torch_logaddexp = function(x, y) log(exp(x) + exp(y)),
  torch_xlogy = function(x, y) fuzz_like(ifelse(x == 0, 0, x * log(y)), if (length(x) >= length(y)) x else y),
  torch_remainder = function(x, y) x %% y,
  torch_fmod = function(x, y) x - y * trunc(x / y),
  torch_clamp = function(x, min = -Inf, max = Inf) fuzz_like(pmin(pmax(x, min), max), x),
  torch_where = function(test, yes, no) fuzz_like(ifelse(test, yes, no), test),
  torch_masked_fill = function(x, mask, value) { x[mask] <- value; x },
  torch_sum = function(x, dim = NULL) if (is.null(dim)) sum(x) else fuzz_margin(x, dim, sum),
  torch_mean = function(x, dim = NULL) if (is.null(dim)) mean(x) else fuzz_margin(x, dim, mean),
  torch_prod = function(x, dim = NULL) if (is.null(dim)) prod(x) else fuzz_margin(x, dim, prod),
  torch_amax = function(x, dim = NULL) if (is.null(dim)) max(x) else fuzz_margin(x, dim, max),
  torch_amin = function(x, dim = NULL) if (is.null(dim)) min(x) else fuzz_margin(x, dim, min),
  torch_var = function(x, dim = NULL) if (is.null(dim)) stats::var(as.vector(x)) else fuzz_margin(x, dim, stats::var),
  torch_std = function(x) stats::sd(as.vector(x)),
  torch_logsumexp = function(x, dim = NULL) {
    if (is.null(dim)) log(sum(exp(x))) else fuzz_margin(x, dim, function(v) log(sum(exp(v))))
  },
  torch_median = function(x) sort(x)[(length(x) + 1) %/% 2],
  torch_norm = function(x, p = 2) if (p == Inf) max(abs(x)) else sum(abs(x)^p)^(1 / p),
  torch_cumsum = function(x, dim) {
    if (is.null(dim(x))) cumsum(x) else if (dim == 1) apply(x, 2, cumsum) else t(apply(x, 1, cumsum))
  },
  torch_cumprod = function(x, dim) cumprod(x),
  torch_sort = function(x, descending = FALSE) list(sort(x, decreasing = descending)),
  torch_topk = function(x, k) list(sort(x, decreasing = TRUE)[seq_len(k)]),
  torch_flip = function(x, dims) {
    if (is.null(dim(x))) rev(x)
    else if (dims == 1) x[rev(seq_len(nrow(x))), , drop = FALSE]
    else x[, rev(seq_len(ncol(x))), drop = FALSE]
  },
  torch_diff = function(x) diff(x),
  torch_outer = function(x, y) outer(x, y),
  torch_dot = function(x, y) sum(x * y),
  torch_matmul = function(x, y) {
    if (length(dim(x)) == 3 || length(dim(y)) == 3) fuzz_stacks(x, y)
    else if (is.null(dim(x)) || is.null(dim(y))) drop(x %*% y) else x %*% y
  },
  torch_bmm = function(x, y) fuzz_stacks(x, y),
  torch_mm = function(x, y) x %*% y,
  torch_mv = function(x, y) drop(x %*% y),
  torch_kron = function(x, y) kronecker(x, y),
  torch_trace = function(x) sum(diag(x)),
  torch_tril = function(x) { x[upper.tri(x)] <- 0; x },
  torch_triu = function(x, diagonal = 0) { x[col(x) - row(x) < diagonal] <- 0; x },
  torch_t = function(x) if (is.null(dim(x))) x else t(x),
  torch_transpose = function(x, dim0, dim1) {
    aperm(x, replace(seq_along(dim(x)), c(dim0, dim1), c(dim1, dim0)))
  },
  torch_permute = function(x, dims) aperm(x, dims),
  torch_flatten = function(x) if (is.null(dim(x))) as.vector(x) else as.vector(t(x)),
  torch_reshape = function(x, shape) matrix(if (is.null(dim(x))) x else t(x), shape[1], byrow = TRUE),
  torch_cat = function(tensors, dim = 1) {
    if (is.null(dim(tensors[[1]]))) do.call(c, tensors) else do.call(if (dim == 1) rbind else cbind, tensors)
  },
  torch_stack = function(tensors, dim = 1) {
    if (dim == 1) do.call(rbind, unname(tensors)) else do.call(cbind, unname(tensors))
  },
  torch_narrow = function(x, dim, start, length) x[seq(start, length.out = length)],
  torch_index_select = function(x, dim, index) {
    if (is.null(dim(x))) x[index] else if (dim == 1) x[index, , drop = FALSE] else x[, index, drop = FALSE]
  },
  torch_repeat_interleave = function(x, repeats) rep(x, each = repeats),
  torch_chunk = function(x, chunks) unname(split(x, ceiling(seq_along(x) / ceiling(length(x) / chunks)))),
  torch_diag = function(x) if (is.null(dim(x))) diag(x, length(x)) else diag(x),
  torch_logdet = function(x) as.vector(determinant(x)$modulus),
  linalg_det = function(x) det(x),
  linalg_inv = function(x) solve(x),
  linalg_solve = function(a, b) solve(a, b),
  linalg_cholesky = function(x) t(chol(x)),
  linalg_eigvalsh = function(x) rev(eigen(x, symmetric = TRUE, only.values = TRUE)$values),
  linalg_svdvals = function(x) svd(x, 0, 0)$d,
  linalg_solve_triangular = function(A, B, upper) if (upper) backsolve(A, B) else forwardsolve(A, B),
  nnf_softmax = function(x, dim) {
    if (is.null(dim(x))) exp(x) / sum(exp(x)) else t(apply(x, 1, function(v) exp(v) / sum(exp(v))))
  },
  nnf_log_softmax = function(x, dim) x - log(sum(exp(x))),
  nnf_softplus = function(x) log1p(exp(x)),
  nnf_logsigmoid = function(x) -log1p(exp(-x)),
  nnf_silu = function(x) x / (1 + exp(-x)),
  nnf_gelu = function(x) fuzz_like(x * stats::pnorm(x), x),
  nnf_elu = function(x) fuzz_like(ifelse(x > 0, x, expm1(x)), x),
  nnf_leaky_relu = function(x) fuzz_like(ifelse(x > 0, x, 0.01 * x), x),
  nnf_mse_loss = function(x, y) mean((x - y)^2),
  nnf_l1_loss = function(x, y) mean(abs(x - y)),
  nnf_huber_loss = function(x, y) { d <- abs(x - y); mean(ifelse(d < 1, d^2 / 2, d - 0.5)) },
  gamma_or_one = function(x) gamma(x)
), envir = new.env(parent = globalenv()))

# ---- templates ------------------------------------------------------------------
#
# {A} any variable, {s} a number, {v} a vector, {m} a matrix, {q} a square one; {$} the variable
# that was picked last; {=} one of its shape, or a number; {w} one of its shape. {k} a constant,
# {p} a positive one, {~} one near the value of {$} (so that points nearby are on both sides),
# {n} a position in {$}, {r} and {c} a row and a column of it.

fuzz_templates <- list(
  elementwise = c(
    "-{A}", "abs({A})", "sign({A}) * {=}", "sqrt({A}^2 + {p})", "sqrt(abs({A}) + {p})", "exp({A} / 2)", "exp(-{A}^2)",
    "expm1({A} / 3)", "log({A}^2 + {p})", "log(abs({A}) + 0.1)", "log(abs({A}) + {p}, base = 2)", "log2({A}^2 + 1)",
    "log10({A}^2 + 1)",
    "log1p({A}^2)", "sin({A})", "cos({A} * {k})", "tan({A} / 3)", "asin(tanh({A}) / 1.1)", "acos(tanh({A}) / 1.1)",
    "atan({A})", "sinh({A} / 2)", "cosh({A} / 2)", "tanh({A})", "asinh({A})", "acosh(1.5 + {A}^2)",
    "atanh(tanh({A}) / 2)",
    "sinpi({A})", "cospi({A})", "gamma(abs({A}) + {p})", "lgamma(abs({A}) + {p})", "digamma(abs({A}) + {p})",
    "trigamma(abs({A}) + {p})", "lbeta(abs({A}) + {p}, {p})", "floor({A}) * {=}", "ceiling({A}) + {=}",
    "round({A}) * {=}", "trunc({A}) + {=}",
    "{A} + {=}", "{A} - {=}", "{=} - {A}", "{A} * {=}", "{A} / (1 + {=}^2)", "{k} / (1 + {A}^2)", "{A} + {k}",
    "{k} * {A}", "{A} %% {p}",
    "{A} %% ({=}^2 + {p})", "{A} %/% {p} + {=}", "{A}^2", "{A}^3 / 4", "(abs({A}) + {p})^{k}",
    "(abs({A}) + {p})^tanh({=})", "abs({A})^{p}",
    "{p}^{A}", "{A} * ({=} > {k})", "({A} > {k}) + {=}", "({A} <= {=}) * {k} + {A}", "pmax({A}, {k})", "pmin({A}, {=})",
    "pmax({A}, {=}, {k})", "ifelse({A} > {k}, {A}, {=})", "ifelse({A} > 0, sqrt(pmax({$}, 0)), {k})",
    "ifelse({A} < {~}, sin({$}), {$}^2)",
    "plogis({A})", "dnorm({A})", "dnorm({A}, {k}, {p}, log = TRUE)", "pnorm({A})", "pnorm({A}, log.p = TRUE)",
    "dexp(abs({A}), {p})",
    "dgamma(abs({A}) + 0.1, {p}, {p}, log = TRUE)", "dbeta(plogis({A}), {p}, {p}, log = TRUE)",
    "dt({A}, {p}, log = TRUE)",
    "dlogis({A}, {k}, {p})", "dcauchy({A}, {k}, {p}, log = TRUE)", "dpois(2, abs({A}) + 0.1, log = TRUE)",
    "dbinom(1, 3, plogis({A}), log = TRUE)", "dweibull(abs({A}) + 0.1, {p}, {p}, log = TRUE)",
    "dlnorm(abs({A}) + 0.1, {k}, {p}, log = TRUE)",
    "torch_square({A})", "torch_reciprocal({A}^2 + {p})", "torch_rsqrt({A}^2 + {p})", "torch_exp2({A} / 2)",
    "torch_frac({A}) + {=}",
    "torch_sigmoid({A})", "torch_relu({A})", "torch_erf({A})", "torch_erfc({A})", "torch_erfinv(tanh({A}) / 1.1)",
    "torch_logit(plogis({A}))",
    "torch_sinc({A})", "torch_i0({A})", "torch_polygamma(2, abs({A}) + {p})", "torch_atan2({A}, {w})",
    "torch_hypot({A}, {w} + {p})",
    "torch_maximum({A}, {w})", "torch_minimum({A}, {k})", "torch_logaddexp({A}, {w})",
    "torch_xlogy({A}, abs({w}) + 0.1)",
    "torch_remainder({A}, {p})", "torch_fmod({A}, {p})", "torch_clamp({A}, {k}, 2)", "torch_clamp({A}, max = {k})",
    "torch_where({A} > {k}, {$}, {w})", "torch_where({A} > {~}, {w}, {k})", "torch_masked_fill({A}, {$} > {k}, {k})",
    "nnf_softplus({A})", "nnf_logsigmoid({A})", "nnf_silu({A})", "nnf_gelu({A})", "nnf_elu({A})", "nnf_leaky_relu({A})",
    "with_no_grad({A}) * 0 + {=}", "identity({A})", "Recall <- {A}", "local({ z <- {A}; z * {=} })"
  ),
  reduce = c(
    "sum({A})", "sum({A}, {=})", "mean({A})", "prod(tanh({A}))", "max({A})", "min({A})", "max({A}, {k})",
    "sum({A} * {w})", "sum({A} > {~}) * {k}",
    "median({v})", "var({v})", "sd({v})", "var({v}, {w})", "cor({v}, {w} + seq_along({$}))", "range({v})[2]",
    "diff(range({v}))", "crossprod({v})[1]", "norm({m})", "norm({m}, 'F')",
    "sqrt(sum({A}^2) + {p})", "log(sum(exp({v})))", "{v}[{n}]", "{v}[[{n}]]", "{m}[{r}, {c}]", "length({A}) * {s}",
    "which.max({v}) * {s}",
    "weighted.mean({v}, exp({w}))", "torch_sum({A})", "torch_mean({A})", "torch_prod(tanh({A}))", "torch_amax({A})",
    "torch_amin({A})", "torch_var({v})", "torch_std({v})",
    "torch_logsumexp({v})", "torch_median({v})", "torch_norm({A})", "torch_norm({A}, 1)", "torch_norm({A}, 3)",
    "torch_norm({A}, Inf)", "torch_dot({v}, {w})",
    "torch_trace({q})", "det({q})", "torch_logdet(crossprod({m}) + diag(1, ncol({$})))", "linalg_det({q})",
    "sum(determinant(crossprod({m}) + diag(1, ncol({$})))$modulus)",
    "nnf_mse_loss({v}, {w})", "nnf_l1_loss({v}, {w})", "nnf_huber_loss({v}, {w})",
    "Reduce(`+`, lapply(seq_along({v}), function(i) {$}[i]^2))",
    "sum(vapply(seq_along({v}), function(i) {$}[i] * i, 0))", "do.call(sum, list({A}, {s}))", "sum(apply({m}, 1, max))",
    "sum(outer({v}, {v}))"
  ),
  vectors = c(
    "rev({v})", "sort({v})", "sort({v}, decreasing = TRUE)", "cumsum({v})", "cumprod(tanh({v}))", "cummax({v})",
    "cummin({v})", "c({v}, {s})", "c({s}, {v}, {k})",
    "diff({v})", "{v}[-{n}]", "{v}[c({n}, {n}, {n})]", "{v}[{$} > {k}]", "{v}[order({$})]",
    "{v}[seq(1, length({$}), by = 2)]", "{v}[rev(seq_along({$}))]", "head({v}, -1)", "tail({v}, 2)",
    "rep({s}, 3)", "rep({v}, 2)", "rep({v}, each = 2)", "as.vector({m})", "{m}[{r}, ]", "{m}[, {c}]", "{m}[{$} > {k}]",
    "diag({q})", "rowSums({m})", "colSums({m})", "rowMeans({m})", "colMeans({m})", "drop({m} %*% {m}[{r}, ])",
    "apply({m}, 1, sum)", "apply({m}, 2, function(z) z[1] * sum(z))",
    "sapply(seq_along({v}), function(i) sin({$}[i]) * i)", "unlist(list({v}, {s}))",
    "unlist(lapply(1:3, function(i) {s} * i))", "outer({v}, 1:2)[, 2]",
    "torch_sum({m}, 1)", "torch_mean({m}, 2)", "torch_prod(tanh({m}), 1)", "torch_amax({m}, 1)", "torch_amin({m}, 2)",
    "torch_var({m}, 1)", "torch_logsumexp({m}, 2)", "torch_cumsum({v}, 1)", "torch_cumprod(tanh({v}), 1)",
    "torch_sort({v})[[1]]", "torch_sort({v}, descending = TRUE)[[1]]", "torch_topk({v}, 2)[[1]]", "torch_flip({v}, 1)",
    "torch_diff({v})", "torch_flatten({A})", "torch_cat(list({v}, {v}))", "torch_narrow({v}, 1, 1, 2)",
    "torch_index_select({v}, 1, c({n}, {n}))", "torch_repeat_interleave({v}, 2)", "torch_chunk({v}, 2)[[1]]",
    "torch_mv({m}, {m}[1, ])", "torch_diag({q})", "linalg_eigvalsh(crossprod({m}) + diag(seq_len(ncol({$}))))",
    "linalg_svdvals({m} + diag(2, nrow({$}), ncol({$})))", "nnf_softmax({v}, 1)", "nnf_log_softmax({v}, 1)",
    "mapply(function(a, b) a * b, {v}, {w})", "Map(function(a, b) a + b, {v}, {w})[[1]] * {v}", "cbind({v}, {w})[, 2]",
    "{ z <- {v}; names(z) <- letters[seq_along(z)]; z['a'] + unname({w}) }",
    "Reduce(function(a, b) tanh(a + b), as.list({v}), accumulate = FALSE) + {w}",
    "eigen(crossprod({m}) + diag(seq_len(ncol({$}))), symmetric = TRUE)$values",
    "svd({m} + diag(2, nrow({$}), ncol({$})))$d", "tapply({v}, seq_along({$}) %% 2, sum)[1] + {w}"
  ),
  matrices = c(
    "t({m})", "{m} %*% t({$})", "t({m}) %*% {$}", "crossprod({m})", "tcrossprod({m})", "{q} %*% {q}", "outer({v}, {v})",
    "{v} %o% {v}", "matrix({v}, 1)", "matrix({v}, ncol = 1)", "cbind({v}, {w})", "rbind({v}, {w})", "cbind({m}, 1)",
    "rbind({m}, {$})",
    "{m}[, ncol({$}):1]", "{m}[c({r}, {r}), ]", "{m}[-{r}, , drop = FALSE]", "diag({v})", "diag({s}, 2)",
    "matrix({s}, 2, 3)", "array({v}, c(1, length({$})))", "{m} * {m}[1, 1]", "{m} + row({$})", "sweep({m}, 1, {s})",
    "scale({m}, scale = FALSE)[, ]",
    "solve({q} + diag(3, nrow({$})))", "solve({q} + diag(3, nrow({$})), {w})",
    "chol(crossprod({m}) + diag(1, ncol({$})))", "chol2inv(chol(crossprod({m}) + diag(1, ncol({$}))))",
    "backsolve(chol(crossprod({m}) + diag(1, ncol({$}))), diag(ncol({$})))",
    "kronecker({m}, diag(2))", "{m} %x% matrix(1:2, 1)", "aperm({m})", "apply({m}, c(1, 2), function(z) z^2)",
    "sapply(1:2, function(i) {v} * i)", "`dim<-`({v}, c(length({$}), 1))",
    "torch_outer({v}, {v})", "torch_matmul({m}, t({$}))", "torch_mm({q}, {q})", "torch_kron({m}, {m})",
    "torch_tril({m})", "torch_triu({m}, 1)", "torch_t({m})", "torch_transpose({m}, 1, 2)",
    "torch_reshape({m}, c(ncol({$}), nrow({$})))",
    "torch_cat(list({m}, {$}), 2)", "torch_cat(list({m}, {$}), 1)", "torch_stack(list({v}, {w}))",
    "torch_stack(list({v}, {w}), 2)", "torch_index_select({m}, 1, c({r}, {r}))", "torch_diag({v})",
    "torch_flip({m}, 2)", "torch_cumsum({m}, 1)",
    "linalg_inv({q} + diag(3, nrow({$})))", "linalg_cholesky(crossprod({m}) + diag(1, ncol({$})))",
    "linalg_solve({q} + diag(3, nrow({$})), {w})",
    "linalg_solve_triangular(torch_tril({q}) + diag(3, nrow({$})), {w}, upper = FALSE)", "nnf_softmax({m}, 2)"
  ),
  control = c(
    "if ({s} > {~}) {s} * {k} else sin({s})", "if (sum({A}) > {k}) {$} * 2 else {$}^2",
    "if ({s} > {~} && {s} < {~}) {s} else {k}", "if (any({A} > {~})) sum({$}) else {s}",
    "if (all({v} > {k})) prod({$}) else sum({$})",
    "if (isTRUE({s} > {~})) {s} else {k} * {s}", "switch(1 + ({s} > {~}), {s}, {s}^2)", "ifelse({s} > {~}, {s}, {k})",
    "if (max({v}) == {$}[{n}]) {v} else rev({v})", "if (which.max({v}) == {n}) {s} else {s}^2",
    "{ z <- {A}; for (i in 1:3) z <- tanh(z + i * {=}); z }",
    "{ z <- 0; for (i in seq_along({v})) z <- z + i * {$}[i]; z }", "{ z <- 0; for (e in {v}) z <- sin(z) + e; z }",
    "{ z <- {s}; while (abs(z) > {p}) z <- z / 2; z }", "{ z <- {v}; while (sum(z^2) > {p}) z <- z / 2; z }",
    "{ z <- {s}; repeat { z <- z + 0.7; if (z > {k}) break }; z }",
    "{ z <- {s}; n <- 0; while (z > -1 && n < 4) { z <- z - {p}; n <- n + 1 }; z * n }",
    "{ z <- {v}; z[{n}] <- {s}; z }", "{ z <- {v}; z[{n}] <- {k}; z }", "{ z <- {v}; z[1:2] <- {v}[1:2]; z }",
    "{ z <- {v}; z[z > {k}] <- {k}; z }", "{ z <- {v}; z[-1] <- z[-length(z)] * {s}; z }",
    "{ z <- {m}; z[{r}, ] <- {s}; z }", "{ z <- {m}; z[{r}, {c}] <- {s}; z }",
    "{ z <- {m}; z[, 1] <- z[, ncol(z)]; z }", "{ z <- {m}; z[z < {k}] <- 0; z }",
    "{ z <- numeric(3); for (i in 1:3) z[i] <- {s} * i; z }", "{ z <- numeric(3); z[2] <- {s}; z[[3]] <- {s}^2; z }",
    "{ z <- matrix(0, 2, 2); z[1, 2] <- {s}; z[2, ] <- {s} * 1:2; z }",
    "{ z <- list(); for (i in 1:3) z[[i]] <- {s} / i; Reduce(`+`, z) }", "{ z <- {q}; diag(z) <- {k}; z }",
    "{ z <- {v}; for (i in 2:length(z)) z[i] <- z[i] + tanh(z[i - 1]); z }",
    "tryCatch(sum(log(diag(chol({q} + t({$}) + diag({~}, nrow({$})))))), error = function(e) {s})",
    "{ L <- tryCatch(chol({q} + t({$})), error = function(e) NULL); if (is.null(L)) sum({$}) else sum(log(diag(L))) }",
    "tryCatch(solve({q} - diag(diag({$}))), error = function(e) {$} * {k})",
    "tryCatch(if ({s} > {~}) stop('too large') else {s}^2, error = function(e) {s} / 3)",
    "tryCatch({ if ({s} < {~}) warning('small'); {s} }, warning = function(w) {k} * {s})",
    "(function(z) { if (z > {k}) return(z); z^2 })({s})",
    "(function(z, n) if (n == 0) z else Recall(sin(z) + 0.1, n - 1))({s}, 3)",
    "vapply({v}, function(e) if (e > {k}) e else e^2, 0)", "sapply({v}, function(e) if (e > {~}) e else -e)",
    "Reduce(function(a, b) if (a > b) a else b, as.list({v}))", "{ z <- {s}; if (z < {~}) z <- -z; z * {s} }",
    "as.integer({s} > {~}) * {s}", "round({s}) * {s}", "if (floor({s}) == floor({~})) {s} else {s}^2",
    "findInterval({k}, c(-1, 0, 1)) * {s}", "{v}[{$} > {~} | {$} < {k}]", "sum({v}[which({$} > {~})])",
    "{v}[rank({$})]", "{v}[order({$}, decreasing = TRUE)][1]"
  )
)

# ---- making a program ------------------------------------------------------------

fuzz_pick <- function(x) x[[sample.int(length(x), 1)]]

# The template filled from `values`, a named list; NULL where there is no fitting variable.
fuzz_fill <- function(template, values) {
  last <- NULL
  constant <- function() format(round(stats::runif(1, -2, 2), 2))
  choose <- function(fits) {
    names <- names(Filter(fits, values))
    if (!length(names)) return(NULL)
    # the latest more often
    fuzz_pick(c(names, utils::tail(names, 3)))
  }
  shape <- function(x) dim(x) %||% length(x)
  is_vector <- function(x) is.null(dim(x)) && length(x) > 1
  is_matrix <- function(x) length(dim(x)) == 2
  repeat {
    at <- regexpr("\\{[A-Za-z$=~]\\}", template)
    if (at < 0) break
    hole <- substr(template, at + 1, at + 1)
    now <- if (!is.null(last)) values[[last]]
    text <- switch(hole,
      A = , s = , v = , m = , q = {
        name <- choose(switch(hole, A = function(x) TRUE, s = function(x) is.null(dim(x)) && length(x) == 1,
                              v = is_vector,
                              m = is_matrix, q = function(x) is_matrix(x) && nrow(x) == ncol(x)))
        last <- name %||% last
        name
      },
      "$" = last,
      "=" = choose(function(x) identical(shape(x), shape(now)) || is.null(dim(x)) && length(x) == 1),
      w = choose(function(x) identical(shape(x), shape(now))),
      k = constant(),
      p = format(round(stats::runif(1, 0.3, 2.5), 2)),
      "~" = format(round(mean(now) + stats::rnorm(1, 0, 0.2), 3)),
      n = as.character(sample.int(length(now), 1)),
      r = as.character(sample.int(nrow(now), 1)),
      c = as.character(sample.int(ncol(now), 1)))
    if (is.null(text)) return(NULL)
    # lest a minus sign be read as part of what stands before it
    if (grepl("^-", text)) text <- paste0("(", text, ")")
    template <- paste0(substr(template, 1, at - 1), text, substr(template, at + 3, nchar(template)))
  }
  str2lang(template)
}

fuzz_eval <- function(code, values) {
  value <- fuzz_outcome(eval(code, list2env(values, parent = fuzz_reference)))
  if (!is_fuzz_error(value)) value
}
fuzz_is_tame <- function(x) {
  is.numeric(x) && length(x) > 0 && length(x) <= 60 && length(dim(x)) %in% c(0, 2) && all(is.finite(x)) &&
    max(abs(x)) < 200
}

# Parameters: one vector, one matrix, or a list of both.
fuzz_parameters <- function() {
  numbers <- function(n) round(stats::rnorm(n), 2)
  some <- function(names) if (stats::runif(1) < 0.5) names
  vector <- function() {
    x <- numbers(sample(2:5, 1))
    stats::setNames(x, some(letters[seq_along(x)]))
  }
  matrix <- function() {
    d <- fuzz_pick(list(c(2, 2), c(2, 2), c(3, 3), c(2, 3), c(3, 2), c(1, 2)))
    labels <- list(some(letters[seq_len(d[1])]), some(LETTERS[seq_len(d[2])]))
    array(numbers(prod(d)), d, if (length(unlist(labels))) labels)
  }
  fuzz_pick(list(list(x = vector()), list(x = vector()), list(x = matrix()), list(x = numbers(1)),
                 list(a = numbers(1), b = vector(), M = matrix()), list(b = vector(), u = vector()),
                 list(M = matrix(), N = matrix(), a = numbers(1))))
}

fuzz_program <- function(size = sample(2:9, 1)) {
  parameters <- fuzz_parameters()
  # Everything that a template needs is there from the start.
  first <- names(parameters)[1]
  steps <- list(
    list(name = "t0", code = str2lang(sprintf("sum(%s) / 3", first))),
    list(name = "u0", code = str2lang(sprintf("c(%s[1], sin(t0), 0.5)", first))),
    list(name = "m0", code = quote(matrix(c(u0, t0), 2))))
  values <- parameters
  for (s in steps) values[[s$name]] <- eval(s$code, list2env(values, parent = fuzz_reference))
  tries <- 0
  while (length(steps) < size + 3 && (tries <- tries + 1) < 20 * size) {
    template <- fuzz_pick(fuzz_templates[[sample(names(fuzz_templates), 1, prob = c(3, 2, 2, 2, 3))]])
    code <- fuzz_fill(template, values)
    if (is.null(code)) next
    value <- fuzz_eval(code, values)
    if (!fuzz_is_tame(value)) next
    name <- paste0("z", length(steps) - 2)
    steps[[length(steps) + 1]] <- list(name = name, code = code)
    values[[name]] <- value
  }
  list(parameters = parameters, steps = steps, result = utils::tail(names(values), 1 + (length(values) > 6)))
}

# The program as a function of its parameters: a scalar, or for "vector" its last result flat.
fuzz_function <- function(program, parent, output = "scalar") {
  body <- lapply(program$steps, function(s) call("<-", as.name(s$name), s$code))
  single <- length(program$parameters) == 1
  if (!single) {
    body <- c(lapply(names(program$parameters), function(n) call("<-", as.name(n), call("$", quote(p), as.name(n)))),
              body)
  }
  parts <- lapply(program$result, function(r) bquote(sum(.(as.name(r)) * 0.9)))
  result <- if (output == "scalar") Reduce(function(a, b) bquote(.(a) + .(b)), parts)
            else bquote(.(as.name(utils::tail(program$result, 1))) * 0.9)
  formals <- if (single) alist(x = ) else alist(p = )
  as.function(c(formals, as.call(c(quote(`{`), body, result))), envir = parent)
}

fuzz_flat <- function(parameters) unlist(lapply(parameters, as.vector), use.names = FALSE)
fuzz_shaped <- function(x, parameters) {
  at <- 0
  for (n in names(parameters)) {
    k <- length(parameters[[n]])
    values <- x[at + seq_len(k)]
    attributes(values) <- attributes(parameters[[n]])
    parameters[[n]] <- values
    at <- at + k
  }
  if (length(parameters) == 1) parameters[[1]] else parameters
}

# R code that makes the program, to paste.
fuzz_text <- function(program) {
  f <- fuzz_function(program, globalenv())
  par <- if (length(program$parameters) == 1) program$parameters[[1]] else program$parameters
  c("f <- ", deparse(f, width.cutoff = 120L), paste("par <-", paste(deparse(par), collapse = " ")))
}

# ---- running it ------------------------------------------------------------------

# A value, or the error that came instead. R recycles also what does not fit, with a warning.
fuzz_outcome <- function(code) {
  quiet <- function(w) {
    if (grepl("multiple", conditionMessage(w))) stop(conditionMessage(w)) else invokeRestart("muffleWarning")
  }
  tryCatch(suppressMessages(withCallingHandlers(code, warning = quiet)),
           error = function(e) structure(list(message = conditionMessage(e)), class = "fuzz_error"))
}
is_fuzz_error <- function(x) inherits(x, "fuzz_error")

# (f: what tensor_function() made)
fuzz_eager <- function(f, program, x, dtype = torch_double()) {
  x <- fuzz_shaped(x, program$parameters)
  leaves <- lapply(if (is.list(x)) x else list(x), function(v) torch_tensor(v, dtype = dtype, requires_grad = TRUE))
  y <- f(if (is.list(x)) leaves else leaves[[1]])
  if (!is_torch_tensor(y)) return(list(value = as.vector(y), gradient = 0 * fuzz_flat(program$parameters)))
  if (y$requires_grad) y$backward()
  list(value = as.vector(as_array(y)),
       gradient = fuzz_flat(lapply(leaves, function(l) as_array(l$grad %||% (l$detach() * 0)))))
}

# The derivative of f at x along v by central differences of two steps; NA where these differ,
# or the slopes on both sides do, as at a kink.
fuzz_slope <- function(f, x, v) {
  at <- lapply(c(-2, -1, 0, 1, 2, -4.6, -2.3, 2.3, 4.6), function(k) fuzz_outcome(f(x + k * 1e-4 * v)))
  if (any(vapply(at, is_fuzz_error, NA)) || length(unique(lengths(at))) > 1) return(NULL)
  a <- (8 * (at[[4]] - at[[2]]) - (at[[5]] - at[[1]])) / (12 * 1e-4)
  b <- (8 * (at[[8]] - at[[7]]) - (at[[9]] - at[[6]])) / (12 * 2.3e-4)
  ahead <- (at[[4]] - at[[3]]) / 1e-4
  behind <- (at[[3]] - at[[2]]) / 1e-4
  ifelse(is.finite(a) & is.finite(b) & abs(a - b) <= 1e-6 * (1 + abs(a)) & abs(ahead - behind) <= 0.02 * (1 + abs(a)),
         a, NA)
}

# The first difference beyond the tolerance, as text.
fuzz_compare <- function(what, a, b, tolerance, scale = 1) {
  if (is_fuzz_error(a) != is_fuzz_error(b)) {
    side <- function(x) {
      if (is_fuzz_error(x)) paste0("error: ", x$message)
      else paste(format(utils::head(x, 4), digits = 8), collapse = " ")
    }
    return(sprintf("%s: %s | %s", what, side(a), side(b)))
  }
  if (is_fuzz_error(a)) return(NULL)
  a <- as.vector(a)
  b <- as.vector(b)
  if (length(a) != length(b)) return(sprintf("%s: lengths %d and %d", what, length(a), length(b)))
  differs <- is.na(a) != is.na(b) | (!is.na(a) & !is.na(b) & a != b & !(abs(a - b) <= tolerance * (scale + abs(b))))
  if (!any(differs)) return(NULL)
  k <- which(differs)[1]
  sprintf("%s: element %d is %s | %s", what, k, format(a[k], digits = 15), format(b[k], digits = 15))
}

# Names, dim and dimnames of a result; torch's functions have rules of their own.
fuzz_compare_labels <- function(program, on_tensors, plain, x) {
  if (any(grepl("torch_|nnf_|linalg_", unlist(lapply(program$steps, function(s) all.names(s$code)))))) return(NULL)
  as_tensor <- function(v) if (is.list(v)) lapply(v, as_tensor) else torch_tensor(v)
  value <- tensor_function(on_tensors)(as_tensor(x))
  if (!is_torch_tensor(value)) return(NULL)
  expected <- plain(x)
  if (length(dim(expected)) == 1) expected <- stats::setNames(as.vector(expected), names(expected))
  value <- as_array(value)
  for (what in c("names", "dim", "dimnames")) {
    of <- get(what)
    if (!identical(of(value), of(expected))) return(sprintf("%s on tensors | R: %s | %s", what, deparse1(of(value)),
        deparse1(of(expected))))
  }
}

# NULL, or what differs between R, eager and tape at the points, visited in the given order.
fuzz_check <- function(program, points) {
  old <- options(gradtape.check = FALSE)              # the comparison is here
  on.exit(options(old))
  f <- fuzz_function(program, globalenv())
  on_tensors <- tensor_function(f)
  vector_f <- fuzz_function(program, globalenv(), "vector")
  shaped <- function(x) fuzz_shaped(x, program$parameters)
  plain <- fuzz_function(program, fuzz_reference)
  plain_vector <- fuzz_function(program, fuzz_reference, "vector")
  made <- fuzz_outcome(tape(f, shaped(points[[1]])))
  if (is_fuzz_error(made)) {
    return(if (!is_fuzz_error(fuzz_outcome(plain(shaped(points[[1]]))))) paste("tape():", made$message))
  }
  jacobian_tape <- NULL
  for (k in seq_along(points)) {
    x <- points[[k]]
    at <- function(what) sprintf("%s at point %d", what, k)
    expected <- fuzz_outcome(plain(shaped(x)))
    eager <- fuzz_outcome(fuzz_eager(on_tensors, program, x))
    fails <- is_fuzz_error(eager)
    value <- if (fails) eager else eager$value
    gradient <- if (fails) eager else eager$gradient
    size <- 1e-3 + if (fails) 0 else max(abs(gradient[is.finite(gradient)]), 0)
    v <- round(stats::rnorm(length(x)), 2)
    along <- function(what, ours, slope, tolerance) {
      if (is_fuzz_error(ours)) return(paste(at(what), ours$message))
      if (is.null(slope) || length(slope) != length(ours)) return(NULL)
      good <- !is.na(slope)
      fuzz_compare(at(what), ours[good], slope[good], tolerance, 1e-2 + max(abs(slope[good]), 0))
    }
    difference <- fuzz_compare(at("eager value | R"), value, expected, 1e-9)
    if (is.null(difference) && !fails && is.finite(value))
      difference <- along("gradient | differences", sum(gradient * v), fuzz_slope(function(x) plain(shaped(x)), x, v),
                          1e-4)
    if (is.null(difference) && !fails && k == 1) difference <- fuzz_compare_labels(program, vector_f, plain_vector,
        shaped(x))
    tasks <- sample(c("fn", "gr", "value_and_grad", "he", "hvp", "jacobian"), sample(2:6, 1))
    for (what in tasks) {
      if (!is.null(difference)) return(difference)
      difference <- switch(what,
        fn = fuzz_compare(at("tape fn | eager"), fuzz_outcome(made$fn(shaped(x))), value, 1e-9),
        gr = fuzz_compare(at("tape gr | eager"), fuzz_outcome(made$gr(shaped(x))), gradient, 1e-8, size),
        value_and_grad = fuzz_compare(at("tape value_and_grad | eager"),
                                      fuzz_outcome(unlist(made$value_and_grad(shaped(x)), use.names = FALSE)),
                                      if (fails) eager else c(value, gradient), 1e-8, size),
        he = if (!fails) {
          he <- fuzz_outcome(made$he(shaped(x)))
          if (is_fuzz_error(he)) paste(at("he"), he$message)
          else if (!identical(dim(he), rep(length(x), 2L))) paste(at("he has dim"), deparse(dim(he)))
          else along("he v | differences of the gradient", drop(he %*% v),
                     fuzz_slope(function(x) fuzz_eager(on_tensors, program, x)$gradient, x, v), 1e-3) %||%
            if (all(is.finite(he))) fuzz_compare(at("he | its transpose"), he, t(he), 1e-7, 1e-3 + max(abs(he)))
        },
        hvp = if (!fails) along("hvp | differences of the gradient", fuzz_outcome(made$hvp(shaped(x), v)),
                                fuzz_slope(function(x) fuzz_eager(on_tensors, program, x)$gradient, x, v), 1e-3),
        jacobian = if (!is_fuzz_error(expected)) {
          jacobian_tape <- jacobian_tape %||% fuzz_outcome(tape(vector_f, shaped(points[[1]])))
          jac <- if (is_fuzz_error(jacobian_tape)) jacobian_tape else fuzz_outcome(jacobian_tape$jacobian(shaped(x)))
          n <- length(plain_vector(shaped(x)))
          if (is_fuzz_error(jac)) paste(at("jacobian"), jac$message)
          else if (!identical(dim(jac), c(n, length(x)))) sprintf("%s: dim %s", at("jacobian"), deparse(dim(jac)))
          else along("jacobian v | differences", drop(jac %*% v), fuzz_slope(function(x) plain_vector(shaped(x)), x, v),
                     1e-4)
        })
    }
    if (!is.null(difference)) return(difference)
  }
  NULL
}

# Points around that of the program, and pairs on both sides of where its value or way jumps.
fuzz_points <- function(program, n = 5) {
  base <- fuzz_flat(program$parameters)
  near <- lapply(seq_len(n - 1), function(k) base + stats::rnorm(length(base), 0, fuzz_pick(list(0.05, 0.3, 1, 3))))
  points <- c(list(base), near)
  points <- c(points, fuzz_turn(program, base, near[[1]]))
  points <- c(points[1], sample(points[-1]))
  c(points, points[sample.int(length(points), 2)])
}

# Which way each branch of the program goes, as text; "" in programs without any.
fuzz_way <- function(program, x) {
  way <- character()
  note <- function(test) { way <<- c(way, if (isTRUE(test)) "1" else "0"); test }
  traced <- function(code) {
    if (!is.call(code)) return(code)
    for (k in seq_along(code)) if (is.call(code[[k]])) code[[k]] <- traced(code[[k]])
    if (identical(code[[1]], quote(`if`)) || identical(code[[1]], quote(`while`))) code[[2]] <- call(".note", code[[2]])
    code
  }
  program$steps <- lapply(program$steps, function(s) { s$code <- traced(s$code); s })
  f <- fuzz_function(program, list2env(list(.note = note), parent = fuzz_reference))
  fuzz_outcome(f(fuzz_shaped(x, program$parameters)))
  paste(way, collapse = "")
}
fuzz_turn <- function(program, from, to) {
  way <- fuzz_way(program, from)
  if (identical(way, fuzz_way(program, to))) return(NULL)
  for (k in 1:25) {
    middle <- (from + to) / 2
    if (identical(fuzz_way(program, middle), way)) from <- middle else to <- middle
  }
  list(from, to)
}

# ---- making it smaller --------------------------------------------------------------

# The variables that an expression uses.
fuzz_used <- function(program) unique(c(program$result, unlist(lapply(program$steps, function(s) all.vars(s$code)))))

# The smallest program found, by leaving out steps, for which fails(program) still holds.
fuzz_shrink <- function(program, fails) {
  without_unused <- function(p) {
    repeat {
      keep <- vapply(p$steps, function(s) s$name %in% fuzz_used(p), NA)
      if (all(keep)) return(p)
      p$steps <- p$steps[keep]
    }
  }
  names_of <- function(p) vapply(p$steps, `[[`, "", "name")
  # an earlier variable in place of step k
  merged <- function(p, k, other) {
    name <- names_of(p)[k]
    rename <- stats::setNames(list(as.name(other)), name)
    p$steps <- lapply(p$steps[-k], function(s) { s$code <- eval(call("substitute", s$code, rename)); s })
    p$result <- unique(ifelse(p$result == name, other, p$result))
    p
  }
  candidates <- function(p) {
    all <- c(names(p$parameters), names_of(p))
    out <- list(without_unused(p))
    for (r in all) { q <- p; q$result <- r; out <- c(out, list(without_unused(q), q)) }
    for (k in rev(seq_along(p$steps))) {
      name <- names_of(p)[k]
      if (!name %in% fuzz_used(p)) out <- c(out, list(utils::modifyList(p, list(steps = p$steps[-k]))))
      for (other in all[seq_len(length(p$parameters) + k - 1)]) out <- c(out, list(merged(p, k, other)))
      # a part of its expression
      parts <- Filter(is.call, as.list(p$steps[[k]]$code))
      for (part in parts) { q <- p; q$steps[[k]]$code <- part; out <- c(out, list(q)) }
    }
    size <- function(p) {
      c(length(p$steps), length(p$result), sum(vapply(p$steps, function(s) length(all.names(s$code)), 0)))
    }
    Filter(function(q) { d <- size(q) - size(p); d <- d[d != 0]; length(d) > 0 && d[1] < 0 }, out)
  }
  repeat {
    smaller <- Find(function(q) isTRUE(tryCatch(fails(q), error = function(e) FALSE)), candidates(program))
    if (is.null(smaller)) return(program)
    program <- smaller
  }
}

# Program number `k` of a seed: NULL, or a report of how it fails.
fuzz_run_program <- function(seed, k, points = 5, shrink = TRUE) {
  set.seed((seed * 1e5 + k) %% .Machine$integer.max, kind = "Mersenne-Twister", normal.kind = "Inversion",
           sample.kind = "Rejection")
  program <- fuzz_program()
  points <- fuzz_points(program, points)
  state <- .Random.seed
  check <- function(p) {
    assign(".Random.seed", state, globalenv())
    fuzz_check(p, points)
  }
  found <- check(program)
  if (is.null(found)) return(NULL)
  kind <- function(text) if (startsWith(text, "tape():")) text else sub(" at point.*", "", text)
  if (shrink) {
    program <- fuzz_shrink(program, function(p) { now <- check(p); !is.null(now) && kind(now) == kind(found) })
  }
  now <- check(program) %||% found
  number <- suppressWarnings(as.integer(sub(".*at point ([0-9]+).*", "\\1", now)))
  c(sprintf("program %d of seed %d: %s", k, seed, now), fuzz_text(program),
    if (!is.na(number)) paste0("first at ", paste(deparse(points[[1]], width.cutoff = 500L), collapse = ""),
                               ", fails at ", paste(deparse(points[[number]], width.cutoff = 500L), collapse = "")))
}
