# Data frames that hold tensors.

#' @rdname base-functions
#' @method as.data.frame gradtape_tensor
#' @export
as.data.frame.gradtape_tensor <- function(x, ...) {
  name <- list(...)$nm %||% deparse1(substitute(x))
  optional <- isTRUE(list(...)$optional)
  row.names <- list(...)$row.names
  shape <- value_shape(x)
  if (length(shape) > 2) abort("A data frame takes vectors and matrices, not {given(x)}.", "gradtape_shape_error")
  if (length(shape) < 2) {
    columns <- list(flat_columns(x))
    if (!optional) names(columns) <- name
  } else {
    columns <- lapply(seq_len(shape[2]), function(j) x[, j])
    names(columns) <- colnames(x) %||% if (!optional) paste0("V", seq_along(columns))
  }
  rows <- if (length(shape)) shape[1] else 1L
  names <- if (length(shape) == 2) rownames(x) else names(x)
  if (is.null(row.names) && length(names) == rows && !anyDuplicated(names)) row.names <- names
  structure(columns, row.names = if (is.character(row.names)) row.names else .set_row_names(rows), class = "data.frame")
}

frame_masks <- function() list(
  data.frame = rewritten("data.frame"),
  transform = of_frame("transform", "transform.data.frame")
)

# For a function of a data frame that evaluates its arguments there: R's code, in which R's names mean the masks.
of_frame <- function(name, method) {
  copy <- NULL
  function(`_data`, ...) {
    if (!is.data.frame(`_data`)) return(original(name)(`_data`, ...))
    if (is.null(copy)) copy <<- masked_copy(original(method))
    call <- match.call()
    call[[1]] <- copy
    call$`_data` <- `_data`
    eval(call, parent.frame())
  }
}
