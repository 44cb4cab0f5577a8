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
