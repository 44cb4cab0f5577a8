# The dtypes, and the one that new tensors get.

dtypes <- lapply(c(bool = "bool", int = "int", long = "long", float = "float", double = "double"), function(name) {
  structure(list(name = name, is_floating_point = name %in% c("float", "double")),
            class = c("gradtape_dtype", "torch_dtype"))
})

new_dtype <- function(name) dtypes[[name]]

# What torch calls them besides.
dtype_aliases <- c(float32 = "float", float64 = "double", int32 = "int", int64 = "long")

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
#' A `dtype` argument may also be the name: `"double"` or `"float64"`, `"float"` or `"float32"`,
#' `"long"` or `"int64"`, `"int"` or `"int32"`, `"bool"`. Two dtypes, or a dtype and a name, are compared by
#' `==` and `!=`. `$is_floating_point` tells whether a dtype holds real numbers.
#'
#' @param x Any R object.
#' @param type A dtype or its name: for `torch_finfo()` float or double, for `torch_iinfo()` int or long.
#' @param tensor1,tensor2 Tensors or plain numbers.
#' @param input A tensor.
#' @return A dtype, for the `dtype` argument of [torch_tensor()] and its kin. `torch_finfo()`: a list of
#'   `bits`, the largest and smallest number (`max`, `min`), the distance from 1 to the next number (`eps`)
#'   and the smallest positive number of full precision (`tiny`). `torch_iinfo()`: a list of `bits`,
#'   `max` and `min`; for long these are the whole numbers that are exact here, \eqn{\pm 2^{53}}.
#'   `torch_result_type()`: the dtype of an operation on both. `is_torch_dtype()`, `torch_is_floating_point()`:
#'   `TRUE` or `FALSE`.
#' @examples
#' torch_tensor(c(1, 2), dtype = torch_float())
#' torch_tensor(c(1, 2), dtype = "float32")$dtype == torch_float()
#' torch_tensor(1:3)$dtype
#' torch_finfo(torch_double())$eps
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

# (unclass(): no object of another package comes with a method for `$`)
dtype_name <- function(dtype, name = "dtype") {
  if (is.null(dtype)) return(NULL)
  if (inherits(dtype, "gradtape_dtype")) return(unclass(dtype)$name)
  known <- c(names(dtypes), names(dtype_aliases))
  if (is.character(dtype) && length(dtype) == 1 && tolower(dtype) %in% known) {
    dtype <- tolower(dtype)
    return(if (dtype %in% names(dtypes)) dtype else dtype_aliases[[dtype]])
  }
  abort(c("{.arg {name}} must be a dtype such as {.code torch_float()}, or its name, not {given(dtype)}.",
          i = if (is.character(dtype)) "Names are {.val {known}}."))
}

#' @rdname dtypes
#' @export
is_torch_dtype <- function(x) inherits(x, "gradtape_dtype")

#' @export
print.gradtape_dtype <- function(x, ...) {
  cat("torch_", as.character(x), "\n", sep = "")
  invisible(x)
}

#' @export
format.gradtape_dtype <- function(x, ...) x$name

#' @export
as.character.gradtape_dtype <- function(x, ...) paste0(toupper(substr(x$name, 1, 1)), substring(x$name, 2))

#' @export
`==.gradtape_dtype` <- function(e1, e2) {
  if (is.null(e1) || is.null(e2)) abort("A dtype is compared with a dtype or its name, not NULL.")
  identical(dtype_name(e1, "e1"), dtype_name(e2, "e2"))
}
#' @export
`!=.gradtape_dtype` <- function(e1, e2) !(e1 == e2)

#' @rdname dtypes
#' @export
torch_finfo <- function(type) {
  switch(dtype_name(type, "type") %||% "NULL",
    double = list(bits = 64, max = .Machine$double.xmax, min = -.Machine$double.xmax,
                  eps = .Machine$double.eps, tiny = .Machine$double.xmin),
    float = list(bits = 32, max = (2 - 2^-23) * 2^127, min = -(2 - 2^-23) * 2^127, eps = 2^-23, tiny = 2^-126),
    abort("{.arg type} must be float or double, not {format(type)}.")
  )
}

#' @rdname dtypes
#' @export
torch_iinfo <- function(type) {
  switch(dtype_name(type, "type") %||% "NULL",
    int = list(bits = 32, max = 2^31 - 1, min = -2^31),
    long = list(bits = 64, max = 2^53, min = -2^53),
    abort("{.arg type} must be int or long, not {format(type)}.")
  )
}

#' @rdname dtypes
#' @export
torch_result_type <- function(tensor1, tensor2) .Call(C_where, TRUE, single_of(tensor1), single_of(tensor2))$dtype

single_of <- function(x) {
  if (is_torch_tensor(x)) .Call(C_call_tensor, 1, tensor_info(x)$dtype, FALSE, 1L) else stand_in(x)
}

#' @rdname dtypes
#' @export
torch_is_floating_point <- function(input) {
  check_tensor(input, "input")
  input$dtype$is_floating_point
}

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

# x in a dtype, where one is given.
as_dtype <- function(x, dtype) {
  if (is.null(dtype)) return(x)
  apply_op("cast", x, match(dtype_name(dtype), names(dtypes)) - 1L)
}
