# Functions whose minima are known.

#' Test problems for minimization
#'
#' Functions in plain R with their usual start and known minimum: the classic ones of two parameters, with the region
#' in which they are commonly drawn, the 35 of Moré, Garbow and Hillstrom (1981), and those of Hock and Schittkowski
#' (1981), with constraints (`"hs001"` to `"hs119"`).
#'
#' @param name The problem's name; without it, the names of all are returned.
#' @return A list of class `test_problem`: `name`, `fn`, `start`, `minimum` (the value at the minimum that descent from
#'   the start finds; for functions with many minima the lowest), `at` (where; a matrix with a row for each of
#'   several equal minima, `NULL` where only the value is known), `lower` and `upper` (the region, or
#'   infinite). Those with constraints also have `eq`, `ineq`, `ineq_lower` and `ineq_upper`, as [minimize()]
#'   takes them: `eq(x)` is 0 and `ineq(x)` between the two; where a problem has no such constraints, `eq` or `ineq`
#'   is `NULL`. Constraints of Hock and Schittkowski are written as there, `ineq(x) >= 0`.
#' @references
#' Moré, Garbow and Hillstrom (1981), Testing unconstrained optimization software, *ACM Transactions on
#' Mathematical Software* 7, 17-41.
#' Hock and Schittkowski (1981), *Test Examples for Nonlinear Programming Codes*, Lecture Notes in Economics and
#' Mathematical Systems 187. Minima with more digits: Schittkowski (2009), An updated set of 306 test problems for
#' nonlinear programming with validated optimal solutions, report, University of Bayreuth.
#' Jamil and Yang (2013), A literature survey of benchmark functions for global optimization problems,
#' *Int. J. Mathematical Modelling and Numerical Optimisation* 4, 150-194.
#' @examples
#' test_problem()
#' p <- test_problem("himmelblau")
#' minimize(p$fn, p$start)
#' p$at
#' @export
test_problem <- function(name) {
  known <- c(names(classic_problems), names(more_garbow_hillstrom), names(hock_schittkowski()))
  if (missing(name)) return(unique(known))
  check_string(name, "name")
  if (!name %in% known) {
    near <- known[which.min(utils::adist(name, known))]
    abort(c("There is no test problem {.val {name}}.",
            i = "Did you mean {.val {near}}? {.code test_problem()} lists all."))
  }
  p <- classic_problems[[name]] %||% paper_problem(more_garbow_hillstrom[[name]]) %||%
    book_problem(hock_schittkowski()[[name]])
  structure(c(list(name = name), p), class = "test_problem")
}

# One of Moré, Garbow and Hillstrom, as a test problem.
paper_problem <- function(paper) {
  if (is.null(paper)) return(NULL)
  n <- length(paper[[2]])
  list(fn = paper[[1]], start = paper[[2]], minimum = paper[[4]], at = NULL, lower = rep(-Inf, n), upper = rep(Inf, n))
}

hock_schittkowski <- function() c(hock_schittkowski_001_057, hock_schittkowski_059_085, hock_schittkowski_086_119)

# One of Hock and Schittkowski, as a test problem.
book_problem <- function(book) {
  n <- length(book$start)
  if (is.null(book$ineq)) book[c("ineq_lower", "ineq_upper")] <- c(-Inf, 0)
  list(fn = book$fn, start = book$start, minimum = book$minimum, at = book$at,
       lower = rep_len(book$lower %||% -Inf, n), upper = rep_len(book$upper %||% Inf, n),
       eq = book$eq, ineq = book$ineq, ineq_lower = book$ineq_lower %||% 0, ineq_upper = book$ineq_upper %||% Inf)
}

#' @export
print.test_problem <- function(x, ...) {
  cat("<test problem> ", x$name, ": ", length(x$start), " parameters, minimum ", format(x$minimum, digits = 8), "\n",
      sep = "")
  cat("start:", format(x$start, digits = 5), "\n")
  if (!is.null(x$at)) {
    at <- if (is.matrix(x$at)) x$at else rbind(x$at)
    for (i in seq_len(nrow(at))) cat("minimum at:", format(at[i, ], digits = 7), "\n")
  }
  invisible(x)
}

# Of two parameters, in the region -r to r.
classic_problem <- function(fn, start, minimum, at, r) {
  list(fn = fn, start = start, minimum = minimum, at = at, lower = rep(-r, 2), upper = rep(r, 2))
}

classic_problems <- eval(quote(list(
  rosenbrock = classic_problem(function(x) (1 - x[1])^2 + 100 * (x[2] - x[1]^2)^2, c(-1.2, 1), 0, c(1, 1), 2),
  flower = classic_problem(function(x) sqrt(sum(x^2)) + sin(4 * atan2(x[2], x[1])), c(20, 20), -1, NULL, 3),
  beale = classic_problem(function(x) {
    (1.5 - x[1] + x[1] * x[2])^2 + (2.25 - x[1] + x[1] * x[2]^2)^2 + (2.625 - x[1] + x[1] * x[2]^3)^2
  }, c(1, 1), 0, c(3, 0.5), 4.5),
  booth = classic_problem(function(x) (x[1] + 2 * x[2] - 7)^2 + (2 * x[1] + x[2] - 5)^2, c(0, 0), 0, c(1, 3), 10),
  himmelblau = classic_problem(function(x) (x[1]^2 + x[2] - 11)^2 + (x[1] + x[2]^2 - 7)^2, c(0, 0), 0, rbind(
    c(3, 2), c(-2.805118086952745, 3.131312518250573), c(-3.779310253377747, -3.283185991286170),
    c(3.584428340330492, -1.848126526964404)), 6),
  matyas = classic_problem(function(x) 0.26 * sum(x^2) - 0.48 * x[1] * x[2], c(5, -5), 0, c(0, 0), 10),
  six_hump_camel = classic_problem(function(x) {
    (4 - 2.1 * x[1]^2 + x[1]^4 / 3) * x[1]^2 + x[1] * x[2] + (-4 + 4 * x[2]^2) * x[2]^2
  }, c(-1, 1), -1.031628453489877, rbind(c(0.08984201368301331, -0.7126564032704135),
                                         c(-0.08984201368301331, 0.7126564032704135)), 2),
  three_hump_camel = classic_problem(function(x) {
    2 * x[1]^2 - 1.05 * x[1]^4 + x[1]^6 / 6 + x[1] * x[2] + x[2]^2
  }, c(1, 1), 0, c(0, 0), 2.5),
  goldstein_price = classic_problem(function(x) {
    a <- 1 + (x[1] + x[2] + 1)^2 * (19 - 14 * x[1] + 3 * x[1]^2 - 14 * x[2] + 6 * x[1] * x[2] + 3 * x[2]^2)
    b <- 30 + (2 * x[1] - 3 * x[2])^2 * (18 - 32 * x[1] + 12 * x[1]^2 + 48 * x[2] - 36 * x[1] * x[2] + 27 * x[2]^2)
    a * b
  }, c(0.2, -0.8), 3, c(0, -1), 2),
  styblinski_tang = classic_problem(function(x) sum(x^4 - 16 * x^2 + 5 * x) / 2, c(-1, -1), -78.33233140754282,
                                    rep(-2.903534027771177, 2), 5),
  ackley = classic_problem(function(x) {
    20 + exp(1) - 20 * exp(-0.2 * sqrt(mean(x^2))) - exp(mean(cos(2 * pi * x)))
  }, c(0.3, 0.2), 0, c(0, 0), 5),
  rastrigin = classic_problem(function(x) 20 + sum(x^2 - 10 * cos(2 * pi * x)), c(0.3, 0.2), 0, c(0, 0), 5.12),
  mccormick = classic_problem(function(x) sin(x[1] + x[2]) + (x[1] - x[2])^2 - 1.5 * x[1] + 2.5 * x[2] + 1, c(0, 0),
                              -1.913222954981037, c(-0.5471975511965976, -1.547197551196598), 4),
  branin = classic_problem(function(x) {
    (x[2] - 5.1 / (4 * pi^2) * x[1]^2 + 5 / pi * x[1] - 6)^2 + 10 * (1 - 1 / (8 * pi)) * cos(x[1]) + 10
  }, c(2, 4), 0.397887357729739, rbind(c(pi, 2.275), c(-pi, 12.275), c(3 * pi, 2.475)), 15),
  easom = classic_problem(function(x) -cos(x[1]) * cos(x[2]) * exp(-sum((x - pi)^2)), c(2.5, 2.5), -1, c(pi, pi), 6)
)), list2env(list(classic_problem = classic_problem), parent = globalenv()))
