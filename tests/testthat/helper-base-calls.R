# Random calls of R's functions: on numbers, on tensors and on a tape they give the same value, names,
# dimensions, warnings and errors.

# ---- arguments ----

pick <- function(...) sample(list(...), 1)[[1]]
chance <- function(p) runif(1) < p
some_numbers <- function(n, low = -2, high = 3) {
  x <- if (chance(0.5)) sample(seq(low, high, by = 0.5), n, replace = TRUE) else runif(n, low, high)
  if (n > 0 && chance(0.2)) x[sample(n, 1)] <- pick(NaN, NA_real_, Inf, -Inf, 0, 1e5, low - 1, high + 1)
  x
}
some_names <- function(n) {
  names <- if (chance(0.8)) letters[seq_len(n)] else sample(c("a", "b", "x y"), n, replace = TRUE)
  if (n > 1 && chance(0.15)) names[sample(n, 1)] <- ""
  names
}
a_vector <- function(n = pick(0, 1, 2, 3, 4, 6), ...) {
  x <- some_numbers(n, ...)
  if (chance(0.4)) names(x) <- some_names(n)
  x
}
# Rows, columns, both or neither have names; sometimes these have titles.
with_dimnames <- function(x) {
  if (chance(0.5)) return(x)
  labels <- lapply(dim(x), function(n) if (n > 0 && chance(0.7)) some_names(n))
  if (chance(0.2)) names(labels) <- c("rows", "columns", "layers")[seq_along(labels)]
  dimnames(x) <- labels
  x
}
a_matrix <- function(m = pick(1, 2, 3), n = pick(1, 2, 3), ...) with_dimnames(matrix(some_numbers(m * n, ...), m, n))
an_array <- function(...) with_dimnames(array(some_numbers(12, ...), c(2, 3, 2)))
numbers <- function(...) {
  pick(a_vector, a_vector, a_vector, a_matrix, a_matrix, an_array, function(...) a_matrix(pick(0, 2), 0, ...))(...)
}
positive <- function() pick(a_vector(low = 0, high = 4), a_matrix(low = 0, high = 4))
fractions <- function() pick(a_vector(low = 0, high = 1), a_matrix(low = 0, high = 1))
counts <- function() {
  pick(sample(0:5, pick(1, 2, 4), replace = TRUE) + 0, with_dimnames(matrix(sample(0:5, 4, replace = TRUE), 2) + 0))
}
a_flag <- function() pick(TRUE, FALSE)
named_square <- function(x) {
  if (chance(0.5)) dimnames(x) <- list(letters[seq_len(nrow(x))], pick(letters, NULL, LETTERS)[seq_len(nrow(x))])
  x
}
symmetric <- function(n = 3) named_square(crossprod(matrix(rnorm(n * n), n)) + diag(n))
square <- function(n = 3) named_square(matrix(if (chance(0.05)) 1 else rnorm(n * n), n, n))
right_sides <- function() pick(c(p = 1, q = 2, r = 3), with_dimnames(matrix(rnorm(6), 3)), rnorm(4), rnorm(3))
a_factor <- function(n) sample(c("a", "b", "c"), n, replace = TRUE)
nothing <- quote(nothing)                                   # as in x[, 1]
a_subscript <- function() {
  pick(nothing, 1, 2, c(2, 1), c(1, 1, 2), -1, TRUE, c(TRUE, FALSE), "a", c("b", "a"), 0, numeric(), 1.7)
}
subscripted <- function() pick(a_vector(pick(2, 3)), a_matrix(pick(2, 3), pick(2, 3)))
a_list <- function() list(a = a_vector(pick(1, 2)), b = a_vector(2), a_vector(1))
nested <- function() list(a = a_vector(pick(1, 2)), b = list(a_vector(1), u = a_vector(2)))
of_any_length <- function() function(v) if (length(v) > 1) v[1:2] else v * 2

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
                  may = list(na.rm = a_flag, dims = function() pick(1, 2)))
  covariance <- list(must = list(x = function() pick(a_vector(3), a_matrix(3))),
                     may = list(y = function() pick(a_vector(3), a_matrix(3), a_vector(2)),
                                use = function() pick("everything", "complete.obs", "na.or.complete",
                                                      "pairwise.complete.obs")))
  triangular <- list(must = list(square, right_sides),
                     may = list(k = function() pick(2, 3), upper.tri = a_flag, transpose = a_flag))
  # (of a huge order R's own crash)
  bessel <- list(must = list(x = positive, nu = function() pick(0, 1, 0.5, c(1, 2))), may = list(expon.scaled = a_flag))
  one <- function(x, ...) list(must = list(x), may = list(...))
  two <- function(x, y) list(must = list(x, y))
  c(
    sapply(c("sum", "prod", "max", "min", "range"), function(f) summary, simplify = FALSE),
    sapply(c("any", "all"), function(f) list(must = list(numbers), may = list(na.rm = a_flag), dots = 1),
           simplify = FALSE),
    sapply(c("pmax", "pmin", "pmax.int", "pmin.int"), function(f) summary, simplify = FALSE),
    sapply(c("abs", "sign", "sqrt", "exp", "expm1", "log2", "log10", "log1p", "cos", "sin", "tan", "asin", "acos",
             "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "floor", "ceiling", "trunc", "cumsum",
             "cumprod", "cummax", "cummin", "rev", "is.na", "is.finite", "is.infinite", "anyNA",
             "which.max", "which.min", "drop", "t", "length", "dim", "names", "dimnames", "rownames", "colnames",
             "nrow", "ncol", "NROW", "NCOL", "is.matrix", "is.array", "as.list", "order", "unname", "as.vector",
             "as.numeric", "as.double", "as.matrix", "is.numeric", "is.character", "is.logical", "is.list",
             "is.function", "is.null", "is.complex", "is.atomic", "is.double", "is.integer", "is.vector",
             "is.recursive", "is.object", "isS4", "is.factor", "is.data.frame", "typeof", "mode", "storage.mode",
             "class", "oldClass", "data.class", "unclass", "attributes", "seq_along", "identity", "!", "unique",
             "duplicated", "anyDuplicated", "rle", "is.environment", "is.symbol", "is.primitive", "is.element"),
           function(f) one(numbers), simplify = FALSE),
    sapply(c("gamma", "lgamma", "digamma", "trigamma"), function(f) one(function() positive() + 0.1), simplify = FALSE),
    sapply(c("+", "-", "*", "/", "^", "%%", "%/%", "<", "<=", ">", ">=", "==", "!=", "&", "|"),
        function(f) two(numbers, numbers),
           simplify = FALSE),
    sapply(c("rowSums", "colSums", "rowMeans", "colMeans"), function(f) margins, simplify = FALSE),
    sapply(c("cov", "cor"), function(f) covariance, simplify = FALSE),
    sapply(c("backsolve", "forwardsolve"), function(f) triangular, simplify = FALSE),
    list(
      log = one(positive, base = function() pick(2, 10, c(2, 10))),
      round = one(numbers, digits = function() pick(0, 1, -1)),
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
      c = list(must = list(function() pick(numbers(), a_list()), numbers), may = list(k = numbers, use.names = a_flag)),
      is = two(numbers, function() pick("numeric", "matrix", "array", "vector", "function", "integer", "structure")),
      inherits = list(must = list(x = numbers, what = function() pick("numeric", "matrix", "array", "double", "lm")),
                      may = list(which = a_flag)),
      attr = list(must = list(x = numbers, which = function() pick("names", "dim", "dimnames", "class", "n"))),
      `attr<-` = list(must = list(x = function() a_matrix(2, 2), which = function() "dim",
          value = function() pick(4L, c(1L, 4L), NULL))),
      structure = list(must = list(function() a_matrix(2, 2)), may = list(dim = function() pick(4L, c(1L, 4L), NULL))),
      `names<-` = list(must = list(x = a_vector, value = function() pick(NULL, letters[1:2], 1:3))),
      `dim<-` = list(must = list(x = numbers, value = function() pick(NULL, c(2, 3), c(1, 2), c(2, 1, 3), 4))),
      `dimnames<-` = list(must = list(x = function() pick(a_matrix(2, 3), an_array(), a_vector()),
                                      value = function() pick(NULL, list(c("p", "q"), NULL),
                                          list(u = 1:2, v = letters[1:3])))),
      `rownames<-` = list(must = list(x = function() a_matrix(2), value = function() pick(NULL, c("p", "q"), 1:3))),
      `colnames<-` = list(must = list(x = function() a_matrix(n = 2), value = function() pick(NULL, c("p", "q"), 1:3))),
      setNames = list(must = list(a_vector, function() pick(NULL, c("p", "q", "r")))),
      `[` = list(must = list(subscripted, a_subscript, a_subscript), may = list(drop = a_flag)),
      `[[` = list(must = list(subscripted, function() pick(1, 2, "a"), function() pick(1, 2, "b"))),
      `[<-` = list(must = list(subscripted, a_subscript, a_subscript,
          value = function() pick(a_vector(1), a_vector(2), a_matrix(2, 2)))),
      `[[<-` = list(must = list(function() a_vector(3), function() pick(1, 2, "a"), value = function() a_vector(1))),
      head = list(must = list(function() pick(a_vector(), a_matrix(), an_array())),
          may = list(n = function() pick(1, 2, -1))),
      tail = list(must = list(function() pick(a_vector(), a_matrix())), may = list(n = function() pick(1, 2, -1))),
      split = list(must = list(function() a_vector(4), function() a_factor(4))),
      mapply = list(must = list(function() function(x, y) x * y, function() a_vector(2), function() a_vector(2))),
      lapply = list(must = list(function() pick(numbers(), a_list()), function() function(v) 2)),
      Reduce = list(must = list(function() pick(`+`, rbind), function() pick(a_vector(3),
          list(a_vector(2), a_vector(2)))), may = list(accumulate = a_flag)),
      do.call = list(must = list(function() pick("sum", "rbind", "c", cbind),
          function() list(a = a_vector(2), b = a_vector(2)))),
      all.equal = two(numbers, numbers), nlevels = one(numbers),
      is.nan = one(function() pick(c(a = 1, b = NaN), matrix(c(0, NaN), 1))),
      fft = one(function() pick(c(a = 1, b = -2), rnorm(4), matrix(rnorm(6), 2)), inverse = a_flag),
      mvfft = one(function() with_dimnames(matrix(rnorm(6), 2)), inverse = a_flag),
      convolve = list(must = list(function() rnorm(3), function() rnorm(3)), may = list(conj = a_flag)),
      qr.solve = two(square, function() rnorm(3)), seq_len = one(function() pick(2, 3)),
      seq = list(must = list(function() pick(1, 2.5), function() pick(4, 6)), may = list(length.out = function() 4)),
      besselJ = bessel, besselK = bessel, besselY = bessel,
      as.array = one(function() pick(a_matrix(), an_array())),
      as.integer = one(function() sample(0:5, 3) + 0), as.logical = one(function() c(0, 1, 2)),
      rep.int = list(must = list(x = a_vector, times = function() pick(2, 3))),
      isSymmetric = one(function() pick(symmetric(), square(), unname(symmetric()))),
        na.omit = one(function() some_numbers(4)),
      xtfrm = one(function() sample(5) + 0),
      eigen = list(must = list(symmetric), may = list(symmetric = function() TRUE),
          always = list(only.values = function() TRUE)),
      svd = list(must = list(function() matrix(rnorm(6), 3)), always = list(nu = function() 0, nv = function() 0)),
      `diag<-` = list(must = list(x = function() a_matrix(2, 2), value = function() pick(1, c(1, 2), a_vector(2)))),
      `storage.mode<-` = list(must = list(x = numbers, value = function() "double")),
      `mode<-` = list(must = list(x = numbers, value = function() "numeric")),
      `class<-` = list(must = list(x = numbers, value = function() NULL)),
      `oldClass<-` = list(must = list(x = numbers, value = function() NULL)),
      `attributes<-` = list(must = list(x = a_vector, value = function() pick(NULL, list(names = c("u", "v")),
          list(dim = c(2L, 3L))))),
      ave = list(must = list(function() a_vector(4), function() a_factor(4))),
      findInterval = list(must = list(x = a_vector, vec = function() c(-1, 0, 2)), may = list(left.open = a_flag)),
      .bincode = list(must = list(x = a_vector, breaks = function() c(-1, 0, 2)), may = list(right = a_flag)),
      tabulate = one(function() sample(1:4, 5, replace = TRUE) + 0, nbins = function() 5),
      complete.cases = one(function() pick(a_vector(3), a_matrix())),
      unsplit = list(must = list(function() list(a = rnorm(2), b = 1), function() c("a", "b", "a"))),
      `split<-` = list(must = list(x = function() a_vector(3), f = function() c("a", "b", "a"),
          value = function() list(c(1, 2), 3))),
      mahalanobis = list(must = list(x = function() pick(a_matrix(2, 3), rnorm(3)), center = function() rnorm(3),
          cov = symmetric)),
      marginSums = one(function() pick(a_matrix(), an_array()), margin = function() pick(1, 2)),
      margin.table = one(function() a_matrix(), margin = function() pick(1, 2)),
      prop.table = one(function() a_matrix(low = 0.5), margin = function() pick(NULL, 1)),
      Map = list(must = list(function() function(x, y) x + y, a_vector, a_vector)),
      Filter = list(must = list(function() function(v) v > 0, function() c(a = 1, b = -1, c = 2))),
      Find = list(must = list(function() function(v) v > 0, function() c(a = -1, b = 1))),
      Position = list(must = list(function() function(v) v > 0, function() c(a = -1, b = 1))),
      rapply = list(must = list(nested, function() function(v) v * 2),
          may = list(how = function() pick("list", "replace"))),
      lchoose = two(function() 5, function() pick(2, c(0, 3))),
      cbind = list(must = list(function() pick(a_vector(2), a_vector(1), a_vector()),
          function() pick(a_matrix(2), a_vector(2))),
                   may = list(k = function() a_vector(2), deparse.level = function() pick(0, 1, 2))),
      rbind = list(must = list(function() pick(a_vector(2), a_vector(1), a_vector()),
          function() pick(a_matrix(3, 2), a_vector(2))),
                   may = list(k = function() a_vector(2), deparse.level = function() pick(0, 1, 2))),
      unlist = list(must = list(function() pick(a_list(), nested(), unname(nested()), numbers())),
                    may = list(recursive = a_flag, use.names = a_flag)),
      append = list(must = list(x = a_vector, values = a_vector), may = list(after = function() pick(0, 1))),
      replace = list(must = list(x = function() a_vector(4), list = function() pick(2, c(1, 3)),
                                 values = function() a_vector(1))),
      sapply = list(must = list(function() pick(a_vector(), a_list(), a_matrix()),
          function() pick(function(v) 2, of_any_length(), function(v) c(p = 1, q = 2), function(v) matrix(1, 2, 2))),
                    may = list(simplify = function() pick(TRUE, FALSE, "array"), USE.NAMES = a_flag)),
      vapply = list(must = list(function() a_vector(pick(1, 3)),
          function() pick(function(v) c(v, v), function(v) c(p = v), function(v) v),
                                function() pick(c(1, 2), 1, c(u = 1, v = 2), matrix(1, 1, 2), 1L, NA)),
                    may = list(USE.NAMES = a_flag)),
      mapply = list(must = list(function() pick(`+`, function(x, y) c(u = x, v = y)), function() a_vector(3),
          function() a_vector(3)),
                    may = list(SIMPLIFY = a_flag, USE.NAMES = a_flag)),
      tapply = list(must = list(X = function() a_vector(4), INDEX = function() pick(a_factor(4),
          list(a_factor(4), g = a_factor(4))),
                                FUN = function() pick(sum, "mean", range)),
                    may = list(default = function() 0, simplify = a_flag)),
      apply = list(must = list(X = function() pick(a_matrix(2, 3), a_matrix(), an_array()),
          MARGIN = function() pick(1, 2, c(1, 2)),
                               FUN = function() pick(sum, "max", function(v) v * 2, range,
                                   function(v) c(p = 1, q = sum(v)))),
                   may = list(simplify = a_flag)),
      matrix = list(must = list(data = a_vector),
                    may = list(nrow = function() pick(1, 2, 3), ncol = function() pick(1, 2, 3), byrow = a_flag,
                                                             dimnames = function() pick(NULL, list(c("p", "q"), NULL),
                                                                 list(c("p", "q"), c("u", "v"))))),
      array = list(must = list(data = a_vector),
                   may = list(dim = function() pick(3, c(2, 2), c(1, 2, 2)),
                       dimnames = function() pick(NULL, list(c("p", "q"), NULL), list(c("p", "q"), c("u", "v"))))),
      aperm = one(function() pick(a_matrix(), an_array()), perm = function() pick(NULL, c(2, 1), c(3, 1, 2)),
                  resize = a_flag),
      outer = list(must = list(X = function() pick(a_vector(), a_matrix()), Y = a_vector),
                   may = list(FUN = function() pick("*", "+", `-`, function(x, y) x * y + 1))),
      `%o%` = two(a_vector, a_vector),
      crossprod = list(must = list(x = function() pick(a_matrix(3), a_vector())),
          may = list(y = function() pick(a_matrix(3), a_vector(), NULL))),
      tcrossprod = list(must = list(x = function() pick(a_matrix(n = 3), a_vector())),
                        may = list(y = function() pick(a_matrix(n = 3), NULL))),
      `%*%` = two(function() pick(a_matrix(2, 3), a_matrix(), a_vector()),
          function() pick(a_matrix(3, 2), a_matrix(), a_vector())),
      diag = one(function() pick(a_vector(1, low = 2, high = 3), a_vector(2), a_vector(3), a_matrix()),
                 nrow = function() pick(2, 3),
                 ncol = function() pick(2, 3), names = a_flag),
      makeARIMA = list(must = list(phi = function() runif(2, -0.4, 0.4), theta = function() runif(1, -0.4, 0.4),
                                   Delta = function() pick(numeric(), 1))),
      medpolish = list(must = list(x = function() a_matrix(3, 3)), always = list(trace.iter = function() FALSE)),
      det = one(square),
      norm = one(function() pick(a_matrix(), a_vector()), type = function() pick("O", "I", "F", "M", "1", "2", "m")),
      determinant = one(square, logarithm = a_flag),
      solve = list(must = list(a = square),
                   may = list(b = function() pick(rnorm(3), matrix(rnorm(6), 3)), tol = function() 1e-20)),
      chol = one(symmetric, pivot = function() FALSE),
      chol2inv = one(function() chol(symmetric()), size = function() pick(2, 3)),
      kronecker = two(function() pick(unname(a_matrix()), unname(a_vector(2))),
          function() pick(unname(a_matrix()), c(1, 2))),
      `length<-` = list(must = list(x = a_vector, value = function() pick(0, 2, 5))),
      relist = list(must = list(flesh = function() rnorm(5), skeleton = function() list(a = c(u = 1),
          b = list(1, matrix(0, 1, 3))))),
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

# For a function without an entry: numbers for what it must have, flags and numbers for what has a default.
default_call <- function(name) {
  formals <- as.list(suppressWarnings(r_arguments(name)))
  formals <- formals[names(formals) != "..."]
  has_default <- !vapply(formals, identical, NA, quote(expr = ))
  may <- Filter(Negate(is.null), lapply(formals[has_default], function(default) {
    if (is.logical(default)) a_flag else if (is.numeric(default)) function() a_vector(pick(1, 2), low = 0.5)
  }))
  list(must = rep(list(numbers), sum(!has_default)), may = may)
}

# The entries of base_calls(), and entries for all other functions that have a version for tensors.
all_calls <- function() {
  calls <- base_calls()
  others <- setdiff(union(ls(masks, all.names = TRUE), s3_methods()), c(names(calls), not_compared()))
  c(calls[setdiff(names(calls), not_compared())], sapply(others, default_call, simplify = FALSE))
}
s3_methods <- function() {
  methods <- grep("[.]gradtape_tensor$", ls(asNamespace("gradtape"), all.names = TRUE), value = TRUE)
  sub("[.]gradtape_tensor$", "", methods)
}

# What is not compared, and why.
not_compared <- function() c(
  names(random_masks()),                                          # give other numbers each time
  ".Call", ".External", ".C", ".Fortran", "match.fun", "Vectorize", "by", "transform", "data.frame", "as.data.frame",
  "integrate", "uniroot", "optimize", "optimise", "splinefun", "filter", "table", "cut",
    # take or give other than numbers
  "cat", "sprintf", "formatC", "prettyNum", "format", "print", "str", "summary", "factor", "as.factor", "interaction",
  "polyroot", "complex", "Im",                 # complex
  "acf", "ts", "as.ts", "lag", "window", "time", "tsp", "hasTsp", "xy.coords", "qr", "lm.fit", "lm.wfit", ".lm.fit",
    # give objects of their own
  "bitwAnd", "bitwOr", "bitwXor", "bitwNot", "bitwShiftL", "bitwShiftR", "optim", "nlm", "nlminb", "optimHess",
    # take what their own tests give them
  "$", "$<-", ".DollarNames", "compare_proxy", "new", "validObject", "@<-", "slot<-", "callNextMethod",
    # have no meaning for numbers
  names(distribution_masks()), "beta", "lbeta", "besselI", "psigamma"
)

# ---- one call ----

# Values for the arguments; of the optional ones some.
random_arguments <- function(call) {
  may <- call$may[runif(length(call$may)) < 0.4]
  makers <- c(call$must, call$always, may)
  args <- lapply(makers, function(make) make())
  names(args) <- names(makers) %||% character(length(args))
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

# Which arguments are tensors: the first that can be, and some others.
settings <- c("skeleton", "levels", "sides", "use.names", "MARGIN", "margin", "m", "lag", "nbins", "nu", "nv", "k",
              "dims", "trim", "differences", "n",
    "nrow", "ncol",
    "dim", "perm", "after", "size",
              "deriv", "digits", "default", "dimension", "type", "probs", "deparse.level", "nomatch", "length.out",
                "times", "each")
with_tensors <- function(args) {
  can <- which(vapply(args, function(a) is.double(a) || is.list(a), NA) & !names(args) %in% settings)
  chosen <- unique(c(intersect(can, 1), can[runif(length(can)) < 0.4]))
  seq_along(args) %in% if (length(chosen)) chosen else can
}
as_tensors <- function(a) {
  if (is.list(a)) lapply(a, as_tensors) else if (is.double(a)) torch_tensor(a, requires_grad = a_flag()) else a
}

# The call with variables v1, v2, ... for the arguments; one may be left empty.
call_code <- function(name, args) {
  code <- lapply(seq_along(args), function(k) if (is_nothing(args[[k]])) quote(expr = ) else as.name(paste0("v", k)))
  as.call(c(as.name(name), stats::setNames(code, names(args))))
}
is_nothing <- function(x) is.symbol(x) && identical(x, nothing)
variables <- function(args) {
  args <- stats::setNames(args, sprintf("v%d", seq_along(args)))
  args <- lapply(args, function(a) {
    if (is.function(a) && !is.primitive(a)) environment(a) <- globalenv()     # a user's
    a
  })
  list2env(args[!vapply(args, is_nothing, NA)], parent = globalenv())
}

# A value or an error, and the warnings; those that tell of NaN follow a rule of their own.
outcome_of <- function(code) {
  warnings <- character()
  note <- function(w) {
    of_nan <- grepl("NaN|precision|coerc|out of range|deviation is zero", conditionMessage(w))
    if (!of_nan) warnings <<- c(warnings, conditionMessage(w))
    invokeRestart("muffleWarning")
  }
  list(value = tryCatch(withCallingHandlers(code, warning = note), error = identity), warnings = warnings)
}

eager_outcome <- function(code, args, chosen) {
  args[chosen] <- lapply(args[chosen], as_tensors)
  outcome_of(tensor_function(as.function(list(code), variables(args)))())
}

# The arguments are made of the input of a tape, which then is replayed.
taped_outcome <- function(code, args, chosen) {
  env <- variables(args)
  env$at <- function(v, s) if (is.list(v)) lapply(v, env$at, s) else if (is.double(v)) v * s else v
  steps <- lapply(paste0("v", which(chosen)), function(v) bquote(.(as.name(v)) <- at(.(as.name(v)), s)))
  env$s <- NULL
  env$kept <- function(y) {
    env$y <- y
    if (is_torch_tensor(y) && !is.logical(y) && length(y)) y else env$s
  }
  code <- as.call(c(quote(`{`), quote(s <<- s), steps, bquote(kept(.(code)))))
  fn <- as.function(c(alist(s = ), code), env)
  old <- options(gradtape.check = FALSE)
  on.exit(options(old))
  outcome_of({
    tp <- tape(fn, 1)
    y <- plain(env$y)
    again <- tp$fn(1)
    if (is_torch_tensor(env$y) && !is.logical(env$y) && length(env$y)) {
      fault <- difference(if (length(y) == 1) as.vector(y) else y, again)     # (one number is a number)
      if (!is.null(fault)) stop("replayed: ", fault)
    }
    y
  })
}
# Tensors as what R has in their place.
plain <- function(x) {
  if (inherits(x, "gradtape_complex")) return(plain(Re(x)) + 1i * plain(Im(x)))
  if (is.list(x)) return(lapply(x, plain))
  if (!is_torch_tensor(x)) x else if (is.logical(x)) labelled_logical(x) else as_array(x$detach())
}
labelled_logical <- function(x) {
  value <- as.logical(x)
  dim(value) <- dim(x)
  if (is.null(dim(x))) names(value) <- names(x) else dimnames(value) <- dimnames(x)
  value
}

# What is different between a value on numbers and one on tensors; NULL for nothing. An array of one
# dimension is a vector.
difference <- function(expected, value, tolerance = 1e-10) {
  value <- plain(value)
  if (is.list(expected) != is.list(value)) return("list")
  if (is.list(expected)) {
    if (length(expected) != length(value)) return("length")
    if (!identical(names(expected), names(value))) return("names of a list")
    for (k in seq_along(expected)) if (!is.null(d <- difference(expected[[k]], value[[k]], tolerance))) return(d)
    return(NULL)
  }
  if (is.complex(expected) && is.complex(value)) {
    labels <- difference(0 * Re(expected), 0 * Re(value))
    return(labels %||% difference(c(Re(expected), Im(expected)), c(Re(value), Im(value)), tolerance))
  }
  if (!is.numeric(expected) && !is.logical(expected) || !is.numeric(value) && !is.logical(value)) {
    return(if (!identical(expected, value)) paste("text", deparse1(expected), "against", deparse1(value)))
  }
  if (is.logical(expected) != is.logical(value)) return("type")
  expected <- one_dimension_dropped(expected)
  value <- one_dimension_dropped(value)
  for (what in list(dim, names, dimnames)) {
    if (length(expected) == 0 && length(value) == 0 && identical(what, names)) next
    if (!identical(what(expected), what(value))) {
      return(paste(deparse1(what), deparse1(what(expected)), "against", deparse1(what(value))))
    }
  }
  a <- as.numeric(expected)
  b <- as.numeric(value)
  if (length(a) != length(b)) return("length")
  if (!identical(is.na(a), is.na(b))) return("missing values")
  size <- max(abs(a[is.finite(a)]), 0)
  far <- !is.na(a) & a != b & !(abs(a - b) <= tolerance * abs(a) + 1e-13 * size)
  if (any(far)) paste("values", deparse1(a), "against", deparse1(b))
}
one_dimension_dropped <- function(x) {
  if (length(dim(x)) != 1) return(x)
  names <- names(x)
  dim(x) <- NULL
  stats::setNames(x, names)
}

# Calls R's function on numbers and on tensors, eagerly or on a tape. A difference in words, NULL for
# none, "refused" for an error on tensors where R has a value.
compared_call <- function(name, call, on_tensors = pick(eager_outcome, taped_outcome)) {
  args <- random_arguments(call)
  chosen <- with_tensors(args)
  if (!any(chosen)) return(NULL)
  args <- renamed(args, suppressWarnings(tryCatch(r_arguments(name), error = function(e) NULL)))
  code <- call_code(name, args)
  expected <- outcome_of(eval(code, variables(args)))
  got <- on_tensors(code, args, chosen)
  fails <- inherits(got$value, "error")
  if (fails && grepl("^replayed", conditionMessage(got$value))) wrong <- conditionMessage(got$value)
  else if (fails && inherits(expected$value, "error")) return(NULL)
  else if (fails) return(structure(list(conditionMessage(got$value), shown_call(name, args)), class = "refused"))
  else if (inherits(expected$value, "error")) wrong <- paste("error in R:", conditionMessage(expected$value))
  else wrong <- difference(expected$value, got$value)
  if (is.null(wrong) && length(expected$warnings) != length(got$warnings)) {
    wrong <- paste("warnings", deparse1(expected$warnings), "against", deparse1(got$warnings))
  }
  if (!is.null(wrong)) paste0(shown_call(name, args), if (identical(on_tensors, taped_outcome)) " taped", ": ", wrong)
}
shown_call <- function(name, args) {
  deparse1(as.call(c(as.name(name), args)), width.cutoff = 500L)
}

# What differs in n calls of each function, one case for each function and kind of difference.
compared_rounds <- function(seed, n, log = NULL) {
  calls <- all_calls()
  found <- character()
  for (name in names(calls)) {
    set.seed(seed)
    if (!is.null(log)) writeLines(name, log)              # what was called when R crashed
    for (k in seq_len(n)) {
      wrong <- compared_call(name, calls[[name]])
      if (!is.character(wrong)) next
      kind <- paste(name, gsub("[0-9.e+-]+", "0", sub(".*: ", "", wrong)))
      if (!kind %in% names(found)) found[kind] <- wrong
    }
  }
  unname(found)
}

# What R does where `||` meets more than one value, which its own functions do with arguments that they were not
# made for: an error, as from R 4.3 on, where R CMD check would end the process. Returns what it was.
long_conditions <- function(what = "true") {
  old <- Sys.getenv("_R_CHECK_LENGTH_1_LOGIC2_", NA)
  if (is.na(what)) Sys.unsetenv("_R_CHECK_LENGTH_1_LOGIC2_") else Sys.setenv("_R_CHECK_LENGTH_1_LOGIC2_" = what)
  old
}
