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
#' @param tol Of `solve()`: at most its default; where less, a matrix is refused only where it is exactly
#'   singular. Of `chol()`: without pivoting of no importance.
#' @param lag,differences As in [base::diff()].
#' @param b A matrix or vector of right-hand sides; if missing, the inverse of `a` results.
#' @param logarithm Give the logarithm of the modulus?
#' @param perm The new order of the dimensions.
#' @param na.rm Leave `NaN` out?
#' @param deparse.level As in [base::cbind()]: which arguments give their row or column a name.
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
  if (!is.null(names(parts)) && any(names(parts) %in% c("recursive", "use.names"))) return(joined_as_asked(parts))
  joined <- .Call(C_call_join, parts)
  if (is.null(joined)) return(do.call(base::c, lapply(parts, as_list_part)))
  if (.Call(C_call_has_labels, parts)) labelled(joined, names(unlist(positions_in(parts)))) else joined
}
joined_as_asked <- function(parts) {
  is_option <- names(parts) %in% c("recursive", "use.names")
  options <- parts[is_option]
  parts <- parts[!is_option]
  joined <- do.call(c.gradtape_tensor, if (isTRUE(options$recursive)) flat_list(parts) else parts)
  if (!isFALSE(options$use.names)) joined else if (is_torch_tensor(joined)) relabelled(joined, NULL) else unname(joined)
}
# The positions of the elements in place of the elements, with their labels.
positions_in <- function(parts) {
  lapply(parts, function(p) if (is.list(p)) positions_in(p) else if (!is.null(p)) positions_of(p))
}
# The same, counted through.
positions_through <- function(parts) {
  from <- 0L
  for (k in seq_along(parts)) if (!is.list(parts[[k]]) && !is.null(parts[[k]])) {
    n <- length(parts[[k]])
    parts[[k]] <- positions_of(parts[[k]], from)
    from <- from + n
  }
  parts
}
as_list_part <- function(p) if (is.list(p)) unclass(p) else as.list(p)

#' @rdname base-functions
#' @export
rep.gradtape_tensor <- function(x, ...) repeated(x, rep, ...)
#' @rawNamespace S3method(rep_len, gradtape_tensor)
#' @rdname base-functions
#' @method rep_len gradtape_tensor
rep_len.gradtape_tensor <- function(x, ...) repeated(x, rep_len, ...)
#' @rdname base-functions
#' @method rep.int gradtape_tensor
#' @export
rep.int.gradtape_tensor <- function(x, ...) repeated(x, rep.int, ...)
repeated <- function(x, rep, ...) moved(x, do.call(rep, c(list(positions_of(x)), plain_counts(...))))
plain_counts <- function(...) lapply(list(...), plain_subscript)
#' @rdname base-functions
#' @export
rev.gradtape_tensor <- function(x) {
  n <- length(x)
  if (n == 0) return(x)
  labels <- labels_of(x)
  value <- elements(x, n:1)
  if (is.character(labels)) labelled(value, labels[n:1]) else value
}

#' @rdname base-functions
#' @export
cbind.gradtape_tensor <- function(..., deparse.level = deparse_level(parent.frame())) {
  bound(list(...), base::cbind, as.list(substitute(list(...)))[-1], deparse.level)
}
#' @rdname base-functions
#' @export
rbind.gradtape_tensor <- function(..., deparse.level = deparse_level(parent.frame())) {
  bound(list(...), base::rbind, as.list(substitute(list(...)))[-1], deparse.level)
}

# R's generic does not hand it to its methods.
deparse_level <- function(generic) get0("deparse.level", generic, inherits = FALSE, ifnotfound = 1)

# R's function knows the shape, which elements are recycled, and the labels.
bound <- function(parts, bind, code, deparse.level) {
  names(parts) <- bound_titles(names(parts) %||% character(length(parts)), code, deparse.level)
  if (any(vapply(parts, is.null, NA))) parts <- Filter(Negate(is.null), parts)
  along <- if (identical(bind, base::rbind)) 1L else 2L
  pieces <- whole_pieces(parts, along)
  has_labels <- any(names(parts) != "") || .Call(C_call_has_labels, unname(parts))
  if (!is.null(pieces) && !has_labels) return(apply_op("cat", pieces, along - 1L))
  at <- as_r_does(do.call(bind, c(positions_through(parts), deparse.level = 0)), "shape")
  if (is.null(pieces)) moved(.Call(C_call_join, parts), at)
  else labelled(apply_op("cat", pieces, along - 1L), labels_of(at))
}
# The parts as matrices, where none is recycled or cut off; else NULL.
whole_pieces <- function(parts, along) {
  shapes <- lapply(parts, value_shape)
  across <- vapply(seq_along(parts), function(k) {
    if (length(shapes[[k]]) == 2) shapes[[k]][[3L - along]] else length(parts[[k]])
  }, 1L)
  if (!length(parts) || any(across != across[1]) || across[1] == 0 || any(lengths(shapes) > 2)) return(NULL)
  shape <- if (along == 1L) c(1L, across[1]) else c(across[1], 1L)
  unname(Map(function(part, dims) if (length(dims) == 2) part else reshaped(part, shape), parts, shapes))
}
has_matrix <- function(parts) {
  for (part in parts) if (length(value_shape(part)) > 1) return(TRUE)
  FALSE
}
# Of vectors, the names of their row or column.
bound_titles <- function(given, code, deparse.level) {
  for (k in which(given == "")) {
    if (is.symbol(code[[k]]) && deparse.level > 0) given[k] <- as.character(code[[k]])
    else if (deparse.level > 1) given[k] <- deparse1(code[[k]])
  }
  given
}

#' @rdname base-functions
#' @export
as.list.gradtape_tensor <- function(x, ...) {
  parts <- lapply(seq_along(x), function(i) .Call(C_call_subset_vector, x, i, FALSE))
  names(parts) <- names(x)
  parts
}

# ---- functions that do not dispatch ----

join_masks <- function() list(
  c = mask("c", c.gradtape_tensor),
  rep = mask("rep", function(x, ...) do.call(rep, c(list(x), plain_counts(...)))),
  unlist = function(x, recursive = TRUE, use.names = TRUE) {
    parts <- if (is.list(x)) flat_list(x)
    if (holds_complex(parts)) return(part_by_part(masks$c, parts))
    if (!has_tensor(parts)) return(unlist(x, recursive, use.names))
    if (!as_flag(recursive, "recursive") && any(vapply(x, is.list, NA))) {
      parts <- do.call(base::c, lapply(x, as.list))
      return(if (use.names) parts else unname(parts))
    }
    labelled(.Call(C_call_join, parts), names(unlist(positions_in(x), use.names = use.names)))
  },
  sapply = function(X, FUN, ..., simplify = TRUE, USE.NAMES = TRUE) {
    parts <- base::sapply(X, followed(FUN, parent.frame()), ..., simplify = FALSE, USE.NAMES = USE.NAMES)
    if (isFALSE(simplify)) return(parts)
    higher <- identical(simplify, "array")
    simplify_tensors(parts, higher) %||% simplify2array(parts, higher)
  },
  simplify2array = function(x, higher = TRUE, ...) {
    if (is_torch_tensor(x)) x else simplify_tensors(x, higher) %||% base::simplify2array(x, higher, ...)
  },
  vapply = function(X, FUN, FUN.VALUE, ..., USE.NAMES = TRUE) {
    parts <- base::sapply(X, followed(FUN, parent.frame()), ..., simplify = FALSE, USE.NAMES = USE.NAMES)
    if (holds_complex(parts)) return(simplify_tensors(parts))
    if (!has_tensor(parts)) return(vapply(parts, identity, FUN.VALUE, USE.NAMES = USE.NAMES))
    if (!is.double(FUN.VALUE) && !is_torch_tensor(FUN.VALUE) && !all(vapply(parts, is.logical, NA))) {
      abort(paste("{.fn vapply}: values must be of type {.val {typeof(FUN.VALUE)}}, as {.arg FUN.VALUE},",
                  "and {.fn FUN} gives numbers."))
    }
    if (is_torch_tensor(FUN.VALUE)) FUN.VALUE <- positions_of(FUN.VALUE)
    if (length(FUN.VALUE) == 1 && is.null(dim(FUN.VALUE)) && all(lengths(parts) == 1L)) {
      return(labelled(.Call(C_call_join, parts), if (USE.NAMES) names(parts)))
    }
    storage.mode(FUN.VALUE) <- "double"
    at <- lapply(positions_through(parts), `storage.mode<-`, "double")
    moved(.Call(C_call_join, parts), as_r_does(vapply(at, identity, FUN.VALUE, USE.NAMES = USE.NAMES)))
  },
  mapply = function(FUN, ..., MoreArgs = NULL, SIMPLIFY = TRUE, USE.NAMES = TRUE) {
    parts <- base::mapply(followed(FUN, parent.frame()), ..., MoreArgs = MoreArgs, SIMPLIFY = FALSE,
                          USE.NAMES = USE.NAMES)
    if (isFALSE(SIMPLIFY)) return(parts)
    higher <- identical(SIMPLIFY, "array")
    simplify_tensors(parts, higher) %||% simplify2array(parts, higher)
  },
  tapply = higher_order("tapply", "FUN", rewritten("tapply", always = TRUE)),
  apply = higher_order("apply", "FUN", apply_mask()),
  Vectorize = function(FUN, ...) masked_copy(base::Vectorize)(followed(FUN, parent.frame()), ...),
  append = rewritten("append"),
  kronecker = mask("kronecker", methods::kronecker),
  relist = function(flesh, skeleton = base::attr(flesh, "skeleton")) {
    if (!is_torch_tensor(flesh)) return(utils::relist(flesh, skeleton))
    parts_like(flesh, skeleton)
  },
  replace = rewritten("replace"),
  `[<-` = assignment_mask("[<-"),
  `[[<-` = assignment_mask("[[<-")
)

# R's function, and a shorter way for what is most frequent, rows or columns without titles.
apply_mask <- function() {
  whole <- rewritten("apply", always = TRUE)
  function(X, MARGIN, FUN, ..., simplify = TRUE) {
    is_simple <- is_torch_tensor(X) && length(shape <- value_shape(X)) == 2 && isTRUE(simplify) &&
      is.numeric(MARGIN) && length(MARGIN) == 1 && MARGIN %in% 1:2 && min(shape) > 1 && is.null(names(labels_of(X)))
    if (!is_simple) return(whole(X, MARGIN, FUN, ..., simplify = simplify))
    parts <- lapply(seq_len(shape[MARGIN]), function(k) FUN(if (MARGIN == 1) X[k, ] else X[, k], ...))
    slices_joined(parts, labels_of(X)[[MARGIN]])
  }
}
slices_joined <- function(parts, labels) {
  sizes <- lengths(parts)
  joined <- if (all(sizes == sizes[1]) && sizes[1] > 0 && has_tensor(parts)) .Call(C_call_join, parts)
  if (is.null(joined)) {
    names(parts) <- labels
    return(if (all(sizes == sizes[1])) simplify2array(parts, FALSE) else parts)
  }
  if (sizes[1] == 1) return(labelled(joined, labels))
  names <- unique(lapply(parts, names))
  rows <- if (length(names) == 1) names[[1]]
  value <- reshaped(joined, c(sizes[1], length(parts)))
  if (is.null(rows) && is.null(labels)) value else labelled(value, list(rows, labels))
}

# The elements in the form of the skeleton, numbers or a list of such forms.
parts_like <- function(x, skeleton) {
  if (!is.list(skeleton)) {
    return(labelled(reshaped(x, dim(skeleton) %||% length(skeleton)), labels_of(skeleton)))
  }
  sizes <- vapply(skeleton, function(part) length(unlist(part)), 1L)
  ends <- cumsum(sizes)
  for (k in seq_along(skeleton)) {
    at <- seq_len(sizes[k]) + ends[k] - sizes[k]
    skeleton[[k]] <- parts_like(elements(x, at), skeleton[[k]])
  }
  unclass(skeleton)
}

# A list of one tensor or number for each cell, as by() leaves it, as one tensor.
cells_joined <- function(cells) {
  if (!is.list(cells) || is.data.frame(cells) || !has_tensor(cells)) return(cells)
  empty <- lengths(cells) == 0
  if (any(lengths(cells)[!empty] != 1)) return(cells)
  values <- unclass(cells)
  values[empty] <- NaN
  joined <- .Call(C_call_join, as.vector(values))
  if (length(dim(cells)) < 2) return(labelled(joined, names(cells)))
  labelled(reshaped(joined, dim(cells)), dimnames(cells))
}

# `f[i] <- x` with numbers on the left and a tensor on the right.
assignment_mask <- function(name) {
  of_tensor <- get(paste0(name, ".gradtape_tensor"))
  function(x, ..., value) {
    if (missing(value)) {                                   # `[<-`(x, i, value)
      parts <- list(...)
      return(do.call(masks[[name]], c(list(x), parts[-length(parts)], value = parts[length(parts)]), quote = TRUE))
    }
    if (typeof(x) == "externalptr" && is_torch_tensor(x)) return(of_tensor(x, ..., value = value))
    if (is.object(x) && has_method(name, x, parent.frame())) {
      return(eval(method_call(sys.call(), original(name), x), parent.frame()))
    }
    if (inherits(value, "gradtape_complex") && !is.object(x) && !is.list(x)) x <- complex_tensor(re_of(x), im_of(x))
    if (!is_torch_tensor(value) || is_torch_tensor(x) || !is_fillable(x)) {
      if (!any_position(...)) return(original(name)(x, ..., value = value))
      return(do.call(original(name), c(list(x), plain_positions(...), list(value = value)), quote = TRUE))
    }
    if (is.null(x)) x <- numeric()
    dtype <- if (value$dtype$name == "float") "float" else "double"
    start <- .Call(C_call_tensor, as.numeric(x), dtype, FALSE, if (is.null(dim(x))) length(x) else dim(x))
    start <- labelled(start, labels_of(x))
    replace_elements(start, given_subscripts(...), value)
  }
}

is_fillable <- function(x) is.null(x) || is.atomic(x) && (is.numeric(x) || is.logical(x))

# As simplify2array(); NULL where there is no tensor.
simplify_tensors <- function(parts, higher = FALSE) {
  if (holds_complex(parts)) {
    return(complex_tensor(masks$simplify2array(lapply(parts, re_of), higher),
                          masks$simplify2array(lapply(parts, im_of), higher)))
  }
  if (!has_tensor(parts)) return(NULL)
  if (!higher && all(lengths(parts) == 1L) && !.Call(C_call_has_labels, unname(parts))) {
    joined <- .Call(C_call_join, parts)                      # (NULL where one is a list)
    if (!is.null(joined)) return(labelled(joined, names(parts)))
  }
  at <- simplify2array(positions_through(parts), higher)
  if (is.list(at)) parts else moved(.Call(C_call_join, parts), at)
}

# The elements of a list, and of the lists in it, one after the other.
flat_list <- function(x) {
  if (holds_complex(list(x))) return(list(x))
  parts <- lapply(x, function(part) if (is.list(part)) flat_list(part) else list(part))
  do.call(base::c, unname(parts))
}
