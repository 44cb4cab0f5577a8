# What torch code takes for granted of devices and threads.

#' Devices and threads
#'
#' This package computes on the CPU: devices are here so that code written for torch runs. By default it uses
#' one thread, also where torch would use all processors; `torch_set_num_threads()` lets it use more, from then
#' on and for the whole session.
#'
#' Threads share elementwise operations on large tensors, sums, and matrix products; on a [tape()], which computes a
#' chain of such operations block by block, whole chains. Results do not depend on the number of threads, to the
#' last bit. What has few elements is left to one thread, as starting others takes longer, from some 10 to
#' 100 microseconds; so are loops over single numbers, decompositions of matrices, and what [tape_compile()] made. What
#' is limited by memory rather than arithmetic gains less than what takes exponentials or logarithms.
#'
#' Forked processes (`parallel::mclapply()`) always use one thread each. BLAS and LAPACK may have threads of their
#' own, which are not counted here: use these or those.
#'
#' @param type `"cpu"`; anything else is an error.
#' @param index Ignored.
#' @param num_threads How many threads to use, a whole number from 1. At most 64, and no more than the environment
#'   variable `OMP_THREAD_LIMIT` allows; always 1 where the package was built by a compiler without OpenMP, as
#'   by default on macOS.
#' @return `torch_device()`: an object that may be given as a `device`; `cuda_is_available()`:
#'   `FALSE`; `cuda_device_count()`: 0; `torch_is_installed()`: `TRUE`, as nothing else need be;
#'   `torch_get_num_threads()`: how many threads are used now; `torch_set_num_threads()`: nothing.
#' @examples
#' device <- if (cuda_is_available()) "cuda" else "cpu"
#' torch_ones(2)$to(device = device)
#' torch_set_num_threads(2)
#' torch_get_num_threads()
#' torch_set_num_threads(1)
#' @name devices
NULL

#' @rdname devices
#' @export
torch_device <- function(type, index = NULL) {
  check_device(type, "type")
  structure(list(type = "cpu", index = NULL), class = c("gradtape_device", "torch_device"))
}
#' @export
print.gradtape_device <- function(x, ...) {
  cat("<device> ", x$type, "\n", sep = "")
  invisible(x)
}
#' @export
format.gradtape_device <- function(x, ...) x$type
#' @export
as.character.gradtape_device <- function(x, ...) x$type
#' @export
`==.gradtape_device` <- function(e1, e2) as.character(e1) == as.character(e2)

#' @rdname devices
#' @export
cuda_is_available <- function() FALSE
#' @rdname devices
#' @export
cuda_device_count <- function() 0L
#' @rdname devices
#' @export
torch_is_installed <- function() TRUE

#' @rdname devices
#' @export
torch_set_num_threads <- function(num_threads) {
  check_count(num_threads, "num_threads")
  .Call(C_call_set_threads, num_threads)
  invisible()
}
#' @rdname devices
#' @export
torch_get_num_threads <- function() .Call(C_call_threads)

#' Layouts and memory formats
#'
#' The elements of a tensor stand together, by column. What torch code says of their order in memory is
#' accepted where it has no effect on the result, and is an error where it asks for another storage.
#'
#' @return A mark, for the `layout` and `memory_format` arguments of [creation] and `$clone()`,
#'   `$contiguous()` and `$to()`.
#' @examples
#' torch_zeros_like(torch_ones(2), memory_format = torch_preserve_format())
#' @name formats
NULL

new_mark <- function(name, class) structure(list(name = name), class = c(class, sub("gradtape", "torch", class)))

#' @rdname formats
#' @export
torch_strided <- function() new_mark("strided", "gradtape_layout")
#' @rdname formats
#' @export
torch_preserve_format <- function() new_mark("preserve_format", "gradtape_memory_format")
#' @rdname formats
#' @export
torch_contiguous_format <- function() new_mark("contiguous_format", "gradtape_memory_format")

#' @export
print.gradtape_layout <- function(x, ...) {
  cat("torch_", x$name, "\n", sep = "")
  invisible(x)
}
#' @export
print.gradtape_memory_format <- print.gradtape_layout
#' @export
`==.gradtape_memory_format` <- function(e1, e2) identical(e1$name, e2$name)
#' @export
`!=.gradtape_memory_format` <- function(e1, e2) !(e1 == e2)

# Stops where a tensor is to be stored in another way than tensors are.
check_form <- function(names = NULL, layout = NULL, memory_format = NULL) {
  if (!is.null(names)) {
    abort("{.arg names} must be NULL, not {given(names)}: dimensions have no names here; {.fn dimnames} names rows.")
  }
  if (!is.null(layout) && !inherits(layout, "gradtape_layout")) {
    abort("{.arg layout} must be NULL or {.code torch_strided()}, not {given(layout)}.")
  }
  if (!is.null(memory_format) && !inherits(memory_format, "gradtape_memory_format")) {
    abort("{.arg memory_format} must be NULL or {.code torch_preserve_format()}, not {given(memory_format)}.")
  }
}
