# QR decompositions and least squares.

# Of a tensor: Householder's reflections, as LINPACK makes them, in tensors. `qr` has R above and on its
# diagonal, as R's own has, and zeros below.
qr_masks <- function() c(
  list(
    qr = first_mask("qr", function(x, tol = 1e-07) decomposed(x, tol)),
    qr.coef = qr_mask("qr.coef", function(qr, y) coefficients_of(qr, y)),
    qr.fitted = qr_mask("qr.fitted", function(qr, y, k = qr$rank) fitted_by(qr, y, k)),
    qr.resid = qr_mask("qr.resid", function(qr, y) y - fitted_by(qr, y, qr$rank)),
    qr.qty = qr_mask("qr.qty", function(qr, y) reflected(qr, y, transpose = TRUE)),
    qr.qy = qr_mask("qr.qy", function(qr, y) reflected(qr, y, transpose = FALSE)),
    qr.Q = qr_mask("qr.Q", function(qr, complete = FALSE) {
      n <- nrow(qr$qr)
      reflected(qr, diag(1, n, if (complete) n else min(dim(qr$qr))), transpose = FALSE)
    }),
    qr.R = qr_mask("qr.R", function(qr, complete = FALSE) {
      torch_triu(if (complete) qr$qr else qr$qr[seq_len(min(dim(qr$qr))), , drop = FALSE])
    }),
    qr.X = qr_mask("qr.X", function(qr) {
      x <- reflected(qr, torch_triu(qr$qr), transpose = FALSE)
      x[, order(qr$pivot), drop = FALSE]
    }),
    qr.solve = function(a, b, tol = 1e-07) {
      if (!is_torch_tensor(a) && !is_decomposed(a) && (missing(b) || !is_torch_tensor(b))) {
        return(original("qr.solve")(a, b, tol))
      }
      if (!inherits(a, "qr")) a <- if (is_torch_tensor(a)) decomposed(a, tol) else qr(a, tol = tol)
      solved_by(a, b)
    },
    solve = solve_mask(),
    lm.fit = mask("lm.fit", function(x, y, offset = NULL, method = "qr", tol = 1e-07, singular.ok = TRUE) {
      fit_by_qr(x, y, offset, tol, singular.ok)
    }),
    .lm.fit = mask(".lm.fit", function(x, y, tol = 1e-07) fit_by_qr(x, y, NULL, tol, TRUE)),
    lm.wfit = mask("lm.wfit", function(x, y, w, offset = NULL, method = "qr", tol = 1e-07, singular.ok = TRUE) {
      if (isTRUE(as.logical(any(w <= 0 | is.na(w))))) abort("The weights of {.fn lm.wfit} of a tensor must be above 0.")
      root <- sqrt(w)
      fit <- fit_by_qr(x * root, (if (is.null(offset)) y else y - offset) * root, NULL, tol, singular.ok)
      fit$residuals <- fit$residuals / root
      fit$fitted.values <- y - fit$residuals
      c(fit, list(weights = w))
    })
  )
)

is_decomposed <- function(x) inherits(x, "gradtape_qr")
qr_mask <- function(name, method) {
  function(qr, ...) {
    if (is_decomposed(qr) || inherits(qr, "qr") && any_tensor(...)) method(qr, ...) else original(name)(qr, ...)
  }
}

solve_mask <- function() {
  of_matrix <- mask("solve", solve.gradtape_tensor)
  function(a, ...) {
    if (!inherits(a, "qr") && !is_sparse(a) || !any_tensor(...)) of_matrix(a, ...)
    else if (is_sparse(a)) of_matrix(as.matrix(a), ...)
    else solved_by(a, ...)
  }
}
#' @export
solve.gradtape_qr <- function(a, b, ...) solved_by(a, b)

# ---- the decomposition ----

decomposed <- function(x, tol) {
  titles <- column_names(x)
  x <- at_least_matrix(x)
  x <- reshaped(x, value_shape(x))
  on_numbers <- qr(peeked(x), tol = tol)       # knows rank and order
  if (on_numbers$rank < min(dim(x))) .Call(C_call_record_unreplayable, "qr() of a matrix of deficient rank")
  r <- x[, on_numbers$pivot, drop = FALSE]
  n <- nrow(r)
  p <- ncol(r)
  steps <- list()
  for (j in seq_len(min(n - 1, p, on_numbers$rank))) {
    rows <- j:n
    columns <- j:p
    column <- r[rows, j]
    size <- sqrt(sum(column^2))
    v <- column
    v[1] <- column[1] + torch_where(column[1] < 0, -size, size)
    step <- list(rows = rows, v = reshaped(v, c(length(rows), 1L)), scale = 2 / sum(v^2))
    r[rows, columns] <- reflect(step, r[rows, columns, drop = FALSE])
    steps[[j]] <- step
  }
  r <- torch_triu(r)
  # (the rank is as it was while no column is nearly one of those before it)
  first <- seq_len(on_numbers$rank)
  if (is_recorded(r)) as.logical(all(abs(torch_diag(r))[first] > tol * sqrt(torch_sum(r^2, dim = 1L))[first]))
  structure(list(qr = r, rank = on_numbers$rank, qraux = NULL, pivot = on_numbers$pivot, steps = steps,
                 titles = titles),
            class = c("gradtape_qr", "qr"))
}

reflect <- function(step, y) {
  along <- matrix_multiply(step$v, y, transpose_x = TRUE)
  y - matrix_multiply(step$v * step$scale, along)
}

# Q y, or Q' y, for all of Q's columns.
reflected <- function(qr, y, transpose) {
  if (!is_decomposed(qr)) {
    whole <- original("qr.Q")(qr, complete = TRUE)
    return(shaped_as(matrix_multiply(whole, at_least_matrix(y), transpose_x = transpose), y))
  }
  value <- at_least_matrix(y)
  for (step in if (transpose) qr$steps else rev(qr$steps)) {
    value <- if (is_torch_tensor(value)) value else torch_tensor(value)
    value[step$rows, ] <- reflect(step, value[step$rows, , drop = FALSE])
  }
  shaped_as(value, y)
}
# One column as a vector where y is one.
shaped_as <- function(value, y) if (length(value_shape(y)) < 2) flat_columns(value) else value

# The first k columns of Q.
orthogonal_columns <- function(qr, k) {
  if (!is_decomposed(qr)) return(original("qr.Q")(qr)[, seq_len(k), drop = FALSE])
  reflected(qr, diag(1, nrow(qr$qr), k), transpose = FALSE)
}

fitted_by <- function(qr, y, k) {
  q <- orthogonal_columns(qr, k)
  shaped_as(matrix_multiply(q, matrix_multiply(q, at_least_matrix(y), transpose_x = TRUE)), y)
}

coefficients_of <- function(qr, y) {
  k <- qr$rank
  first <- seq_len(k)
  rotated <- matrix_multiply(orthogonal_columns(qr, k), at_least_matrix(y), transpose_x = TRUE)
  solution <- triangular_solve(qr$qr[first, first, drop = FALSE], rotated, k, upper = TRUE, transpose = FALSE)
  if (k < ncol(qr$qr)) solution <- torch_cat(list(solution, matrix(NaN, ncol(qr$qr) - k, ncol(solution))))
  solution <- solution[order(qr$pivot), , drop = FALSE]
  titles <- if (is_decomposed(qr)) qr$titles else colnames(qr$qr)[order(qr$pivot)]
  if (length(value_shape(y)) < 2) return(labelled(flat_columns(solution), titles))
  across <- column_names(y)
  if (is.null(titles) && is.null(across)) solution else labelled(solution, list(titles, across))
}

solved_by <- function(a, b) {
  size <- dim(a$qr)
  if (a$rank != min(size)) abort("The matrix {.arg a} is singular: it has rank {a$rank}.", "gradtape_numeric_error")
  if (missing(b)) {
    if (size[1] != size[2]) abort("Only a square matrix has an inverse; this one has shape {shape_text_of(size)}.",
                                  "gradtape_shape_error")
    b <- diag(1, size[1])
  }
  coefficients_of(a, b)
}

fit_by_qr <- function(x, y, offset, tol, singular.ok) {
  if (length(dim(x)) != 2) abort("{.arg x} must be a matrix, not {given(x)}.")
  target <- if (is.null(offset)) y else y - offset
  decomposition <- if (is_torch_tensor(x)) decomposed(x, tol) else qr(x, tol = tol)
  k <- decomposition$rank
  if (!singular.ok && k < ncol(x)) abort("The fit is singular: {.arg x} has rank {k}.", "gradtape_numeric_error")
  coefficients <- coefficients_of(decomposition, target)
  if (length(value_shape(y)) < 2) coefficients <- labelled(coefficients, colnames(x) %||% paste0("x", seq_len(ncol(x))))
  residuals <- target - fitted_by(decomposition, target, k)
  list(coefficients = coefficients, residuals = residuals, effects = reflected(decomposition, target, transpose = TRUE),
       rank = k, fitted.values = y - residuals, assign = attr(x, "assign"), qr = decomposition,
         df.residual = nrow(x) - k)
}
