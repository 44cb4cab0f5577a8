# What torch code takes for granted: devices, threads, files.

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
  structure(list(type = "cpu", index = NULL), class = "gradtape_device")
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

#' Write tensors to a file, and read them
#'
#' `torch_save()` and `torch_load()` keep any R object that holds tensors; two names for one
#' tensor stay one tensor. They are `saveRDS()` and `readRDS()` under torch's names: these two,
#' `save()`, and the workers of the parallel package keep tensors as well.
#'
#' A leaf is saved whole, with its gradient. Of a computed tensor the values are saved and not
#' the history, so that it comes back as a constant: compute it again from the leaves where its
#' gradient is needed. (Files in R's serialization format 2 cannot hold tensors; 3 is the default.)
#'
#' @param obj An R object: a tensor, a list of tensors, an optimizer's state.
#' @param path A file name or a connection.
#' @param device Only `"cpu"`.
#' @return `torch_load()`: the object. `torch_save()`: nothing.
#' @examples
#' file <- tempfile()
#' torch_save(list(x = torch_tensor(c(1, 2))), file)
#' torch_load(file)$x
#' @export
torch_save <- function(obj, path) {
  check_path(path)
  if (is.character(path) && !dir.exists(dirname(path))) {
    abort("{.arg path}: there is no folder {.file {dirname(path)}}.")
  }
  saveRDS(obj, path)
  invisible()
}

#' @rdname torch_save
#' @export
torch_load <- function(path, device = "cpu") {
  check_device(device)
  check_path(path)
  if (is.character(path) && !file.exists(path)) abort("{.arg path}: there is no file {.file {path}}.")
  tryCatch(suppressWarnings(readRDS(path)), error = function(e) {
    abort(c("{.arg path} is no file that {.fn torch_save} or {.fn saveRDS} wrote.", x = conditionMessage(e)))
  })
}

check_path <- function(path) {
  if (inherits(path, "connection") || is.character(path) && length(path) == 1 && !is.na(path) && nzchar(path)) return(invisible())
  abort("{.arg path} must be a file name or a connection, not {given(path)}.")
}
