# Products of matrices, and linear algebra.

#' Matrix products
#'
#' `torch_matmul()` multiplies as torch does: two vectors give their inner product, a
#' matrix and a vector a vector; with more dimensions the last two are matrices, and the
#' others are broadcast. `torch_mm()` takes matrices, `torch_mv()` a matrix and a vector,
#' `torch_dot()` vectors, `torch_bmm()` equally many matrices on either side.
#'
#' @param self,other,mat2,vec,vec2,tensor Tensors or numbers.
#' @return A tensor.
#' @details The products run on the BLAS that R uses; float matrices are multiplied in
#'   double and rounded.
#' @examples
#' a <- torch_tensor(matrix(1:4, 2))
#' torch_matmul(a, c(1, 1))
#' torch_outer(c(1, 2), c(3, 4))
#' @name matmul
NULL

#' @rdname matmul
#' @export
torch_matmul <- function(self, other) {
  a <- value_shape(self)
  b <- value_shape(other)
  if (!length(a) || !length(b)) {
    abort("{.fn torch_matmul} takes at least one dimension; multiply by a number with {.code *}.",
          "gradtape_shape_error")
  }
  x <- if (length(a) == 1) reshaped(self, c(1L, a)) else self
  y <- if (length(b) == 1) reshaped(other, c(b, 1L)) else other
  product <- if (max(length(a), length(b)) <= 2) matrix_multiply(x, y) else batched_product(x, y)
  if (length(a) > 1 && length(b) > 1) return(product)
  kept <- value_shape(product)
  n <- length(kept)
  drop <- c(if (length(a) == 1) n - 1L, if (length(b) == 1) n)
  reshaped(product, kept[-drop])
}

matrix_multiply <- function(x, y, transpose_x = FALSE, transpose_y = FALSE) {
  apply_op("matmul", list(x, y), c(transpose_x, transpose_y))
}

# The batch dimensions come first in torch, and last where the matrices must lie together.
batched_product <- function(x, y) {
  a <- value_shape(x)
  b <- value_shape(y)
  batch <- broadcast_shape(utils::head(a, -2), utils::head(b, -2))
  x <- batch_last(x, batch, utils::tail(a, 2))
  y <- batch_last(y, batch, utils::tail(b, 2))
  product <- apply_op("permute", matrix_multiply(x, y), c(2L, 0L, 1L))
  reshaped(product, c(batch, value_shape(product)[-1]))
}
batch_last <- function(x, batch, size) {
  x <- reshaped(torch_expand(x, c(batch, size)), c(prod(batch), size))
  apply_op("permute", x, c(1L, 2L, 0L))
}
#' @rdname matmul
#' @export
torch_mm <- function(self, mat2) matrix_multiply(with_ndim(self, 2, "self"), with_ndim(mat2, 2, "mat2"))
#' @rdname matmul
#' @export
torch_mv <- function(self, vec) torch_matmul(with_ndim(self, 2, "self"), with_ndim(vec, 1, "vec"))
#' @rdname matmul
#' @export
torch_bmm <- function(self, mat2) torch_matmul(with_ndim(self, 3, "self"), with_ndim(mat2, 3, "mat2"))
#' @rdname matmul
#' @export
torch_dot <- function(self, tensor) {
  if (length(with_ndim(self, 1, "self")) != length(with_ndim(tensor, 1, "tensor"))) {
    abort("Vectors of {length(self)} and {length(tensor)} elements have no inner product.",
          "gradtape_shape_error")
  }
  torch_matmul(self, tensor)
}
#' @rdname matmul
#' @export
torch_outer <- function(self, vec2) {
  .Call(C_mul, reshaped(with_ndim(self, 1, "self"), c(length(self), 1L)), with_ndim(vec2, 1, "vec2"))
}

#' @rdname matmul
#' @export
torch_kron <- function(self, other) kronecker_product(self, other)

#' Linear algebra
#'
#' Determinants, inverses, linear systems, factorizations and eigenvalues of matrices, with
#' derivatives of every order.
#'
#' @param A,self A matrix: a tensor or numbers. For `linalg_cholesky()`,
#'   `linalg_eigh()` and `linalg_eigvalsh()` symmetric, of which the lower triangle is
#'   read; the gradient is symmetric too.
#' @param B A matrix, or a vector, with as many rows as `A`.
#' @param upper,unitriangular Is `A` the upper triangle, and is its diagonal 1?
#' @param full_matrices Only `FALSE`: the thin factors.
#' @param ord `NULL` (the 2-norm of all elements), `"fro"`, `"nuc"`, or a number: for a vector
#'   any order; for a matrix 1, 2, Inf or their negatives.
#' @param dim,keepdim As in [torch_norm()].
#' @param diagonal Which diagonal: 0 the main one, 1 the one above, and so on.
#' @return A tensor. `linalg_slogdet()`: a list of sign and logarithm; `linalg_eigh()`: of
#'   eigenvalues (ascending) and eigenvectors (in columns); `linalg_svd()`: of U, the
#'   singular values (descending) and the transpose of V.
#' @section Errors: a matrix that is singular, or not positive definite.
#' @details
#' Eigenvalues and singular values that are equal have no unique vectors: gradients of
#' the vectors then omit the directions between them. `torch_logdet()` is `NaN` where the
#' determinant is negative. `linalg_det()` has a gradient at singular matrices too, but a
#' second derivative only where the matrix can be inverted.
#' @references Giles, M. B. (2008) An extended collection of matrix derivative results for
#'   forward and reverse mode automatic differentiation. Report NA-08/01, Oxford University.
#'
#'   Anderson et al. (1999) *LAPACK Users' Guide*, SIAM.
#' @examples
#' a <- torch_tensor(matrix(c(4, 1, 1, 3), 2), requires_grad = TRUE)
#' linalg_det(a)
#' linalg_solve(a, c(1, 2))
#' linalg_cholesky(a)
#' @name linalg
NULL

#' @rdname linalg
#' @export
linalg_det <- function(A) apply_op("det", A)
#' @rdname linalg
#' @export
linalg_slogdet <- function(A) {
  both <- apply_op("slogdet", A)
  list(both[1], both[2])
}
#' @rdname linalg
#' @export
torch_logdet <- function(self) {
  both <- apply_op("slogdet", self)
  .Call(C_add, both[2], .Call(C_log, both[1]))
}
#' @rdname linalg
#' @export
linalg_inv <- function(A) apply_op("inv", A, 0L)
#' @rdname linalg
#' @export
linalg_solve <- function(A, B) as_columns(B, function(b) apply_op("solve", list(A, b), c(0L, 0L)))
#' @rdname linalg
#' @export
linalg_solve_triangular <- function(A, B, upper, unitriangular = FALSE) {
  check_flag(upper, "upper")
  check_flag(unitriangular, "unitriangular")
  as_columns(B, function(b) apply_op("trisolve", list(A, b), c(upper, FALSE, unitriangular)))
}

#' @rdname linalg
#' @export
linalg_cholesky <- function(A) apply_op("cholesky", A)
#' @rdname linalg
#' @export
linalg_eigh <- function(A) {
  packed <- apply_op("eigh", A)
  n <- value_shape(A)[1]
  list(torch_narrow(packed, 1, n * n + 1L, n), column_matrix(packed, 1L, n, n))
}
#' @rdname linalg
#' @export
linalg_eigvalsh <- function(A) {
  n <- value_shape(A)[1]
  torch_narrow(apply_op("eigh", A), 1, n * n + 1L, n)
}
#' @rdname linalg
#' @export
linalg_svd <- function(A, full_matrices = FALSE) {
  if (!isFALSE(full_matrices)) {
    abort("{.arg full_matrices} must be FALSE: only the thin factors are computed.")
  }
  packed <- apply_op("svd", A)
  m <- value_shape(A)[1]
  n <- value_shape(A)[2]
  k <- min(m, n)
  list(column_matrix(packed, 1L, m, k), torch_narrow(packed, 1, m * k + 1L, k),
       column_matrix(packed, m * k + k + 1L, k, n))
}
#' @rdname linalg
#' @export
linalg_svdvals <- function(A) {
  with_ndim(A, 2, "A")
  k <- min(value_shape(A))
  torch_narrow(apply_op("svd", A), 1, value_shape(A)[1] * k + 1L, k)
}

# rows x cols elements of a vector, from a start (1-based), filled by column.
column_matrix <- function(x, start, rows, cols) {
  reshaped(torch_narrow(x, 1, start, rows * cols), c(rows, cols))
}

#' @rdname linalg
#' @export
linalg_norm <- function(A, ord = NULL, dim = NULL, keepdim = FALSE) {
  if (is.null(ord)) return(torch_norm(A, 2, dim, keepdim))
  if (identical(ord, "fro")) return(torch_norm(A, 2, dim, keepdim))
  if (length(value_shape(A)) != 2 || !is.null(dim)) {
    check_number(ord, "ord")
    return(torch_norm(A, ord, dim, keepdim))
  }
  if (identical(ord, "nuc")) return(torch_sum(linalg_svdvals(A)))
  if (!is.numeric(ord) || is_torch_tensor(ord) || length(ord) != 1 || !abs(ord) %in% c(1, 2, Inf)) {
    abort("{.arg ord} of a matrix must be 1, 2, Inf, their negatives, {.val fro} or {.val nuc}, not {given(ord)}.")
  }
  along <- if (abs(ord) == 1) 1L else if (abs(ord) == 2) 0L else 2L
  sizes <- if (along == 0L) linalg_svdvals(A) else torch_sum(torch_abs(A), along)
  if (ord > 0) torch_amax(sizes) else torch_amin(sizes)
}

#' @rdname linalg
#' @export
torch_trace <- function(self) .Call(C_sum, torch_diag(with_ndim(self, 2, "self")), NULL, FALSE)
#' @rdname linalg
#' @export
torch_diag <- function(self, diagonal = 0) {
  check_number(diagonal, "diagonal", whole = TRUE)
  shape <- value_shape(self)
  above <- max(diagonal, 0)
  below <- max(-diagonal, 0)
  if (length(shape) < 2) {
    n <- prod(shape) + abs(diagonal)
    at <- (seq_len(prod(shape)) - 1 + below) + (seq_len(prod(shape)) - 1 + above) * n
    return(apply_op("put", list(self, index_tensor(at)), c(n, n)))
  }
  with_ndim(self, 2, "self")
  k <- seq_len(max(0, min(shape[1] - below, shape[2] - above))) - 1
  apply_op("take", list(self, index_tensor((k + below) + (k + above) * shape[1])))
}

#' @rdname linalg
#' @export
torch_tril <- function(self, diagonal = 0) triangle(self, diagonal, upper = FALSE)
#' @rdname linalg
#' @export
torch_triu <- function(self, diagonal = 0) triangle(self, diagonal, upper = TRUE)
triangle <- function(self, diagonal, upper) {
  check_finite(diagonal, "diagonal", whole = TRUE)
  apply_op("tri", self, c(diagonal, upper))
}
#' @rdname linalg
#' @export
torch_cholesky <- function(self, upper = FALSE) {
  check_flag(upper, "upper")
  lower <- linalg_cholesky(self)
  if (upper) torch_t(lower) else lower
}
#' @rdname linalg
#' @export
torch_inverse <- linalg_inv
#' @rdname linalg
#' @export
torch_det <- linalg_det

kronecker_product <- function(X, Y) {
  vectors <- length(value_shape(X)) < 2 && length(value_shape(Y)) < 2
  X <- at_least_matrix(X)
  Y <- at_least_matrix(Y)
  a <- value_shape(X)
  b <- value_shape(Y)
  product <- .Call(C_mul, reshaped(X, c(1L, a[1], 1L, a[2])), reshaped(Y, c(b[1], 1L, b[2], 1L)))
  reshaped(product, if (vectors) prod(a * b) else a * b)
}
