# Derivatives checked against finite differences.

#' Check a gradient against finite differences
#'
#' Computes all derivatives of a function twice, by reverse mode and by central differences
#' of fourth order, and tells which entries differ and by how much. For functions with an
#' own derivative ([autograd_function()]), and to find where a function is not smooth.
#'
#' @param fn A function of one tensor that returns a tensor of any shape.
#' @param x Where to check: numbers (a vector, matrix or array), or a tensor.
#' @param tolerance The largest difference that passes, relative to the size of the
#'   derivatives (the larger of 1 and the largest of them).
#' @param h The step of the differences, relative to the larger of 1 and the element's size.
#' @return An object of class `gradtape_gradcheck`, which prints: a list of `ok` (do all
#'   agree?), `difference` (the largest difference, as compared with `tolerance`), and
#'   `entries`, a data frame with a row for each derivative: `output` and `input` (positions in
#'   R's order), `gradient`, `differences`, `error`.
#' @references Fornberg, B. (1988) Generation of finite difference formulas on arbitrarily
#'   spaced grids. *Mathematics of Computation* 51, 699-706.
#' @examples
#' gradcheck(function(x) x[1]^2 * sin(x[2]), c(1, 2))
#' # |x| has no derivative at 0
#' gradcheck(function(x) abs(x), c(-1, 0))
#' @export
gradcheck <- function(fn, x, tolerance = 1e-6, h = 1e-3) {
  check_function(fn, "fn", " of a tensor")
  check_number(tolerance, "tolerance", min = 0)
  check_number(h, "h", above = 0)
  if (is_torch_tensor(x)) x <- as_array(x)
  if (!is.numeric(x)) abort("{.arg x} must hold numbers, not {given(x)}.")
  if (!length(x)) abort("{.arg x} must have at least one element.")
  storage.mode(x) <- "double"
  exact <- jacobian_by_backward(fn, x)
  approximate <- jacobian_by_differences(fn, x, h)
  error <- abs(exact - approximate) / max(1, abs(exact)[is.finite(exact)])
  error[is.na(error)] <- Inf
  entries <- data.frame(output = as.vector(row(exact)), input = as.vector(col(exact)), gradient = as.vector(exact),
                        differences = as.vector(approximate), error = as.vector(error))
  structure(list(ok = all(error <= tolerance), difference = max(error, 0), tolerance = tolerance, entries = entries),
            class = "gradtape_gradcheck")
}

jacobian_by_backward <- function(fn, x) {
  x <- torch_tensor(x, dtype = torch_double(), requires_grad = TRUE)
  y <- fn(x)
  if (!is_torch_tensor(y)) abort("{.arg fn} must return a tensor, not {given(y)}.")
  rows <- lapply(seq_along(y), function(k) {
    if (!tensor_info(y)$requires_grad) return(numeric(length(x)))
    grad <- autograd_grad(if (length(y) == 1) y else flat_columns(y)[k], x, retain_graph = TRUE,
                          allow_unused = TRUE)[[1]]
    if (is.null(grad)) numeric(length(x)) else as.double(grad)
  })
  matrix(unlist(rows), length(y), length(x), byrow = TRUE)
}

jacobian_by_differences <- function(fn, x, h) {
  value <- function(x) as.double(fn(torch_tensor(x, dtype = torch_double(), requires_grad = TRUE)))
  matrix(unlist(differences(value, x, h, 1)), ncol = length(x))
}

#' @export
print.gradtape_gradcheck <- function(x, n = 10, ...) {
  if (x$ok) {
    cat("The gradient agrees with finite differences: ", nrow(x$entries), " entries, largest difference ",
        format(x$difference, digits = 2), " (tolerance ", format(x$tolerance), ").\n", sep = "")
    return(invisible(x))
  }
  bad <- x$entries[x$entries$error > x$tolerance, ]
  bad <- bad[order(-bad$error), ]
  cat("The gradient differs from finite differences in ", nrow(bad), " of ", nrow(x$entries), " entries (tolerance ",
      format(x$tolerance), "):\n", sep = "")
  print(utils::head(bad, n), row.names = FALSE, digits = 7)
  if (nrow(bad) > n) cat("... and", nrow(bad) - n, "more\n")
  invisible(x)
}
