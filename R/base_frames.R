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
    columns <- list(relabelled(flat_columns(x), NULL))
    if (!optional) names(columns) <- name
  } else {
    columns <- lapply(seq_len(shape[2]), function(j) relabelled(x[, j], NULL))
    names(columns) <- colnames(x) %||% if (!optional) paste0("V", seq_along(columns))
  }
  rows <- if (length(shape)) shape[1] else 1L
  names <- if (length(shape) == 2) rownames(x) else names(x)
  if (is.null(row.names) && length(names) == rows && !anyDuplicated(names)) row.names <- names
  structure(columns, row.names = if (is.character(row.names)) row.names else .set_row_names(rows), class = "data.frame")
}

frame_masks <- function() list(
  data.frame = rewritten("data.frame"),
  expand.grid = grid_mask(),
  transform = of_frame("transform", "transform.data.frame"),
  data.matrix = function(frame, ...) {
    if (is_torch_tensor(frame)) masks$as.matrix(frame)
    else if (is_frame_of_tensors(frame)) frame_matrix(frame)
    else original("data.matrix")(frame, ...)
  },
  aggregate = function(x, ...) if (inherits(x, "formula")) aggregate_by_formula(x, ...) else original("aggregate")(x,
    ...)
)

# (The attributes of a grid are its numbers as text.)
grid_mask <- function() {
  of_tensors <- rewritten("expand.grid", always = TRUE)
  function(..., KEEP.OUT.ATTRS = TRUE) {
    parts <- list(...)
    if (has_tensor(parts) || length(parts) == 1 && is.list(parts[[1]]) && has_tensor(parts[[1]])) {
      of_tensors(..., KEEP.OUT.ATTRS = FALSE)
    } else original("expand.grid")(..., KEEP.OUT.ATTRS = KEEP.OUT.ATTRS)
  }
}

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

# ---- as matrices ----

is_frame_of_tensors <- function(x) is.data.frame(x) && has_tensor(x)
frame_matrix <- function(x) {
  do.call(cbind, lapply(as.list(x), function(column) if (is_torch_tensor(column)) column else as.numeric(column)))
}
# `fun`, a function of a matrix, of data frames that hold tensors too.
of_matrix <- function(fun) {
  force(fun)
  function(x, ...) fun(if (is_frame_of_tensors(x)) frame_matrix(x) else x, ...)
}

# aggregate(y ~ g, data, FUN): R's function makes a model frame, which takes no tensors.
aggregate_by_formula <- function(x, data, FUN, ...) {
  if (missing(data) || !is_frame_of_tensors(data)) return(original("aggregate")(x, data, FUN, ...))
  evaluated <- function(code) eval(code, data, environment(x))
  parts <- function(code, by) {
    if (identical(code, quote(.))) return(data[setdiff(names(data), all.vars(x))])
    split <- if (is.call(code) && identical(code[[1]], by)) as.list(code)[-1] else list(code)
    written <- vapply(split, deparse1, "")
    given <- names(split) %||% written
    stats::setNames(lapply(split, evaluated), ifelse(nzchar(given), given, written))
  }
  groups <- parts(x[[3]], quote(`+`))
  stats::aggregate(do.call(data.frame, c(parts(x[[2]], quote(cbind)), check.names = FALSE)), groups, FUN, ...)
}
