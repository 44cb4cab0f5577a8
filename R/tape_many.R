# Tapes at many points at once.

tape_fn_many <- function(tape, X, margin) {
  X <- check_points(X, margin, tape$shape$n)
  value <- tape_many(tape, "value", X, margin)$value
  points <- dimnames(X)[[margin]]
  one_each <- is.null(dim(value))
  if (one_each) names(value) <- points
  else if (!is.null(points)) dimnames(value) <- if (margin == 1) list(points, NULL) else list(NULL, points)
  value
}

tape_gr_many <- function(tape, X, margin) {
  X <- check_points(X, margin, tape$shape$n)
  gradient <- tape_many(tape, "gradient", X, margin)$gradient
  points <- dimnames(X)[[margin]]
  names <- tape$shape$flat_names
  if (!is.null(points) || !is.null(names)) {
    dimnames(gradient) <- if (margin == 1) list(points, names) else list(names, points)
  }
  gradient
}

# Points as a matrix of doubles, `n` numbers each.
check_points <- function(X, margin, n) {
  check_margin(margin)
  if (is.data.frame(X) && all(vapply(X, is.numeric, NA))) X <- as.matrix(X)
  if (!is.numeric(X) || is_torch_tensor(X) || !is.matrix(X)) {
    abort(paste("{.arg X} must be a matrix or data frame of numbers, with a point in each {margin_name(margin)},",
                "not {given(X)}."))
  }
  if (dim(X)[3 - margin] != n) {
    abort(paste("{.arg X} must have a point of {n} number{?s} in each {margin_name(margin)};",
                "its {margin_name(margin)}s have {dim(X)[3 - margin]}."))
  }
  if (anyNA(X)) {
    at <- which(is.na(X), arr.ind = TRUE)[1, margin]
    abort("{.arg X} must not hold NA: {margin_name(margin)} {at} does.")
  }
  storage.mode(X) <- "double"
  X
}

check_margin <- function(margin) {
  if (!is.numeric(margin) || length(margin) != 1 || !margin %in% 1:2) {
    abort("{.arg margin} must be 1 (points are rows) or 2 (columns), not {given(margin)}.")
  }
}
margin_name <- function(margin) c("row", "column")[margin]
point_of <- function(X, margin, i) if (margin == 1) X[i, ] else X[, i]

# list(value, gradient) at the points of X; the gradient only if `kind` is that.
tape_many <- function(tape, kind, X, margin) {
  m <- dim(X)[margin]
  if (m == 0) return(list(value = numeric(0), gradient = array(0, dim(X))))
  first <- unname(point_of(X, margin, 1))
  n_out <- length(tape_value_at(tape, first) %||% tape_fn(tape, first))
  by_point <- function(n) array(NA_real_, if (n == 1) m else if (margin == 1) c(m, n) else c(n, m))
  results <- list(value = by_point(n_out), gradient = if (kind == "gradient") array(NA_real_, dim(X)),
                  done = logical(m))
  while (!tape$eager && !all(results$done)) {
    results <- .Call(C_call_tape_many, tape$state, kind, X, margin == 1, results)
    left <- which(!results$done)[1]
    # what no recording holds for is recorded; it may hold for others
    if (!is.na(left)) results <- point_alone(tape, kind, X, margin, left, results, n_out)
  }
  for (i in which(!results$done)) results <- point_alone(tape, kind, X, margin, i, results, n_out)
  if (n_out == 1) dim(results$value) <- NULL
  results
}

# The results with those of point i, computed by itself.
point_alone <- function(tape, kind, X, margin, i, results, n_out) {
  x <- unname(point_of(X, margin, i))
  value <- as.vector(tape_fn(tape, x))
  if (length(value) != n_out) {
    abort(paste("{.fn {tape$called}} returned {length(value)} element{?s} at the point in {margin_name(margin)} {i},",
                "and {n_out} at the first."), "gradtape_shape_error")
  }
  results$value <- with_point(results$value, margin, i, value)
  if (kind == "gradient") results$gradient <- with_point(results$gradient, margin, i, tape_gr(tape, x))
  results$done[i] <- TRUE
  results
}
with_point <- function(all, margin, i, numbers) {
  if (length(dim(all)) < 2) all[i] <- numbers
  else if (margin == 1) all[i, ] <- numbers
  else all[, i] <- numbers
  all
}
