# Random calls of R's functions, on numbers and on tensors.

# ---- arguments ----

pick <- function(...) sample(list(...), 1)[[1]]
some_numbers <- function(n, low = -2, high = 3) {
  x <- if (runif(1) < 0.5) sample(seq(low, high, by = 0.5), n, replace = TRUE) else runif(n, low, high)
  if (n > 1 && runif(1) < 0.2) x[sample(n, 1)] <- NaN
  x
}
a_vector <- function(n = pick(0, 1, 2, 3, 4, 6), ...) {
  x <- some_numbers(n, ...)
  if (n > 1 && runif(1) < 0.3) names(x) <- letters[seq_len(n)]
  x
}
a_matrix <- function(m = pick(1, 2, 3), n = pick(1, 2, 3), ...) matrix(some_numbers(m * n, ...), m, n)
an_array <- function(...) array(some_numbers(12, ...), c(2, 3, 2))
numbers <- function(...) pick(a_vector(...), a_vector(...), a_matrix(...), an_array(...))
positive <- function() pick(a_vector(low = 0, high = 4), a_matrix(low = 0, high = 4))
fractions <- function() pick(a_vector(low = 0, high = 1), a_matrix(low = 0, high = 1))
counts <- function() pick(sample(0:5, pick(1, 2, 4), replace = TRUE) + 0, matrix(sample(0:5, 4, replace = TRUE), 2) + 0)
a_flag <- function() pick(TRUE, FALSE)
symmetric <- function(n = 3) crossprod(matrix(rnorm(n * n), n)) + diag(n)
square <- function(n = 3) matrix(rnorm(n * n), n)
right_sides <- function() pick(rnorm(3), matrix(rnorm(6), 3), rnorm(4))
a_factor <- function(n) sample(c("a", "b", "c"), n, replace = TRUE)
of_x <- function(make) structure(make, class = c("of_x", "function"))     # needs the first argument

# Of each function the arguments that a call must have, and those that it may have.
base_calls <- function() {
  summary <- list(must = list(numbers, numbers), may = list(na.rm = a_flag), dots = 1)
  density <- function(x, ..., may = list()) list(must = c(list(x), list(...)), may = c(may, list(log = a_flag)))
  probability <- function(q, ..., may = list()) {
    list(must = c(list(q), list(...)), may = c(may, list(lower.tail = a_flag, log.p = a_flag)))
  }
  location <- function(a, b) {
    stats::setNames(list(function() runif(pick(1, 2)), function() 0.5 + runif(pick(1, 2))), c(a, b))
  }
  margins <- list(must = list(function() pick(a_matrix(), an_array(), a_vector())),
                  may = list(na.rm = a_flag, dims = function() 1))
  covariance <- list(must = list(x = function() pick(a_vector(3), a_matrix(3))),
                     may = list(y = function() pick(a_vector(3), a_matrix(3), a_vector(2)),
                                use = function() pick("everything", "complete.obs", "na.or.complete",
                                                      "pairwise.complete.obs")))
  triangular <- list(must = list(square, right_sides),
                     may = list(k = function() pick(2, 3), upper.tri = a_flag, transpose = a_flag))
  one <- function(x, ...) list(must = list(x), may = list(...))
  two <- function(x, y) list(must = list(x, y))
  c(
    sapply(c("sum", "prod", "max", "min", "range"), function(f) summary, simplify = FALSE),
    sapply(c("any", "all"), function(f) list(must = list(numbers), may = list(na.rm = a_flag), dots = 1),
           simplify = FALSE),
    sapply(c("pmax", "pmin", "pmax.int", "pmin.int"), function(f) summary, simplify = FALSE),
    sapply(c("abs", "sign", "sqrt", "exp", "expm1", "log2", "log10", "log1p", "cos", "sin", "tan", "atan", "sinh",
             "cosh", "tanh", "asinh", "floor", "ceiling", "trunc", "cumsum", "cumprod", "cummax", "cummin", "rev",
             "is.na", "is.nan", "is.finite", "is.infinite", "anyNA", "which.max", "which.min", "is.atomic",
             "is.double", "drop", "t", "length", "dim", "names", "is.matrix", "is.array", "as.list", "order"),
           function(f) one(numbers), simplify = FALSE),
    sapply(c("gamma", "lgamma", "digamma", "trigamma"), function(f) one(function() positive() + 0.1), simplify = FALSE),
    sapply(c("+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "&", "|"), function(f) two(numbers, numbers),
           simplify = FALSE),
    sapply(c("rowSums", "colSums", "rowMeans", "colMeans"), function(f) margins, simplify = FALSE),
    sapply(c("cov", "cor"), function(f) covariance, simplify = FALSE),
    sapply(c("backsolve", "forwardsolve"), function(f) triangular, simplify = FALSE),
    list(
      log = one(positive, base = function() pick(2, 10)),
      round = one(numbers, digits = function() pick(0, 1)),
      signif = one(numbers, digits = function() pick(1, 3)),
      mean = one(numbers, trim = function() pick(0, 0.2, 0.5, 1), na.rm = a_flag),
      median = one(numbers, na.rm = a_flag),
      quantile = one(function() a_vector(5), probs = function() c(0.2, 0.9), na.rm = a_flag, names = a_flag,
                     type = function() pick(6, 7)),
      sort = one(function() pick(a_vector(), a_vector(5)), decreasing = a_flag,
                 na.last = function() pick(NA, TRUE, FALSE)),
      diff = one(function() pick(a_vector(5), a_matrix(3)), lag = function() pick(1, 2),
                 differences = function() pick(1, 2)),
      rep = one(a_vector, times = function() pick(2, 3), length.out = function() pick(2, 5),
                each = function() pick(1, 2)),
      rep_len = list(must = list(x = a_vector, length.out = function() pick(2, 5))),
      c = list(must = list(numbers, numbers)),
      cbind = list(must = list(function() a_vector(2), function() a_matrix(2))),
      rbind = list(must = list(function() a_vector(2), function() a_matrix(3, 2))),
      unlist = list(must = list(function() list(a = a_vector(2), b = list(a_vector(1), a_vector(2)))),
                    may = list(recursive = a_flag, use.names = a_flag)),
      append = list(must = list(x = a_vector, values = a_vector), may = list(after = function() pick(0, 1))),
      replace = list(must = list(x = function() a_vector(4), list = function() pick(2, c(1, 3)),
                                 values = function() a_vector(1))),
      sapply = list(must = list(a_vector, function() function(v) v * 2),
                    may = list(simplify = a_flag, USE.NAMES = a_flag)),
      vapply = list(must = list(function() a_vector(3), function() function(v) c(v, v), function() pick(c(1, 2), 1)),
                    may = list(USE.NAMES = a_flag)),
      mapply = list(must = list(function() `+`, function() a_vector(3), function() a_vector(3)),
                    may = list(SIMPLIFY = a_flag, USE.NAMES = a_flag)),
      tapply = list(must = list(X = function() a_vector(4), INDEX = function() a_factor(4),
                                FUN = function() pick(sum, "mean")),
                    may = list(default = function() 0, simplify = a_flag)),
      apply = list(must = list(X = function() a_matrix(2, 3), MARGIN = function() pick(1, 2, c(1, 2)),
                               FUN = function() pick(sum, "max", function(v) v * 2)),
                   may = list(simplify = a_flag)),
      matrix = list(must = list(data = a_vector),
                    may = list(nrow = function() pick(1, 2, 3), ncol = function() pick(1, 2, 3), byrow = a_flag,
                                                             dimnames = function() NULL)),
      array = list(must = list(data = a_vector),
                   may = list(dim = function() pick(3, c(2, 2), c(1, 2, 2)), dimnames = function() NULL)),
      aperm = one(function() pick(a_matrix(), an_array()), perm = function() pick(NULL, c(2, 1), c(3, 1, 2)),
                  resize = a_flag),
      outer = list(must = list(X = a_vector, Y = a_vector),
                   may = list(FUN = function() pick("*", "+", `-`, function(x, y) x * y + 1))),
      `%o%` = two(a_vector, a_vector),
      crossprod = list(must = list(x = function() a_matrix(3)), may = list(y = function() pick(a_matrix(3), NULL))),
      tcrossprod = list(must = list(x = function() a_matrix(n = 3)),
                        may = list(y = function() pick(a_matrix(n = 3), NULL))),
      `%*%` = two(function() pick(a_matrix(2, 3), a_vector(3)),
                  function() pick(a_matrix(3, 2), a_vector(3), a_matrix(1, 2))),
      diag = one(function() pick(a_vector(1, low = 2, high = 3), a_vector(2), a_vector(3), a_matrix()),
                 nrow = function() pick(2, 3),
                 ncol = function() pick(2, 3), names = a_flag),
      det = one(square),
      norm = one(function() pick(a_matrix(), a_vector()), type = function() pick("O", "I", "F", "M", "1", "2", "m")),
      determinant = one(square, logarithm = a_flag),
      solve = list(must = list(a = square),
                   may = list(b = function() pick(rnorm(3), matrix(rnorm(6), 3)), tol = function() 1e-20)),
      chol = one(symmetric, pivot = function() FALSE),
      chol2inv = one(function() chol(symmetric()), size = function() pick(2, 3)),
      kronecker = list(must = list(X = a_matrix, Y = a_matrix)),
      sweep = list(must = list(x = function() a_matrix(2, 3), MARGIN = function() 1, STATS = function() a_vector(2)),
                   may = list(FUN = function() pick("-", "*"))),
      scale = one(function() a_matrix(3, 2), center = a_flag, scale = a_flag),
      var = list(must = list(x = function() pick(a_vector(), a_vector(3), a_matrix(3))),
                 may = list(y = function() pick(a_vector(3), a_matrix(3)), na.rm = a_flag)),
      sd = one(a_vector, na.rm = a_flag), mad = one(function() a_vector(4), na.rm = a_flag),
      IQR = one(function() a_vector(4), na.rm = a_flag),
      weighted.mean = list(must = list(x = function() a_vector(3)),
                           may = list(w = function() pick(c(1, 0, 2), c(1, 2)), na.rm = a_flag)),
      rowsum = list(must = list(x = function() pick(a_vector(4), a_matrix(4)), group = function() a_factor(4)),
                    may = list(reorder = a_flag, na.rm = a_flag)),
      proportions = one(function() a_matrix(low = 0.5), margin = function() pick(NULL, 1)),
      ifelse = list(must = list(test = function() numbers() > 0, yes = numbers, no = numbers)),
      match = list(must = list(x = a_vector, table = a_vector), may = list(nomatch = function() 0L)),
      `%in%` = two(a_vector, a_vector),
      identical = two(function() pick(c(1, NaN), c(a = 1), 1, matrix(1)),
                      function() pick(c(1, NaN), c(a = 1), 1, matrix(1))),
      is.vector = one(function() pick(a_vector(), a_matrix()), mode = function() pick("any", "numeric", "list")),
      atan2 = two(numbers, numbers), beta = two(positive, positive), lbeta = two(positive, positive),
      choose = two(counts, counts),
      besselI = list(must = list(x = positive, nu = function() pick(0, 1)), may = list(expon.scaled = a_flag)),
      psigamma = list(must = list(x = function() positive() + 0.1), may = list(deriv = function() pick(0, 1, 2))),
      dnorm = density(numbers, may = location("mean", "sd")),
      dlnorm = density(positive, may = location("meanlog", "sdlog")),
      dgamma = density(positive, shape = function() a_vector(1, low = 0.5),
                       may = list(rate = function() pick(1, 2, c(1, 3)), scale = function() 2)),
      dbeta = density(fractions, function() 2, function() 1.5),
      dexp = density(positive, may = list(rate = function() pick(2, c(1, 2)))),
      dweibull = density(positive, function() 2, may = list(scale = function() 1.5)),
      dt = density(numbers, function() 3),
      dcauchy = density(numbers, may = location("location", "scale")),
      dlogis = density(numbers, may = location("location", "scale")),
      dunif = density(numbers, may = list(min = function() -1, max = function() 2)),
      dchisq = density(positive, function() 3),
      dbinom = density(counts, function() 5, function() 0.3), dpois = density(counts, function() pick(2, c(1, 2))),
      dgeom = density(counts, function() 0.4),
      dnbinom = density(counts, function() 3, may = list(prob = function() 0.4, mu = function() 2)),
      pnorm = probability(numbers, may = location("mean", "sd")),
      plnorm = probability(positive, may = location("meanlog", "sdlog")),
      pexp = probability(numbers, may = list(rate = function() 2)),
      pweibull = probability(numbers, function() 2, may = list(scale = function() 1.5)),
      plogis = probability(numbers, may = location("location", "scale")),
      qlogis = probability(fractions, may = c(location("location", "scale"))),
      cospi = one(numbers), sinpi = one(numbers), tanpi = one(function() a_vector(2, low = 0.6, high = 0.9)),
      embed = list(must = list(function() a_vector(4)), may = list(dimension = function() pick(1, 2))),
      toeplitz = one(function() a_vector(3)),
      cov2cor = one(symmetric), choose = two(function() 5, function() pick(2, c(0, 3)))
    )
  )
}

# ---- one call ----

# Values for the arguments; of the optional ones some.
random_arguments <- function(call) {
  may <- call$may[runif(length(call$may)) < 0.4]
  args <- lapply(c(call$must, may), function(make) make())
  names(args) <- names(c(call$must, may)) %||% character(length(args))
  args
}

# Names left out where the position says the same, or cut where R's function knows the part.
renamed <- function(args, formals) {
  style <- sample(c("name", "part", "position"), 1)
  known <- setdiff(names(formals), "...")
  before <- if ("..." %in% names(formals)) known[seq_len(match("...", names(formals)) - 1)] else known
  if (style == "position") {
    same <- names(args) == names(formals)[seq_along(args)] | names(args) == ""
    leading <- seq_len(sum(cumprod(same %in% TRUE)))
    names(args)[leading] <- ""
  } else if (style == "part") {
    cut <- which(names(args) %in% before)
    for (k in cut) for (n in seq_len(nchar(names(args)[k]))) {
      part <- substr(names(args)[k], 1, n)
      if (sum(startsWith(known, part)) == 1) {
        names(args)[k] <- part
        break
      }
    }
  }
  args
}

with_tensors <- function(args) {
  can <- which(vapply(args, function(a) is.double(a) || is.list(a), NA))
  must <- intersect(can, 1)
  chosen <- unique(c(must, can[runif(length(can)) < 0.4]))
  as_tensors <- function(a) {
    if (is.list(a)) lapply(a, as_tensors) else if (is.double(a)) torch_tensor(a, requires_grad = a_flag()) else a
  }
  args[chosen] <- lapply(args[chosen], as_tensors)
  args
}

# Tensors as what R has in their place.
plain <- function(x) {
  if (is.list(x)) return(lapply(x, plain))
  if (!is_torch_tensor(x)) return(x)
  value <- as_array(x$detach())
  if (is.null(dim(value))) names(value) <- names(x)
  value
}

# What is different between a value on numbers and one on tensors; NULL for nothing. (Names and
# dimnames may be missing, but not be others.)
difference <- function(expected, value, tolerance = 1e-10) {
  value <- plain(value)
  if (is.list(expected) != is.list(value)) return("list")
  if (is.list(expected)) {
    if (length(expected) != length(value)) return("length")
    for (k in seq_along(expected)) if (!is.null(d <- difference(expected[[k]], value[[k]], tolerance))) return(d)
    return(NULL)
  }
  if (is.null(expected) || is.null(value) || is.character(expected)) return(if (!identical(expected, value)) "text")
  shape <- function(x) if (length(dim(x)) > 1) as.numeric(dim(x)) else length(x)
  if (!identical(shape(expected), shape(value))) {
    return(paste("dim", deparse1(dim(expected)), "against", deparse1(dim(value))))
  }
  given <- names(value)
  if (!is.null(given) && any(given != "" & given != (names(expected) %||% ""))) return("names")
  a <- as.numeric(expected)
  b <- as.numeric(value)
  if (!identical(is.na(a), is.na(b))) return("missing values")
  if (!isTRUE(all.equal(a, b, tolerance = tolerance))) return("values")
  NULL
}

# Calls R's function on numbers and our version on tensors. A difference in words, NULL for none; an
# error on tensors is no difference.
compared_call <- function(name, call, masked = masks[[name]]) {
  fun <- original(name)
  args <- renamed(random_arguments(call), r_arguments(name))
  tensors <- with_tensors(args)
  value <- suppressWarnings(tryCatch(do.call(masked %||% fun, tensors), error = identity))
  if (inherits(value, "error")) return(structure(list(), class = "refused"))
  expected <- suppressWarnings(tryCatch(do.call(fun, args), error = identity))
  wrong <- if (inherits(expected, "error")) paste("error in R:", conditionMessage(expected))
           else difference(expected, value)
  if (!is.null(wrong)) {
    paste0(name, deparse1(unname(args), width.cutoff = 500L), " [", paste(names(args), collapse = ","), "]: ", wrong)
  }
}
