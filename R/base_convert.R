# Tensors as R vectors, and R's questions about a value's type and missing values.

#' Tensors as R vectors
#'
#' `as.numeric()`, `as.array()`, `as.matrix()` and `as_array()` give a tensor's values as plain R numbers
#' (logicals for a bool tensor). What is computed from them is not recorded, so no gradient
#' flows back through them. `as.vector()`, which base functions call on their arguments, does
#' so too unless a gradient is being recorded: then the result stays a tensor (of one
#' dimension), lest the gradient be lost unseen. Where a function of base R or stats would lose
#' it, as `sd()` or `svd()` would, that is an error.
#'
#' @param x A tensor.
#' @param ... Ignored.
#' @param mode As in [as.vector()].
#' @return `as.numeric()`, `as.double()`, `as.vector()`: a vector, in column-major order.
#'   `as.matrix()`: a matrix, one column for a vector. `as.array()`, `as_array()`: an
#'   array of the tensor's dimensions, a vector when it has fewer than two.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' as.matrix(x)
#' as.numeric(x)
#' @name as_array
NULL

#' @rdname as_array
#' @export
as_array <- function(x) as.array(x)

#' @rdname as_array
#' @export
as.array.gradtape_tensor <- function(x, ...) {
  refuse_base_reader(x, parent.frame(), sys.call(sys.parent()))
  labelled_values(x)
}

#' @rdname as_array
#' @export
as.double.gradtape_tensor <- function(x, ...) {
  refuse_base_reader(x, parent.frame(), sys.call(sys.parent()))
  as.double(read_values(x, FALSE))
}

#' @export
as.integer.gradtape_tensor <- function(x, ...) {
  whole <- .Call(C_trunc, x)
  .Call(C_call_record_guard, whole)
  as.integer(.Call(C_call_to_array, whole))
}

#' @export
as.logical.gradtape_tensor <- function(x, ...) as.vector(read_values(.Call(C_ne, x, 0)))

#' @rdname as_array
#' @export
as.vector.gradtape_tensor <- function(x, mode = "any") {
  if (identical(mode, "any") && carries_gradient(x)) return(flat_columns(x))
  as.vector(read_values(x, FALSE), mode)
}

#' @rdname as_array
#' @export
as.matrix.gradtape_tensor <- function(x, ...) {
  refuse_base_reader(x, parent.frame(), sys.call(sys.parent()))
  as.matrix(labelled_values(x))
}

#' @rdname base-functions
#' @export
summary.gradtape_tensor <- function(object, ...) summary(as.double(object), ...)

# ---- questions ----

#' @export
is.matrix.gradtape_tensor <- function(x) length(value_shape(x)) == 2
#' @export
is.array.gradtape_tensor <- function(x) length(value_shape(x)) > 1

#' @rdname base-functions
#' @export
is.na.gradtape_tensor <- function(x) .Call(C_isnan, x)
#' @rdname base-functions
#' @export
is.nan.gradtape_tensor <- function(x) .Call(C_isnan, x)
#' @rdname base-functions
#' @export
is.finite.gradtape_tensor <- function(x) !.Call(C_isnan, x - x)
#' @rdname base-functions
#' @export
is.infinite.gradtape_tensor <- function(x) .Call(C_eq, .Call(C_abs, x), Inf) & !.Call(C_isnan, x)
#' @export
anyNA.gradtape_tensor <- function(x, recursive = FALSE) isTRUE(as.logical(any(is.na(x))))

# ---- functions that do not dispatch ----

conversion_masks <- function() list(
  as.numeric = mask("as.numeric", function(x, ...) real_vector(x)),
  as.double = mask("as.double", function(x, ...) real_vector(x)),
  as.matrix = of_matrix(mask("as.matrix",
                             function(x, ...) if (is_distances(x)) square_of_distances(x) else as_matrix(x))),
  as.array = mask("as.array", function(x, ...) {
    if (!carries_gradient(x) && tensor_info(x)$op == "detach") as.array.gradtape_tensor(x)
    else if (length(value_shape(x))) x else flat_columns(x)
  }),
  as.vector = mask("as.vector", function(x, mode = "any") as_plain_vector(x, mode)),
  cat = text_mask("cat"),
  sprintf = text_mask("sprintf"),
  formatC = text_mask("formatC"),
  prettyNum = text_mask("prettyNum")
)

# Functions that make text take tensors for their numbers.
text_mask <- function(name) {
  function(...) {
    if (!any_tensor(...)) return(original(name)(...))
    values <- lapply(list(...), function(x) if (is_torch_tensor(x)) labelled_values(x) else x)
    do.call(original(name), values, quote = TRUE)
  }
}
as_matrix <- function(x) {
  labels <- labels_of(x)
  if (length(value_shape(x)) == 2) return(x)
  labelled(reshaped(x, c(length(x), 1L)), if (is.character(labels)) list(labels, NULL))
}

as_plain_vector <- function(x, mode) {
  check_string(mode, "mode")
  if (!carries_gradient(x) && !(is_recorded(x) && tensor_info(x)$op != "detach")) return(as.vector.gradtape_tensor(x,
      mode))
  if (mode == "any" && is.logical(x)) return(reshaped(x, length(x)))
  if (mode %in% c("any", "numeric", "double")) return(real_vector(x))
  if (mode == "list") as.list(x) else as.vector.gradtape_tensor(x, mode)
}

# as.numeric(x), which in a plain R function drops attributes, keeps the gradient.
real_vector <- function(x) reshaped(if (is.logical(x)) .Call(C_add, x, 0) else x, length(x))
