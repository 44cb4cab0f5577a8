# Making tensors, and asking them.

#' Make a tensor
#'
#' A tensor holds numbers as an R vector, matrix or array does, and can remember how it
#' was computed, so that `$backward()` finds gradients (see [backward]). R arithmetic and
#' the `torch_*` functions work on it.
#'
#' A tensor has reference semantics: after `y <- x` both names mean one tensor, which
#' in-place methods (`$sub_()` and others whose name ends in `_`) change. Slices and
#' reshapes are copies, never views.
#'
#' @param data Numbers or logicals: a vector, matrix or array; or a tensor, whose values
#'   are copied. A single number makes a tensor of no dimensions, a scalar. The names of a
#'   vector are kept, for [subscripts][subset].
#' @param dtype `NULL` or a dtype (see [dtypes]). With `NULL`, real numbers get the
#'   [default dtype][torch_set_default_dtype], integers become long and logicals bool.
#' @param device Only `"cpu"` (or `NULL`): this package computes on the CPU.
#' @param requires_grad If `TRUE`, gradients with respect to this tensor can be computed; whole
#'   numbers then become real ones.
#' @param pin_memory Accepted for compatibility with torch; has no effect.
#' @return A tensor.
#' @section Errors: for data that are not numbers, for `NA` in a whole-number dtype, and
#'   for `requires_grad = TRUE` with a `dtype` given that is not float or double.
#' @examples
#' x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
#' y <- sum(x^2)
#' y$backward()
#' x$grad
#' @export
torch_tensor <- function(data, dtype = NULL, device = NULL, requires_grad = FALSE,
                         pin_memory = FALSE) {
  if (!is.null(device)) check_device(device)
  x <- .Call(C_call_tensor, data, if (!is.null(dtype)) dtype_name(dtype), requires_grad, NULL)
  labels <- .Call(C_call_labels, data)
  if (is.null(labels)) x else labelled(x, labels)
}

as_tensor <- function(x) if (is_torch_tensor(x)) x else torch_tensor(x)

#' @rdname is_torch_tensor
#' @details In torch a gradient may be an undefined tensor; here it is `NULL` before there is one.
#'   `is_undefined_tensor()` is `FALSE` of every tensor.
#' @export
is_undefined_tensor <- function(x) {
  if (is.null(x) || is_torch_tensor(x)) return(is.null(x))
  abort("{.arg x} must be a tensor, not {given(x)}.")
}

# ---- shape and names ----

#' @export
dim.gradtape_tensor <- function(x) {
  shape <- .Call(C_call_shape, x)
  if (length(shape) > 1) shape
}

#' @export
names.gradtape_tensor <- function(x) {
  labels <- labels_of(x)
  if (!is.list(labels)) labels
}

#' @export
`names<-.gradtape_tensor` <- function(x, value) {
  if (length(value_shape(x)) > 1) {
    if (is.null(value)) return(x)
    abort("The elements of a matrix or array of tensors have no names; {.code dimnames(x)} can be set.")
  }
  if (length(value) > length(x)) {
    abort("{length(value)} name{?s} for a tensor of {length(x)} element{?s}.")
  }
  at <- seq_along(x)
  names(at) <- value
  relabelled(x, names(at))
}

#' @export
`length<-.gradtape_tensor` <- function(x, value) {
  at <- positions_of(x)
  as_r_does(length(at) <- plain_subscript(value))
  moved(x, at)
}

#' @export
dimnames.gradtape_tensor <- function(x) {
  labels <- labels_of(x)
  if (is.list(labels)) labels
}

#' @export
`dimnames<-.gradtape_tensor` <- function(x, value) {
  if (is.null(value) && is.null(dim(x))) return(x)
  at <- positions_of(x)
  if (length(value) == 1 && is.null(dim(x))) dim(at) <- length(x)         # as an array of one dimension
  as_r_does(dimnames(at) <- value)
  relabelled(x, labels_of(at))
}

# Another tensor with the same elements: the old one may have other holders.
relabelled <- function(x, labels) {
  result <- labelled(apply_op("reshape", x, value_shape(x)), labels)
  further <- further_attributes(x)
  for (k in names(further)) attr(result, k) <- further[[k]]
  result
}
further_attributes <- function(x) {
  all <- if (is_torch_tensor(x)) attributes(x)
  if (length(all)) all[setdiff(names(all), own_attributes)]
}

#' @export
length.gradtape_tensor <- function(x) .Call(C_call_length, x)

#' @export
is.numeric.gradtape_tensor <- function(x) tensor_info(x)$dtype != "bool"
