# Scripts of plain R in the folder plain-r: what they hand to an optimizer is collected, and looked
# at on a tape. The scripts know nothing of this package.

# The calls of optimizers in a script, which are not carried out.
objectives_in <- function(file) {
  found <- list()
  keep <- function(fn, par, args) {
    found[[length(found) + 1]] <<- list(fn = fn, par = par, args = args, name = paste0(file, " ", length(found) + 1))
    list(par = par, value = NA)
  }
  home <- new.env(parent = globalenv())
  home$optim <- function(par, fn, gr, ..., method, lower, upper, control, hessian) keep(fn, par, list(...))
  home$nlm <- function(f, p, ...) keep(f, p, list(...))
  home$nlminb <- function(start, objective, gradient, hessian, ..., control, lower, upper) keep(objective, start,
                                                                                                list(...))
  home$optimize <- function(f, interval, ...) keep(f, mean(interval), list(...))
  sys.source(test_path("plain-r", file), home)
  found
}

# Derivatives by differences, extrapolated twice to a step of zero: a row per element of f(x).
extrapolated_jacobian <- function(f, x, h = 1e-3) {
  vapply(seq_along(x), function(i) {
    slope <- function(h) {
      e <- replace(numeric(length(x)), i, h * max(abs(x[i]), 0.1))
      (f(x + e) - f(x - e)) / (2 * sum(e))
    }
    steps <- lapply(h / c(1, 2, 4), slope)
    once <- lapply(1:2, function(k) (4 * steps[[k + 1]] - steps[[k]]) / 3)
    (16 * once[[2]] - once[[1]]) / 15
  }, numeric(length(f(x))))
}

# Where the function is smooth enough for differences of two steps to agree.
expect_near_differences <- function(got, f, x, tolerance, label) {
  differences <- lapply(c(1e-3, 2e-4), function(h) extrapolated_jacobian(f, x, h))
  noise <- max(abs(differences[[1]] - differences[[2]]))
  scale <- max(abs(differences[[2]]), 1e-3)
  if (is.na(noise) || noise > 1e-4 * scale) return(FALSE)
  expect_lt(max(abs(got - differences[[2]])) / scale, tolerance + 3 * noise / scale, label = label)
  TRUE
}

# Points beside x, and far from it.
points_around <- function(x, near = 6, far = 6) {
  size <- pmax(abs(x), 0.1)
  c(lapply(seq_len(near), function(i) x + 0.05 * size * rnorm(length(x))),
    lapply(seq_len(far), function(i) x + 0.6 * size * rnorm(length(x))))
}

# Value, gradient and Hessian of a tape are those of the plain function; counts the derivatives compared.
expect_plain_r <- function(objective) {
  plain <- function(x) {
    value <- suppressWarnings(do.call(objective$fn, c(list(x), objective$args)))
    as.numeric(value)
  }
  tp <- do.call(tape, c(list(objective$fn, objective$par), objective$args))
  set.seed(42)
  points <- points_around(objective$par)
  for (x in points) {
    value <- tryCatch(plain(x), error = function(e) NULL)
    if (!is.null(value)) expect_equal(suppressWarnings(tp$fn(x)), value, tolerance = 1e-10, label = objective$name)
  }
  compared <- 0
  for (x in points[c(1, 7)]) {
    if (!all(is.finite(plain(x)))) next
    first <- expect_near_differences(tp$gr(x), plain, x, 1e-6, paste("the gradient of", objective$name))
    if (first) expect_near_differences(tp$he(x), tp$gr, x, 1e-5, paste("the Hessian of", objective$name))
    compared <- compared + first
  }
  compared
}
