# Random calls of more of R's functions: see helper-base-calls.R.

few_numbers <- function(n) sample(c(-1, 0, 0.5, 2, NaN), n, replace = TRUE, prob = c(2, 2, 2, 2, 0.5))
some_breaks <- function() c(-2, 0, 0.5, 1, 3)
grouping_calls <- function() {
  one <- function(x, ...) list(must = list(x), may = list(...))
  list(
    unique = one(function() pick(few_numbers(5), matrix(few_numbers(6), 3))),
    duplicated = one(function() pick(few_numbers(5), matrix(few_numbers(6), 3)), fromLast = a_flag),
    anyDuplicated = one(function() few_numbers(pick(1, 3, 5)), fromLast = a_flag),
    rle = one(function() few_numbers(6)),
    findInterval = list(must = list(x = function() a_vector(5), vec = some_breaks),
                        may = list(rightmost.closed = a_flag, all.inside = a_flag, left.open = a_flag)),
    .bincode = list(must = list(x = function() a_vector(5), breaks = some_breaks),
                    may = list(right = a_flag, include.lowest = a_flag)),
    tabulate = one(function() sample(1:4, 6, replace = TRUE) + 0, nbins = function() 5),
    rank = one(function() few_numbers(5), ties.method = function() pick("average", "min", "first")),
    order = one(function() few_numbers(5), decreasing = a_flag),
    na.omit = one(function() pick(few_numbers(5), c(1, 2))),
    complete.cases = one(function() pick(few_numbers(5), matrix(few_numbers(6), 3))),
    isSymmetric = one(function() pick(symmetric(), square(), a_matrix(2, 3), matrix(c(1, NaN, NaN, 2), 2), matrix(2)),
                      tol = function() 1e-3),
    ave = list(must = list(x = function() a_vector(5), function() a_factor(5)),
               may = list(FUN = function() pick(sum, function(v) v - v[1]))),
    unsplit = list(must = list(value = function() list(a = c(1, 2.5), b = 3), f = function() factor(c("a", "b", "a")))),
    tapply = list(must = list(X = function() a_vector(6),
                              INDEX = function() pick(a_factor(6), list(a_factor(6), a_factor(6)))),
                  may = list(FUN = function() sum)),
    apply = list(must = list(X = an_array, MARGIN = function() pick(1, 3, c(1, 3), c(3, 1), 2:3, 1:3),
                             FUN = function() pick(sum, range, function(v) v * 2)),
                 may = list(simplify = a_flag)),
    solve = list(must = list(a = function() pick(2, square(1))),
                 may = list(b = function() pick(3, matrix(c(1, 2), 1)))),
    tcrossprod = list(must = list(x = function() pick(a_vector(3), a_matrix(2, 3), a_matrix(3, 1)),
                                  y = function() pick(a_vector(3), a_matrix(2, 3), a_vector(2)))),
    crossprod = list(must = list(x = function() pick(a_vector(3), a_matrix(3, 2), a_matrix(1, 3)),
                                 y = function() pick(a_vector(3), a_matrix(3, 2), a_vector(2))))
  )
}

# Functions that R has written in R: of samples, sets, tables and matrices.
rewritten_calls <- function() {
  one <- function(x, ...) list(must = list(x), may = list(...))
  a_sample <- function(n = 8) function() round(rnorm(n), 2)
  two_samples <- list(must = list(x = a_sample(), y = a_sample()), may = list(alternative = function() "less"))
  a_set <- function() sample(c(1, 2, 2.5, 4, 4), pick(1, 3, 5), replace = TRUE)
  sets <- list(must = list(a_set, a_set))
  by_group <- list(must = list(x = a_sample(), g = function() rep(c("a", "b"), 4)))
  list(
    t.test = list(must = list(x = a_sample()), may = list(y = a_sample(5), mu = function() 0.3, var.equal = a_flag)),
    var.test = two_samples, ansari.test = two_samples, mood.test = two_samples, cor.test = two_samples,
    bartlett.test = by_group, fligner.test = by_group,
    Box.test = list(must = list(x = a_sample()), may = list(lag = function() 2, type = function() "Ljung-Box")),
    chisq.test = list(must = list(x = function() matrix(c(9, 12, 7, 15), 2)), may = list(correct = a_flag)),
    mantelhaen.test = list(must = list(x = function() array(runif(8, 3, 9), c(2, 2, 2))), may = list(correct = a_flag)),
    mcnemar.test = list(must = list(x = function() matrix(c(9, 12, 7, 15), 2)), may = list(correct = a_flag)),
    setdiff = sets, union = sets, intersect = sets, setequal = sets, is.element = sets,
    combn = list(must = list(x = function() c(a = 1, b = 2.5, c = 4, d = 3), m = function() pick(1, 2, 3)),
                 may = list(FUN = function() pick(sum, function(v) v[1], range), simplify = a_flag)),
    p.adjust = list(must = list(p = function() runif(5)),
                    may = list(method = function() pick("BH", "holm", "bonferroni", "BY"))),
    bw.nrd = one(a_sample()), bw.nrd0 = one(a_sample()),
    cancor = list(must = list(x = function() matrix(rnorm(16), 8), y = function() matrix(rnorm(16), 8))),
    prcomp = list(must = list(x = function() with_dimnames(matrix(rnorm(18), 6))), may = list(scale. = a_flag)),
    hat = one(function() matrix(rnorm(10), 5), intercept = a_flag),
    addmargins = one(function() with_dimnames(matrix(runif(4), 2))),
    medpolish = list(must = list(x = function() matrix(rnorm(9), 3)), always = list(trace.iter = function() FALSE)),
    spec.taper = list(must = list(x = a_sample(20))),
    power.prop.test = list(must = list(n = function() 50, p1 = function() 0.5, p2 = function() 0.7)),
    .rowSums = list(must = list(x = a_sample(6), m = function() 2, n = function() pick(2, 3)),
                    may = list(na.rm = a_flag)),
    .colMeans = list(must = list(x = a_sample(6), m = function() 2, n = function() 3), may = list(na.rm = a_flag)),
    log = list(must = list(x = function() pick(8, c(a = 2, b = 3)), base = function() pick(2.5, c(2, 10)))),
    logb = list(must = list(x = function() pick(8, c(a = 2, b = 3)), base = function() 2.5)),
    seq.int = list(must = list(function() 1.5), may = list(to = function() 6.2, by = function() 0.7)),
    diff = one(an_array, lag = function() 2)
  )
}

# Functions that give text, classes, frames, complex numbers or objects of their own.
other_calls <- function() {
  one <- function(x, ...) list(must = list(x), may = list(...))
  whole <- function() sample(c(0, 1, 2, 5, 7), pick(1, 3), replace = TRUE)
  bits <- list(must = list(a = whole, b = function() 3))
  parts <- one(function() pick(a_vector(3), a_matrix(2, 2)))
  list(
    bitwAnd = bits, bitwOr = bits, bitwXor = bits,
    cut = list(must = list(x = function() a_vector(5), breaks = some_breaks), always = list(labels = function() FALSE),
               may = list(right = a_flag, include.lowest = a_flag)),
    table = one(whole), factor = one(whole, levels = function() c(0, 1, 2)), as.factor = one(whole),
    filter = list(must = list(x = function() rnorm(6), filter = function() pick(0.5, c(0.2, 0.3), c(0.2, 0.5, 0.3))),
                  may = list(method = function() pick("convolution", "recursive"), sides = function() 1)),
    data.frame = list(must = list(u = function() a_vector(3), v = function() c(1, 2, 3)),
                      may = list(w = function() a_matrix(3, 2))),
    by = list(must = list(data = function() a_vector(4), INDICES = function() c("a", "b", "a", "b"),
                          FUN = function() pick(sum, function(v) v[1]))),
    sprintf = list(must = list(fmt = function() pick("%.3f", "%g and"), function() a_vector(pick(1, 3)))),
    formatC = one(function() a_vector(3), digits = function() 3, format = function() "f"),
    prettyNum = one(function() a_vector(3), big.mark = function() ","),
    complex = list(always = list(real = function() rnorm(2), imaginary = function() rnorm(2)), must = list()),
    Re = parts, Im = parts, Mod = parts, Arg = parts, Conj = parts,
    dbinom = list(must = list(counts, function() 5, fractions), may = list(log = a_flag)),
    lengths = one(numbers, use.names = a_flag), rev = one(numbers)
  )
}

# Each of the calls gives on tensors what it gives on numbers, or is refused; not all are refused.
expect_calls_agree <- function(calls, times = 12) {
  old <- if (exists(".Random.seed", globalenv())) get(".Random.seed", globalenv())
  checked <- long_conditions()
  on.exit({
    if (!is.null(old)) assign(".Random.seed", old, globalenv())
    long_conditions(checked)
  })
  set.seed(11)
  for (name in names(calls)) {
    results <- lapply(seq_len(times), function(k) compared_call(name, calls[[name]]))
    expect_identical(unlist(Filter(is.character, results)), NULL)
    expect_false(all(vapply(results, inherits, NA, "refused")), info = name)
  }
}
