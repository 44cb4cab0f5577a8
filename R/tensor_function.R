# Where R gives a package no way in: functions that do not dispatch.

#' Make a plain R function take tensors everywhere
#'
#' Most plain R functions work on tensors as they are. A few constructs of R look only at
#' their first argument, or at none: `f[2] <- x` where `f` is a numeric vector, `c(1, x)`,
#' `max(0, x)`, `for (xi in x)`, `matrix(x, 2)`, `outer(x, y)`. `tensor_function()` returns
#' a copy of a function in which these work too. On numbers the copy does what the original
#' does. Nothing outside the function changes.
#'
#' What is replaced, in the function and in the functions defined inside it, also when written
#' as `base::` or `stats::`:
#' - assignment: `[<-`, `[[<-`, `diag<-`, `replace`, `append`, `storage.mode<-`
#' - joining: `c`, `unlist`, `sapply`, `vapply`, `mapply`, `tapply`, `apply`, `Vectorize`
#' - choosing: `ifelse`, `match`, `%in%`, `which.max`, `which.min`, `pmax`, `pmin`, the sequence of `for`
#' - summaries: `sum`, `prod`, `max`, `min`, `range`, `var`, `cov`, `cor`, `sd`, `mad`, `IQR`,
#'   `weighted.mean`, `scale`, `proportions`, `rowsum`, `rowSums`, `colSums`, `rowMeans`, `colMeans`
#' - matrices: `matrix`, `array`, `drop`, `outer`, `%o%`, `crossprod`, `tcrossprod`, `diag`, `det`,
#'   `norm`, `eigen` (of a symmetric matrix), `svd`, `solve`, `backsolve`, `forwardsolve`, `chol2inv`, `sweep`, `embed`, `toeplitz`,
#'   `cov2cor`, `mahalanobis`
#' - mathematics: `atan2`, `beta`, `lbeta`, `choose`, `lchoose`, `psigamma`, `besselI`
#' - densities: `dnorm`, `dlnorm`, `dgamma`, `dchisq`, `dbeta`, `dexp`, `dweibull`, `dt`, `dcauchy`,
#'   `dlogis`, `dunif`, `dbinom`, `dpois`, `dgeom`, `dnbinom`
#' - probabilities: `pnorm`, `plnorm`, `pexp`, `pweibull`, `plogis`, and `qlogis`
#' - conversions: `as.numeric`, `as.double`, `as.matrix` keep the gradient ([as_array()] gives numbers)
#' - questions: `identical`, `is.vector`, `is.atomic`, `is.double`
#' - refused, with an error that says so: `pgamma`, `qnorm`, `qr`, `fft`, `approx`, and
#'   others that have no version for tensors
#'
#' A function of the same name that the user has defined is left alone. Functions that it
#' calls, and that are defined elsewhere, are not changed: pass them through
#' `tensor_function()` as well.
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
  names <- names(replacements)
  found <- mget(names, home, mode = "function", ifnotfound = list(NULL), inherits = TRUE)
  if (!identical(found, last_seen$found)) {
    last_seen$found <- found
    last_seen$ours <- mapply(identical, found, lapply(names, original))       # not the user's own
  }
  masks <- list2env(c(replacements[last_seen$ours], .gradtape_items = loop_items), parent = home)
  body(fn) <- with_replacements(body(fn))
  environment(fn) <- masks
  fn
}

# What was found under the names of the replacements, and which of them are R's functions: nearly
# always the same as the last time, and slow to compare.
last_seen <- new.env()

# R's own function: looked up when it is first needed, lest a copy be built into the package.
original <- function(name) {
  if (is.null(originals[[name]])) {
    fun <- get0(name, baseenv(), mode = "function", inherits = FALSE) %||% getExportedValue("stats", name)
    assign(name, fun, originals)
  }
  originals[[name]]
}
originals <- new.env()

# For functions that R writes in R: the copy of each that takes tensors, made when needed.
rewritten <- function(name, source = name) {
  copy <- NULL
  mask(name, function(...) {
    if (is.null(copy)) copy <<- tensor_function(original(source))
    copy(...)
  })
}
`%||%` <- function(x, y) if (is.null(x)) y else x

# for (i in x) becomes for (i in .gradtape_items(x)), and base::f the replacement of f.
with_replacements <- function(code) {
  if (!is.call(code) && !is.pairlist(code)) return(code)
  if (is_base_name(code) && !is.null(masked <- replacements[[as.character(code[[3]])]])) return(masked)
  for (k in seq_along(code)) {
    part <- code[[k]]
    # (NULL is a pairlist, and would be deleted by its assignment)
    if (!missing(part) && !is.null(part) && (is.call(part) || is.pairlist(part))) {
      code[[k]] <- with_replacements(part)
    }
  }
  if (is.call(code) && identical(code[[1]], quote(`for`))) code[[3]] <- call(".gradtape_items", code[[3]])
  code
}
is_base_name <- function(code) {
  is.call(code) && identical(code[[1]], quote(`::`)) && as.character(code[[2]]) %in% c("base", "stats")
}
loop_items <- function(x) if (is_torch_tensor(x)) as.list(x) else x

any_tensor <- function(...) {
  for (x in list(...)) if (is_torch_tensor(x)) return(TRUE)
  FALSE
}
is_fillable <- function(x) is.null(x) || is.atomic(x) && (is.numeric(x) || is.logical(x))

# A function that takes `method` where an argument is a tensor.
mask <- function(name, method) {
  function(...) if (any_tensor(...)) method(...) else original(name)(...)
}

# as.numeric(x), which in a plain R function drops attributes, keeps the gradient; what only
# becomes text are numbers.
conversion_mask <- function(name, method) {
  function(x, ...) {
    if (is_torch_tensor(x) && !calls_any(sys.call(-1), text_makers)) return(method(x))
    base_function <- original(name)
    base_function(x, ...)
  }
}
real_vector <- function(x) reshaped(if (is.logical(x)) .Call(C_add, x, 0) else x, length(x))

# A summary function on arguments of which any may be the tensor.
summary_mask <- function(name, method) {
  mask(name, function(..., na.rm = FALSE) method(.Call(C_call_join, list(...)), na.rm = na.rm))
}

# `f[i] <- x` with numbers on the left and a tensor on the right.
assignment_mask <- function(name) {
  function(x, ..., value) {
    if (!is_torch_tensor(value) || is_torch_tensor(x) || !is_fillable(x)) return(original(name)(x, ..., value = value))
    if (is.null(x)) x <- numeric()
    dtype <- if (value$dtype$name == "float") "float" else "double"
    start <- .Call(C_call_tensor, as.numeric(x), dtype, FALSE, if (is.null(dim(x))) length(x) else dim(x))
    named(start, names(x))
    replace_elements(start, given_subscripts(...), value)
  }
}

has_tensor <- function(parts) any(vapply(parts, is_torch_tensor, NA))

# Results of one number each are joined, others of one size are columns, as in simplify2array().
simplify_tensors <- function(parts, higher = FALSE) {
  if (!has_tensor(parts)) return(NULL)
  sizes <- vapply(parts, length, 1L)
  if (all(sizes == 1)) return(named(.Call(C_call_join, parts), names(parts)))
  if (any(sizes != sizes[1])) return(parts)
  values <- .Call(C_call_join, parts)
  reshaped(values, c(if (higher && !is.null(dim(parts[[1]]))) dim(parts[[1]]) else sizes[[1]], length(parts)))
}

# The elements of a list, and of the lists in it, one after the other.
flat_list <- function(x) {
  parts <- lapply(x, function(part) if (is.list(part)) flat_list(part) else list(part))
  do.call(base::c, unname(parts))
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
margin_mask <- function(name, dim, mean) {
  mask(name, function(x, na.rm = FALSE) {
    missing <- if (na.rm) is.na(x) else FALSE
    total <- torch_sum(torch_where(missing, 0, x), dim = dim)
    if (!mean) return(total)
    if (na.rm) torch_div(total, torch_sum(!missing, dim = dim)) else torch_div(total, value_shape(x)[dim])
  })
}

# ifelse(): plain truth values decide, as in R, which branches are evaluated.
choose_elements <- function(test, yes, no) {
  shape <- dim(test)
  n <- length(test)
  if (!is_torch_tensor(test)) test <- array(as.logical(test), shape %||% n)
  branch <- function(value) {
    if (length(value) == 1) return(flat_or_scalar(value))
    reshaped(elements(value, rep_len(seq_along(value), n)), shape %||% n)
  }
  needed <- function(flags) is_torch_tensor(flags) || any(flags, na.rm = TRUE)
  missing <- if (!is_torch_tensor(test)) is.na(test)
  if (any(missing)) test <- test & !missing
  yes <- if (needed(test)) branch(yes) else NaN
  value <- torch_where(test, yes, if (needed(!test)) branch(no) else NaN)
  if (any(missing)) torch_where(missing, NaN, value) else value
}

diagonal <- function(x = 1, nrow, ncol, names = TRUE) {
  if (length(value_shape(x)) == 2) return(torch_diag(x))
  if (length(x) == 1 && missing(nrow) && missing(ncol)) return(base::diag(as.integer(x)))
  if (missing(nrow)) nrow <- length(x)
  if (missing(ncol)) ncol <- nrow
  at <- seq_len(min(nrow, ncol))
  values <- elements(x, rep_len(seq_along(x), length(at)))
  apply_op("put", list(values, index_tensor((at - 1) * (nrow + 1))), c(nrow, ncol))
}

first_equal <- function(x, table, nomatch) {
  vapply(seq_along(x), function(i) {
    at <- which(as.logical(table == x[i]))
    if (length(at)) at[1] else as.integer(nomatch)
  }, 1L)
}

which_extreme <- function(position, x) {
  x <- flat_columns(x)
  if (anyNA(x)) which(!is.na(x))[as.integer(position(without_missing(x, TRUE)))] else as.integer(position(x))
}

outer_product <- function(x, y) torch_mul(reshaped(x, c(length(x), 1L)), reshaped(y, c(1L, length(y))))

# cov(x, y), of vectors or of the columns of matrices.
covariance <- function(x, y = x, na.rm = FALSE) {
  centred <- function(x) {
    x <- at_least_matrix(x)
    torch_sub(x, torch_mean(x, dim = 1L, keepdim = TRUE))
  }
  force(y)
  if (na.rm) {
    missing <- matrix(as.logical(is.na(cbind.gradtape_tensor(x, y))), nrow = NROW(x))
    complete <- which(rowSums(missing) == 0)
    rows <- function(v) if (length(value_shape(v)) == 2) v[complete, , drop = FALSE] else v[complete]
    x <- rows(x)
    y <- rows(y)
  }
  products <- torch_div(crossprod.gradtape_tensor(centred(x), centred(y)), value_shape(x)[1] - 1)
  if (is.null(dim(x)) && is.null(dim(y))) reshaped(products, integer()) else products
}

# Are these the same values in the same shape?
same_values <- function(x, y) {
  numbers <- function(x) is_torch_tensor(x) || is.numeric(x) || is.logical(x)
  numbers(x) && numbers(y) && length(x) == length(y) && identical(dim(x), dim(y)) && isTRUE(as.logical(all(x == y)))
}

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
  pmax.int = extremum_mask("pmax.int", torch_maximum),
  pmin.int = extremum_mask("pmin.int", torch_minimum),
  ifelse = function(test, yes, no) {
    # of many tests the values are not read, lest a tape be recorded anew for each pattern
    if (is_torch_tensor(test) && length(test) != 1) return(choose_elements(test, yes, no))
    if (is_torch_tensor(test)) test <- as.logical(test)
    needs_yes <- any(as.logical(test), na.rm = TRUE)
    needs_no <- any(!as.logical(test), na.rm = TRUE)
    if (needs_yes && is_torch_tensor(yes) || needs_no && is_torch_tensor(no)) choose_elements(test, yes, no)
    else base::ifelse(test, yes, no)
  },
  which.max = mask("which.max", function(x) which_extreme(torch_argmax, x)),
  which.min = mask("which.min", function(x) which_extreme(torch_argmin, x)),
  as.numeric = conversion_mask("as.numeric", real_vector),
  as.double = conversion_mask("as.double", real_vector),
  as.matrix = conversion_mask("as.matrix", at_least_matrix),
  is.vector = mask("is.vector", function(x, mode = "any") is.null(dim(x)) && mode %in% c("any", "numeric", "double")),
  is.atomic = mask("is.atomic", function(x) TRUE),
  is.double = mask("is.double", function(x) tensor_info(x)$dtype %in% c("float", "double")),
  identical = mask("identical", function(x, y, ...) same_values(x, y)),
  match = mask("match", function(x, table, nomatch = NA_integer_) first_equal(x, table, nomatch)),
  `%in%` = mask("%in%", function(x, table) !is.na(first_equal(x, table, NA_integer_))),
  `diag<-` = rewritten("diag<-"),
  `storage.mode<-` = mask("storage.mode<-", function(x, value) x),
  drop = mask("drop", function(x) torch_squeeze(x)),
  sapply = function(X, FUN, ..., simplify = TRUE, USE.NAMES = TRUE) {
    parts <- base::sapply(X, FUN, ..., simplify = FALSE, USE.NAMES = USE.NAMES)
    if (isFALSE(simplify)) return(parts)
    higher <- identical(simplify, "array")
    simplify_tensors(parts, higher) %||% simplify2array(parts, higher)
  },
  vapply = function(X, FUN, FUN.VALUE, ..., USE.NAMES = TRUE) {
    parts <- base::sapply(X, FUN, ..., simplify = FALSE, USE.NAMES = USE.NAMES)
    simplify_tensors(parts, higher = TRUE) %||% vapply(parts, identity, FUN.VALUE, USE.NAMES = USE.NAMES)
  },
  mapply = function(FUN, ..., MoreArgs = NULL, SIMPLIFY = TRUE, USE.NAMES = TRUE) {
    parts <- base::mapply(FUN, ..., MoreArgs = MoreArgs, SIMPLIFY = FALSE, USE.NAMES = USE.NAMES)
    if (isFALSE(SIMPLIFY)) return(parts)
    higher <- identical(SIMPLIFY, "array")
    simplify_tensors(parts, higher) %||% simplify2array(parts, higher)
  },
  unlist = function(x, ...) {
    if (!is.list(x) || !has_tensor(parts <- flat_list(x))) return(unlist(x, ...))
    named(.Call(C_call_join, parts), names(unlist(positions_in(x), ...)))
  },
  tapply = mask("tapply", function(X, INDEX, FUN, ...) {
    groups <- split(seq_along(X), INDEX)
    parts <- lapply(groups, function(at) if (length(at)) FUN(elements(X, at), ...) else NaN)
    result <- simplify_tensors(parts) %||% return(simplify2array(parts))
    if (!is.list(INDEX) || length(INDEX) == 1) return(result)
    reshaped(result, vapply(INDEX, function(by) nlevels(as.factor(by)), 1L, USE.NAMES = FALSE))
  }),
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
  diag = mask("diag", diagonal),
  det = mask("det", function(x, ...) linalg_det(x)),
  norm = mask("norm", function(x, type = "O") {
    if (toupper(type) %in% c("F", "E")) return(torch_norm(x))
    if (toupper(type) == "2") {
      return(if (length(x) == max(value_shape(x))) torch_norm(x) else linalg_svdvals(x)[1])
    }
    sizes <- abs(x)
    switch(toupper(type), O = , `1` = max(torch_sum(sizes, dim = 1L)), I = max(torch_sum(sizes, dim = 2L)), M = max(sizes),
           abort("{.arg type} must be one of {.val {c('O', 'I', 'F', 'M', '2')}}, not {.val {type}}."))
  }),
  chol2inv = mask("chol2inv", function(x) {
    columns <- tensor_masks$backsolve(x, diag(nrow(x)))
    tcrossprod.gradtape_tensor(columns)
  }),
  eigen = mask("eigen", function(x, symmetric, only.values = FALSE) {
    if (missing(symmetric)) symmetric <- as.logical(all(abs(x - t(x)) <= 100 * .Machine$double.eps * max(abs(x))))
    if (!symmetric) {
      abort("{.fn eigen} of a tensor takes a symmetric matrix; of others the eigenvalues may be complex.")
    }
    parts <- linalg_eigh(x)
    structure(list(values = rev(parts[[1]]), vectors = if (!only.values) torch_flip(parts[[2]], 2)), class = "eigen")
  }),
  svd = mask("svd", function(x, ...) {
    parts <- linalg_svd(x)
    list(d = parts[[2]], u = parts[[1]], v = t(parts[[3]]))
  }),
  solve = mask("solve", solve.gradtape_tensor),
  backsolve = mask("backsolve", function(r, x, upper.tri = TRUE, transpose = FALSE) {
    as_columns(x, function(b) apply_op("trisolve", list(r, b), c(upper.tri, transpose, FALSE)))
  }),
  forwardsolve = mask("forwardsolve", function(l, x, upper.tri = FALSE, transpose = FALSE) {
    as_columns(x, function(b) apply_op("trisolve", list(l, b), c(upper.tri, transpose, FALSE)))
  }),
  rowSums = margin_mask("rowSums", 2L, mean = FALSE),
  colSums = margin_mask("colSums", 1L, mean = FALSE),
  rowMeans = margin_mask("rowMeans", 2L, mean = TRUE),
  colMeans = margin_mask("colMeans", 1L, mean = TRUE),
  apply = mask("apply", function(X, MARGIN, FUN, ...) {
    FUN <- match.fun(FUN)
    shape <- value_shape(X)
    if (length(shape) == 2 && identical(as.numeric(MARGIN), c(1, 2))) {
      return(reshaped(.Call(C_call_join, lapply(as.list(X), FUN, ...)), shape))
    }
    if (length(MARGIN) != 1 || length(shape) != 2) {
      abort("{.fn apply} on a tensor takes a matrix, and as {.arg MARGIN} 1, 2 or c(1, 2).")
    }
    slices <- lapply(seq_len(shape[MARGIN]), function(k) if (MARGIN == 1) X[k, ] else X[, k])
    results <- lapply(slices, FUN, ...)
    simplify_tensors(results) %||% simplify2array(results)
  }),
  var = mask("var", function(x, y = x, na.rm = FALSE) covariance(x, y, na.rm)),
  cov = mask("cov", function(x, y = x) covariance(x, y)),
  cor = mask("cor", function(x, y = x) {
    spread <- function(x) torch_sqrt(torch_var(at_least_matrix(x), dim = 1L))
    products <- covariance(x, y)
    torch_div(products, reshaped(outer_product(spread(x), spread(y)), value_shape(products)))
  }),
  sd = mask("sd", function(x, na.rm = FALSE) torch_std(flat_columns(without_missing(x, na.rm)))),
  atan2 = mask("atan2", function(y, x) recycling(torch_atan2)(y, x)),
  besselI = mask("besselI", function(x, nu, expon.scaled = FALSE) {
    if (!is.numeric(nu) || is_torch_tensor(nu) || any(nu != round(nu) | nu < 0)) {
      abort("{.fn besselI} of a tensor takes whole numbers as {.arg nu}.")
    }
    value <- recycling(function(x, nu) .Call(C_besseli, x, nu))(x, nu)
    if (expon.scaled) value * exp(-x) else value
  }),
  lbeta = mask("lbeta", function(a, b) log_gamma(a) + log_gamma(b) - log_gamma(a + b)),
  beta = mask("beta", function(a, b) exp(log_gamma(a) + log_gamma(b) - log_gamma(a + b))),
  lchoose = mask("lchoose", function(n, k) log_choose_size(n, round(k))),
  choose = mask("choose", function(n, k) {
    k <- round(k)
    # of the k factors n, n - 1, ..., so many are negative
    negative <- torch_maximum(k - torch_maximum(floor(n) + 1, 0), 0)
    (1 - 2 * (negative %% 2)) * exp(log_choose_size(n, k))
  }),
  rowsum = mask("rowsum", function(x, group) {
    member <- outer(sort(unique(group)), group, "==") + 0
    matrix_product(member, at_least_matrix(x))
  }),
  replace = rewritten("replace"),
  append = rewritten("append"),
  sweep = rewritten("sweep"),
  scale = rewritten("scale", "scale.default"),
  mahalanobis = rewritten("mahalanobis"),
  embed = rewritten("embed"),
  toeplitz = rewritten("toeplitz"),
  cov2cor = rewritten("cov2cor"),
  proportions = rewritten("proportions"),
  prop.table = rewritten("prop.table"),
  marginSums = rewritten("marginSums"),
  mad = rewritten("mad"),
  IQR = rewritten("IQR"),
  weighted.mean = mask("weighted.mean", function(x, w = 1) sum(x * w) / sum(0 * x + w)),
  Vectorize = function(FUN, ...) tensor_function(base::Vectorize)(FUN, ...),
  psigamma = mask("psigamma", function(x, deriv = 0L) .Call(C_polygamma, x, as.numeric(deriv)))
)
log_gamma <- function(x) .Call(C_lgamma, x)
# log(abs(choose(n, k)))
log_choose_size <- function(n, k) log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1)


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

# The arguments as R's own function would match them: by name, part of a name, or position.
matched <- function(fun, args) as.list(match.call(fun, as.call(c(list(quote(f)), args))))[-1]

# d*(x, ..., log = FALSE) from the logarithm of the density.
density_mask <- function(name, fun) {
  mask(name, function(...) {
    args <- matched(original(name), list(...))
    value <- do.call(fun, args[names(args) != "log"])
    if (isTRUE(args$log)) value else exp(value)
  })
}

# p*(q, ..., lower.tail = TRUE, log.p = FALSE) of a positive variable from its cumulative hazard.
survival_mask <- function(name, hazard) {
  mask(name, function(...) {
    args <- matched(original(name), list(...))
    args$q <- torch_maximum(args$q, 0)
    log_upper <- torch_neg(do.call(hazard, args[!names(args) %in% c("lower.tail", "log.p")]))
    log_p <- isTRUE(args$log.p)
    if (isFALSE(args$lower.tail)) return(if (log_p) log_upper else exp(log_upper))
    if (log_p) log(-expm1(log_upper)) else -expm1(log_upper)
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
  dnbinom = density_mask("dnbinom", function(x, size, prob, mu) {
    if (missing(mu)) recycling(log_negative_binomial)(x, size, torch_log(prob), torch_log1p(torch_neg(prob)))
    else recycling(log_negative_binomial)(x, size, torch_log(size / (size + mu)), torch_log(mu / (size + mu)))
  }),
  dgeom = density_mask("dgeom", function(x, prob) {
    recycling(log_negative_binomial)(x, 1, torch_log(prob), torch_log1p(torch_neg(prob)))
  }),
  dweibull = density_mask("dweibull", function(x, shape, scale = 1) recycling(log_weibull)(x, shape, scale)),
  dlnorm = density_mask("dlnorm", function(x, meanlog = 0, sdlog = 1) recycling(log_log_normal)(x, meanlog, sdlog)),
  dcauchy = density_mask("dcauchy", function(x, location = 0, scale = 1) recycling(log_cauchy)(x, location, scale)),
  dchisq = density_mask("dchisq", function(x, df) recycling(log_gamma_density)(x, torch_mul(df, 0.5), 0.5)),
  dunif = density_mask("dunif", function(x, min = 0, max = 1) recycling(log_uniform)(x, min, max)),
  pexp = survival_mask("pexp", function(q, rate = 1) recycling(function(q, rate) torch_mul(q, rate))(q, rate)),
  pweibull = survival_mask("pweibull", function(q, shape, scale = 1) {
    recycling(function(q, shape, scale) torch_pow(torch_div(q, scale), shape))(q, shape, scale)
  }),
  plnorm = mask("plnorm", function(q, meanlog = 0, sdlog = 1, lower.tail = TRUE, log.p = FALSE) {
    density_masks$pnorm(torch_log(q), meanlog, sdlog, lower.tail, log.p)
  }),
  pnorm = mask("pnorm", function(q, mean = 0, sd = 1, lower.tail = TRUE, log.p = FALSE) {
    z <- recycling(function(q, mean, sd) torch_div(torch_sub(q, mean), sd))(q, mean, sd)
    if (!lower.tail) z <- -z
    if (log.p) .Call(C_log_pnorm, z) else torch_mul(torch_erfc(torch_mul(z, -sqrt(0.5))), 0.5)
  }),
  plogis = mask("plogis", function(q, location = 0, scale = 1, lower.tail = TRUE, log.p = FALSE) {
    z <- recycling(function(q, location, scale) torch_div(torch_sub(q, location), scale))(q, location, scale)
    if (!lower.tail) z <- -z
    if (log.p) .Call(C_logsigmoid, z) else torch_sigmoid(z)
  }),
  qlogis = mask("qlogis", function(p) torch_logit(p))
)

# What has no version for tensors says so, in place of what R's C code would say.
refusals <- lapply(stats::setNames(nm = c(
  "pgamma", "pbeta", "pt", "pchisq", "pf", "pcauchy", "punif", "pbinom", "ppois", "pnbinom", "pgeom", "qnorm", "qgamma", "qbeta",
  "qt", "qexp", "qunif", "df", "dhyper", "besselJ", "besselK", "besselY", "qr", "fft", "polyroot", "approx",
  "splinefun", "filter", "dist", "qr.solve", "qr.coef", "lm.fit"
)), function(name) {
  mask(name, function(...) {
    abort(c("{.fn {name}} has no version for tensors, and no derivative here.",
                     i = "If the numbers are all that is wanted, pass {.code as_array(x)}."))
  })
})

# integrate(f, ...) and its kin call f from C, which wants plain numbers.
numbers_only <- function(name) {
  function(f, ...) {
    original(name)(function(...) {
      value <- f(...)
      if (!is_torch_tensor(value)) return(value)
      abort(c("{.fn {name}} takes a function that returns plain numbers; here it returns a tensor.",
                       i = "A fixed rule in R code, such as a weighted sum of values, has a derivative."))
    }, ...)
  }
}
refusals[c("integrate", "uniroot", "optimize", "optimise")] <- lapply(c("integrate", "uniroot", "optimize", "optimise"), numbers_only)

replacements <- c(tensor_masks, density_masks, refusals)
