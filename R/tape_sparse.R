# Sparse derivatives of tapes, as matrices of package Matrix.

tape_matrix <- function(tape, what, x, sparse) {
  check_flag(sparse, "sparse")
  if (sparse) tape_sparse(tape, what, x)
  else if (what == "hessian") tape_hessian(tape, x)
  else tape_jacobian(tape, x)
}

# what: "hessian", "jacobian", or "lagrangian", the Hessian of the sum of the outputs by `weights`.
tape_sparse <- function(tape, what, x, weights = NULL) {
  check_suggested("Matrix", "{.code sparse = TRUE}")
  x <- flatten_parameters(x, tape$shape)
  if (!is.null(tape_value_at(tape, x))) {
    return(sparse_matrix(tape, what, .Call(C_call_tape_sparse, tape$state, what, x, weights), "d"))
  }
  dense <- methods::as(tape_matrix(tape, what, x, FALSE), "CsparseMatrix")
  if (what == "hessian") Matrix::forceSymmetric(dense, "L") else dense
}

# x: NULL for the recording that holds where the tape was evaluated last.
tape_sparsity <- function(tape, what, x) {
  check_suggested("Matrix", "{.code $sparsity()}")
  what <- check_choice(what, "what", c("hessian", "jacobian"))
  if (!is.null(x) || .Call(C_call_tape_current, tape$state) == 0) {
    tape_value_at(tape, flatten_parameters(x %||% tape$start, tape$shape))
  }
  if (tape$eager) {
    abort("This tape runs its function eagerly: there is no recording that tells what is always zero.",
          "gradtape_tape_error")
  }
  sparse_matrix(tape, what, .Call(C_call_tape_sparse, tape$state, what, NULL, NULL), "n")
}

# entries: of call_tape_sparse(); kind: "d" for numbers, "n" for the pattern.
sparse_matrix <- function(tape, what, entries, kind) {
  names <- tape$shape$flat_names
  is_symmetric <- what != "jacobian"
  rows <- if (is_symmetric) names else current_form(tape)$names
  parts <- list(i = entries$i, p = entries$p, Dim = entries$Dim, Dimnames = list(rows, names))
  if (kind == "d") parts$x <- entries$x
  if (is_symmetric) parts$uplo <- "L"
  class <- paste0(kind, if (is_symmetric) "s" else "g", "CMatrix")
  do.call(methods::new, c(list(methods::getClass(class, where = asNamespace("Matrix"))), parts))
}
