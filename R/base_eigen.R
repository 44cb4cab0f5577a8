# Eigenvalues and eigenvectors.

eigen_masks <- function() list(
  eigen = first_mask("eigen", function(x, symmetric, only.values = FALSE) {
    x <- reshaped(x, value_shape(x))
    if (missing(symmetric)) symmetric <- isSymmetric.gradtape_tensor(x)
    both <- if (as_flag(symmetric, "symmetric")) symmetric_eigen(x) else general_eigen(x)
    if (as_flag(only.values, "only.values")) list(values = both$values, vectors = NULL) else structure(both,
      class = "eigen")
  })
)

symmetric_eigen <- function(x) {
  parts <- linalg_eigh(x)
  list(values = rev(parts[[1]]), vectors = torch_flip(parts[[2]], 2))
}

# The operation `eig` has no derivative. Each of the steps that follow doubles the number of digits of
# vectors that are nearly right, and so the order to which they depend on x as they should: two steps
# give the first three derivatives.
general_eigen <- function(x) {
  n <- value_shape(x)[1]
  if (length(value_shape(x)) != 2 || n != value_shape(x)[2]) abort("{.fn eigen} takes a square matrix, not {given(x)}.")
  packed <- apply_op("eig", x)
  re <- elements(packed, seq_len(n))
  im <- elements(packed, n + seq_len(n))
  vectors <- packed_matrices(packed, 2L * n + 1L, c(n, n))
  is_real <- as.logical(all(im == 0))
  if (!is_real) return(complex_eigen(x, re, im, vectors))
  if (!carries_gradient(x)) return(list(values = re, vectors = vectors))
  for (step in 1:2) {
    turned <- linalg_solve(vectors, x %*% vectors)
    vectors <- vectors + vectors %*% (turned * inverse_gaps(torch_diag(turned)))
  }
  list(values = torch_diag(linalg_solve(vectors, x %*% vectors)),
       vectors = torch_div(vectors, torch_sqrt(torch_sum(vectors^2, dim = 1L, keepdim = TRUE))))
}

# 1 / (v[j] - v[i]); 0 where they are equal, as on the diagonal.
inverse_gaps <- function(v) {
  gaps <- torch_sub(reshaped(v, c(1L, length(v))), reshaped(v, c(length(v), 1L)))
  torch_where(gaps == 0, 0, 1 / torch_where(gaps == 0, 1, gaps))
}

# The same with complex numbers. LAPACK gives of each pair of vectors the real part, then the imaginary one.
complex_eigen <- function(x, re, im, packed) {
  pairs <- as.integer(plain_subscript(torch_sign(im)))
  first <- which(pairs > 0)
  real_at <- seq_along(pairs)
  real_at[first + 1] <- first
  imaginary_at <- ifelse(pairs == 0, real_at, real_at + 1)
  sign <- matrix(pairs, nrow = length(pairs), ncol = length(pairs), byrow = TRUE)
  vectors <- complex_tensor(packed[, real_at, drop = FALSE], packed[, imaginary_at, drop = FALSE] * sign)
  values <- complex_tensor(re, im)
  x <- complex_tensor(x)
  if (carries_gradient(re_of(x))) {
    for (step in 1:2) {
      turned <- complex_solve(vectors, complex_product(x, vectors))
      values <- complex_diagonal(turned)
      vectors <- vectors + complex_product(vectors, turned * complex_gaps(values))
    }
    values <- complex_diagonal(complex_solve(vectors, complex_product(x, vectors)))
  }
  size <- torch_sqrt(torch_sum(re_of(vectors)^2 + im_of(vectors)^2, dim = 1L, keepdim = TRUE))
  # as LAPACK does: each of length 1, its largest element real
  scaled <- complex_tensor(torch_div(re_of(vectors), size), torch_div(im_of(vectors), size))
  list(values = values, vectors = turned_real(scaled))
}

turned_real <- function(vectors) {
  sizes <- re_of(vectors)^2 + im_of(vectors)^2
  at <- plain_subscript(torch_argmax(sizes, dim = 1L))
  n <- dim(vectors)[1]
  largest <- function(part) reshaped(elements(part, (seq_along(at) - 1) * n + at), c(1L, length(at)))
  a <- largest(re_of(vectors))
  b <- largest(im_of(vectors))
  size <- torch_sqrt(a^2 + b^2)
  a <- a / size
  b <- b / size
  re <- torch_add(torch_mul(re_of(vectors), a), torch_mul(im_of(vectors), b))
  im <- torch_sub(torch_mul(im_of(vectors), a), torch_mul(re_of(vectors), b))
  complex_tensor(re, im)
}
complex_gaps <- function(values) {
  n <- length(values)
  gap <- function(part) torch_sub(reshaped(part, c(1L, n)), reshaped(part, c(n, 1L)))
  re <- gap(re_of(values))
  im <- gap(im_of(values))
  size <- re^2 + im^2
  none <- size == 0
  size <- torch_where(none, 1, size)
  complex_tensor(torch_where(none, 0, re / size), torch_where(none, 0, -im / size))
}
