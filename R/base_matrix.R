# Matrices and arrays of R.

#' @rdname base-functions
#' @export
`dim<-.gradtape_tensor` <- function(x, value) {
  if (is.null(value)) value <- length(x)
  check_whole(value, "value", min = 0)
  reshaped(x, value)
}
#' @rdname base-functions
#' @export
aperm.gradtape_tensor <- function(a, perm = NULL, resize = TRUE, ...) {
  check_tensor(a, "a")
  if (!is.null(perm) && !(is.numeric(perm) && setequal(perm, seq_along(value_shape(a))))) {
    abort("{.arg perm} must be an order of the dimensions 1 to {length(value_shape(a))}, not {given(perm)}.")
  }
  torch_permute(a, if (is.null(perm)) rev(seq_along(value_shape(a))) else perm)
}

#' @rdname operators
#' @export
t.gradtape_tensor <- function(x) {
  shape <- .Call(C_call_shape, x)
  if (length(shape) == 2) return(apply_op("permute", x, c(1L, 0L)))
  if (length(shape) > 2) abort("{.fn t} takes a matrix or a vector, not {length(shape)} dimensions.")
  reshaped(x, c(1L, length(x)))
}

# R's rules for %*%: a vector is a row or a column, whichever fits.
matrix_product <- function(x, y) {
  sx <- value_shape(x)
  sy <- value_shape(y)
  as_shape <- function(v, shape) reshaped(v, shape)
  if (length(sx) < 2) {
    n <- prod(sx)
    x <- if (length(sy) == 2) as_shape(x, if (n == sy[1]) c(1, n) else c(n, 1))
         else as_shape(x, if (n == prod(sy)) c(1, n) else c(n, 1))
    sx <- value_shape(x)
  }
  if (length(sy) < 2) {
    n <- prod(sy)
    y <- as_shape(y, if (n == sx[2]) c(n, 1) else c(1, n))
  }
  apply_op("matmul", list(x, y), c(0L, 0L))
}

#' @rdname base-functions
#' @export
solve.gradtape_tensor <- function(a, b, ...) if (missing(b)) linalg_inv(a) else linalg_solve(a, b)
#' @rdname base-functions
#' @export
determinant.gradtape_tensor <- function(x, logarithm = TRUE, ...) {
  check_flag(logarithm, "logarithm")
  both <- linalg_slogdet(x)
  structure(list(modulus = if (logarithm) both[[2]] else exp(both[[2]]), sign = both[[1]]), class = "det")
}
#' @rdname base-functions
#' @export
chol.gradtape_tensor <- function(x, ...) t(linalg_cholesky(t(x)))

#' @rawNamespace S3method(crossprod, gradtape_tensor)
#' @rdname base-functions
#' @method crossprod gradtape_tensor
crossprod.gradtape_tensor <- function(x, y = x, ...) matrix_product(t(at_least_matrix(x)), y)
#' @rawNamespace S3method(tcrossprod, gradtape_tensor)
#' @rdname base-functions
#' @method tcrossprod gradtape_tensor
tcrossprod.gradtape_tensor <- function(x, y = x, ...) matrix_product(at_least_matrix(x), t(at_least_matrix(y)))

# ---- functions that do not dispatch ----

matrix_masks <- function() list(
  matrix = fill_mask("matrix", matrix_dims),
  array = fill_mask("array", function(n, dim = n, ...) dim),
  drop = mask("drop", function(x) torch_squeeze(x)),
  outer = higher_order("outer", "FUN", mask("outer", all_pairs)),
  `%o%` = mask("%o%", function(X, Y) all_pairs(X, Y)),
  crossprod = mask("crossprod", function(x, y = x) crossprod.gradtape_tensor(x, y)),
  tcrossprod = mask("tcrossprod", function(x, y = x) tcrossprod.gradtape_tensor(x, y)),
  diag = mask("diag", diagonal),
  `diag<-` = rewritten("diag<-"),
  det = mask("det", function(x, ...) linalg_det(x)),
  norm = mask("norm", function(x, type = "O") {
    if (toupper(type) %in% c("F", "E")) return(torch_norm(x))
    if (toupper(type) == "2") {
      return(if (length(x) == max(value_shape(x))) torch_norm(x) else linalg_svdvals(x)[1])
    }
    sizes <- abs(x)
    switch(toupper(type), O = , `1` = max(torch_sum(sizes, dim = 1L)), I = max(torch_sum(sizes, dim = 2L)), M = max(sizes),
           abort("{.arg type} must be one of {.val {c('O', 'I', 'F', 'M', '2')}}, not {.val {type}}."))
  }),
  eigen = mask("eigen", function(x, symmetric, only.values = FALSE) {
    if (missing(symmetric)) symmetric <- as.logical(all(abs(x - t(x)) <= 100 * .Machine$double.eps * max(abs(x))))
    if (!symmetric) {
      abort("{.fn eigen} of a tensor takes a symmetric matrix; of others the eigenvalues may be complex.")
    }
    parts <- linalg_eigh(x)
    structure(list(values = rev(parts[[1]]), vectors = if (!only.values) torch_flip(parts[[2]], 2)), class = "eigen")
  }),
  svd = mask("svd", function(x, ...) {
    parts <- linalg_svd(x)
    list(d = parts[[2]], u = parts[[1]], v = t(parts[[3]]))
  }),
  solve = mask("solve", solve.gradtape_tensor),
  backsolve = mask("backsolve", function(r, x, upper.tri = TRUE, transpose = FALSE) {
    triangular_solve(r, x, upper.tri, transpose)
  }),
  forwardsolve = mask("forwardsolve", function(l, x, upper.tri = FALSE, transpose = FALSE) {
    triangular_solve(l, x, upper.tri, transpose)
  }),
  chol2inv = mask("chol2inv", function(x) tcrossprod.gradtape_tensor(triangular_solve(x, diag(nrow(x)), upper = TRUE))),
  sweep = rewritten("sweep"),
  embed = rewritten("embed"),
  toeplitz = rewritten("toeplitz"),
  cov2cor = rewritten("cov2cor"),
  mahalanobis = rewritten("mahalanobis")
)

# FUN of all pairs of elements.
all_pairs <- function(X, Y, FUN = "*", ...) {
  FUN <- match.fun(FUN)
  dims <- c(dim(X) %||% length(X), dim(Y) %||% length(Y))
  n <- length(X)
  x <- elements(X, rep(seq_along(X), times = length(Y)))
  y <- elements(Y, rep(seq_along(Y), each = n))
  reshaped(FUN(x, y, ...), dims)
}

triangular_solve <- function(a, b, upper, transpose = FALSE) {
  as_columns(b, function(b) apply_op("trisolve", list(a, b), c(upper, transpose, FALSE)))
}

fill_mask <- function(name, dims) {
  mask(name, function(data, ...) {
    dim <- dims(length(data), ...)
    values <- if (prod(dim) == length(data)) data else elements(data, rep_len(seq_along(data), prod(dim)))
    byrow <- isTRUE(list(...)$byrow)
    x <- reshaped(values, if (byrow) rev(dim) else dim)
    if (byrow) t(x) else x
  })
}
matrix_dims <- function(n, nrow = NULL, ncol = NULL, byrow = FALSE, dimnames = NULL) {
  if (is.null(nrow)) nrow <- if (is.null(ncol)) n else ceiling(n / ncol)
  c(nrow, ncol %||% ceiling(n / nrow))
}

diagonal <- function(x = 1, nrow, ncol, names = TRUE) {
  if (length(value_shape(x)) == 2) return(torch_diag(x))
  if (length(x) == 1 && missing(nrow) && missing(ncol)) return(base::diag(as.integer(x)))
  if (missing(nrow)) nrow <- length(x)
  if (missing(ncol)) ncol <- nrow
  at <- seq_len(min(nrow, ncol))
  values <- elements(x, rep_len(seq_along(x), length(at)))
  apply_op("put", list(values, index_tensor((at - 1) * (nrow + 1))), c(nrow, ncol))
}
