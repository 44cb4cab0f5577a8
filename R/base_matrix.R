# Matrices and arrays of R.

#' @rdname base-functions
#' @export
`dim<-.gradtape_tensor` <- function(x, value) {
  value <- plain_subscript(value)
  check_whole(value %||% 1, "value", min = 0)
  at <- seq_along(x)
  as_r_does(dim(at) <- value, "shape")
  reshaped(x, dim(at) %||% length(x))
}
#' @rdname base-functions
#' @export
aperm.gradtape_tensor <- function(a, perm = NULL, resize = TRUE, ...) {
  refuse_more("aperm", ...)
  check_tensor(a, "a")
  check_flag(resize, "resize")
  shape <- value_shape(a)
  order <- perm %||% rev(seq_along(shape))
  if (is.character(order)) order <- match(order, names(labels_of(a)))
  if (!(is.numeric(order) && identical(sort(as.numeric(order)), as.numeric(seq_along(shape))))) {
    abort("{.arg perm} must be an order of the dimensions 1 to {length(shape)}, not {given(perm)}.")
  }
  permuted <- torch_permute(a, order)
  if (resize) labelled(permuted, labels_of(a)[order]) else reshaped(permuted, shape)
}

#' @rdname operators
#' @export
t.gradtape_tensor <- function(x) {
  shape <- .Call(C_call_shape, x)
  labels <- labels_of(x)
  if (length(shape) == 2) {
    transposed <- apply_op("permute", x, c(1L, 0L))
    return(if (is.null(labels)) transposed else labelled(transposed, rev(labels)))
  }
  if (length(shape) > 2) abort("{.fn t} takes a matrix or a vector, not {length(shape)} dimensions.",
                               "gradtape_shape_error")
  labelled(reshaped(x, c(1L, length(x))), if (!is.null(labels)) list(NULL, labels))
}

# R's rules for %*%: a vector is a row or a column, whichever fits.
matrix_product <- function(x, y) {
  if (is_sparse(x)) return(sparse_times(x, y))
  if (is_sparse(y)) return(times_sparse(x, y))
  sx <- value_shape(x)
  sy <- value_shape(y)
  labels <- product_labels(x, y)
  if (length(sx) < 2) {
    n <- prod(sx)
    is_row <- if (length(sy) == 2) n == sy[1] || sy[1] != 1 else n == prod(sy) || n != 1
    x <- reshaped(x, if (is_row) c(1, n) else c(n, 1))
    sx <- value_shape(x)
  }
  if (length(sy) < 2) {
    n <- prod(sy)
    y <- reshaped(y, if (n == sx[2] || sx[2] != 1) c(n, 1) else c(1, n))
  }
  product <- apply_op("matmul", list(x, y), c(0L, 0L))
  if (is.null(labels)) product else labelled(product, labels)
}

# The rows of x and the columns of y keep their names.
product_labels <- function(x, y) {
  x <- labels_of(x)
  y <- labels_of(y)
  if (is.null(x) && is.null(y)) return(NULL)
  part <- function(labels, k) if (is.list(labels)) labels[k] else list(NULL)
  labels <- c(part(x, 1), part(y, 2))
  if (length(unlist(labels))) labels
}

#' @rdname base-functions
#' @export
solve.gradtape_tensor <- function(a, b, tol = .Machine$double.eps, LINPACK = FALSE, ...) {
  refuse_more("solve", ...)
  if (is_complex_value(a) || !missing(b) && is_complex_value(b)) return(solve.gradtape_complex(a, b))
  if (!missing(tol) && !(is.numeric(tol) && length(tol) == 1 && tol <= .Machine$double.eps)) {
    refuse_unless_default("solve", "tol", tol)
  }
  as_r <- tol == .Machine$double.eps            # below that, only what is exactly singular is refused
  if (!missing(LINPACK)) refuse_unless_default("solve", "LINPACK", LINPACK)
  if (length(value_shape(a)) < 2) a <- as_matrix(a)              # a number is a matrix of one element
  inverse <- if (.Call(C_call_is_recorded, a)) recorded_inverse(a, as_r)
  if (missing(b)) {
    result <- inverse %||% apply_op("inv", a, as_r)
  } else {
    result <- as_columns(if (length(value_shape(b))) b else flat_columns(b), function(b) {
      if (is.null(inverse)) apply_op("solve", list(a, b), c(FALSE, as_r))
      else apply_op("matmul", list(inverse, b), c(0L, 0L))
    })
  }
  if (!.Call(C_call_has_labels, if (missing(b)) list(a) else list(a, b))) return(result)
  columns <- column_names(a)
  of_b <- if (missing(b)) row_names(a) else column_names(b)
  if (length(value_shape(result)) < 2) labelled(result, columns)
  else labelled(result, if (!is.null(columns) || !is.null(of_b)) list(columns, of_b))
}
# The inverse of a matrix of one or two rows on a tape, by Cramer's rule, which is accurate for these (Higham 2002,
# section 1.10.1): a few steps of arithmetic as any other, where a loop that calls LAPACK is none. NULL for other
# matrices, and where this one has no inverse, or nearly so: by half a digit sooner than `solve()` stops.
recorded_inverse <- function(a, as_r) {
  shape <- as.integer(value_shape(a))
  x <- reshaped(a, length(a))
  is_finite_above <- function(x, least) isTRUE(as.logical(x > least)) && isTRUE(as.logical(x < Inf))
  if (identical(shape, c(1L, 1L))) {
    if (is_finite_above(abs(x), .Machine$double.xmin)) reshaped(1 / x, shape)
  } else if (identical(shape, c(2L, 2L))) {
    det <- x[1] * x[4] - x[2] * x[3]
    least <- .Machine$double.xmin + if (as_r) .Machine$double.eps * sum(abs(x))^2 else 0
    if (is_finite_above(abs(det), least)) reshaped(x[c(4, 2, 3, 1)] * c(1, -1, -1, 1) / det, shape)
  }
}

#' @rdname base-functions
#' @export
determinant.gradtape_tensor <- function(x, logarithm = TRUE, ...) {
  refuse_more("determinant", ...)
  check_flag(logarithm, "logarithm")
  both <- linalg_slogdet(x)
  sign <- torch_where(both[[1]] == 0, 1, both[[1]])                # as R has it for a singular matrix
  structure(list(modulus = if (logarithm) both[[2]] else exp(both[[2]]), sign = sign), class = "det")
}
#' @rdname base-functions
#' @export
chol.gradtape_tensor <- function(x, pivot = FALSE, LINPACK = FALSE, tol = -1, ...) {
  refuse_more("chol", ...)
  refuse_unless_default("chol", "pivot", pivot)
  refuse_unless_default("chol", "LINPACK", LINPACK)
  labelled(t(linalg_cholesky(t(x))), labels_of(x))                     # (`tol` is for pivoting)
}

#' @rawNamespace S3method(crossprod, gradtape_tensor)
#' @rdname base-functions
#' @method crossprod gradtape_tensor
crossprod.gradtape_tensor <- function(x, y = NULL, ...) {
  refuse_more("crossprod", ...)
  y <- y %||% x
  if (is_sparse(x)) return(sparse_times(x, y, transpose = TRUE))
  if (is_sparse(y)) return(times_sparse(t(at_least_matrix(x)), y))
  both_vectors <- length(value_shape(x)) < 2 && length(value_shape(y)) < 2
  if (both_vectors && length(x) != 1) y <- at_least_matrix(y)
  matrix_product(t(at_least_matrix(x)), y)
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
  if (is_sparse(x)) return(sparse_times(x, if (length(value_shape(y)) < 2) y else t(y)))
  if (is_sparse(y)) return(times_sparse(x, y, transpose = TRUE))
  matrix_product(row_or_column(x, y), t(row_or_column(y, x)))
}

#' @rdname base-functions
#' @export
isSymmetric.gradtape_tensor <- function(object, ...) {
  tol <- list(...)$tol %||% (100 * .Machine$double.eps)
  shape <- value_shape(object)
  if (length(shape) != 2 || shape[1] != shape[2]) return(FALSE)
  labels <- labels_of(object)
  if (!identical(labels, rev(labels)) && !isFALSE(list(...)$check.attributes)) return(FALSE)
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
  }, counts = c("nrow", "ncol")),
  array = first_mask("array", function(data, dim = length(data), dimnames = NULL) {
    laid_out(data, original("array")(seq_along(data), dim, dimnames))
  }, counts = "dim"),
  drop = first_mask("drop", function(x) moved(x, drop(positions_of(x)))),
  outer = higher_order("outer", "FUN", outer_mask()),
  `%o%` = rewritten("%o%"),
  crossprod = mask("crossprod", function(x, y = NULL) crossprod.gradtape_tensor(x, y)),
  tcrossprod = mask("tcrossprod", function(x, y = NULL) tcrossprod.gradtape_tensor(x, y)),
  diag = first_mask("diag", diagonal, counts = c("nrow", "ncol")),
  `diag<-` = rewritten("diag<-"),
  det = first_mask("det", function(x) linalg_det(x)),
  norm = first_mask("norm", matrix_norm),
  svd = first_mask("svd", function(x, nu = least, nv = least) {
    least <- min(value_shape(x))
    check_number(nu, "nu", min = 0, max = least, whole = TRUE)
    check_number(nv, "nv", min = 0, max = least, whole = TRUE)
    parts <- linalg_svd(x, full_matrices = FALSE)
    result <- list(d = parts[[2]])
    if (nu > 0) result$u <- parts[[1]][, seq_len(nu), drop = FALSE]
    if (nv > 0) result$v <- t(parts[[3]])[, seq_len(nv), drop = FALSE]
    result
  }),
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
  cov.wt = rewritten("cov.wt"),
  mahalanobis = rewritten("mahalanobis")
)

# R's function, and a shorter way for products.
outer_mask <- function() {
  whole <- rewritten("outer", always = TRUE)
  function(X, Y, FUN = "*", ...) {
    is_product <- (identical(FUN, "*") || identical(FUN, base::`*`)) && any_tensor(X, Y) && !...length()
    if (!is_product) return(whole(X, Y, FUN, ...))
    product <- reshaped(outer_product(X, Y), c(dim(X) %||% length(X), dim(Y) %||% length(Y)))
    labels <- c(labels_by_dim(X), labels_by_dim(Y))
    if (is.null(labels_of(X)) && is.null(labels_of(Y))) product else labelled(product, labels)
  }
}
outer_product <- function(x, y) torch_mul(reshaped(x, c(length(x), 1L)), reshaped(y, c(1L, length(y))))
labels_by_dim <- function(x) {
  labels <- labels_of(x)
  if (is.list(labels)) labels else if (is.null(labels)) vector("list", max(length(dim(x)), 1L)) else list(labels)
}

# The elements of x at positions that R's function has put in place.
laid_out <- function(x, at, byrow = FALSE) {
  if (!byrow || length(at) != length(x)) return(moved(x, at))
  labelled(t(reshaped(x, rev(dim(at)))), labels_of(at))
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
  if (type == "2" && anyNA(x)) return(torch_tensor(NaN))
  if (type == "2" && !(length(x) && isTRUE(as.logical(all(is.finite(x)))))) {
    abort("{.fn norm} of type 2 takes a matrix of finite numbers.", "gradtape_numeric_error")
  }
  if (type == "2") return(if (length(x) == max(value_shape(x), 1)) torch_norm(x) else linalg_svdvals(x)[1])
  sizes <- abs(x)
  switch(type, O = , `1` = max(torch_sum(sizes, dim = 1L)), I = max(torch_sum(sizes, dim = 2L)), M = max(sizes),
         abort("{.arg type} must be one of {.val {c('O', 'I', 'F', 'M', '2')}}, not {.val {type}}."))
}

diagonal <- function(x = 1, nrow, ncol, names = TRUE) {
  if (length(value_shape(x)) >= 2) {
    if (!(missing(nrow) && missing(ncol))) {
      abort("{.arg nrow} and {.arg ncol} cannot be given where {.arg x} is a matrix.")
    }
    if (length(value_shape(x)) > 2) abort("{.fn diag} takes a matrix or a vector, not {given(x)}.")
    return(moved(x, diag(positions_of(x), names = names)))
  }
  if (length(x) == 1 && missing(nrow) && missing(ncol) && missing(names)) return(base::diag(as.integer(x)))
  if (missing(nrow)) nrow <- length(x)
  if (missing(ncol)) ncol <- nrow
  at <- seq_len(min(nrow, ncol))
  if (length(at) && !length(x)) abort("{.arg x} of {.fn diag} has no elements.")
  values <- elements(x, rep_len(seq_along(x), length(at)))
  apply_op("put", list(values, index_tensor((at - 1) * (nrow + 1))), c(nrow, ncol))
}
