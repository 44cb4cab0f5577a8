# Distances between rows.

distance_masks <- function() list(
  dist = first_mask("dist", function(x, method = "euclidean", diag = FALSE, upper = FALSE, p = 2) {
    distances(x, method, p)
  })
)

# Between all pairs of rows, in R's order; as.matrix() makes a square of them.
distances <- function(x, method, p) {
  x <- at_least_matrix(x)
  method <- pmatch(method, c("euclidean", "maximum", "manhattan", "minkowski"))
  if (is.na(method)) {
    abort(paste("{.arg method} of {.fn dist} of a tensor must be",
                "{.val euclidean}, {.val maximum}, {.val manhattan} or {.val minkowski}."))
  }
  if (anyNA(x)) abort("{.fn dist} of a tensor takes no {.val NaN}.")
  n <- value_shape(x)[1]
  pairs <- which(lower.tri(diag(n)), arr.ind = TRUE)
  apart <- abs(x[pairs[, 1], , drop = FALSE] - x[pairs[, 2], , drop = FALSE])
  values <- if (!ncol(apart)) torch_tensor(rep(NaN, nrow(pairs))) else switch(method,
    torch_norm(apart, 2, dim = 2L), torch_amax(apart, dim = 2L), torch_sum(apart, dim = 2L),
    torch_norm(apart, p, dim = 2L)
  )
  attr(values, "between") <- n                  # (a value of its own, that nothing else holds)
  values
}
is_distances <- function(x) is_torch_tensor(x) && !is.null(attr(x, "between", exact = TRUE))
square_of_distances <- function(x) {
  n <- attr(x, "between")
  at <- matrix(0, n, n)
  at[lower.tri(at)] <- seq_along(x)
  at <- at + t(at)
  reshaped(elements(.Call(C_call_join, list(0, x)), as.vector(at) + 1), c(n, n))
}
