# Linear algebra: determinants, inverses, systems, factorizations, eigenvalues, norms.

#' Linear algebra
#'
#' Determinants, inverses, linear systems, factorizations, eigenvalues and norms of matrices, with
#' derivatives of every order.
#'
#' @param A,self A matrix: a tensor or numbers; or a stack of matrices, whose last two dimensions are those of
#'   a matrix. For `linalg_cholesky()`, `linalg_eigh()`, `linalg_eigvalsh()` and where `hermitian` is `TRUE`
#'   symmetric, of which the lower triangle is read; the gradient is symmetric too.
#' @param B A matrix, or a vector, with as many rows as `A`; or a stack of them.
#' @param upper,unitriangular Is `A` the upper triangle, and is its diagonal 1?
#' @param left `TRUE`: `A X = B` is solved; `FALSE`: `X A = B`.
#' @param full_matrices `TRUE`: U and V are square; `FALSE`: they have as many columns as there are singular
#'   values.
#' @param UPLO Which triangle is read: `"L"`, the lower, or `"U"`.
#' @param mode `"reduced"`: Q has as many columns as R has rows; `"complete"`: Q is square; `"r"`: R only.
#' @param ord `NULL` (the 2-norm of all elements), `"fro"`, `"nuc"`, or a number: for a vector any order; for a
#'   matrix 1, 2, Inf or their negatives.
#' @param dim Which dimensions hold the vector or the matrix, from 1; negative ones count from the last. In
#'   `linalg_norm()` one dimension means a vector, two a matrix.
#' @param keepdim Keep these dimensions, with one element?
#' @param dtype The dtype that the elements are converted to first; `NULL`: none.
#' @param p As `ord` of a matrix; `NULL` means 2.
#' @param rcond,rtol,atol,tol Singular values up to `max(atol, rtol * largest)` count as zero. `rtol` is by
#'   default the distance of 1 to the next number of the dtype, times the larger of rows and columns; 0 where
#'   `atol` is given. `rcond` is another name of `rtol`, `tol` of `atol`.
#' @param hermitian Is each matrix symmetric?
#' @param driver How least squares are solved: `"gels"` by QR, which takes the rank as full; the others (`"gelsy"`, the
#'   default, `"gelsd"`, `"gelss"`) by singular values: of several solutions the shortest.
#' @param n An exponent: a whole number.
#' @param check_errors `TRUE`: an error where there is no result.
#' @param ind How many of the first dimensions of `A` are its rows, plus 1.
#' @param dims Dimensions of `A` that are moved to its end first.
#' @param some,compute_uv,transpose,input2 As in torch: `some = FALSE` stands for square factors,
#'   `compute_uv = FALSE` for zeros in place of U and V; `transpose`: solve with the transpose of `A`; `input2`: a
#'   factor that `linalg_cholesky()` gave.
#' @param pivot Exchange rows? `FALSE` only where no pivot is 0.
#' @param get_infos Also say where a pivot is 0?
#' @param LU_data,LU_pivots What `torch_lu()` gave.
#' @return A tensor, or a list of tensors: `linalg_slogdet()` and `torch_slogdet()` sign and logarithm; `linalg_eigh()`
#'   eigenvalues (ascending) and eigenvectors (in columns); `linalg_svd()` U, the singular values (descending) and
#'   the transpose of V (`torch_svd()`: V); `linalg_qr()` and `torch_qr()` Q and R; `linalg_lstsq()` `solution`,
#'   `residuals` (sums of squares, where the rank is full and there are more rows than columns), `rank` and
#'   `singular_values` (with the drivers that have them); `linalg_cholesky_ex()` `L` and `info`, `linalg_inv_ex()`
#'   `inverse` and `info`: 0, or the order of the leading minor that is not positive, or zero, and then `NaN`
#'   for the matrix; `torch_lu()` L and U in one matrix and the row that each row is exchanged with, from 1;
#'   `torch_lu_unpack()` P, L and U with A = P L U; `torch_triangular_solve()` the solution and `A`.
#' @section Stacks of matrices: As in torch, dimensions before the last two count matrices: `linalg_inv()` of an array
#'   of shape `[5, 3, 3]` is five inverses. Those of `A` and `B` are broadcast; with a single `A` it is factored once.
#' @section Errors: a matrix that is singular, or not positive definite, and which one of a stack.
#' @details
#' Eigenvalues and singular values that are equal have no unique vectors: gradients of
#' the vectors then omit the directions between them. So do those of the columns that make Q, U or V square.
#' `torch_logdet()` is `NaN` where the determinant is negative. `linalg_det()` has a gradient at singular matrices too,
#' but a second derivative only where the matrix can be inverted.
#'
#' Derivatives of `linalg_pinv()` and `linalg_lstsq()` hold where the rank does not change: at a matrix of lower rank
#' they are those along matrices of that rank. `linalg_qr()` has one where R can be inverted.
#' `linalg_cond()` of a singular matrix is `Inf`, or 1 over rounding.
#' @references Giles, M. B. (2008) An extended collection of matrix derivative results for
#'   forward and reverse mode automatic differentiation. Report NA-08/01, Oxford University.
#'
#'   Golub, G. H. and Pereyra, V. (1973) The differentiation of pseudo-inverses and nonlinear least squares problems
#'   whose variables separate. *SIAM Journal on Numerical Analysis* 10, 413-432.
#'
#'   Higham, N. J. (2005) The scaling and squaring method for the matrix exponential revisited. *SIAM Journal on Matrix
#'   Analysis and Applications* 26, 1179-1193.
#'
#'   Anderson et al. (1999) *LAPACK Users' Guide*, SIAM.
#' @examples
#' a <- torch_tensor(matrix(c(4, 1, 1, 3), 2), requires_grad = TRUE)
#' linalg_det(a)
#' linalg_solve(a, c(1, 2))
#' linalg_cholesky(a)
#' linalg_inv(torch_stack(list(a, a + 1)))$shape
#' @name linalg
NULL

#' @rdname linalg
#' @export
linalg_det <- function(A) apply_op("det", A)
#' @rdname linalg
#' @export
linalg_slogdet <- function(A) {
  both <- apply_op("slogdet", A)
  list(last_element(both, 1L), last_element(both, 2L))
}
#' @rdname linalg
#' @export
torch_slogdet <- function(self) linalg_slogdet(self)
#' @rdname linalg
#' @export
torch_logdet <- function(self) {
  both <- apply_op("slogdet", self)
  .Call(C_add, last_element(both, 2L), .Call(C_log, last_element(both, 1L)))
}
#' @rdname linalg
#' @export
linalg_inv <- function(A) apply_op("inv", A, 0L)

# x[.., k]
last_element <- function(x, k) {
  if (length(value_shape(x)) == 1) return(x[k])
  torch_squeeze(torch_narrow(x, -1L, k, 1L), -1L)
}

# ---- systems ----

#' @rdname linalg
#' @export
linalg_solve <- function(A, B) {
  on_stacks(A, B, function(a, b) apply_op("solve", list(a, b), c(0L, 0L)), vectors = TRUE)
}

#' @rdname linalg
#' @export
linalg_solve_triangular <- function(A, B, upper, left = TRUE, unitriangular = FALSE) {
  check_flag(upper, "upper")
  check_flag(left, "left")
  check_flag(unitriangular, "unitriangular")
  solve <- function(a, b) apply_op("trisolve", list(a, b), c(upper, !left, unitriangular))
  if (left) on_stacks(A, B, solve) else matrix_transpose(on_stacks(A, matrix_transpose(B, "B"), solve))
}

# solve(A, B), where B is a matrix, a vector, a stack of matrices or, with `vectors`, a vector for each matrix of A;
# stacks are broadcast.
on_stacks <- function(A, B, solve, vectors = FALSE) {
  a <- value_shape(A)
  b <- value_shape(B)
  if (length(a) <= 2 && length(b) <= 2) return(as_columns(B, function(b) solve(A, b)))
  if (length(b) <= 1 || vectors && length(b) == length(a) - 1 && identical(b, a[-length(a)])) {
    x <- on_stacks(A, reshaped(B, c(b, 1L)), solve)
    return(torch_squeeze(x, -1L))
  }
  if (length(a) == 2) return(side_by_side(B, function(b) solve(A, b)))
  stacks <- broadcast_stacks(A, B)
  solve(stacks[[1]], stacks[[2]])
}

# solve() of all matrices of a stack at once, their columns side by side.
side_by_side <- function(B, solve) {
  shape <- value_shape(B)
  n <- length(shape)
  order <- c(n - 1L, seq_len(n - 2L), n)
  columns <- reshaped(apply_op("permute", B, order - 1L), c(shape[n - 1], prod(shape[-(n - 1)])))
  x <- solve(columns)
  apply_op("permute", reshaped(x, c(value_shape(x)[1], shape[order][-1])), order(order) - 1L)
}

#' @rdname linalg
#' @export
torch_triangular_solve <- function(self, A, upper = TRUE, transpose = FALSE, unitriangular = FALSE) {
  check_flag(upper, "upper")
  check_flag(transpose, "transpose")
  check_flag(unitriangular, "unitriangular")
  solve <- function(a, b) apply_op("trisolve", list(a, b), c(upper, transpose, unitriangular))
  list(on_stacks(A, self, solve), A)
}

#' @rdname linalg
#' @export
linalg_lstsq <- function(A, B, rcond = NULL, driver = NULL) {
  driver <- check_choice(driver %||% "gelsy", "driver", c("gelsy", "gels", "gelsd", "gelss"))
  matrix_size(A)                                                # is it one?
  by_qr <- driver == "gels"
  solve <- if (by_qr) solve_by_qr else function(a, b) pseudo_solve(a, b, 0, rcond %||% default_rtol(a))
  solution <- on_stacks(A, B, solve, vectors = TRUE)
  values <- if (!by_qr) linalg_svdvals(A)
  rank <- if (!by_qr) values_above(values, 0, rcond %||% default_rtol(A))
  none <- torch_zeros(0, dtype = solution$dtype)
  list(solution = solution, residuals = squares_left(A, B, solution, rank) %||% none,
       rank = rank %||% torch_zeros(0, dtype = torch_long()),
       singular_values = if (driver %in% c("gelsd", "gelss")) values else none)
}

# The sums of squares of what is left of each column; NULL where torch does not give them.
squares_left <- function(A, B, X, rank) {
  shape <- value_shape(A)
  size <- matrix_size(A)
  if (size[1] <= size[2] || !is.null(rank) && !isTRUE(as.logical(all(rank == size[2])))) return(NULL)
  is_vector <- length(value_shape(X)) == length(shape) - 1
  fitted <- if (is_vector) torch_squeeze(torch_matmul(A, torch_unsqueeze(X, -1L)), -1L) else torch_matmul(A, X)
  torch_sum(torch_square(torch_sub(B, fitted)), dim = if (is_vector) -1L else -2L)
}

solve_by_qr <- function(a, b) {
  is_tall <- diff(matrix_size(a)) <= 0
  qr <- linalg_qr(if (is_tall) a else matrix_transpose(a))
  solve <- function(y) apply_op("trisolve", list(qr[[2]], y), c(TRUE, !is_tall, FALSE))
  if (is_tall) solve(matrix_multiply(qr[[1]], b, transpose_x = TRUE)) else matrix_multiply(qr[[1]], solve(b))
}

pseudo_solve <- function(a, b, atol, rtol, transpose = FALSE) apply_op("lstsq", list(a, b, atol, rtol), transpose)

default_rtol <- function(A) max(matrix_size(A)) * dtype_eps(A)
dtype_eps <- function(x) {
  dtype <- if (is_torch_tensor(x)) tensor_info(x)$dtype else "double"
  if (dtype == "float" || dtype != "double" && torch_get_default_dtype()$name == "float") 2^-23 else 2^-52
}
# How many singular values count as more than zero.
values_above <- function(values, atol, rtol) {
  if (last_dims(value_shape(values), 1L) == 0) return(torch_sum(torch_gt(values, 0), dim = -1L))
  largest <- torch_amax(values, dim = -1L, keepdim = TRUE)
  torch_sum(torch_gt(values, torch_maximum(torch_mul(largest, as_trailing(rtol)), as_trailing(atol))), dim = -1L)
}
# A number for each matrix, beside its singular values.
as_trailing <- function(x) if (is_torch_tensor(x) && length(value_shape(x))) torch_unsqueeze(x, -1L) else x

# The tolerances that were given under their several names.
tolerances <- function(A, atol, rtol) {
  check_tolerance(atol, "atol")
  check_tolerance(rtol, "rtol")
  list(atol = atol %||% 0, rtol = rtol %||% if (is.null(atol)) default_rtol(A) else 0)
}
check_tolerance <- function(x, name) {
  if (is.null(x) || is.numeric(x) && !length(bad_elements(x, function(v) v >= 0))) return(invisible())
  abort("{.arg {name}} must hold numbers of at least 0, not {given(x)}.")
}

#' @rdname linalg
#' @export
linalg_pinv <- function(A, rcond = NULL, hermitian = FALSE, atol = NULL, rtol = NULL) {
  check_flag(hermitian, "hermitian")
  if (hermitian) A <- symmetric_of_lower(A)
  shape <- value_shape(A)
  m <- matrix_size(A)[1]
  given <- tolerances(A, atol, rtol %||% rcond)
  identity <- torch_eye(m, dtype = if (is_torch_tensor(A) && tensor_info(A)$dtype == "float") torch_float())
  if (length(shape) > 2) identity <- torch_expand(identity, c(without_last(shape, 1L), m))
  pseudo_solve(A, identity, given$atol, given$rtol)
}
#' @rdname linalg
#' @export
torch_pinverse <- function(self, rcond = 1e-15) linalg_pinv(self, rcond)

symmetric_of_lower <- function(A) {
  lower <- torch_tril(A)
  torch_add(lower, matrix_transpose(torch_tril(lower, -1)))
}

#' @rdname linalg
#' @export
linalg_matrix_rank <- function(A, atol = NULL, rtol = NULL, tol = NULL, hermitian = FALSE) {
  check_flag(hermitian, "hermitian")
  given <- tolerances(A, atol %||% tol, rtol)
  values <- if (hermitian) torch_abs(linalg_eigvalsh(A)) else linalg_svdvals(A)
  values_above(values, given$atol, given$rtol)
}

# ---- factorizations ----

#' @rdname linalg
#' @export
linalg_cholesky <- function(A) apply_op("cholesky", A)
#' @rdname linalg
#' @export
torch_cholesky <- function(self, upper = FALSE) {
  check_flag(upper, "upper")
  lower <- linalg_cholesky(self)
  if (upper) matrix_transpose(lower) else lower
}
#' @rdname linalg
#' @export
linalg_cholesky_ex <- function(A, check_errors = FALSE) {
  unless_failed(A, check_errors, linalg_cholesky, c("L", "info"), 0L)
}
#' @rdname linalg
#' @export
linalg_inv_ex <- function(A, check_errors = FALSE) {
  unless_failed(A, check_errors, linalg_inv, c("inverse", "info"), 1L)
}

# compute(A), NaN for the matrices whose factorization fails, and where it does.
unless_failed <- function(A, check_errors, compute, names, by_lu) {
  check_flag(check_errors, "check_errors")
  info <- apply_op("factor_failure", A, by_lu)
  if (check_errors) return(stats::setNames(list(compute(A), info), names))
  n <- matrix_size(A)[2]
  is_good <- torch_eq(torch_unsqueeze(torch_unsqueeze(info, -1L), -1L), 0)
  value <- compute(torch_where(is_good, A, diag(1, n)))
  stats::setNames(list(torch_where(is_good, value, NaN), info), names)
}

#' @rdname linalg
#' @export
torch_cholesky_solve <- function(self, input2, upper = FALSE) {
  check_flag(upper, "upper")
  on_stacks(input2, self, function(a, b) {
    first <- apply_op("trisolve", list(a, b), c(upper, upper, FALSE))
    apply_op("trisolve", list(a, first), c(upper, !upper, FALSE))
  })
}
#' @rdname linalg
#' @export
torch_cholesky_inverse <- function(self, upper = FALSE) {
  torch_cholesky_solve(diag(1, matrix_size(self)[2]), self, upper)
}

#' @rdname linalg
#' @export
linalg_qr <- function(A, mode = "reduced") {
  mode <- check_choice(mode, "mode", c("reduced", "complete", "r"))
  size <- matrix_size(A)
  if (size[1] < size[2]) {
    left <- linalg_qr(torch_narrow(A, -1L, 1L, size[1]))
    rest <- torch_narrow(A, -1L, size[1] + 1L, size[2] - size[1])
    q <- left[[1]]
    r <- torch_cat(list(left[[2]], matrix_multiply(q, rest, transpose_x = TRUE)), -1L)
  } else {
    packed <- apply_op("qr", A)
    q <- packed_matrices(packed, 1L, size)
    r <- packed_matrices(packed, prod(size) + 1L, c(size[2], size[2]))
  }
  if (mode == "r") return(list(torch_zeros(0, dtype = r$dtype), r))
  if (mode == "reduced" || size[1] <= size[2]) return(list(q, r))
  none <- torch_zeros(c(stack_size(A), size[1] - size[2], size[2]), dtype = r$dtype)
  list(completed(q), torch_cat(list(r, none), -2L))
}

#' @rdname linalg
#' @export
torch_qr <- function(self, some = TRUE) {
  check_flag(some, "some")
  linalg_qr(self, if (some) "reduced" else "complete")
}

# Orthonormal columns, and more of them for a square matrix.
completed <- function(q) {
  size <- matrix_size(q)
  if (size[1] == size[2]) q else torch_cat(list(q, apply_op("complement", q)), -1L)
}

# Matrices of a size from packed numbers, from a start (from 1) along the last dimension.
packed_matrices <- function(packed, start, size) {
  part <- torch_narrow(packed, -1L, start, prod(size))
  reshaped(part, c(without_last(value_shape(packed), 1L), size))
}

#' @rdname linalg
#' @export
torch_lu <- function(A, pivot = TRUE, get_infos = FALSE) {
  check_flag(pivot, "pivot")
  check_flag(get_infos, "get_infos")
  size <- matrix_size(A)
  m <- size[1]
  n <- size[2]
  k <- min(m, n)
  pivots <- if (pivot) apply_op("lu_pivots", A)
            else torch_expand(torch_tensor(array(seq_len(k), k)), c(stack_size(A), k))
  if (pivot) A <- rows_in_order(A, apply_op("row_order", pivots, m))
  both <- apply_op("lu", torch_narrow(torch_narrow(A, -1L, 1L, k), -2L, 1L, k))
  if (n > k) {
    rest <- apply_op("trisolve", list(both, torch_narrow(A, -1L, k + 1L, n - k)), c(FALSE, FALSE, TRUE))
    both <- torch_cat(list(both, rest), -1L)
  }
  if (m > k) {
    rest <- matrix_transpose(torch_narrow(A, -2L, k + 1L, m - k))
    rest <- matrix_transpose(apply_op("trisolve", list(both, rest), c(TRUE, TRUE, FALSE)))
    both <- torch_cat(list(both, rest), -2L)
  }
  c(list(both, pivots), if (get_infos) list(first_zero(torch_diagonal(both, dim1 = -2L, dim2 = -1L))))
}

# Where along the last dimension the first 0 is, or 0.
first_zero <- function(x) {
  is_zero <- torch_eq(x, 0)
  place <- torch_mul(is_zero, as.numeric(seq_len(last_dims(value_shape(x), 1L))))
  found <- torch_amin(torch_where(is_zero, place, Inf), dim = -1L)
  torch_where(torch_eq(found, Inf), 0, found)$to(dtype = torch_long())
}

# The rows of each matrix at positions (from 0) that are given for each.
rows_in_order <- function(A, order) {
  shape <- value_shape(A)
  at <- torch_expand(torch_unsqueeze(order, -1L), c(value_shape(order), last_dims(shape, 1L)))
  take_along(A, at, length(shape) - 1L)
}

#' @rdname linalg
#' @export
torch_lu_solve <- function(self, LU_data, LU_pivots) {
  n <- matrix_size(LU_data)[2]
  on_stacks(LU_data, self, function(a, b) {
    order <- apply_op("row_order", LU_pivots, n)
    batch <- stack_size(b)
    if (!identical(without_last(value_shape(order), 1L), batch)) order <- torch_expand(order, c(batch, n))
    first <- apply_op("trisolve", list(a, rows_in_order(b, order)), c(FALSE, FALSE, TRUE))
    apply_op("trisolve", list(a, first), c(TRUE, FALSE, FALSE))
  })
}

#' @rdname linalg
#' @export
torch_lu_unpack <- function(LU_data, LU_pivots) {
  size <- matrix_size(LU_data)
  k <- min(size)
  order <- apply_op("row_order", LU_pivots, size[1])
  rows <- array(seq_len(size[1]) - 1, c(size[1], 1L))
  lower <- torch_tril(torch_narrow(LU_data, -1L, 1L, k), -1)
  list(torch_eq(torch_unsqueeze(order, -2L), rows)$to(dtype = LU_data$dtype),
       torch_add(lower, diag(1, size[1], k)), torch_triu(torch_narrow(LU_data, -2L, 1L, k)))
}

# ---- eigenvalues and singular values ----

#' @rdname linalg
#' @export
linalg_eigh <- function(A, UPLO = "L") {
  packed <- packed_eigen(A, UPLO)
  n <- matrix_size(A)[2]
  list(torch_narrow(packed, -1L, n * n + 1L, n), packed_matrices(packed, 1L, c(n, n)))
}
#' @rdname linalg
#' @export
linalg_eigvalsh <- function(A, UPLO = "L") {
  n <- matrix_size(A)[2]
  torch_narrow(packed_eigen(A, UPLO), -1L, n * n + 1L, n)
}
packed_eigen <- function(A, UPLO) {
  UPLO <- check_choice(UPLO, "UPLO", c("L", "U"))
  apply_op("eigh", if (UPLO == "U") matrix_transpose(A) else A)
}

#' @rdname linalg
#' @export
linalg_svd <- function(A, full_matrices = TRUE) {
  check_flag(full_matrices, "full_matrices")
  packed <- apply_op("svd", A)
  size <- matrix_size(A)
  k <- min(size)
  u <- packed_matrices(packed, 1L, c(size[1], k))
  vt <- packed_matrices(packed, size[1] * k + k + 1L, c(k, size[2]))
  if (full_matrices) {
    u <- completed(u)
    if (k < size[2]) vt <- matrix_transpose(completed(matrix_transpose(vt)))
  }
  list(u, torch_narrow(packed, -1L, size[1] * k + 1L, k), vt)
}
#' @rdname linalg
#' @export
linalg_svdvals <- function(A) {
  packed <- apply_op("svd", A)
  size <- matrix_size(A)
  k <- min(size)
  torch_narrow(packed, -1L, size[1] * k + 1L, k)
}
#' @rdname linalg
#' @export
torch_svd <- function(self, some = TRUE, compute_uv = TRUE) {
  check_flag(some, "some")
  check_flag(compute_uv, "compute_uv")
  if (!compute_uv) {
    values <- linalg_svdvals(self)
    none <- function(n) torch_zeros(c(stack_size(self), n, n), dtype = values$dtype)
    return(list(none(matrix_size(self)[1]), values, none(matrix_size(self)[2])))
  }
  parts <- linalg_svd(self, full_matrices = !some)
  parts[[3]] <- matrix_transpose(parts[[3]])
  parts
}

# ---- powers and exponential ----

#' @rdname linalg
#' @export
linalg_matrix_power <- function(A, n) {
  check_finite(n, "n", whole = TRUE)
  if (n < 0) return(linalg_matrix_power(linalg_inv(A), -n))
  matrix_size(A)                                                # is it one?
  power <- NULL
  while (n > 0) {
    if (n %% 2 == 1) power <- if (is.null(power)) A else torch_matmul(power, A)
    n <- n %/% 2
    if (n > 0) A <- torch_matmul(A, A)
  }
  power %||% torch_add(torch_zeros_like(as_tensor(A)), diag(1, matrix_size(A)[2]))
}
#' @rdname linalg
#' @export
torch_matrix_power <- function(self, n) linalg_matrix_power(self, n)
#' @rdname linalg
#' @export
torch_matrix_exp <- function(self) apply_op("matrix_exp", self)

# ---- tensors as matrices ----

#' @rdname linalg
#' @export
linalg_tensorinv <- function(A, ind = 3L) {
  shape <- value_shape(A)
  check_number(ind, "ind", min = 2, max = length(shape), whole = TRUE)
  first <- shape[seq_len(ind - 1)]
  rest <- shape[-seq_len(ind - 1)]
  if (prod(first) != prod(rest)) {
    abort(paste("The first {ind - 1} dimension{?s} of {.arg A} must multiply to as much as the others; it has shape",
                "{shape_text(A)}."), "gradtape_shape_error")
  }
  reshaped(linalg_inv(reshaped(A, c(prod(first), prod(rest)))), c(rest, first))
}
#' @rdname linalg
#' @export
linalg_tensorsolve <- function(A, B, dims = NULL) {
  n <- length(value_shape(A))
  if (!is.null(dims)) A <- torch_movedim(A, dims, seq_along(dims) - length(dims) - 1L)
  shape <- value_shape(A)
  b <- value_shape(B)
  rest <- shape[-seq_along(b)]
  if (length(b) >= n || prod(rest) != prod(b) || prod(shape) != prod(rest)^2) {
    abort(paste("{.arg A}, of shape {shape_text(A)}, cannot be solved for {.arg B}, of shape {shape_text(B)}:",
                "the first",
                "{length(b)} dimension{?s} of it must multiply to as much as the others."), "gradtape_shape_error")
  }
  reshaped(linalg_solve(reshaped(A, c(prod(b), prod(rest))), flat_columns(B)), rest)
}

# ---- norms ----

#' @rdname linalg
#' @export
linalg_norm <- function(A, ord = NULL, dim = NULL, keepdim = FALSE, dtype = NULL) {
  A <- as_dtype(A, dtype)
  if (is.null(ord)) return(torch_norm(A, 2, dim, keepdim))
  ndim <- length(value_shape(A))
  if (length(dim) == 2 || is.null(dim) && ndim == 2) return(linalg_matrix_norm(A, ord, dim %||% c(-2, -1), keepdim))
  if (is.null(dim) && ndim > 2) {
    abort("{.fn linalg_norm} of {ndim} dimensions needs {.arg dim}: one dimension for a vector, two for a matrix.",
          "gradtape_shape_error")
  }
  linalg_vector_norm(A, ord, dim, keepdim)
}
#' @rdname linalg
#' @export
linalg_vector_norm <- function(A, ord = 2, dim = NULL, keepdim = FALSE, dtype = NULL) {
  check_number(ord, "ord")
  torch_norm(as_dtype(A, dtype), ord, dim, keepdim)
}
#' @rdname linalg
#' @export
linalg_matrix_norm <- function(A, ord = "fro", dim = c(-2, -1), keepdim = FALSE, dtype = NULL) {
  A <- as_dtype(A, dtype)
  ndim <- length(value_shape(A))
  matrix_size(A)                                                # is it one?
  dim <- normal_dims(dim, ndim, "dim")
  if (length(dim) != 2) abort("{.arg dim} must be two dimensions, not {given(dim)}.")
  check_flag(keepdim, "keepdim")
  if (identical(ord, "fro")) return(torch_norm(A, 2, dim, keepdim))
  if (!identical(ord, "nuc") &&
        (!is.numeric(ord) || is_torch_tensor(ord) || length(ord) != 1 || !abs(ord) %in% c(1, 2, Inf))) {
    abort("{.arg ord} of a matrix must be 1, 2, Inf, their negatives, {.val fro} or {.val nuc}, not {given(ord)}.")
  }
  norm <- norm_of_sizes(matrix_sizes(A, ord, dim), ord)
  if (keepdim) reshaped(norm, replace(value_shape(A), dim, 1L)) else norm
}

# Singular values, or sums of rows or columns, in the last dimension.
matrix_sizes <- function(A, ord, dim) {
  last <- if (identical(dim, length(value_shape(A)) - 1:0)) A else torch_movedim(A, dim, c(-2L, -1L))
  if (identical(ord, "nuc") || abs(ord) == 2) linalg_svdvals(last)
  else torch_sum(torch_abs(last), dim = if (abs(ord) == 1) -2L else -1L)
}
norm_of_sizes <- function(sizes, ord) {
  if (identical(ord, "nuc")) torch_sum(sizes, dim = -1L)
  else if (ord > 0) torch_amax(sizes, dim = -1L)
  else torch_amin(sizes, dim = -1L)
}

#' @rdname linalg
#' @export
linalg_cond <- function(A, p = NULL) {
  if (is.null(p) || is.numeric(p) && identical(abs(as.numeric(p)), 2)) {
    values <- linalg_svdvals(A)
    k <- last_dims(value_shape(values), 1L)
    largest <- last_element(values, 1L)
    smallest <- last_element(values, k)
    return(if (identical(as.numeric(p), -2)) torch_div(smallest, largest) else torch_div(largest, smallest))
  }
  inverse <- linalg_inv_ex(A)
  product <- torch_mul(linalg_matrix_norm(A, p), linalg_matrix_norm(inverse$inverse, p))
  torch_where(torch_eq(inverse$info, 0), product, Inf)
}

# ---- other names of the same ----

#' @rdname linalg
#' @export
torch_inverse <- function(self) linalg_inv(self)
#' @rdname linalg
#' @export
torch_det <- function(self) linalg_det(self)
