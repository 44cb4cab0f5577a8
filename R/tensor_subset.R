# x[i], x[i, j]: R's subscripts.

#' Subscripts
#'
#' `x[i]`, `x[i, j]` and so on select as R does: positions from 1, negative positions leave
#' out, logicals choose, a matrix with one column per dimension picks single elements, and
#' dimensions of one element are dropped unless `drop = FALSE`. Names choose elements, and names of
#' rows and columns choose rows and columns: a tensor made from a named vector or a matrix with
#' dimnames has them, `names(x) <-`, `dimnames(x) <-` and their kin give them. R's functions keep
#' them as they keep those of numbers; torch's functions drop them. Where R gives `NA`, for a position
#' beyond the end of a vector, a name that it does not have or `NA` as a subscript, the element is
#' `NaN`, on which nothing depends.
#'
#' Assignment beyond the end of a vector makes it longer, as in R; the elements between are
#' `NaN`.
#'
#' `x[i] <- value` gives `x` a new value, as for R's vectors: another name for the old tensor
#' still means the old one. (In-place methods such as `$copy_()` change the tensor itself.)
#'
#' Gradients flow back to the selected elements, and to the assigned values.
#'
#' Of torch's notation, `..` stands for all dimensions that are left, `N` in `2:N` for the last position,
#' `newaxis` makes a dimension of one element, and `slc(start, end, step)` is a slice; variables of these names
#' that there are have precedence. Negative numbers leave out, as in R; only `slc()` counts them from the last.
#' `x[1:10:2]`, which R takes for `x[1:2]`, is an error. (Where a package is loaded that has S4 methods for `[`, as
#' Matrix has, R evaluates subscripts before they can be read: `N` is then not found; `slc(2, Inf)` is what `2:N` is.
#' `..` and `newaxis` are variables of this package for that case.)
#'
#' @param x A tensor.
#' @param i,... Subscripts: numbers, logicals or tensors of them, names; empty for all.
#' @param drop Drop dimensions of one element?
#' @param value Numbers or a tensor, recycled to the positions assigned.
#' @return A tensor; a copy, not a view.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' x[2, ]
#' x[-1, 2:3]
#' x[x > 2]
#' x[1, ] <- 0
#' x[.., slc(2, Inf)]
#' @name subset
NULL

#' @rdname subset
#' @export
`[.gradtape_tensor` <- function(x, i, ..., drop = TRUE) {
  n_more <- ...length()
  if (n_more == 0L) {
    if (missing(i)) return(x)
    code <- substitute(i)
    # (a name or one number, the most frequent, need not be looked at)
    if (!is.symbol(code) && (!is.double(code) || length(code) != 1L) &&
        (is.na(found <- .Call(C_call_is_notation, code)) || found)) {
      refuse_colons_of_call(sys.call(), parent.frame())
      if (!is.na(found)) return(read_notation(x, list(code), parent.frame(), drop))
    }
    if (!is.double(i) && is.list(i) && is_notation_value(i)) return(read_notation(x, list(i), parent.frame(), drop))
    if (!is.null(picked <- .Call(C_call_subset_vector, x, i, TRUE))) return(picked)
    return(subset_missing(x, i))
  }
  codes <- substitute(list(i, ...))
  if (is.na(found <- .Call(C_call_is_notation, codes)) || found) {
    refuse_colons_of_call(sys.call(), parent.frame())
    if (!is.na(found)) return(read_notation(x, as.list(codes)[-1], parent.frame(), drop))
  }
  # (given_subscripts() without a call, which would take a tenth of the time)
  subscripts <- if (n_more == 1L) {
    list(if (missing(i)) quote(all) else if (is.object(i)) plain_subscript(i) else i,
         if (missing(..1)) quote(all) else if (is.object(..1)) plain_subscript(..1) else ..1)
  } else {
    given_subscripts(i, ..., all = quote(all))
  }
  picked <- .Call(C_call_subset, x, subscripts, drop)
  if (is.null(picked)) with_missing(x, subscripts, drop) else picked
}

subset_missing <- function(x, i) {
  at <- plain_subscript(i)
  if (is_torch_tensor(i) && length(value_shape(i)) == 2) dim(at) <- value_shape(i)
  with_missing(x, list(at))
}

# Where a subscript picks what is not there: R's own positions say where.
with_missing <- function(x, subscripts, drop = TRUE) {
  subscripts[vapply(subscripts, is.symbol, NA)] <- TRUE
  at <- as_r_does(do.call(`[`, c(list(positions_of(x)), unname(subscripts), drop = drop)), "index")
  if (is.logical(x)) moved(.Call(C_add, x, 0), at) != 0 else moved(x, at)
}

# Subscripts as plain R vectors, and `all` for an empty one.
given_subscripts <- function(i, ..., all = TRUE) {
  first <- if (missing(i)) all else if (is.object(i)) plain_subscript(i) else i
  n <- ...length()
  if (n == 1L) {                                           # the most frequent
    return(list(first, if (missing(..1)) all else if (is.object(..1)) plain_subscript(..1) else ..1))
  }
  empty <- vapply(eval(substitute(alist(...))), identical, NA, quote(expr = ))
  c(list(first), lapply(seq_len(n), function(k) if (empty[k]) all else plain_subscript(...elt(k))))
}

# Subscripts of something plain, of which some are tensors: R takes what comes before the point.
plain_positions <- function(...) {
  empty <- vapply(eval(substitute(alist(...))), identical, NA, quote(expr = )) # nolint: spaces_inside_linter.
  given <- lapply(seq_along(empty), function(k) if (empty[k]) TRUE else plain_position(...elt(k)))
  names(given) <- ...names()
  given
}
plain_position <- function(s) {
  if (typeof(s) != "externalptr" || !is_torch_tensor(s)) return(s)
  if (s$dtype$name == "bool") return(plain_subscript(s))
  at <- as.integer(s)
  dim(at) <- if (length(value_shape(s)) == 2) value_shape(s)
  at
}
# Is one of the first two a tensor?
any_position <- function(...) {
  n <- ...length()
  n && (!missing(..1) && is_torch_tensor(..1) || n > 1L && !missing(..2) && is_torch_tensor(..2))
}

#' @rdname subset
#' @export
`[[.gradtape_tensor` <- function(x, i, ...) {
  if (...length()) return(relabelled(x[i, ...], NULL))
  if (length(i) != 1) abort("{.code x[[i]]} selects one element: {.arg i} must be one position.",
                            "gradtape_index_error")
  .Call(C_call_subset_vector, x, i, FALSE)
}

# ---- assignment: a new value, as for R's vectors; the old tensor stays as it is ----

#' @rdname subset
#' @export
`[<-.gradtape_tensor` <- function(x, i, ..., value) {
  n_more <- ...length()
  if (n_more == 0L && !missing(i)) {
    code <- substitute(i)
    # (a name or one number, the most frequent, need not be looked at)
    if (!is.symbol(code) && (!is.double(code) || length(code) != 1L) &&
        (is.na(found <- .Call(C_call_is_notation, code)) || found)) {
      refuse_colons_of_call(sys.call(), parent.frame())
      if (!is.na(found)) return(read_notation(x, list(code), parent.frame(), value = value))
    }
    if (!is.double(i) && is.list(i) && is_notation_value(i)) {
      return(read_notation(x, list(i), parent.frame(), value = value))
    }
    if (!is.null(changed <- .Call(C_call_replace_one, x, i, value))) return(changed)
  } else if (n_more > 0L && (is.na(found <- .Call(C_call_is_notation, codes <- substitute(list(i, ...)))) || found)) {
    refuse_colons_of_call(sys.call(), parent.frame())
    if (!is.na(found)) return(read_notation(x, as.list(codes)[-1], parent.frame(), value = value))
  }
  subscripts <- given_subscripts(i, ...)
  changed <- .Call(C_call_replace, x, subscripts, value)
  if (is.null(changed)) replace_elements(x, subscripts, value) else changed
}

#' @rdname subset
#' @export
`[[<-.gradtape_tensor` <- function(x, i, ..., value) {
  if (length(value) != 1) abort("{.code x[[i]] <- value} takes one value, not {length(value)}.",
                                "gradtape_index_error")
  if (!...length() && !is.null(changed <- .Call(C_call_replace_one, x, i, value))) return(changed)
  replace_elements(x, lapply(list(i, ...), plain_subscript), value)
}

# The positions are those that R's own subscripts pick from an array of positions.
replace_elements <- function(x, subscripts, value) {
  shape <- value_shape(x)
  labels <- labels_of(x)
  names <- if (!is.list(labels)) labels
  if (length(subscripts) == 1 && is.character(subscripts[[1]])) {
    wanted <- subscripts[[1]]
    subscripts[[1]] <- match(wanted, names)
    new <- is.na(subscripts[[1]])
    subscripts[[1]][new] <- length(x) + match(wanted[new], unique(wanted[new]))
    names <- c(names %||% character(length(x)), unique(wanted[new]))
  }
  for (s in subscripts) if (!is.numeric(s) && !is.logical(s) && !is.null(s) && !(is.character(s) && is.list(labels))) {
    abort_subscript(s)
  }
  if (length(subscripts) == 1 && is.numeric(subscripts[[1]]) && is.null(dim(subscripts[[1]]))) {
    x <- extended(x, max(0, subscripts[[1]], na.rm = TRUE))
    at <- seq_along(x)
    if (!is.null(names)) names <- c(names, character(length(x) - length(names)))
  } else {
    at <- positions_of(x)
  }
  at <- tryCatch(do.call(`[`, c(list(at), unname(subscripts))), error = function(e) {
    abort("In an assignment to a tensor of shape {shape_text(x)}: {conditionMessage(e)}.",
          "gradtape_index_error")
  })
  if (anyNA(at)) abort("A subscript is {.val {NA}} or out of bounds.", "gradtape_index_error")
  if (length(at) == 0) return(x)
  if (length(value) == 0) abort("The replacement has length zero.")
  if (length(at) %% length(value) != 0) {
    fault <- "number of items to replace is not a multiple of replacement length"
    if (length(subscripts) > 1) abort_plain(fault, "index")
    warning(fault, call. = FALSE)
  }
  from <- rep_len(seq_along(value), length(at))
  if (anyDuplicated(at)) {                      # the last one counts
    last <- !duplicated(at, fromLast = TRUE)
    at <- at[last]
    from <- from[last]
  }
  if (length(value) > 1) value <- elements(value, from)
  labelled(apply_op("replace", list(x, value, index_tensor(at - 1))), if (is.list(labels)) labels else names)
}

# A vector made longer, as R does on assignment beyond its end.
extended <- function(x, n) {
  if (n <= length(x)) return(x)
  if (length(value_shape(x)) > 1) abort("Position {n} is beyond the {length(x)} elements.",
                                        "gradtape_index_error")
  apply_op("cat", list(flat_columns(x), array(NaN, n - length(x))), 0L)
}
