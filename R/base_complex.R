# Complex numbers whose parts are tensors.

#' Complex numbers of tensors
#'
#' [fft()], [eigen()] of a matrix that is not symmetric, `complex(real = x)` and products such as
#' `1i * x` give complex numbers whose parts are tensors, as far as they meet tensors. These take
#' arithmetic, `Re()`, `Im()`, `Mod()`, `Arg()`, `Conj()`, `exp()`, `log()`, `sqrt()`, the trigonometric and
#' hyperbolic functions, `sum()`, `prod()`, `mean()` and subscripts, with gradients of the parts.
#' @param x,z A complex number of tensors.
#' @param i,... Subscripts, or further arguments.
#' @param drop As for [subset].
#' @examples
#' power <- function(p) sum(Mod(fft(p[1] * c(1, 2, 4, 3) + p[2]))^2)
#' gradient(power, c(1, 0))
#' @name complex_tensors
NULL

complex_tensor <- function(re, im = NULL) {
  if (is.null(im)) im <- zeros_like(re)
  if (length(im) < length(re)) im <- like_first(elements(im, rep_len(seq_along(im), length(re))), list(re))
  if (length(re) < length(im)) re <- like_first(elements(re, rep_len(seq_along(re), length(im))), list(im))
  structure(list(re = re, im = im), class = "gradtape_complex")
}
is_complex_value <- function(x) is.complex(x) || inherits(x, "gradtape_complex")
re_of <- function(z) if (inherits(z, "gradtape_complex")) unclass(z)$re else if (is.complex(z)) Re(z) else z
im_of <- function(z) if (inherits(z, "gradtape_complex")) unclass(z)$im else if (is.complex(z)) Im(z) else zeros_like(z)
zeros_like <- function(x) if (is.null(dim(x))) numeric(length(x)) else array(0, dim(x))

# ---- arithmetic ----

# Called from C for operands that no operation of the table takes: complex ones, and for time series
# without a tensor, which R's own operators align.
operate_on_others <- function(symbol, e1, e2) {
  if (is_complex_value(e1) || is_complex_value(e2)) operate_on_complex(symbol, e1, e2)
  else get(symbol, baseenv())(e1, e2)
}

operate_on_complex <- function(symbol, e1, e2) {
  a <- re_of(e1)
  b <- im_of(e1)
  c <- re_of(e2)
  d <- im_of(e2)
  switch(symbol,
    `+` = complex_tensor(a + c, b + d),
    `-` = complex_tensor(a - c, b - d),
    `*` = if (!is_complex_value(e2)) complex_tensor(a * c, b * c)
          else if (!is_complex_value(e1)) complex_tensor(a * c, a * d)
          else complex_tensor(a * c - b * d, a * d + b * c),
    `/` = if (!is_complex_value(e2)) complex_tensor(a / c, b / c) else {
      size <- c^2 + d^2
      complex_tensor((a * c + b * d) / size, (b * c - a * d) / size)
    },
    `^` = complex_power(e1, e2),
    `==` = a == c & b == d,
    `!=` = a != c | b != d,
    abort("{.code {symbol}} is not defined for complex numbers.")
  )
}

complex_power <- function(z, k) {
  if (!is_torch_tensor(k) && is.numeric(k) && length(k) == 1 && k == round(k) && abs(k) <= 65536) {
    if (k < 0) return(1 / complex_power(z, -k))
    value <- 1 + 0 * z
    while (k > 0) {
      if (k %% 2 == 1) value <- value * z
      k <- k %/% 2
      if (k > 0) z <- z * z
    }
    return(value)
  }
  if (!inherits(z, "gradtape_complex")) z <- complex_tensor(re_of(z), im_of(z))
  exp(k * log(z))
}

# The operators of tensors lead here by way of C; R uses a method only where both operands have the same.
#' @rawNamespace S3method("+", gradtape_complex)
#' @rawNamespace S3method("-", gradtape_complex)
#' @rawNamespace S3method("*", gradtape_complex)
#' @rawNamespace S3method("/", gradtape_complex)
#' @rawNamespace S3method("^", gradtape_complex)
#' @rawNamespace S3method("%%", gradtape_complex)
#' @rawNamespace S3method("%/%", gradtape_complex)
#' @rawNamespace S3method("<", gradtape_complex)
#' @rawNamespace S3method("<=", gradtape_complex)
#' @rawNamespace S3method(">", gradtape_complex)
#' @rawNamespace S3method(">=", gradtape_complex)
#' @rawNamespace S3method("==", gradtape_complex)
#' @rawNamespace S3method("!=", gradtape_complex)
#' @rawNamespace S3method("&", gradtape_complex)
#' @rawNamespace S3method("|", gradtape_complex)
NULL
delayedAssign("+.gradtape_complex", `+.gradtape_tensor`)
delayedAssign("-.gradtape_complex", `-.gradtape_tensor`)
delayedAssign("*.gradtape_complex", `*.gradtape_tensor`)
delayedAssign("/.gradtape_complex", `/.gradtape_tensor`)
delayedAssign("^.gradtape_complex", `^.gradtape_tensor`)
delayedAssign("%%.gradtape_complex", `%%.gradtape_tensor`)
delayedAssign("%/%.gradtape_complex", `%/%.gradtape_tensor`)
delayedAssign("<.gradtape_complex", `<.gradtape_tensor`)
delayedAssign("<=.gradtape_complex", `<=.gradtape_tensor`)
delayedAssign(">.gradtape_complex", `>.gradtape_tensor`)
delayedAssign(">=.gradtape_complex", `>=.gradtape_tensor`)
delayedAssign("==.gradtape_complex", `==.gradtape_tensor`)
delayedAssign("!=.gradtape_complex", `!=.gradtape_tensor`)
delayedAssign("&.gradtape_complex", `&.gradtape_tensor`)
delayedAssign("|.gradtape_complex", `|.gradtape_tensor`)

#' @rdname complex_tensors
#' @method Complex gradtape_complex
#' @export
Complex.gradtape_complex <- function(z) {
  re <- re_of(z)
  im <- im_of(z)
  switch(.Generic, Re = re, Im = im, Mod = sqrt(re^2 + im^2), Arg = recycling(torch_atan2)(im, re),
         Conj = complex_tensor(re, -im))
}

#' @rdname complex_tensors
#' @method Re gradtape_tensor
#' @export
Re.gradtape_tensor <- function(z) z
#' @rdname complex_tensors
#' @method Im gradtape_tensor
#' @export
Im.gradtape_tensor <- function(z) labelled(torch_where(is.na(z), 0, 0 * sign(z)), labels_of(z))
#' @rdname complex_tensors
#' @method Mod gradtape_tensor
#' @export
Mod.gradtape_tensor <- function(z) abs(z)
#' @rdname complex_tensors
#' @method Arg gradtape_tensor
#' @export
Arg.gradtape_tensor <- function(z) labelled(torch_where(is.na(z), z, torch_where(z < 0, pi, 0)), labels_of(z))
#' @rdname complex_tensors
#' @method Conj gradtape_tensor
#' @export
Conj.gradtape_tensor <- function(z) z

#' @rdname complex_tensors
#' @method Math gradtape_complex
#' @export
Math.gradtape_complex <- function(x, ...) {
  a <- re_of(x)
  b <- im_of(x)
  switch(.Generic,
    abs = Mod(x),
    exp = complex_tensor(exp(a) * cos(b), exp(a) * sin(b)),
    log = {
      value <- complex_tensor(log(Mod(x)), Arg(x))
      if (...length()) value / log(..1) else value
    },
    sqrt = {
      half <- sqrt((Mod(x) + abs(a)) / 2)
      other <- b / torch_where(half == 0, 1, 2 * half)
      sign <- torch_where(b < 0, -1, 1)
      complex_tensor(torch_where(a >= 0, half, abs(other)), torch_where(a >= 0, other, sign * half))
    },
    cos = complex_tensor(cos(a) * cosh(b), -sin(a) * sinh(b)),
    sin = complex_tensor(sin(a) * cosh(b), cos(a) * sinh(b)),
    tan = sin(x) / cos(x),
    cosh = complex_tensor(cosh(a) * cos(b), sinh(a) * sin(b)),
    sinh = complex_tensor(sinh(a) * cos(b), cosh(a) * sin(b)),
    tanh = sinh(x) / cosh(x),
    cumsum = complex_tensor(cumsum(a), cumsum(b)),
    abort("{.fn {(.Generic)}} of complex numbers has no version for tensors.")
  )
}

#' @rdname complex_tensors
#' @method Summary gradtape_complex
#' @param na.rm Only `FALSE`.
#' @export
Summary.gradtape_complex <- function(..., na.rm = FALSE) {
  refuse_unless_default(.Generic, "na.rm", na.rm)
  parts <- list(...)
  switch(.Generic,
    sum = complex_tensor(Reduce(`+`, lapply(parts, function(z) sum(re_of(z)))),
                         Reduce(`+`, lapply(parts, function(z) sum(im_of(z))))),
    prod = Reduce(`*`, unlist(lapply(parts, as.list), recursive = FALSE)),
    abort("{.fn {(.Generic)}} is not defined for complex numbers.")
  )
}

# ---- as a vector ----

#' @rdname complex_tensors
#' @export
mean.gradtape_complex <- function(x, ...) sum(x) / length(x)
#' @export
length.gradtape_complex <- function(x) length(re_of(x))
#' @export
dim.gradtape_complex <- function(x) dim(re_of(x))
#' @rdname complex_tensors
#' @export
`[.gradtape_complex` <- function(x, ..., drop = TRUE) {
  complex_tensor(re_of(x)[..., drop = drop], im_of(x)[..., drop = drop])
}
#' @rdname complex_tensors
#' @export
`[[.gradtape_complex` <- function(x, i, ...) complex_tensor(re_of(x)[[i, ...]], im_of(x)[[i, ...]])
#' @export
`$.gradtape_complex` <- function(x, name) {
  abort("Complex numbers have no {.field ${name}}: take them apart by {.fn Re} and {.fn Im}.")
}
#' @export
is.matrix.gradtape_complex <- function(x) length(dim(x)) == 2
#' @export
is.array.gradtape_complex <- function(x) length(dim(x)) > 1
#' @rdname complex_tensors
#' @param a,b A square matrix, and a vector or matrix: `a %*% solve(a, b)` is `b`, by default the unit matrix.
#' @export
solve.gradtape_complex <- function(a, b, ...) {
  refuse_more("solve", ...)
  if (missing(b)) return(complex_solve(a, diag(dim(re_of(a))[1])))
  x <- complex_solve(a, complex_tensor(as_matrix(re_of(b)), as_matrix(im_of(b))))
  if (length(dim(re_of(b))) == 2) x else complex_tensor(flat_columns(re_of(x)), flat_columns(im_of(x)))
}
#' @export
as.complex.gradtape_tensor <- function(x, ...) complex_tensor(reshaped(x, length(x)))
#' @export
rev.gradtape_complex <- function(x) complex_tensor(rev(re_of(x)), rev(im_of(x)))
#' @export
t.gradtape_complex <- function(x) complex_tensor(t(re_of(x)), t(im_of(x)))
#' @export
c.gradtape_complex <- function(...) {
  part_by_part(masks$c, list(...))
}
#' @export
rbind.gradtape_complex <- function(...) part_by_part(rbind, list(...))
#' @export
cbind.gradtape_complex <- function(...) part_by_part(cbind, list(...))
#' @export
aperm.gradtape_complex <- function(a, perm = NULL, ...) complex_tensor(aperm(re_of(a), perm), aperm(im_of(a), perm))
#' @rdname complex_tensors
#' @param value Numbers, complex ones or tensors.
#' @export
`[<-.gradtape_complex` <- function(x, ..., value) {
  complex_tensor(masks$`[<-`(re_of(x), ..., value = re_of(value)), masks$`[<-`(im_of(x), ..., value = im_of(value)))
}
#' @rdname complex_tensors
#' @export
`[[<-.gradtape_complex` <- function(x, ..., value) `[<-.gradtape_complex`(x, ..., value = value)
#' @export
`dim<-.gradtape_complex` <- function(x, value) part_by_part(`dim<-`, list(x), value)
#' @export
as.list.gradtape_complex <- function(x, ...) lapply(seq_along(x), function(k) x[k])
#' @export
print.gradtape_complex <- function(x, ...) {
  cat("<complex of tensors>\n")
  print(complex(real = as.numeric(re_of(x)), imaginary = as.numeric(im_of(x))), ...)
  invisible(x)
}

complex_masks <- function() list(
  complex = function(length.out = 0, real = numeric(), imaginary = numeric(), modulus = 1, argument = 0) {
    if (!any_tensor(real, imaginary, modulus, argument)) {
      return(if (missing(modulus) && missing(argument)) original("complex")(length.out, real, imaginary)
             else original("complex")(length.out, modulus = modulus, argument = argument))
    }
    if (!missing(modulus) || !missing(argument)) return(complex_tensor(modulus * cos(argument),
      modulus * sin(argument)))
    complex_tensor(if (length(real)) real else 0 * imaginary, if (length(imaginary)) imaginary)
  },
  is.complex = function(x) is_complex_value(x),
  `%*%` = function(x, y) {
    if (is_complex_value(x) && is_torch_tensor(y) || is_complex_value(y) && is_torch_tensor(x) ||
          inherits(x, "gradtape_complex") || inherits(y, "gradtape_complex")) complex_product(x, y) else x %*% y
  },
  as.complex = function(x, ...) if (inherits(x, "gradtape_complex")) x else original("as.complex")(x, ...),
  fft = complex_mask("fft", function(z, inverse = FALSE) fourier_transform(z, as_flag(inverse, "inverse"))),
  mvfft = complex_mask("mvfft", function(z, inverse = FALSE) {
    if (length(dim(z)) != 2) abort("{.fn mvfft} takes a matrix.")
    labels <- labels_of(re_of(z))
    columns <- t(rows_transformed(t(z), as_flag(inverse, "inverse")))
    complex_tensor(labelled(re_of(columns), labels), labelled(im_of(columns), labels))
  }),
  convolve = rewritten("convolve")
)

# ---- functions that do to both parts the same ----

# The masks that take complex numbers of tensors as any argument, and as the first: see fill_masks().
of_all_parts <- "c"
of_first_part <- c("matrix", "array", "drop", "diag", "rep", "as.vector", "head", "tail", "rowSums", "colSums")

part_by_part <- function(fun, values, ...) {
  complex_tensor(do.call(fun, c(lapply(values, re_of), list(...)), quote = TRUE),
                 do.call(fun, c(lapply(values, im_of), list(...)), quote = TRUE))
}
by_first_part <- function(mask) {
  force(mask)
  function(x, ...) {
    if (missing(x)) mask(...)
    else if (!inherits(x, "gradtape_complex")) mask(x, ...)
    else complex_tensor(mask(re_of(x), ...), mask(im_of(x), ...))
  }
}
by_all_parts <- function(mask) {
  force(mask)
  function(...) if (holds_complex(list(...))) part_by_part(mask, list(...)) else mask(...)
}
holds_complex <- function(parts) {
  for (part in parts) if (inherits(part, "gradtape_complex")) return(TRUE)
  FALSE
}

# A function of R that takes `method` where an argument is a tensor, or a complex number of tensors.
complex_mask <- function(name, method) {
  function(...) {
    for (x in list(...)) if (is_torch_tensor(x) || inherits(x, "gradtape_complex")) return(method(...))
    original(name)(...)
  }
}

# ---- Fourier transforms ----

fourier_transform <- function(z, inverse) {
  shape <- dim(z)
  if (length(shape) > 2) abort("{.fn fft} takes a vector or a matrix, not {length(shape)} dimensions.",
                               "gradtape_shape_error")
  labels <- labels_of(re_of(z))
  with_labels <- function(z) complex_tensor(labelled(re_of(z), labels), labelled(im_of(z), labels))
  if (length(shape) == 2) return(with_labels(t(rows_transformed(t(rows_transformed(z, inverse)), inverse))))
  as_row <- function(part) reshaped(part, c(1L, length(z)))
  row <- rows_transformed(complex_tensor(as_row(re_of(z)), as_row(im_of(z))), inverse)
  with_labels(complex_tensor(flat_columns(re_of(row)), flat_columns(im_of(row))))
}

# The transform of each row. Of n = a * b elements it is b transforms of length a, and a of length b, with
# factors between them (Cooley and Tukey, 1965); short ones are products with a matrix.
rows_transformed <- function(z, inverse) {
  m <- dim(z)[1]
  n <- dim(z)[2]
  b <- if (n > 64) largest_divisor(n, 64) else n
  if (b == 1 || b == n) return(times_matrix(z, n, inverse))
  a <- n %/% b
  # element i + a * j of a row becomes (i, j); i joins the rows
  split <- function(part) reshaped(part, c(m * a, b))
  inner <- rows_transformed(complex_tensor(split(re_of(z)), split(im_of(z))), inverse)
  turn <- roots_of_unity(rep(seq_len(a) - 1, each = m) %o% (seq_len(b) - 1), n, inverse)
  inner <- inner * turn
  # now along i: of (row, i, j) to (row, j, i)
  swap <- function(part) reshaped(aperm(reshaped(part, c(m, a, b)), c(1, 3, 2)), c(m * b, a))
  outer <- rows_transformed(complex_tensor(swap(re_of(inner)), swap(im_of(inner))), inverse)
  join <- function(part) reshaped(part, c(m, n))
  complex_tensor(join(re_of(outer)), join(im_of(outer)))
}
largest_divisor <- function(n, most) max(which(n %% seq_len(most) == 0))

times_matrix <- function(z, n, inverse) {
  w <- roots_of_unity(outer(seq_len(n) - 1, seq_len(n) - 1), n, inverse)
  a <- re_of(z)
  b <- im_of(z)
  product <- function(part, matrix) matrix_multiply(part, matrix)
  complex_tensor(product(a, Re(w)) - product(b, Im(w)), product(a, Im(w)) + product(b, Re(w)))
}

# exp(-2i pi k / n), or its conjugate.
roots_of_unity <- function(k, n, inverse) {
  angle <- 2 * (k %% n) / n
  array(complex(real = cospi(angle), imaginary = (if (inverse) 1 else -1) * sinpi(angle)), dim(k))
}

# ---- matrices ----

# A vector is a row or a column, whichever fits, as for real ones.
complex_product <- function(x, y) {
  rows <- dim(re_of(y))[1]
  columns <- dim(re_of(x))[2]
  as_factor <- function(part, is_row) {
    if (is_row && length(dim(part)) != 2) reshaped(part, c(1L, length(part))) else as_matrix(part)
  }
  x_is_row <- is.null(rows) || is.na(rows) || rows == length(x)
  y_is_row <- identical(as.integer(columns), 1L) && length(y) != 1
  a <- as_factor(re_of(x), x_is_row)
  b <- as_factor(im_of(x), x_is_row)
  c <- as_factor(re_of(y), y_is_row)
  d <- as_factor(im_of(y), y_is_row)
  complex_tensor(matrix_multiply(a, c) - matrix_multiply(b, d), matrix_multiply(a, d) + matrix_multiply(b, c))
}
# As a system of real numbers of twice the size.
complex_solve <- function(a, b) {
  n <- dim(a)[1]
  re <- re_of(a)
  im <- im_of(a)
  whole <- torch_cat(list(torch_cat(list(re, im)), torch_cat(list(-im, re))), 2L)
  both <- linalg_solve(whole, torch_cat(list(re_of(b), im_of(b))))
  complex_tensor(torch_narrow(both, 1L, 1L, n), torch_narrow(both, 1L, n + 1L, n))
}
complex_diagonal <- function(x) complex_tensor(torch_diag(re_of(x)), torch_diag(im_of(x)))
