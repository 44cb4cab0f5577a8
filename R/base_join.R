# Joining and repeating, and lists of tensors, as R does.

#' Base R functions on tensors
#'
#' Methods for the generic functions of base R, which mean on tensors what they mean on
#' numbers: joining, repeating, sorting, cumulative functions, matrices. See also
#' [operators] for arithmetic, [subset] for subscripts, and [tensor_function()] for
#' functions such as `outer()` and `for`, that R does not let a package extend.
#'
#' @param x,y,a,target,object A tensor.
#' @param ... Tensors or numbers (`c()`, `cbind()`, `rbind()`, `range()`), arguments of
#'   [base::rep()], `as.data.frame()` and `isSymmetric()`, else nothing: further arguments are an error.
#' @param decreasing Largest first?
#' @param na.last Where `NaN` goes: to the end (`TRUE`), to the front (`FALSE`), or nowhere (`NA`).
#' @param finite Leave out all that is not finite?
#' @param pivot,LINPACK As in [base::chol()] and [base::solve()]; only `FALSE`.
#' @param tol Of `solve()`: at most its default, as a matrix is refused only where it is exactly
#'   singular. Of `chol()`: without pivoting of no importance.
#' @param lag,differences As in [base::diff()].
#' @param b A matrix or vector of right-hand sides; if missing, the inverse of `a` results.
#' @param logarithm Give the logarithm of the modulus?
#' @param perm The new order of the dimensions.
#' @param na.rm Leave `NaN` out?
#' @param deparse.level Ignored: the rows and columns of a tensor have no names.
#' @param value The new dimensions.
#' @param current What to compare with.
#' @param resize If `FALSE`, the elements are permuted and the dimensions stay.
#' @return A tensor; from `is.na()` and its kin a bool tensor, which is an R logical vector too;
#'   from `all.equal()` and `summary()` what they give for numbers.
#' @details
#' `crossprod()` and `tcrossprod()` take tensors from R 4.4 on; before that, inside
#' [tensor_function()] (or write `t(x) %*% y`).
#'
#' `median()` of an even number of elements is the mean of the middle two. `sort()` leaves
#' `NaN` out. `chol()` reads the upper triangle, as R does.
#' @examples
#' x <- torch_tensor(c(3, 1, 2), requires_grad = TRUE)
#' c(x, 10)
#' cumsum(rev(sort(x)))
#' solve(torch_tensor(diag(2)), x[1:2])
#' @order 1
#' @name base-functions
#' @aliases kronecker,gradtape_tensor,ANY-method kronecker,ANY,gradtape_tensor-method
#'   kronecker,gradtape_tensor,gradtape_tensor-method
NULL

# ---- joining and repeating ----

#' @rdname base-functions
#' @export
c.gradtape_tensor <- function(...) {
  parts <- list(...)
  joined <- .Call(C_call_join, parts) %||% return(do.call(base::c, lapply(parts, as_list_part)))
  if (.Call(C_call_has_names, parts)) named(joined, names(unlist(positions_in(parts)))) else joined
}
# The positions of the elements in place of the elements, with their names: R's own functions
# know what names they give to a result.
positions_in <- function(parts) {
  lapply(parts, function(p) if (is.list(p)) positions_in(p) else stats::setNames(seq_along(p), names(p)))
}
as_list_part <- function(p) if (is.list(p)) unclass(p) else list(p)

#' @rdname base-functions
#' @export
rep.gradtape_tensor <- function(x, ...) elements(x, do.call(rep, c(list(seq_along(x)), plain_counts(...))))
#' @rawNamespace S3method(rep_len, gradtape_tensor)
#' @rdname base-functions
#' @method rep_len gradtape_tensor
rep_len.gradtape_tensor <- function(x, ...) elements(x, do.call(rep_len, c(list(seq_along(x)), plain_counts(...))))
#' @rdname base-functions
#' @method rep.int gradtape_tensor
#' @export
rep.int.gradtape_tensor <- function(x, ...) elements(x, do.call(rep.int, c(list(seq_along(x)), plain_counts(...))))
plain_counts <- function(...) lapply(list(...), plain_subscript)
#' @rdname base-functions
#' @export
rev.gradtape_tensor <- function(x) elements(x, rev(seq_along(x)))

#' @rdname base-functions
#' @export
cbind.gradtape_tensor <- function(..., deparse.level = 1) bound(list(...), 2L)
#' @rdname base-functions
#' @export
rbind.gradtape_tensor <- function(..., deparse.level = 1) bound(list(...), 1L)

# Matrices joined along `dim`; a vector is one row or column, recycled to fit.
bound <- function(parts, dim) {
  parts <- unname(parts[!vapply(parts, is.null, NA)])
  other <- 3L - dim
  shapes <- lapply(parts, value_shape)
  matrices <- lengths(shapes) == 2
  n <- if (any(matrices)) shapes[[which(matrices)[1]]][other] else max(vapply(parts, length, 1L))
  as_matrix <- function(part, shape) {
    if (length(shape) == 2) return(part)
    if (length(part) != n) part <- elements(part, rep_len(seq_along(part), n))
    reshaped(part, if (dim == 1L) c(1L, n) else c(n, 1L))
  }
  apply_op("cat", Map(as_matrix, parts, shapes), dim - 1L)
}

#' @rdname base-functions
#' @export
as.list.gradtape_tensor <- function(x, ...) {
  parts <- lapply(seq_along(x), function(i) .Call(C_call_subset_vector, x, i))
  names(parts) <- names(x)
  parts
}

# ---- functions that do not dispatch ----

join_masks <- function() list(
  c = mask("c", c.gradtape_tensor),
  rep = mask("rep", function(x, ...) do.call(rep, c(list(x), plain_counts(...)))),
  unlist = function(x, recursive = TRUE, use.names = TRUE) {
    if (!is.list(x) || !has_tensor(parts <- flat_list(x))) return(unlist(x, recursive, use.names))
    if (!as_flag(recursive, "recursive") && any(vapply(x, is.list, NA))) {
      parts <- do.call(base::c, lapply(x, as.list))
      return(if (use.names) parts else unname(parts))
    }
    named(.Call(C_call_join, parts), names(unlist(positions_in(x), use.names = use.names)))
  },
  sapply = function(X, FUN, ..., simplify = TRUE, USE.NAMES = TRUE) {
    parts <- base::sapply(X, followed(FUN, parent.frame()), ..., simplify = FALSE, USE.NAMES = USE.NAMES)
    if (isFALSE(simplify)) return(parts)
    higher <- identical(simplify, "array")
    simplify_tensors(parts, higher) %||% simplify2array(parts, higher)
  },
  vapply = function(X, FUN, FUN.VALUE, ..., USE.NAMES = TRUE) {
    parts <- base::sapply(X, followed(FUN, parent.frame()), ..., simplify = FALSE, USE.NAMES = USE.NAMES)
    if (has_tensor(parts)) {
      sizes <- vapply(parts, length, 1L)
      wrong <- which(sizes != length(FUN.VALUE))
      if (length(wrong)) {
        abort(paste("{.fn vapply}: values must have length {length(FUN.VALUE)}, as {.arg FUN.VALUE},",
                    "but {.code FUN(X[[{wrong[1]}]])} has {sizes[wrong[1]]}."))
      }
    }
    simplify_tensors(parts, higher = TRUE) %||% vapply(parts, identity, FUN.VALUE, USE.NAMES = USE.NAMES)
  },
  mapply = function(FUN, ..., MoreArgs = NULL, SIMPLIFY = TRUE, USE.NAMES = TRUE) {
    parts <- base::mapply(followed(FUN, parent.frame()), ..., MoreArgs = MoreArgs, SIMPLIFY = FALSE,
                          USE.NAMES = USE.NAMES)
    if (isFALSE(SIMPLIFY)) return(parts)
    higher <- identical(SIMPLIFY, "array")
    simplify_tensors(parts, higher) %||% simplify2array(parts, higher)
  },
  tapply = higher_order("tapply", "FUN", function(...) cells_joined(mask("tapply", apply_to_groups)(...))),
  apply = higher_order("apply", "FUN", function(X, MARGIN, FUN, ..., simplify = TRUE) {
    apply_to <- if (is_torch_tensor(X)) apply_to_tensor else apply_to_numbers
    apply_to(X, MARGIN, FUN, ..., simplify = as_flag(simplify, "simplify"))
  }),
  Vectorize = function(FUN, ...) masked_copy(base::Vectorize)(followed(FUN, parent.frame()), ...),
  append = rewritten("append"),
  replace = rewritten("replace"),
  `[<-` = assignment_mask("[<-"),
  `[[<-` = assignment_mask("[[<-")
)

apply_to_groups <- function(X, INDEX, FUN = NULL, ..., default = NA, simplify = TRUE) {
  if (is.null(FUN)) return(original("tapply")(seq_along(X), INDEX, default = default))
  by <- lapply(if (is.list(INDEX)) INDEX else list(INDEX), as.factor)
  if (any(lengths(by) != length(X))) abort("{.arg INDEX} must have as many elements as {.arg X}, {length(X)}.")
  groups <- split(seq_along(X), by)
  parts <- lapply(groups, function(at) if (length(at)) FUN(elements(X, at), ...) else default)
  if (!as_flag(simplify, "simplify") || any(lengths(parts) != 1)) {
    if (length(by) > 1) abort("{.fn tapply} of a tensor by several factors takes a function that returns one number.")
    return(array(parts, length(parts), list(names(groups))))
  }
  result <- simplify_tensors(parts) %||% return(array(unlist(parts), lapply(by, nlevels), lapply(by, levels)))
  if (length(by) == 1) result else reshaped(result, vapply(by, nlevels, 1L, USE.NAMES = FALSE))
}

# R's function goes over the positions of the elements.
apply_to_tensor <- function(X, MARGIN, FUN, ..., simplify) {
  if (!length(value_shape(X))) abort("{.fn apply} takes a matrix or an array as {.arg X}, not {given(X)}.")
  positions <- array(seq_along(X), value_shape(X), dimnames(X))
  slice <- function(at) {
    values <- elements(X, as.vector(at))
    if (is.null(dim(at))) named(values, names(at)) else reshaped(values, dim(at))
  }
  apply_to_numbers(positions, MARGIN, function(at, ...) FUN(slice(at), ...), ..., simplify = simplify)
}

# A list of one tensor or number for each cell, as tapply() leaves it, as one tensor.
cells_joined <- function(cells) {
  if (!is.list(cells) || is.data.frame(cells) || !has_tensor(cells)) return(cells)
  empty <- lengths(cells) == 0
  if (any(lengths(cells)[!empty] != 1)) return(cells)
  values <- unclass(cells)
  values[empty] <- NaN
  joined <- .Call(C_call_join, as.vector(values))
  if (length(dim(cells)) > 1) reshaped(joined, dim(cells)) else named(joined, names(cells))
}

# FUN may give tensors, which R's function would leave in a list.
apply_to_numbers <- function(X, MARGIN, FUN, ..., simplify) {
  results <- list()
  kept <- function(...) {
    result <- FUN(...)
    results[length(results) + 1L] <<- list(result)
    result
  }
  value <- base::apply(X, MARGIN, kept, ..., simplify = simplify)
  if (!simplify || !has_tensor(results)) return(value)
  sizes <- lengths(results)
  if (any(sizes != sizes[1])) return(value)
  joined <- .Call(C_call_join, results)
  cells <- if (is.character(MARGIN)) match(MARGIN, names(dimnames(X))) else MARGIN
  if (sizes[1] != 1) reshaped(joined, c(sizes[1], dim(X)[cells]))
  else if (length(cells) > 1) reshaped(joined, dim(X)[cells])
  else named(joined, dimnames(X)[[cells]])
}

# `f[i] <- x` with numbers on the left and a tensor on the right.
assignment_mask <- function(name) {
  function(x, ..., value) {
    if (!is_torch_tensor(value) || is_torch_tensor(x) || !is_fillable(x)) return(original(name)(x, ..., value = value))
    if (is.null(x)) x <- numeric()
    dtype <- if (value$dtype$name == "float") "float" else "double"
    start <- .Call(C_call_tensor, as.numeric(x), dtype, FALSE, if (is.null(dim(x))) length(x) else dim(x))
    named(start, names(x))
    replace_elements(start, given_subscripts(...), value)
  }
}

is_fillable <- function(x) is.null(x) || is.atomic(x) && (is.numeric(x) || is.logical(x))

# Results of one number each are joined, others of one size are columns, as in simplify2array().
simplify_tensors <- function(parts, higher = FALSE) {
  if (!has_tensor(parts)) return(NULL)
  sizes <- vapply(parts, length, 1L)
  if (all(sizes == 1)) return(named(.Call(C_call_join, parts), names(parts)))
  if (any(sizes != sizes[1])) return(parts)
  values <- .Call(C_call_join, parts)
  reshaped(values, c(if (higher && !is.null(dim(parts[[1]]))) dim(parts[[1]]) else sizes[[1]], length(parts)))
}

# The elements of a list, and of the lists in it, one after the other.
flat_list <- function(x) {
  parts <- lapply(x, function(part) if (is.list(part)) flat_list(part) else list(part))
  do.call(base::c, unname(parts))
}
