# Shapes that are broadcast to each other, as torch does: from the last dimension on.

broadcast_shape <- function(a, b) {
  n <- max(length(a), length(b))
  a <- c(rep(1L, n - length(a)), a)
  b <- c(rep(1L, n - length(b)), b)
  a[a == 1L] <- b[a == 1L]
  a
}

last_dims <- function(shape, n) shape[seq_len(n) + length(shape) - n]
without_last <- function(shape, n) shape[seq_len(length(shape) - n)]

common_shape <- function(shapes, name = "parameters") {
  common <- Reduce(broadcast_shape, shapes)
  for (shape in shapes) {
    if (!all(shape == 1L | shape == last_dims(common, length(shape)))) {
      abort("The {name} cannot be broadcast to each other: they have shapes {.val {vapply(shapes, shape_text_of,
                                                                                          '')}}.",
            "gradtape_shape_error")
    }
  }
  common
}

# x in a shape to which it can be broadcast; plain numbers stay plain.
expanded <- function(x, shape) {
  if (identical(value_shape(x), as.integer(shape))) return(x)
  if (is_torch_tensor(x)) torch_expand(x, shape) else read_values(torch_expand(x, shape))
}

#' @rdname joining
#' @export
torch_broadcast_tensors <- function(tensors) {
  tensors <- value_list(tensors)
  shape <- common_shape(lapply(tensors, value_shape), "tensors")
  lapply(tensors, torch_expand, size = shape)
}
