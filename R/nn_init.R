#' Initial values of parameters
#'
#' Each fills a tensor in place, drawing from R's generator (see [set.seed()]). With fan-in
#' \eqn{n} and fan-out \eqn{m} (the columns and rows of a weight matrix), the Xavier methods
#' have standard deviation \eqn{gain \sqrt{2 / (n + m)}} and the Kaiming methods
#' \eqn{gain / \sqrt{n}} (or \eqn{gain / \sqrt{m}} for `mode = "fan_out"`).
#'
#' `nn_init_trunc_normal_()` draws from the normal distribution between `a` and `b`; `nn_init_eye_()` gives the identity
#' matrix; `nn_init_orthogonal_()` has orthonormal columns, or rows where there are fewer, times `gain`;
#' `nn_init_sparse_()` sets that share of each column to zero and draws the others.
#'
#' @param tensor A tensor; for the Xavier, Kaiming, orthogonal, sparse and identity methods a matrix.
#' @param a,b Bounds of the uniform or the truncated normal distribution; in the Kaiming methods `a` is the negative
#'   slope of a leaky ReLU.
#' @param mean,std Mean and standard deviation.
#' @param val A number.
#' @param gain Factor of the standard deviation, or of the orthogonal matrix.
#' @param sparsity Share of zeros in each column, from 0 to 1; their number is rounded up.
#' @param mode `"fan_in"` or `"fan_out"`.
#' @param nonlinearity,param Name of the activation (`"linear"`, `"sigmoid"`, `"tanh"`,
#'   `"relu"` or `"leaky_relu"`) and its parameter, the negative slope of a leaky ReLU.
#' @return The tensor, invisibly; `nn_init_calculate_gain()` a number.
#' @references Glorot and Bengio (2010), *Understanding the difficulty of training deep
#'   feedforward neural networks*; He, Zhang, Ren and Sun (2015),
#'   \doi{10.48550/arXiv.1502.01852}; Saxe, McClelland and Ganguli (2014), \doi{10.48550/arXiv.1312.6120}.
#' @examples
#' w <- torch_zeros(3, 2)
#' nn_init_xavier_uniform_(w)
#' w
#' @name nn_init
NULL

# Fills without recording; draw(n) gives n numbers.
fill_with <- function(tensor, draw) {
  check_tensor(tensor, "tensor")
  shape <- value_shape(tensor)
  values <- array(draw(length(tensor)), if (length(shape)) shape else 1L)
  with_no_grad(tensor$copy_(if (length(shape)) values else as.numeric(values)))
  invisible(tensor)
}

#' @rdname nn_init
#' @export
nn_init_uniform_ <- function(tensor, a = 0, b = 1) {
  check_plain(a, "a")
  check_plain(b, "b", min = a)
  fill_with(tensor, function(n) stats::runif(n, a, b))
}
#' @rdname nn_init
#' @export
nn_init_normal_ <- function(tensor, mean = 0, std = 1) {
  check_plain(mean, "mean")
  check_plain(std, "std", min = 0)
  fill_with(tensor, function(n) stats::rnorm(n, mean, std))
}
#' @rdname nn_init
#' @export
nn_init_constant_ <- function(tensor, val) {
  check_number(val, "val")
  fill_with(tensor, function(n) rep(val, n))
}
#' @rdname nn_init
#' @export
nn_init_zeros_ <- function(tensor) nn_init_constant_(tensor, 0)
#' @rdname nn_init
#' @export
nn_init_ones_ <- function(tensor) nn_init_constant_(tensor, 1)

#' @rdname nn_init
#' @export
nn_init_trunc_normal_ <- function(tensor, mean = 0, std = 1, a = -2, b = 2) {
  check_plain(mean, "mean")
  check_plain(std, "std", above = 0)
  check_plain(a, "a")
  check_plain(b, "b", min = a)
  # (in the lower tail, where probabilities keep their digits)
  flip <- a > mean
  low <- if (flip) (mean - b) / std else (a - mean) / std
  high <- if (flip) (mean - a) / std else (b - mean) / std
  fill_with(tensor, function(n) {
    p <- stats::pnorm(low) + stats::runif(n) * (stats::pnorm(high) - stats::pnorm(low))
    z <- pmin(pmax(stats::qnorm(p), low), high)
    mean + std * if (flip) -z else z
  })
}

#' @rdname nn_init
#' @export
nn_init_eye_ <- function(tensor) {
  shape <- fans(tensor)
  fill_with(tensor, function(n) diag(1, shape[["fan_out"]], shape[["fan_in"]]))
}

#' @rdname nn_init
#' @export
nn_init_orthogonal_ <- function(tensor, gain = 1) {
  check_plain(gain, "gain")
  shape <- fans(tensor)
  rows <- shape[["fan_out"]]
  columns <- shape[["fan_in"]]
  fill_with(tensor, function(n) {
    # (the signs make it uniform among all such matrices)
    decomposed <- qr(matrix(stats::rnorm(n), max(rows, columns), min(rows, columns)), LAPACK = TRUE)
    q <- qr.Q(decomposed)
    q <- q * rep(ifelse(diag(qr.R(decomposed)) < 0, -1, 1), each = nrow(q))
    gain * if (rows < columns) t(q) else q
  })
}

#' @rdname nn_init
#' @export
nn_init_sparse_ <- function(tensor, sparsity, std = 0.01) {
  check_number(sparsity, "sparsity", min = 0, max = 1)
  check_plain(std, "std", min = 0)
  shape <- fans(tensor)
  rows <- shape[["fan_out"]]
  zeros <- ceiling(sparsity * rows)
  fill_with(tensor, function(n) {
    values <- matrix(stats::rnorm(n, 0, std), rows)
    for (j in seq_len(shape[["fan_in"]])) values[sample.int(rows, zeros), j] <- 0
    values
  })
}

#' @rdname nn_init
#' @export
nn_init_xavier_uniform_ <- function(tensor, gain = 1) {
  check_plain(gain, "gain", min = 0)
  bound <- gain * sqrt(6 / sum(fans(tensor)))
  nn_init_uniform_(tensor, -bound, bound)
}
#' @rdname nn_init
#' @export
nn_init_xavier_normal_ <- function(tensor, gain = 1) {
  check_plain(gain, "gain", min = 0)
  nn_init_normal_(tensor, 0, gain * sqrt(2 / sum(fans(tensor))))
}
#' @rdname nn_init
#' @export
nn_init_kaiming_uniform_ <- function(tensor, a = 0, mode = c("fan_in", "fan_out"), nonlinearity = "leaky_relu") {
  bound <- sqrt(3) * kaiming_std(tensor, a, mode, nonlinearity)
  nn_init_uniform_(tensor, -bound, bound)
}
#' @rdname nn_init
#' @export
nn_init_kaiming_normal_ <- function(tensor, a = 0, mode = c("fan_in", "fan_out"), nonlinearity = "leaky_relu") {
  nn_init_normal_(tensor, 0, kaiming_std(tensor, a, mode, nonlinearity))
}

kaiming_std <- function(tensor, a, mode, nonlinearity) {
  check_plain(a, "a")
  mode <- check_choice(mode, "mode", c("fan_in", "fan_out"))
  nn_init_calculate_gain(nonlinearity, a) / sqrt(fans(tensor)[[mode]])
}

fans <- function(tensor) {
  check_tensor(tensor, "tensor")
  shape <- value_shape(tensor)
  if (length(shape) != 2) {
    abort("{.arg tensor} must be a matrix to have a fan-in and a fan-out; it has shape {shape_text(tensor)}.",
          "gradtape_shape_error")
  }
  c(fan_in = shape[2], fan_out = shape[1])
}

#' @rdname nn_init
#' @export
nn_init_calculate_gain <- function(nonlinearity, param = 0.01) {
  check_plain(param, "param")
  gains <- c("linear", "sigmoid", "tanh", "relu", "leaky_relu")
  switch(check_choice(nonlinearity, "nonlinearity", gains),
         linear = 1, sigmoid = 1, tanh = 5 / 3, relu = sqrt(2), leaky_relu = sqrt(2 / (1 + param^2)))
}
