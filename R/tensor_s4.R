# Tensors carry the S4 bit: that is how %*% finds a method on R before 4.3, where it does
# not dispatch on S3 classes.
#
# By this bit a tensor is a torch_tensor too: R's inherits() and S3 dispatch ask S4 what else an
# object is. Its class attribute must not say so: C++ of torch takes each external pointer with
# that attribute for the address of one of its own tensors.

setOldClass(c("gradtape_tensor", "torch_tensor"))
setOldClass(c("gradtape_bool", "gradtape_tensor", "torch_tensor"))
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
