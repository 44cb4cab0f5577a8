# Making tensors, asking them, turning them back into R vectors.

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
  check_device(device)
  check_flag(requires_grad, "requires_grad")
  named(.Call(C_call_tensor, data, dtype_name(dtype), requires_grad, NULL), names(data))
}

# Gives a tensor that nobody else holds names, in place.
named <- function(x, names) {
  if (!is.null(names)) attr(x, if (is.logical(x)) "names" else "element_names") <- names
  x
}

check_device <- function(device, name = "device") {
  if (inherits(device, "gradtape_device")) device <- device$type
  if (is.null(device) || identical(device, "cpu")) return(invisible())
  abort(c("{.arg {name}} must be {.val cpu}, not {given(device)}: gradtape computes on the CPU.",
                   i = "It runs no code on a GPU; leave {.arg {name}} out."))
}

#' Is it a tensor?
#'
#' @param x Any R object.
#' @return `TRUE` for tensors of this package, else `FALSE`.
#' @examples
#' is_torch_tensor(torch_tensor(1))
#' is_torch_tensor(1)
#' @export
is_torch_tensor <- function(x) .Call(C_call_is_tensor, x)

tensor_info <- function(x) .Call(C_call_info, x)

as_tensor <- function(x) if (is_torch_tensor(x)) x else torch_tensor(x)

# ---- back to R ----

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
  read_values(x)
}

#' @rdname as_array
#' @export
as.double.gradtape_tensor <- function(x, ...) {
  refuse_base_reader(x, parent.frame(), sys.call(sys.parent()))
  v <- read_values(x)
  dim(v) <- NULL
  as.double(v)
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
  v <- read_values(x)
  dim(v) <- NULL
  as.vector(v, mode)
}

#' @rdname as_array
#' @export
as.matrix.gradtape_tensor <- function(x, ...) {
  refuse_base_reader(x, parent.frame(), sys.call(sys.parent()))
  values <- read_values(x)
  as.matrix(values)
}

# Functions of R such as sd() and svd() start with as.double(x) or as.matrix(x). Who calls
# them did not ask for plain numbers, and would get a wrong gradient.
refuse_base_reader <- function(x, caller, call) {
  if (!carries_gradient(x)) return(invisible())
  home <- topenv(caller)
  if (identical(home, globalenv()) || !environmentName(home) %in% c("base", "stats")) return(invisible())
  if (calls_any(call, c(value_readers, conversions)) || only_shows(call)) return(invisible())
  abort(c("{.code {deparse1(call[[1]])}()} of R takes only the numbers of a tensor, and the gradient would be lost.",
                   i = "In {.fn tensor_function} and {.fn tape}, many functions keep it: see {.code ?tensor_function}.",
                   i = "If the numbers are all that is wanted, pass {.code as_array(x)}."))
}
# Functions that call what they are given, and functions that give positions or bounds.
value_readers <- c("lapply", "vapply", "mapply", "rapply", "do.call", "findInterval", "cut.default", "max.col", "pretty.default")

# The values, for R code to use: a tape that is recording has to know. Values that are
# only shown do not matter to it.
read_values <- function(x) {
  if (.Call(C_call_note_read, x)) {
    calls <- sys.calls()
    at <- before_conversions(calls, length(calls) - 2L)
    if (at == 0L || !only_shows(calls[[at]])) {
      text <- sub(".gradtape_tensor(", "(", deparse1(calls[[at + 1L]]), fixed = TRUE)
      .Call(C_call_record_escape, sub("as.double(", "as.numeric(", text, fixed = TRUE))
    }
  }
  .Call(C_call_to_array, x)
}

# The last call, up to position `at`, that is not a conversion (the generic and our method) and
# does not make text.
before_conversions <- function(calls, at) {
  while (at > 0L && calls_any(calls[[at]], conversions)) at <- at - 1L
  at
}

calls_any <- function(call, names) is.call(call) && is.symbol(call[[1]]) && as.character(call[[1]]) %in% names

conversions <- c("as_array", "as.array", "as.numeric", "as.double", "as.vector", "as.character", "format", "formatC", "sprintf",
                 "paste", "paste0", "round", "signif", "as.character.default", "lapply", "FUN", ".makeMessage", "base_function")

# Is this the call of a function that only shows its arguments?
only_shows <- function(call) calls_any(call, showing)
showing <- c("cat", "print", "message", "warning")
text_makers <- c(showing, "stop", "format", "formatC", "prettyNum", "sprintf", "paste", "paste0", "as.character")

carries_gradient <- function(x) .Call(C_call_carries_gradient, x)

# ---- shape ----

#' @export
dim.gradtape_tensor <- function(x) {
  shape <- .Call(C_call_shape, x)
  if (length(shape) > 1) shape
}

#' @export
names.gradtape_tensor <- function(x) attr(x, if (is.logical(x)) "names" else "element_names", exact = TRUE)

#' @export
`names<-.gradtape_tensor` <- function(x, value) {
  x <- apply_op("reshape", x, value_shape(x))        # another tensor: the old one may have other holders
  if (is.null(value)) return(x)
  value <- as.character(value)
  if (length(value) > length(x)) {
    abort("{length(value)} name{?s} for a tensor of {length(x)} element{?s}.")
  }
  named(x, c(value, rep(NA_character_, length(x) - length(value))))
}

#' @export
length.gradtape_tensor <- function(x) .Call(C_call_length, x)

#' @export
is.numeric.gradtape_tensor <- function(x) tensor_info(x)$dtype != "bool"

# ---- printing ----

shape_text <- function(x) shape_text_of(.Call(C_call_shape, x))

#' @export
format.gradtape_tensor <- function(x, ...) format(read_values(x), ...)

#' @export
print.gradtape_tensor <- function(x, n = 60, ...) {
  info <- tensor_info(x)
  cat("<tensor> ", info$dtype, " ", shape_text(x),
      if (info$requires_grad) paste0(", ", if (info$is_leaf) "requires_grad" else paste0("from ", info$op)),
      "\n", sep = "")
  values <- .Call(C_call_to_array, x)
  if (is.null(dim(values))) names(values) <- names(x)
  if (length(values) <= n || length(dim(values)) == 2 && ncol(values) <= 10 && nrow(values) <= 20) {
    print(values, ...)
  } else {
    print(utils::head(c(values), n), ...)
    cat("... and", length(values) - n, "more\n")
  }
  invisible(x)
}

#' @export
str.gradtape_tensor <- function(object, ...) {
  info <- tensor_info(object)
  cat(" tensor ", info$dtype, " ", shape_text(object), " ",
      paste(format(utils::head(as.double(object), 5), digits = 3), collapse = " "),
      if (length(object) > 5) " ...", "\n", sep = "")
}

# testthat compares tensors by what they hold.
#' @exportS3Method waldo::compare_proxy
compare_proxy.gradtape_tensor <- function(x, path) {
  info <- tensor_info(x)
  list(object = list(dtype = info$dtype, requires_grad = info$requires_grad, values = .Call(C_call_to_array, x)),
       path = path)
}
# A comparison's result is as good as a logical vector.
#' @exportS3Method waldo::compare_proxy
compare_proxy.gradtape_bool <- function(x, path) list(object = .Call(C_call_to_array, x), path = path)
