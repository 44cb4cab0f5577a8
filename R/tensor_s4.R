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
