# Products of matrices and tensors.

#' Matrix products
#'
#' `torch_matmul()` multiplies as torch does: two vectors give their inner product, a
#' matrix and a vector a vector; with more dimensions the last two are matrices, and the
#' others are broadcast. `torch_mm()` takes matrices, `torch_mv()` a matrix and a vector,
#' `torch_dot()` vectors, `torch_bmm()` equally many matrices on either side. `torch_addmm()`, `torch_addmv()`,
#' `torch_addr()`, `torch_baddbmm()` and `torch_addbmm()` add such a product to a tensor.
#'
#' @param self,other,mat2,vec,vec2,tensor,mat1,mat,vec1,batch1,batch2 Tensors or numbers.
#' @param beta,alpha What `self` and the product are multiplied by; with `beta = 0`, `self` is not looked at.
#' @param tensors,matrices A list of matrices; the first and the last may be vectors.
#' @param dim The dimension of 3 elements, from 1; `NULL`: the first of 3 elements.
#' @return A tensor.
#' @details The products run on the BLAS that R uses, or where matrices are small and many side by side; float
#'   matrices are multiplied in double and rounded. `linalg_multi_dot()` multiplies in the order that takes the
#'   fewest operations. `torch_kron()` is the Kronecker product, `torch_cross()` that of vectors in space.
#' @examples
#' a <- torch_tensor(matrix(1:4, 2))
#' torch_matmul(a, c(1, 1))
#' torch_outer(c(1, 2), c(3, 4))
#' torch_addmm(a, a, a, beta = 0.5)
#' @name matmul
NULL

#' @rdname matmul
#' @export
torch_matmul <- function(self, other) {
  a <- value_shape(self)
  b <- value_shape(other)
  if (!length(a) || !length(b)) {
    abort("{.fn torch_matmul} takes at least one dimension; multiply by a number with {.code *}.",
          "gradtape_shape_error")
  }
  x <- if (length(a) == 1) reshaped(self, c(1L, a)) else self
  y <- if (length(b) == 1) reshaped(other, c(b, 1L)) else other
  product <- if (max(length(a), length(b)) <= 2) matrix_multiply(x, y) else batched_product(x, y)
  if (length(a) > 1 && length(b) > 1) return(product)
  kept <- value_shape(product)
  n <- length(kept)
  drop <- c(if (length(a) == 1) n - 1L, if (length(b) == 1) n)
  reshaped(product, kept[-drop])
}

matrix_multiply <- function(x, y, transpose_x = FALSE, transpose_y = FALSE) {
  apply_op("matmul", list(x, y), c(transpose_x, transpose_y))
}

# Stacks of matrices, of which those of one side may be fewer.
batched_product <- function(x, y) {
  stacks <- broadcast_stacks(x, y)
  matrix_multiply(stacks[[1]], stacks[[2]])
}

# Both with as many matrices, by torch's rule for the dimensions that count them.
broadcast_stacks <- function(x, y) {
  a <- stack_size(x)
  b <- stack_size(y)
  if (identical(a, b)) return(list(x, y))
  batch <- broadcast_shape(a, b)
  list(torch_expand(x, c(batch, matrix_size(x))), torch_expand(y, c(batch, matrix_size(y))))
}

# Rows and columns of each matrix, and the dimensions that count them.
matrix_size <- function(x, name = "A") {
  shape <- value_shape(x)
  if (length(shape) < 2) abort("{.arg {name}} must be a matrix, or a stack of them, not of shape {shape_text(x)}.",
                   "gradtape_shape_error")
  last_dims(shape, 2L)
}
stack_size <- function(x) {
  shape <- value_shape(x)
  shape[seq_len(max(0L, length(shape) - 2L))]
}

# Rows as columns, of each matrix of a stack.
matrix_transpose <- function(x, name = "A") {
  matrix_size(x, name)
  n <- length(value_shape(x))
  if (n == 2) reversed_dims(x) else apply_op("permute", x, c(seq_len(n - 2), n, n - 1L) - 1L)
}

#' @rdname matmul
#' @export
torch_mm <- function(self, mat2) matrix_multiply(with_ndim(self, 2, "self"), with_ndim(mat2, 2, "mat2"))
#' @rdname matmul
#' @export
torch_mv <- function(self, vec) torch_matmul(with_ndim(self, 2, "self"), with_ndim(vec, 1, "vec"))
#' @rdname matmul
#' @export
torch_bmm <- function(self, mat2) torch_matmul(with_ndim(self, 3, "self"), with_ndim(mat2, 3, "mat2"))
#' @rdname matmul
#' @export
torch_dot <- function(self, tensor) {
  if (length(with_ndim(self, 1, "self")) != length(with_ndim(tensor, 1, "tensor"))) {
    abort("Vectors of {length(self)} and {length(tensor)} elements have no inner product.",
          "gradtape_shape_error")
  }
  torch_matmul(self, tensor)
}
#' @rdname matmul
#' @export
torch_outer <- function(self, vec2) {
  .Call(C_mul, reshaped(with_ndim(self, 1, "self"), c(length(self), 1L)), with_ndim(vec2, 1, "vec2"))
}

#' @rdname matmul
#' @export
torch_kron <- function(self, other) kronecker_product(self, other)

kronecker_product <- function(X, Y) {
  vectors <- length(value_shape(X)) < 2 && length(value_shape(Y)) < 2
  X <- at_least_matrix(X)
  Y <- at_least_matrix(Y)
  a <- value_shape(X)
  b <- value_shape(Y)
  product <- .Call(C_mul, reshaped(X, c(1L, a[1], 1L, a[2])), reshaped(Y, c(b[1], 1L, b[2], 1L)))
  reshaped(product, if (vectors) prod(a * b) else a * b)
}

#' @rdname matmul
#' @export
torch_inner <- function(self, other) {
  if (!length(value_shape(self)) || !length(value_shape(other))) return(torch_mul(self, other))
  torch_tensordot(self, other, list(-1L, -1L))
}
#' @rdname matmul
#' @export
torch_vdot <- function(self, other) torch_dot(self, other)
#' @rdname matmul
#' @export
torch_ger <- function(self, vec2) torch_outer(self, vec2)

# ---- a product added to a tensor ----

#' @rdname matmul
#' @export
torch_addmm <- function(self, mat1, mat2, beta = 1, alpha = 1) plus_product(self, torch_mm(mat1, mat2), beta, alpha)
#' @rdname matmul
#' @export
torch_addmv <- function(self, mat, vec, beta = 1, alpha = 1) plus_product(self, torch_mv(mat, vec), beta, alpha)
#' @rdname matmul
#' @export
torch_addr <- function(self, vec1, vec2, beta = 1, alpha = 1) plus_product(self, torch_outer(vec1, vec2), beta, alpha)
#' @rdname matmul
#' @export
torch_baddbmm <- function(self, batch1, batch2, beta = 1, alpha = 1) {
  plus_product(self, torch_bmm(batch1, batch2), beta, alpha)
}
#' @rdname matmul
#' @export
torch_addbmm <- function(self, batch1, batch2, beta = 1, alpha = 1) {
  plus_product(self, torch_sum(torch_bmm(batch1, batch2), dim = 1L), beta, alpha)
}

plus_product <- function(self, product, beta, alpha) {
  check_number(beta, "beta")
  check_number(alpha, "alpha")
  shape <- value_shape(product)
  if (!identical(broadcast_shape(value_shape(self), shape), shape)) {
    abort(paste("{.arg self}, of shape {shape_text(self)}, cannot be spread over the product,",
                "of shape {shape_text_of(shape)}."),
          "gradtape_shape_error")
  }
  if (!is_one(alpha)) product <- torch_mul(product, alpha)
  if (!is_torch_tensor(beta) && beta == 0) return(product)
  torch_add(if (is_one(beta)) self else torch_mul(self, beta), product)
}
is_one <- function(x) !is_torch_tensor(x) && x == 1

# ---- several matrices ----

#' @rdname matmul
#' @export
linalg_multi_dot <- function(tensors) {
  tensors <- value_list(tensors)
  n <- length(tensors)
  if (n < 2) abort("{.arg tensors} must hold at least two matrices, not {n}.")
  is_vector <- vapply(tensors, function(x) length(value_shape(x)) == 1, NA)
  if (any(is_vector[-c(1, n)]) || any(vapply(tensors, function(x) !length(value_shape(x)) %in% 1:2, NA))) {
    abort("{.arg tensors} must hold matrices, of which the first and the last may be vectors.", "gradtape_shape_error")
  }
  if (is_vector[1]) tensors[[1]] <- torch_unsqueeze(tensors[[1]], 1L)
  if (is_vector[n]) tensors[[n]] <- torch_unsqueeze(tensors[[n]], 2L)
  split <- best_splits(c(value_shape(tensors[[1]])[1], vapply(tensors, function(x) value_shape(x)[2], 0L)))
  multiply <- function(i, j) {
    if (i == j) return(tensors[[i]])
    torch_mm(multiply(i, split[i, j]), multiply(split[i, j] + 1L, j))
  }
  product <- multiply(1L, n)
  ends <- c(if (is_vector[1]) 1L, if (is_vector[n]) 2L)
  if (length(ends)) reshaped(product, value_shape(product)[-ends]) else product
}
#' @rdname matmul
#' @export
torch_chain_matmul <- function(matrices) linalg_multi_dot(matrices)

# After which matrix each part i to j of a product is best divided (Cormen et al., Introduction to Algorithms, section
# on matrix-chain multiplication); size: the rows of the first and the columns of each.
best_splits <- function(size) {
  n <- length(size) - 1
  cost <- matrix(0, n, n)
  split <- matrix(0L, n, n)
  for (length in seq_len(n - 1)) for (i in seq_len(n - length)) {
    j <- i + length
    k <- i:(j - 1)
    costs <- cost[i, k] + cost[k + 1, j] + size[i] * size[k + 1] * as.numeric(size[j + 1])
    cost[i, j] <- min(costs)
    split[i, j] <- k[which.min(costs)]
  }
  split
}

# ---- vectors in space ----

#' @rdname matmul
#' @export
torch_cross <- function(self, other, dim = NULL) {
  shape <- broadcast_shape(value_shape(self), value_shape(other))
  if (is.null(dim)) dim <- which(shape == 3)[1]
  if (is.na(dim) || shape[dim <- normal_dim(dim, length(shape))] != 3) {
    abort("A cross product needs a dimension of 3 elements; {.arg self} has shape {shape_text(self)}.",
          "gradtape_shape_error")
  }
  turned <- function(x, by) torch_index_select(torch_expand(x, shape), dim, (seq_len(3) + by - 1) %% 3 + 1)
  torch_sub(torch_mul(turned(self, 1), turned(other, 2)), torch_mul(turned(self, 2), turned(other, 1)))
}

#' Sums of products over chosen dimensions
#'
#' `torch_einsum()` sums products over the dimensions that an equation names; `torch_tensordot()` over dimensions that
#' are given by number.
#'
#' @param equation Letters for the dimensions of each tensor, separated by commas, and, after `->`, of the result; as
#'   `"ij,jk->ik"`. A letter that does not stand in the result is summed over; one that stands twice in one tensor takes
#'   its diagonal; `...` stands for any number of dimensions, which are broadcast. Without `->` the result has
#'   those letters that occur once, in the order of the alphabet.
#' @param tensors A list of tensors, or one.
#' @param path Accepted for compatibility: tensors are multiplied from the first to the last.
#' @param a,b Tensors or numbers.
#' @param dims How many of the last dimensions of `a` are summed over with as many of the first of `b`; or a list of
#'   two vectors: which of `a` and which of `b`, from 1.
#' @return A tensor.
#' @examples
#' a <- matrix(1:6, 2)
#' torch_einsum("ij,kj->ik", list(a, a))
#' torch_einsum("ii", list(diag(3)))
#' torch_tensordot(a, t(a), dims = 1)
#' @name einsum
NULL

#' @rdname einsum
#' @export
torch_einsum <- function(equation, tensors, path = NULL) {
  if (!identical(equation, "")) check_string(equation, "equation")
  if (is_torch_tensor(tensors) || is.numeric(tensors)) tensors <- list(tensors)
  tensors <- value_list(tensors)
  sides <- strsplit(gsub(" ", "", equation, fixed = TRUE), "->", fixed = TRUE)[[1]]
  if (!length(sides)) sides <- ""
  if (length(sides) > 2) abort("{.arg equation} may hold one {.code ->}, not {given(equation)}.")
  letters_in <- strsplit(paste0(sides[1], ","), ",", fixed = TRUE)[[1]]
  if (length(letters_in) != length(tensors)) {
    abort("{.arg equation} names {length(letters_in)} tensor{?s}, and {.arg tensors} holds {length(tensors)}.")
  }
  factors <- Map(einsum_factor, tensors, letters_in, seq_along(tensors))
  extra <- unique(unlist(lapply(factors, function(f) grep("^[.]", f$names, value = TRUE))))
  extra <- extra[order(-as.integer(sub(".", "", extra, fixed = TRUE)))]
  all_names <- unlist(lapply(factors, `[[`, "names"))
  result <- if (length(sides) == 2 || grepl("->$", gsub(" ", "", equation, fixed = TRUE))) {
    einsum_names(if (length(sides) == 2) sides[2] else "", extra)
  } else c(extra, letters_once(sides[1]))
  if (anyDuplicated(result) || !all(result %in% all_names)) {
    abort("The result in {.arg equation} may hold each letter of the tensors once, not {.val {sides[2]}}.")
  }
  factors <- one_extent(factors)
  product <- factors[[1]]
  for (k in seq_along(factors)[-1]) {
    later <- c(result, unlist(lapply(factors[-seq_len(k)], `[[`, "names")))
    product <- contract(sum_unneeded(product, c(later, factors[[k]]$names)),
                        sum_unneeded(factors[[k]], c(later, product$names)), later)
  }
  product <- sum_unneeded(product, result)
  in_order(product, result)$value
}

# In the order of the alphabet, capitals first, as torch has them.
letters_once <- function(text) {
  used <- utf8ToInt(gsub("[^A-Za-z]", "", text))
  strsplit(intToUtf8(sort(used[!used %in% used[duplicated(used)]])), "")[[1]]
}

# The letters of one tensor, "..." in several: the dimensions that it stands for, named ".2", ".1" from the last.
einsum_names <- function(text, extra) {
  parts <- strsplit(text, "...", fixed = TRUE)[[1]]
  has_dots <- grepl("...", text, fixed = TRUE)
  before <- strsplit(if (length(parts)) parts[1] else "", "")[[1]]
  after <- if (length(parts) > 1) strsplit(parts[2], "")[[1]]
  if (length(parts) > 2 || !all(grepl("^[A-Za-z]$", c(before, after)))) {
    abort("{.arg equation} holds letters, and {.code ...} once in each tensor, not {.val {text}}.")
  }
  c(before, if (has_dots) extra, after)
}

# A value whose dimensions have names, each once.
einsum_factor <- function(x, text, k) {
  shape <- value_shape(x)
  letters_given <- nchar(gsub("...", "", text, fixed = TRUE))
  has_dots <- grepl("...", text, fixed = TRUE)
  more <- length(shape) - letters_given
  if (more < 0 || more > 0 && !has_dots) {
    abort(paste("{.arg equation} names {letters_given} dimension{?s} ({.val {text}}) of tensor {k}, which has shape",
                "{shape_text(x)}."), "gradtape_shape_error")
  }
  names <- einsum_names(text, if (more > 0) paste0(".", rev(seq_len(more))))
  while (anyDuplicated(names)) {
    pair <- which(names == names[anyDuplicated(names)])[1:2]
    if (shape[pair[1]] != shape[pair[2]]) {
      abort(paste("Dimensions of {shape[pair[1]]} and {shape[pair[2]]} elements have the same letter",
                  "{.val {names[pair[1]]}} in",
                "{.arg equation}."), "gradtape_shape_error")
    }
    x <- torch_diagonal(x, 0L, pair[1], pair[2])
    names <- c(names[-pair], names[pair[1]])
    shape <- value_shape(x)
  }
  list(value = x, names = names)
}

# Dimensions of one name have one extent: of 1 beside more, they are dropped.
one_extent <- function(factors) {
  extent <- integer()
  for (f in factors) for (k in seq_along(f$names)) {
    name <- f$names[k]
    n <- value_shape(f$value)[k]
    known <- if (name %in% names(extent)) extent[[name]] else 1L
    if (known != 1 && n != 1 && known != n) {
      abort("Dimensions of {known} and {n} elements have the same letter {.val {name}} in {.arg equation}.",
            "gradtape_shape_error")
    }
    extent[[name]] <- if (n == 1) known else n
  }
  lapply(factors, function(f) {
    kept <- value_shape(f$value) == extent[f$names]
    if (all(kept)) f else list(value = reshaped(f$value, value_shape(f$value)[kept]), names = f$names[kept])
  })
}

sum_unneeded <- function(f, needed) {
  gone <- which(!f$names %in% needed)
  if (!length(gone)) return(f)
  list(value = torch_sum(f$value, dim = gone), names = f$names[-gone])
}
in_order <- function(f, names) {
  order <- match(names, f$names)
  list(value = if (is.unsorted(order)) apply_op("permute", f$value, order - 1L) else f$value, names = names)
}

# The product of two, summed over what both have and nothing needs later: one product of stacks of matrices.
contract <- function(x, y, later) {
  both <- intersect(x$names, y$names)
  stack <- intersect(both, later)
  inner <- setdiff(both, stack)
  rows <- setdiff(x$names, both)
  columns <- setdiff(y$names, both)
  x <- in_order(x, c(stack, rows, inner))
  y <- in_order(y, c(stack, inner, columns))
  extent <- c(stats::setNames(value_shape(x$value), x$names), stats::setNames(value_shape(y$value), y$names))
  size <- function(names) prod(extent[names])
  if (!length(inner)) {
    product <- torch_mul(reshaped(x$value, c(extent[stack], extent[rows], rep(1L, length(columns)))),
                         reshaped(y$value, c(extent[stack], rep(1L, length(rows)), extent[columns])))
    return(list(value = product, names = c(stack, rows, columns)))
  }
  batch <- if (length(stack)) size(stack)
  product <- matrix_multiply(reshaped(x$value, c(batch, size(rows), size(inner))),
                             reshaped(y$value, c(batch, size(inner), size(columns))))
  list(value = reshaped(product, extent[c(stack, rows, columns)]), names = c(stack, rows, columns))
}

#' @rdname einsum
#' @export
torch_tensordot <- function(a, b, dims = 2) {
  shape_a <- value_shape(a)
  shape_b <- value_shape(b)
  if (is.list(dims)) {
    if (length(dims) != 2) abort("{.arg dims} must be a number, or a list of two vectors, not {given(dims)}.")
    at_a <- normal_dims(dims[[1]], length(shape_a))
    at_b <- normal_dims(dims[[2]], length(shape_b))
  } else {
    check_number(dims, "dims", min = 0, max = min(length(shape_a), length(shape_b)), whole = TRUE)
    at_a <- length(shape_a) - dims + seq_len(dims)
    at_b <- seq_len(dims)
  }
  if (length(at_a) != length(at_b) || any(shape_a[at_a] != shape_b[at_b])) {
    abort(paste("Dimensions {at_a} of {.arg a}, of shape {shape_text(a)}, do not fit dimensions {at_b} of",
                "{.arg b}, of shape",
                "{shape_text(b)}."), "gradtape_shape_error")
  }
  names_a <- paste0("a", seq_along(shape_a))
  names_b <- paste0("b", seq_along(shape_b))
  names_b[at_b] <- names_a[at_a]
  kept <- c(names_a[!seq_along(shape_a) %in% at_a], names_b[!seq_along(shape_b) %in% at_b])
  contract(list(value = a, names = names_a), list(value = b, names = names_b), kept)$value
}
