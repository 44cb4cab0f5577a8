# Where R gives a package no way in: functions that do not dispatch.

#' Make a plain R function take tensors everywhere
#'
#' Most plain R functions work on tensors as they are. A few constructs of R look only at
#' their first argument, or at none: `f[2] <- x` where `f` is a numeric vector, `c(1, x)`,
#' `max(0, x)`, `for (xi in x)`, `matrix(x, 2)`, `outer(x, y)`. `tensor_function()` returns
#' a copy of a function in which these work too. On numbers the copy does what the original
#' does. Nothing outside the function changes.
#'
#' What is replaced, in the function and in the functions defined inside it:
#' `[<-`, `[[<-`, `c`, `sum`, `prod`, `max`, `min`, `range`, `pmax`, `pmin`, `which.max`,
#' `which.min`, `sapply`, `vapply`, `unlist`, `matrix`, `array`, `outer` and `%o%`,
#' `crossprod`, `tcrossprod`, `diag`, `det`, `solve`, `backsolve`, `forwardsolve`, `rowSums`,
#' `colSums`, `rowMeans`, `colMeans`, `apply`, `var`, `sd`, `beta`, `lbeta`, `choose`,
#' `lchoose`, `psigamma`, the densities `dnorm`, `dgamma`, `dbeta`, `dexp`, `dbinom`, `dpois`,
#' `dt`, `dlogis`, the functions `pnorm`, `plogis`, `qlogis`, and the sequence of `for`. A function of the same name that the
#' user has defined is left alone. Functions that it calls, and that are defined elsewhere,
#' are not changed: pass them through `tensor_function()` as well.
#'
#' @param fn A function.
#' @return A function with the arguments of `fn`.
#' @examples
#' f <- function(par) {
#'   r <- numeric(2)
#'   for (i in 1:2) r[i] <- par[i]^2 - i
#'   sum(c(1, r)^2)
#' }
#' x <- torch_tensor(c(1, 2), requires_grad = TRUE)
#' y <- tensor_function(f)(x)
#' y$backward()
#' x$grad
#' @export
tensor_function <- function(fn) {
  check_function(fn, "fn")
  if (is.primitive(fn)) return(fn)
  home <- environment(fn)
  masks <- new.env(parent = home)
  replacements <- c(tensor_masks, density_masks)
  for (name in names(replacements)) {
    found <- get0(name, home, mode = "function")
    if (identical(found, original(name))) assign(name, replacements[[name]], masks)
  }
  assign(".gradtape_items", loop_items, masks)
  body(fn) <- with_loops(body(fn))
  environment(fn) <- masks
  fn
}

original <- function(name) {
  get0(name, baseenv(), mode = "function", inherits = FALSE) %||% getExportedValue("stats", name)
}
`%||%` <- function(x, y) if (is.null(x)) y else x

# for (i in x) becomes for (i in .gradtape_items(x)).
with_loops <- function(code) {
  if (!is.call(code) && !is.pairlist(code)) return(code)
  for (k in seq_along(code)) {
    part <- code[[k]]
    # (NULL is a pairlist, and would be deleted by its assignment)
    if (!missing(part) && !is.null(part) && (is.call(part) || is.pairlist(part))) code[[k]] <- with_loops(part)
  }
  if (is.call(code) && identical(code[[1]], quote(`for`))) code[[3]] <- call(".gradtape_items", code[[3]])
  code
}
loop_items <- function(x) if (is_torch_tensor(x)) as.list(x) else x

any_tensor <- function(...) {
  for (x in list(...)) if (is_torch_tensor(x)) return(TRUE)
  FALSE
}
is_fillable <- function(x) is.null(x) || is.atomic(x) && (is.numeric(x) || is.logical(x))

# A function that takes `method` where an argument is a tensor.
mask <- function(name, method) {
  base_function <- original(name)
  function(...) if (any_tensor(...)) method(...) else base_function(...)
}

# A summary function on arguments of which any may be the tensor.
summary_mask <- function(name, method) {
  mask(name, function(..., na.rm = FALSE) method(.Call(C_call_join, list(...)), na.rm = na.rm))
}

# `f[i] <- x` with numbers on the left and a tensor on the right.
assignment_mask <- function(name) {
  base_function <- original(name)
  function(x, ..., value) {
    if (!is_torch_tensor(value) || is_torch_tensor(x) || !is_fillable(x)) return(base_function(x, ..., value = value))
    if (is.null(x)) x <- numeric()
    dtype <- if (value$dtype$name == "float") "float" else "double"
    start <- .Call(C_call_tensor, as.numeric(x), dtype, FALSE, if (is.null(dim(x))) length(x) else dim(x))
    replace_elements(start, given_subscripts(...), value)
  }
}

# Results of one number each are joined, as simplification does.
simplify_tensors <- function(parts) {
  if (!length(parts) || !any(vapply(parts, is_torch_tensor, NA))) return(NULL)
  sizes <- vapply(parts, length, 1L)
  if (all(sizes == 1)) return(do.call(c.gradtape_tensor, unname(parts)))
  if (all(sizes == sizes[1])) return(do.call(cbind.gradtape_tensor, unname(parts)))
  parts
}

extremum_mask <- function(name, op) {
  mask(name, function(..., na.rm = FALSE) {
    Reduce(function(a, b) {
      n <- max(length(a), length(b))
      if (length(a) < n && length(a) > 1) a <- elements(a, rep_len(seq_along(a), n))
      if (length(b) < n && length(b) > 1) b <- elements(b, rep_len(seq_along(b), n))
      op(a, b)
    }, list(...))
  })
}

fill_mask <- function(name, dims) {
  mask(name, function(data, ...) {
    dim <- dims(length(data), ...)
    values <- if (prod(dim) == length(data)) data else elements(data, rep_len(seq_along(data), prod(dim)))
    byrow <- isTRUE(list(...)$byrow)
    x <- reshaped(values, if (byrow) rev(dim) else dim)
    if (byrow) t(x) else x
  })
}
matrix_dims <- function(n, nrow = NULL, ncol = NULL, byrow = FALSE, dimnames = NULL) {
  if (is.null(nrow)) nrow <- if (is.null(ncol)) n else ceiling(n / ncol)
  c(nrow, ncol %||% ceiling(n / nrow))
}

# Sums and means over the rows or columns of a matrix.
margin_mask <- function(name, reduce, dim) mask(name, function(x, ...) reduce(x, dim = dim))

tensor_masks <- list(
  `[<-` = assignment_mask("[<-"),
  `[[<-` = assignment_mask("[[<-"),
  c = mask("c", c.gradtape_tensor),
  sum = summary_mask("sum", sum.gradtape_tensor),
  prod = summary_mask("prod", prod.gradtape_tensor),
  max = summary_mask("max", max.gradtape_tensor),
  min = summary_mask("min", min.gradtape_tensor),
  range = summary_mask("range", range.gradtape_tensor),
  pmax = extremum_mask("pmax", torch_maximum),
  pmin = extremum_mask("pmin", torch_minimum),
  which.max = mask("which.max", function(x) which.max(as.double(x))),
  which.min = mask("which.min", function(x) which.min(as.double(x))),
  sapply = function(X, FUN, ...) simplify_tensors(parts <- lapply(X, FUN, ...)) %||% sapply(parts, identity),
  vapply = function(X, FUN, FUN.VALUE, ...) {
    simplify_tensors(parts <- lapply(X, FUN, ...)) %||% vapply(parts, identity, FUN.VALUE)
  },
  unlist = function(x, ...) if (is.list(x)) simplify_tensors(x) %||% unlist(x, ...) else unlist(x, ...),
  matrix = fill_mask("matrix", matrix_dims),
  array = fill_mask("array", function(n, dim = n, ...) dim),
  outer = mask("outer", function(X, Y, FUN = "*", ...) {
    FUN <- match.fun(FUN)
    dims <- c(dim(X) %||% length(X), dim(Y) %||% length(Y))
    n <- length(X)
    x <- elements(X, rep(seq_along(X), times = length(Y)))
    y <- elements(Y, rep(seq_along(Y), each = n))
    reshaped(FUN(x, y, ...), dims)
  }),
  `%o%` = mask("%o%", function(X, Y) tensor_masks$outer(X, Y)),
  crossprod = mask("crossprod", function(x, y = x) crossprod.gradtape_tensor(x, y)),
  tcrossprod = mask("tcrossprod", function(x, y = x) tcrossprod.gradtape_tensor(x, y)),
  diag = mask("diag", function(x, ...) torch_diag(x)),
  det = mask("det", function(x, ...) linalg_det(x)),
  solve = mask("solve", solve.gradtape_tensor),
  backsolve = mask("backsolve", function(r, x, upper.tri = TRUE, transpose = FALSE) {
    as_columns(x, function(b) apply_op("trisolve", list(r, b), c(upper.tri, transpose, FALSE)))
  }),
  forwardsolve = mask("forwardsolve", function(l, x, upper.tri = FALSE, transpose = FALSE) {
    as_columns(x, function(b) apply_op("trisolve", list(l, b), c(upper.tri, transpose, FALSE)))
  }),
  rowSums = margin_mask("rowSums", torch_sum, 2L),
  colSums = margin_mask("colSums", torch_sum, 1L),
  rowMeans = margin_mask("rowMeans", torch_mean, 2L),
  colMeans = margin_mask("colMeans", torch_mean, 1L),
  apply = mask("apply", function(X, MARGIN, FUN, ...) {
    FUN <- match.fun(FUN)
    if (length(MARGIN) != 1 || length(value_shape(X)) != 2) {
      cli::cli_abort("{.fn apply} on a tensor takes a matrix and one {.arg MARGIN}.", call = NULL)
    }
    slices <- lapply(seq_len(value_shape(X)[MARGIN]), function(k) if (MARGIN == 1) X[k, ] else X[, k])
    results <- lapply(slices, FUN, ...)
    simplify_tensors(results) %||% simplify2array(results)
  }),
  var = mask("var", function(x, ...) torch_var(x)),
  sd = mask("sd", function(x, ...) torch_std(x)),
  lbeta = mask("lbeta", function(a, b) log_gamma(a) + log_gamma(b) - log_gamma(a + b)),
  beta = mask("beta", function(a, b) exp(log_gamma(a) + log_gamma(b) - log_gamma(a + b))),
  lchoose = mask("lchoose", function(n, k) log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1)),
  choose = mask("choose", function(n, k) exp(log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1))),
  psigamma = mask("psigamma", function(x, deriv = 0L) .Call(C_polygamma, x, as.numeric(deriv)))
)
log_gamma <- function(x) .Call(C_lgamma, x)

# ---- R's density functions, for tensor_function() ----

# A function of vectors, recycled as R does, from one that broadcasts.
recycling <- function(fun) {
  function(...) {
    args <- list(...)
    n <- max(vapply(args, length, 1L))
    args <- lapply(args, function(a) {
      if (length(a) == n || length(a) == 1) flat_or_scalar(a) else elements(a, rep_len(seq_along(a), n))
    })
    do.call(fun, args)
  }
}
flat_or_scalar <- function(a) if (length(a) == 1) reshaped(a, integer()) else flat_columns(a)

# d*(x, ..., log = FALSE) from the logarithm of the density.
density_mask <- function(name, fun) {
  mask(name, function(..., log = FALSE) {
    value <- fun(...)
    if (log) value else exp(value)
  })
}

density_masks <- list(
  dnorm = density_mask("dnorm", function(x, mean = 0, sd = 1) recycling(log_normal)(x, mean, sd)),
  dgamma = density_mask("dgamma", function(x, shape, rate = 1 / scale, scale = 1) recycling(log_gamma_density)(x, shape, rate)),
  dbeta = density_mask("dbeta", function(x, shape1, shape2) recycling(log_beta_density)(x, shape1, shape2)),
  dexp = density_mask("dexp", function(x, rate = 1) recycling(log_exponential)(x, rate)),
  dbinom = density_mask("dbinom", function(x, size, prob) recycling(log_binomial)(x, size, prob)),
  dpois = density_mask("dpois", function(x, lambda) recycling(log_poisson)(x, lambda)),
  dt = density_mask("dt", function(x, df) recycling(function(x, df) log_student_t(x, df, 0, 1))(x, df)),
  dlogis = density_mask("dlogis", function(x, location = 0, scale = 1) recycling(log_logistic)(x, location, scale)),
  pnorm = mask("pnorm", function(q, mean = 0, sd = 1, lower.tail = TRUE, log.p = FALSE) {
    z <- recycling(function(q, mean, sd) torch_div(torch_sub(q, mean), sd))(q, mean, sd)
    p <- torch_mul(torch_erfc(torch_mul(z, if (lower.tail) -sqrt(0.5) else sqrt(0.5))), 0.5)
    if (log.p) log(p) else p
  }),
  plogis = mask("plogis", function(q, location = 0, scale = 1, lower.tail = TRUE, log.p = FALSE) {
    z <- recycling(function(q, location, scale) torch_div(torch_sub(q, location), scale))(q, location, scale)
    if (!lower.tail) z <- -z
    if (log.p) .Call(C_logsigmoid, z) else torch_sigmoid(z)
  }),
  qlogis = mask("qlogis", function(p) torch_logit(p))
)
