# Points from which many minimizations begin: a matrix with a row for each.

# task: in its space, within bounds. box: list(lower, upper), from where points are drawn.
drawn_starts <- function(starts, n, task, box) {
  if (is.matrix(starts) || is.data.frame(starts)) return(given_starts(starts, task))
  starts <- check_choice(starts, "starts", c("sobol", "lhs", "normal"))
  check_count(n, "n")
  X <- matrix(task$x, n, length(task$x), byrow = TRUE, dimnames = list(NULL, parameter_names(task$shape)))
  if (n == 1) return(X)
  drawn <- if (starts == "normal") normal_points(n - 1, task, box) else spread_points(starts, n - 1, task, box)
  # (the first is the user's own)
  X[-1, task$free] <- drawn
  X
}

given_starts <- function(starts, task) {
  X <- as.matrix(starts)
  if (!is.numeric(X) || ncol(X) != length(task$x)) {
    abort("{.arg starts} must have a column for each of the {length(task$x)} parameter{?s}, not {given(starts)}.")
  }
  if (!nrow(X)) abort("{.arg starts} has no rows: there is nowhere to start.")
  if (!all(is.finite(X))) {
    row <- which(!is.finite(rowSums(X)))[1]
    abort("{.arg starts} must hold finite numbers: row {row} does not.")
  }
  storage.mode(X) <- "double"
  names <- parameter_names(task$shape)
  if (!is.null(colnames(X)) && !is.null(task$shape$flat_names) && !identical(colnames(X), names)) {
    if (!setequal(colnames(X), names)) abort("The columns of {.arg starts} must be named {.val {names}}.")
    X <- X[, names, drop = FALSE]
  }
  dimnames(X) <- list(NULL, names)
  X
}

# In the box, as evenly as n points can be: of the free parameters.
spread_points <- function(starts, n, task, box) {
  lower <- box$lower[task$free]
  upper <- box$upper[task$free]
  open <- which(!is.finite(upper - lower))
  if (length(open)) {
    name <- parameter_names(task$shape)[task$free[open[1]]]
    abort(c("{.code starts = \"{starts}\"} draws between {.arg lower} and {.arg upper}, which leave {name} open.",
            i = "Give both (with {.code bounded = FALSE} only for the starts), or {.code starts = \"normal\"}."))
  }
  d <- length(lower)
  unit <- if (starts == "lhs") latin_hypercube(n, d) else shifted_sobol(n, d)
  matrix(lower, n, d, byrow = TRUE) + unit * matrix(upper - lower, n, d, byrow = TRUE)
}

# Sobol's sequence, moved by a random vector (Cranley and Patterson 1976).
shifted_sobol <- function(n, d) {
  check_suggested("qrng", "{.code starts = \"sobol\"}")
  shift <- stats::runif(d)
  (matrix(qrng::sobol(n, d), n, d) + matrix(shift, n, d, byrow = TRUE)) %% 1
}

# McKay, Beckman and Conover (1979): in each direction one point in each of n parts.
latin_hypercube <- function(n, d) {
  vapply(seq_len(d), function(k) (sample.int(n) - stats::runif(n)) / n, numeric(n))
}

# Around the start: a quarter of the box, or the larger of the start's size and 1, is the standard deviation.
normal_points <- function(n, task, box) {
  d <- length(task$free)
  x <- task$x[task$free]
  width <- (box$upper - box$lower)[task$free]
  sd <- ifelse(is.finite(width), width / 4, pmax(1, abs(x)))
  points <- matrix(x, n, d, byrow = TRUE) + matrix(stats::rnorm(n * d), n, d) * matrix(sd, n, d, byrow = TRUE)
  lower <- matrix(box$lower[task$free], n, d, byrow = TRUE)
  upper <- matrix(box$upper[task$free], n, d, byrow = TRUE)
  array(pmin(pmax(points, lower), upper), c(n, d))
}
