# Interpolation: R's own functions, with what stats computes in C for them.

interpolation_masks <- function() list(
  approx = rewritten("approx"),
  approxfun = rewritten("approxfun"),
  spline = rewritten("spline"),
  splinefun = rewritten("splinefun"),
  xy.coords = mask("xy.coords", function(x, y = NULL, setLab = TRUE) {
    if (is.null(y)) list(x = as.numeric(seq_along(x)), y = flat_columns(x), xlab = NULL, ylab = NULL)
    else if (length(x) != length(y))
      abort("{.arg x} and {.arg y} must have the same length, not {length(x)} and {length(y)}.")
    else list(x = flat_columns(x), y = flat_columns(y), xlab = NULL, ylab = NULL)
  }),
  is.unsorted = first_mask("is.unsorted", function(x, na.rm = FALSE, strictly = FALSE) {
    is.unsorted(rank_codes(flat_columns(x)), na.rm, strictly)
  })
)

interpolation_in_c <- list(
  ApproxTest = function(x, y, method, f, na.rm) NULL,
  Approx = function(x, y, v, method, yleft, yright, f, na.rm) piecewise(x, y, v, method == 1, yleft, yright, f),
  SplineCoef = function(method, x, y) spline_coefficients(method, x, y),
  SplineEval = function(xout, z) spline_values(xout, z),
  monoFC_m = function(m, Sx) monotone_slopes(m, Sx)
)

# How many of the knots each element has reached: a tensor of whole numbers, which needs no guard.
knots_reached <- function(v, knots) {
  torch_sum(torch_ge(reshaped(v, c(length(v), 1L)), reshaped(knots, c(1L, length(knots)))), dim = 2L)
}
taken_at <- function(x, at) apply_op("take", list(x, torch_sub(at, 1)))

piecewise <- function(x, y, v, linear, yleft, yright, f) {
  v <- flat_columns(v)
  x <- flat_columns(x)
  y <- flat_columns(y)
  n <- length(x)
  reached <- knots_reached(v, x)
  i <- torch_clamp(reached, 1, max(n - 1, 1))
  from <- taken_at(x, i)
  low <- taken_at(y, i)
  if (linear) {
    next_one <- torch_add(i, 1)
    value <- low + (taken_at(y, next_one) - low) * ((v - from) / (taken_at(x, next_one) - from))
  } else {
    high <- taken_at(y, torch_clamp(torch_add(i, 1), 1, n))
    between <- if (f == 0) low else if (f == 1) high else low * (1 - f) + high * f
    value <- torch_where(v == from, low, torch_where(torch_eq(reached, n), y[n], between))
  }
  value <- torch_where(v < x[1], yleft, torch_where(v > x[n], yright, value))
  torch_where(is.na(v), NaN, value)
}

# The coefficients are linear in y, so a matrix for each of them does. method: 1 periodic, 2 natural,
# 3 of Forsythe, Malcolm and Moler.
spline_coefficients <- function(method, x, y) {
  if (is_torch_tensor(x)) {
    abort(c("The knots of a spline must be plain numbers; here {.arg x} is a tensor.",
            i = "{.fn approx} takes tensors as knots."), "gradtape_gradient_error")
  }
  n <- length(x)
  name <- c("periodic", "natural", "fmm")[method]
  unit <- diag(n)
  if (method == 1) unit[n, ] <- unit[1, ]
  each <- lapply(seq_len(n), function(j) environment(original("splinefun")(x, unit[, j], name))$z)
  of_y <- function(part) flat_columns(matrix_multiply(vapply(each, `[[`, numeric(n), part), at_least_matrix(y)))
  list(method = method, n = n, x = x, y = y, b = of_y("b"), c = of_y("c"), d = of_y("d"))
}

spline_values <- function(xout, z) {
  v <- flat_columns(xout)
  x <- z$x
  n <- z$n
  if (z$method == 1 && n > 1) v <- x[1] + (v - x[1]) %% (x[n] - x[1])
  i <- torch_clamp(knots_reached(v, x), 1, n)
  coefficient <- function(part) taken_at(z[[part]], i)
  dx <- v - taken_at(x, i)
  cubic <- coefficient("d")
  if (z$method == 2) cubic <- torch_where(v < x[1], 0, cubic)
  value <- coefficient("y") + dx * (coefficient("b") + dx * (coefficient("c") + dx * cubic))
  torch_where(is.na(v), NaN, value)
}

# Fritsch and Carlson (1980): slopes made smaller, so that the interpolation is monotone.
monotone_slopes <- function(m, secants) {
  for (k in seq_along(secants)) {
    if (secants[k] == 0) {
      m[k + 0:1] <- 0
      next
    }
    alpha <- m[k] / secants[k]
    beta <- m[k + 1] / secants[k]
    first <- 2 * alpha + beta - 3
    second <- alpha + 2 * beta - 3
    if (first > 0 && second > 0 && alpha * (first + second) < first^2) {
      size <- 3 * secants[k] / sqrt(alpha^2 + beta^2)
      m[k] <- size * alpha
      m[k + 1] <- size * beta
    }
  }
  m
}
