# Tensors shown, and compared by testthat.

#' @export
format.gradtape_tensor <- function(x, ...) format(read_values(x), ...)

#' @export
print.gradtape_tensor <- function(x, ..., n = 60) {
  check_number(n, "n", min = 0)
  info <- tensor_info(x)
  cat("<tensor> ", info$dtype, " ", shape_text(x),
      if (info$requires_grad) paste0(", ", if (info$is_leaf) "requires_grad" else paste0("from ", info$op)),
      "\n", sep = "")
  values <- labelled_values(x)
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
