# Products of tensors with matrices of package Matrix, which are data: as sums over their elements.

is_sparse <- function(x) !is_torch_tensor(x) && isS4(x) && inherits(x, "Matrix")

# X %*% v, or t(X) %*% v.
sparse_times <- function(X, v, transpose = FALSE) {
  size <- if (transpose) rev(dim(X)) else dim(X)
  if (length(value_shape(v)) < 2) v <- reshaped(v, if (length(v) == size[2]) c(length(v), 1L) else c(1L, length(v)))
  if (value_shape(v)[1] != size[2]) {
    abort("Non-conformable: a matrix of {size[1]} rows and {size[2]} columns, and {given(v)}.", "gradtape_shape_error")
  }
  if (methods::is(X, "denseMatrix")) return(matrix_multiply(as.matrix(X), v, transpose_x = transpose))
  X <- methods::as(methods::as(methods::as(X, "dMatrix"), "generalMatrix"), "TsparseMatrix")
  rows <- if (transpose) X@j else X@i
  columns <- if (transpose) X@i else X@j
  k <- value_shape(v)[2]
  from <- as.vector(outer(columns, (seq_len(k) - 1) * size[2], "+")) + 1
  to <- as.vector(outer(rows, (seq_len(k) - 1) * size[1], "+"))
  apply_op("put", list(elements(v, from) * rep(X@x, k), index_tensor(to)), c(size[1], k))
}

# v %*% X: of a vector, as the row that fits, else as a column.
times_sparse <- function(v, X, transpose = FALSE) {
  rows <- if (transpose) ncol(X) else nrow(X)
  if (length(value_shape(v)) < 2) v <- reshaped(v, if (length(v) == rows) c(1L, length(v)) else c(length(v), 1L))
  t(sparse_times(X, t(v), transpose = !transpose))
}

# In arithmetic such a matrix is one of all its elements. Its class is known when Matrix is loaded, and
# not before.
take_matrix_operators <- function(...) {
  home <- new.env(parent = topenv())
  operate <- function(e1, e2) {
    plain <- function(x) if (is_sparse(x)) as.matrix(x) else x
    get(.Generic, baseenv())(plain(e1), plain(e2))
  }
  methods::setMethod("Ops", methods::signature("Matrix", "gradtape_tensor"), operate, where = home)
  methods::setMethod("Ops", methods::signature("gradtape_tensor", "Matrix"), operate, where = home)
  find_methods_sooner(c(names(found_sooner), "$", "["))
}
watch_for_matrix <- function() {
  if (isNamespaceLoaded("Matrix")) take_matrix_operators()
  else setHook(packageEvent("Matrix", "onLoad"), take_matrix_operators)
}
