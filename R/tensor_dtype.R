# The dtypes, and the one that new tensors get.

new_dtype <- function(name) structure(list(name = name), class = "gradtape_dtype")

#' Data types of tensors
#'
#' `torch_double()` (the default for real numbers) and `torch_float()` compute in
#' 64-bit and 32-bit floating point. `torch_long()`, `torch_int()` and `torch_bool()`
#' hold whole numbers and truth values; they carry no gradient. Whole numbers are exact
#' to 2^53.
#'
#' An operation on tensors of two dtypes has the larger one, in the order bool, int,
#' long, float, double. A plain R number takes the dtype of the tensor that it meets.
#' `NA` becomes `NaN` in a float or double tensor, and is an error in the others.
#'
#' @return A dtype, for the `dtype` argument of [torch_tensor()] and its kin.
#' @examples
#' torch_tensor(c(1, 2), dtype = torch_float())
#' torch_tensor(1:3)$dtype
#' @name dtypes
NULL

#' @rdname dtypes
#' @export
torch_float <- function() new_dtype("float")
#' @rdname dtypes
#' @export
torch_float32 <- torch_float
#' @rdname dtypes
#' @export
torch_double <- function() new_dtype("double")
#' @rdname dtypes
#' @export
torch_float64 <- torch_double
#' @rdname dtypes
#' @export
torch_long <- function() new_dtype("long")
#' @rdname dtypes
#' @export
torch_int64 <- torch_long
#' @rdname dtypes
#' @export
torch_int <- function() new_dtype("int")
#' @rdname dtypes
#' @export
torch_int32 <- torch_int
#' @rdname dtypes
#' @export
torch_bool <- function() new_dtype("bool")

dtype_name <- function(dtype, name = "dtype") {
  if (is.null(dtype)) return(NULL)
  if (!inherits(dtype, "gradtape_dtype")) {
    abort("{.arg {name}} must be a dtype such as {.code torch_float()}, not {given(dtype)}.")
  }
  dtype$name
}

#' @export
print.gradtape_dtype <- function(x, ...) {
  cat("<dtype> ", x$name, "\n", sep = "")
  invisible(x)
}

#' @export
format.gradtape_dtype <- function(x, ...) x$name

#' The default data type
#'
#' New tensors of real numbers are double unless said otherwise.
#' `torch_set_default_dtype(torch_float())` gives torch's habit instead: faster on
#' large arrays, with 7 digits instead of 16.
#'
#' @param d `torch_float()` or `torch_double()`.
#' @return The previous default (invisibly) or, from `torch_get_default_dtype()`, the
#'   present one.
#' @examples
#' old <- torch_set_default_dtype(torch_float())
#' torch_tensor(1)$dtype
#' torch_set_default_dtype(old)
#' @export
torch_set_default_dtype <- function(d) {
  if (is.null(d)) abort("{.arg d} must be {.code torch_float()} or {.code torch_double()}, not NULL.")
  invisible(new_dtype(.Call(C_call_set_default_dtype, dtype_name(d, "d"))))
}

#' @rdname torch_set_default_dtype
#' @export
torch_get_default_dtype <- function() new_dtype(.Call(C_call_default_dtype))

dtype_like <- function(input, dtype) {
  if (is.null(dtype) && is_torch_tensor(input)) new_dtype(tensor_info(input)$dtype) else dtype
}
