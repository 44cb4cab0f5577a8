# Tensors carry the S4 bit: that is how %*% finds a method on R before 4.3, where it does
# not dispatch on S3 classes.

setOldClass("gradtape_tensor")
setOldClass(c("gradtape_bool", "gradtape_tensor"))
setMethod("show", "gradtape_tensor", function(object) print.gradtape_tensor(object))

#' @rdname operators
setMethod("%*%", signature("gradtape_tensor", "ANY"), function(x, y) matrix_product(x, y))
#' @rdname operators
setMethod("%*%", signature("ANY", "gradtape_tensor"), function(x, y) matrix_product(x, y))
#' @rdname operators
setMethod("%*%", signature("gradtape_tensor", "gradtape_tensor"), function(x, y) matrix_product(x, y))

# kronecker() dispatches on S4 classes on every R.
kronecker_product <- function(X, Y, FUN = "*", make.dimnames = FALSE, ...) {
  if (!identical(FUN, "*")) abort("{.fn kronecker} of tensors multiplies: {.arg FUN} must be {.val *}.")
  X <- as_matrix_value(X)
  Y <- as_matrix_value(Y)
  a <- value_shape(X)
  b <- value_shape(Y)
  product <- .Call(C_mul, reshaped(X, c(1L, a[1], 1L, a[2])), reshaped(Y, c(b[1], 1L, b[2], 1L)))
  reshaped(product, a * b)
}
as_matrix_value <- function(x) if (length(value_shape(x)) == 2) x else reshaped(x, c(length(x), 1L))
setMethod("kronecker", signature("gradtape_tensor", "ANY"), kronecker_product)
setMethod("kronecker", signature("ANY", "gradtape_tensor"), kronecker_product)
setMethod("kronecker", signature("gradtape_tensor", "gradtape_tensor"), kronecker_product)
