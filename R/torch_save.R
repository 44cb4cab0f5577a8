# Tensors in files.

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
    abort("{.arg path}: there is no folder {.file {dirname(path)}}.", "gradtape_file_error")
  }
  saveRDS(obj, path)
  invisible()
}

#' @rdname torch_save
#' @export
torch_load <- function(path, device = "cpu") {
  check_device(device)
  check_path(path)
  if (is.character(path) && !file.exists(path)) abort("{.arg path}: there is no file {.file {path}}.",
                                                      "gradtape_file_error")
  tryCatch(suppressWarnings(readRDS(path)), error = function(e) {
    abort(c("{.arg path} is no file that {.fn torch_save} or {.fn saveRDS} wrote.", x = conditionMessage(e)),
          "gradtape_file_error")
  })
}

check_path <- function(path) {
  if (inherits(path, "connection") || is.character(path) && length(path) == 1 && !is.na(path) && nzchar(path)) {
    return(invisible())
  }
  abort("{.arg path} must be a file name or a connection, not {given(path)}.")
}
