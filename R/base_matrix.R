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
  refuse_more("aperm", ...)
  check_tensor(a, "a")
  check_flag(resize, "resize")
  if (!is.null(perm) && !(is.numeric(perm) && setequal(perm, seq_along(value_shape(a))))) {
    abort("{.arg perm} must be an order of the dimensions 1 to {length(value_shape(a))}, not {given(perm)}.")
  }
  permuted <- torch_permute(a, if (is.null(perm)) rev(seq_along(value_shape(a))) else perm)
  if (resize) permuted else reshaped(permuted, value_shape(a))
}

#' @rdname operators
#' @export
t.gradtape_tensor <- function(x) {
  shape <- .Call(C_call_shape, x)
  if (length(shape) == 2) return(apply_op("permute", x, c(1L, 0L)))
  if (length(shape) > 2) abort("{.fn t} takes a matrix or a vector, not {length(shape)} dimensions.",
                               "gradtape_shape_error")
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
solve.gradtape_tensor <- function(a, b, tol = .Machine$double.eps, LINPACK = FALSE, ...) {
  refuse_more("solve", ...)
  # a matrix is refused where it is exactly singular
  if (!missing(tol) && !(is.numeric(tol) && length(tol) == 1 && tol <= .Machine$double.eps)) {
    refuse_unless_default("solve", "tol", tol)
  }
  if (!missing(LINPACK)) refuse_unless_default("solve", "LINPACK", LINPACK)
  if (length(value_shape(a)) < 2) a <- at_least_matrix(a)        # a number is a matrix of one element
  if (missing(b)) linalg_inv(a) else linalg_solve(a, if (length(value_shape(b))) b else flat_columns(b))
}
#' @rdname base-functions
#' @export
determinant.gradtape_tensor <- function(x, logarithm = TRUE, ...) {
  refuse_more("determinant", ...)
  check_flag(logarithm, "logarithm")
  both <- linalg_slogdet(x)
  structure(list(modulus = if (logarithm) both[[2]] else exp(both[[2]]), sign = both[[1]]), class = "det")
}
#' @rdname base-functions
#' @export
chol.gradtape_tensor <- function(x, pivot = FALSE, LINPACK = FALSE, tol = -1, ...) {
  refuse_more("chol", ...)
  refuse_unless_default("chol", "pivot", pivot)
  refuse_unless_default("chol", "LINPACK", LINPACK)
  t(linalg_cholesky(t(x)))                     # (`tol` is for pivoting)
}

#' @rawNamespace S3method(crossprod, gradtape_tensor)
#' @rdname base-functions
#' @method crossprod gradtape_tensor
crossprod.gradtape_tensor <- function(x, y = NULL, ...) {
  refuse_more("crossprod", ...)
  matrix_product(t(at_least_matrix(x)), y %||% x)
}
#' @rawNamespace S3method(tcrossprod, gradtape_tensor)
#' @rdname base-functions
#' @method tcrossprod gradtape_tensor
tcrossprod.gradtape_tensor <- function(x, y = NULL, ...) {
  refuse_more("tcrossprod", ...)
  if (is.null(y)) y <- x
  # a vector is the row that fits the other's columns, else a column
  row_or_column <- function(v, other) {
    if (length(value_shape(v)) == 2 || length(value_shape(other)) != 2 ||
        length(v) != value_shape(other)[2]) at_least_matrix(v)
    else reshaped(v, c(1L, length(v)))
  }
  matrix_product(row_or_column(x, y), t(row_or_column(y, x)))
}

#' @rdname base-functions
#' @export
isSymmetric.gradtape_tensor <- function(object, ...) {
  tol <- list(...)$tol %||% (100 * .Machine$double.eps)
  shape <- value_shape(object)
  if (length(shape) != 2 || shape[1] != shape[2]) return(FALSE)
  if (anyNA(object) || length(object) < 2) return(isTRUE(as.logical(all(is.na(object) == is.na(t(object))))))
  # as all.equal() compares: the mean difference of what differs, relative to its mean size
  differs <- object != t(object)
  off <- sum(abs(object - t(object))) <= tol * sum(abs(object) * differs)
  isTRUE(as.logical(all(!differs) | off))
}

# ---- functions that do not dispatch ----

matrix_masks <- function() list(
  matrix = first_mask("matrix", function(data, nrow = 1, ncol = 1, byrow = FALSE, dimnames = NULL) {
    at <- if (missing(nrow) && missing(ncol)) original("matrix")(seq_along(data), byrow = byrow, dimnames = dimnames)
          else if (missing(nrow)) original("matrix")(seq_along(data), ncol = ncol, byrow = byrow, dimnames = dimnames)
          else if (missing(ncol)) original("matrix")(seq_along(data), nrow, byrow = byrow, dimnames = dimnames)
          else original("matrix")(seq_along(data), nrow, ncol, byrow, dimnames)
    laid_out(data, at, as_flag(byrow, "byrow"))
  }),
  array = first_mask("array", function(data, dim = length(data), dimnames = NULL) {
    laid_out(data, original("array")(seq_along(data), dim, dimnames))
  }),
  drop = first_mask("drop", function(x) torch_squeeze(x)),
  outer = higher_order("outer", "FUN", mask("outer", all_pairs)),
  `%o%` = mask("%o%", function(X, Y) all_pairs(X, Y)),
  crossprod = mask("crossprod", function(x, y = NULL) crossprod.gradtape_tensor(x, y)),
  tcrossprod = mask("tcrossprod", function(x, y = NULL) tcrossprod.gradtape_tensor(x, y)),
  diag = first_mask("diag", diagonal),
  `diag<-` = rewritten("diag<-"),
  det = first_mask("det", function(x) linalg_det(x)),
  norm = first_mask("norm", matrix_norm),
  eigen = first_mask("eigen", function(x, symmetric, only.values = FALSE) {
    if (missing(symmetric)) symmetric <- as.logical(all(abs(x - t(x)) <= 100 * .Machine$double.eps * max(abs(x))))
    if (!as_flag(symmetric, "symmetric")) {
      abort("{.fn eigen} of a tensor takes a symmetric matrix; of others the eigenvalues may be complex.")
    }
    parts <- linalg_eigh(x)
    vectors <- if (!as_flag(only.values, "only.values")) torch_flip(parts[[2]], 2)
    structure(list(values = rev(parts[[1]]), vectors = vectors), class = "eigen")
  }),
  svd = first_mask("svd", function(x, nu = least, nv = least) {
    least <- min(value_shape(x))
    check_number(nu, "nu", min = 0, max = least, whole = TRUE)
    check_number(nv, "nv", min = 0, max = least, whole = TRUE)
    parts <- linalg_svd(x)
    result <- list(d = parts[[2]])
    if (nu > 0) result$u <- parts[[1]][, seq_len(nu), drop = FALSE]
    if (nv > 0) result$v <- t(parts[[3]])[, seq_len(nv), drop = FALSE]
    result
  }),
  solve = mask("solve", solve.gradtape_tensor),
  backsolve = mask("backsolve", function(r, x, k = value_shape(r)[2], upper.tri = TRUE, transpose = FALSE) {
    triangular_solve(r, x, k, as_flag(upper.tri, "upper.tri"), as_flag(transpose, "transpose"))
  }),
  forwardsolve = mask("forwardsolve", function(l, x, k = value_shape(l)[2], upper.tri = FALSE, transpose = FALSE) {
    triangular_solve(l, x, k, as_flag(upper.tri, "upper.tri"), as_flag(transpose, "transpose"))
  }),
  chol2inv = first_mask("chol2inv", function(x, size = value_shape(x)[2]) {
    tcrossprod.gradtape_tensor(triangular_solve(x, diag(size), size, upper = TRUE, transpose = FALSE))
  }),
  sweep = rewritten("sweep"),
  embed = rewritten("embed"),
  toeplitz = rewritten("toeplitz"),
  cov2cor = rewritten("cov2cor"),
  mahalanobis = rewritten("mahalanobis")
)

# The elements of x at positions that R's function has put in place, and its dim.
laid_out <- function(x, at, byrow = FALSE) {
  dim <- dim(at)
  if (length(at) != length(x)) return(reshaped(elements(x, as.vector(at)), dim))
  if (byrow) t(reshaped(x, rev(dim))) else reshaped(x, dim)
}

# FUN of all pairs of elements.
all_pairs <- function(X, Y, FUN = "*", ...) {
  FUN <- match.fun(FUN)
  dims <- c(dim(X) %||% length(X), dim(Y) %||% length(Y))
  n <- length(X)
  x <- elements(X, rep(seq_along(X), times = length(Y)))
  y <- elements(Y, rep(seq_along(Y), each = n))
  reshaped(FUN(x, y, ...), dims)
}

# The first k equations.
triangular_solve <- function(a, b, k, upper, transpose) {
  shape <- value_shape(a)
  if (length(shape) != 2) abort("A triangular system needs a matrix, not {given(a)}.")
  check_number(k, "k", min = 1, max = min(shape), whole = TRUE)
  rows <- value_shape(at_least_matrix(b))[1]
  if (rows < k) abort("The right-hand side has {rows} row{?s}, and {k} equation{?s} {?needs/need} as many.")
  first <- seq_len(k)
  if (any(shape != k)) a <- a[first, first, drop = FALSE]
  if (rows > k) b <- if (length(value_shape(b)) == 2) b[first, , drop = FALSE] else elements(b, first)
  as_columns(b, function(b) apply_op("trisolve", list(a, b), c(upper, transpose, FALSE)))
}

matrix_norm <- function(x, type = "O") {
  check_string(type, "type")
  type <- toupper(type)
  # (of a vector R gives the norm of type 2 only, by its singular values)
  if (length(value_shape(x)) != 2 && type != "2") {
    abort("{.fn norm} of type {.val {type}} takes a matrix, not {given(x)}.")
  }
  if (type %in% c("F", "E")) return(torch_norm(x))
  if (type == "2") return(if (length(x) == max(value_shape(x))) torch_norm(x) else linalg_svdvals(x)[1])
  sizes <- abs(x)
  switch(type, O = , `1` = max(torch_sum(sizes, dim = 1L)), I = max(torch_sum(sizes, dim = 2L)), M = max(sizes),
         abort("{.arg type} must be one of {.val {c('O', 'I', 'F', 'M', '2')}}, not {.val {type}}."))
}

# (`names` say nothing here: a tensor's rows and columns have none.)
diagonal <- function(x = 1, nrow, ncol, names = TRUE) {
  ndim <- length(value_shape(x))
  if (ndim >= 2 && !(missing(nrow) && missing(ncol))) {
    abort("{.arg nrow} and {.arg ncol} cannot be given where {.arg x} is a matrix.")
  }
  if (ndim == 2) return(torch_diag(x))
  if (ndim > 2) abort("{.fn diag} takes a matrix or a vector, not {ndim} dimensions.")
  if (length(x) == 1 && missing(nrow) && missing(ncol) && missing(names)) return(base::diag(as.integer(x)))
  if (missing(nrow)) nrow <- length(x)
  if (missing(ncol)) ncol <- nrow
  at <- seq_len(min(nrow, ncol))
  if (length(at) && !length(x)) abort("{.arg x} of {.fn diag} has no elements.")
  values <- elements(x, rep_len(seq_along(x), length(at)))
  apply_op("put", list(values, index_tensor((at - 1) * (nrow + 1))), c(nrow, ncol))
}
