# What torch code takes for granted of devices and threads.

#' Devices and threads
#'
#' This package computes on the CPU, in one thread (BLAS and LAPACK may use more). These
#' functions are here so that code written for torch runs.
#'
#' @param type `"cpu"`; anything else is an error.
#' @param index Ignored.
#' @param num_threads A whole number; it has no effect.
#' @return `torch_device()`: an object that may be given as a `device`; `cuda_is_available()`:
#'   `FALSE`; `torch_get_num_threads()`: 1; `torch_set_num_threads()`: nothing.
#' @examples
#' device <- if (cuda_is_available()) "cuda" else "cpu"
#' torch_ones(2)$to(device = device)
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
torch_set_num_threads <- function(num_threads) {
  check_count(num_threads, "num_threads")
  invisible()
}
#' @rdname devices
#' @export
torch_get_num_threads <- function() 1L
