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
multiply_kronecker <- function(X, Y, FUN = "*", make.dimnames = FALSE, ...) {
  if (!identical(FUN, "*")) abort("{.fn kronecker} of tensors multiplies: {.arg FUN} must be {.val *}.")
  kronecker_product(X, Y)
}
setMethod("kronecker", signature("gradtape_tensor", "ANY"), multiply_kronecker)
setMethod("kronecker", signature("ANY", "gradtape_tensor"), multiply_kronecker)
setMethod("kronecker", signature("gradtape_tensor", "gradtape_tensor"), multiply_kronecker)
