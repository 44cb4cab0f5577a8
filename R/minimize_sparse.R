# L D L' of sparse symmetric matrices, for methods that solve such systems (src/bridge/sparse_ldl.c): a list of
# `analyse(start, row)`, the pattern of a lower triangle by columns, `factorise(x)`, its entries, which gives how many
# elements of D are negative, or -1 where there are no such factors, and `solve(b)`.
sparse_ldl <- function() {
  check_suggested("Matrix", "A large problem with sparse derivatives")
  matrix <- first <- factor <- NULL
  list(
    analyse = function(start, row) {
      n <- length(start) - 1L
      matrix <<- methods::new(methods::getClass("dsCMatrix", where = asNamespace("Matrix")), p = start, i = row,
                              x = numeric(length(row)), Dim = c(n, n), uplo = "L")
      first <<- NULL
    },
    factorise = function(x) {
      matrix@x <<- x
      factor <<- tryCatch(factorised(matrix, first), error = function(e) NULL, warning = function(w) NULL)
      if (is.null(factor)) return(-1)
      if (is.null(first)) first <<- factor
      d <- factor@x[factor@p[-length(factor@p)] + 1L]
      if (all(is.finite(d))) sum(d < 0) else -1
    },
    solve = function(b) as.vector(Matrix::solve(factor, b, system = "A")))
}

# `like`: a factor of the same pattern, whose order and pattern are taken, or NULL.
factorised <- function(matrix, like) {
  if (is.null(like)) Matrix::Cholesky(matrix, perm = TRUE, LDL = TRUE, super = FALSE)
  else Matrix::update(like, matrix)
}

# ---- when ----

# Below, dense systems are solved sooner.
least_sparse <- 100

# Are the Hessian, and the Jacobian of the constraints, of a tape's task mostly zero?
has_thin_matrices <- function(task) {
  size <- length(task$x) + sum(task$constraints$n)
  if (task$source != "tape" || size < least_sparse) return(FALSE)
  entries <- vapply(if (is.null(task$constraints)) "hessian" else c("lagrangian", "constraints"), function(what) {
    length(.Call(C_call_tape_sparse, task$problem[[1]], what, NULL, NULL)$i)
  }, 0L)
  8 * sum(entries) < size^2
}
