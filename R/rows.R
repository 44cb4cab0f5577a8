# Data as rows: of a data frame or matrix, elements of a vector, or those of each element of a list.

# How many; an error where there are none to tell.
count_rows <- function(data) {
  if (is.data.frame(data) || is.matrix(data)) return(nrow(data))
  if (is.list(data)) {
    rows <- unique(vapply(data, count_rows, 0L))
    if (length(rows) != 1) {
      abort("The elements of {.arg data} must have the same number of rows, not {rows}.", "gradtape_shape_error")
    }
    return(rows)
  }
  if (!is.atomic(data) || is.null(data) || length(dim(data)) > 1) {
    abort("{.arg data} must be a data frame, matrix, vector or list of them, not {given(data)}.")
  }
  length(data)
}

take_rows <- function(data, rows) {
  if (is.data.frame(data) || is.matrix(data)) return(data[rows, , drop = FALSE])
  if (is.list(data)) {
    data[] <- lapply(data, take_rows, rows)
    return(data)
  }
  data[rows]
}

# The rows of part k of n, one after the other and of nearly the same length.
rows_of_part <- function(total, k, n) {
  ends <- floor(total * (0:n) / n)
  seq.int(ends[k] + 1, length.out = ends[k + 1] - ends[k])
}
