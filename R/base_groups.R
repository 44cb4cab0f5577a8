# Grouping and counting by the values of tensors. What R's functions find is whole numbers, which a
# tape guards: they are asked about plain numbers that stand in the same order.

#' @rdname base-functions
#' @param incomparables,fromLast,nmax As in [base::unique()]; `incomparables` only as `FALSE`.
#' @export
unique.gradtape_tensor <- function(x, incomparables = FALSE, fromLast = FALSE, nmax = NA, ...) {
  refuse_unless_default("unique", "incomparables", incomparables)
  codes <- rank_codes(x)
  first <- which(as.vector(!duplicated(codes, fromLast = fromLast, ...)))
  if (length(dim(codes)) < 2) return(elements(x, first))
  at <- positions_of(x)
  others <- rep(list(quote(expr = )), length(dim(codes)) - 1)
  moved(x, do.call(`[`, c(list(at, first[first <= nrow(at)]), others, drop = FALSE)))
}
#' @rdname base-functions
#' @export
duplicated.gradtape_tensor <- function(x, incomparables = FALSE, fromLast = FALSE, nmax = NA, ...) {
  refuse_unless_default("duplicated", "incomparables", incomparables)
  duplicated(rank_codes(x), fromLast = fromLast, ...)
}
#' @rdname base-functions
#' @export
anyDuplicated.gradtape_tensor <- function(x, incomparables = FALSE, fromLast = FALSE, ...) {
  refuse_unless_default("anyDuplicated", "incomparables", incomparables)
  anyDuplicated(rank_codes(x), fromLast = fromLast, ...)
}

#' @rdname base-functions
#' @param breaks,labels,include.lowest,right,dig.lab,ordered_result As in [base::cut()]. `breaks` are the ends of
#'   the intervals, not their number.
#' @export
cut.gradtape_tensor <- function(x, breaks, labels = NULL, include.lowest = FALSE, right = TRUE, dig.lab = 3L,
                                ordered_result = FALSE, ...) {
  into <- function(x, breaks) {
    cut(x, breaks, labels, include.lowest = include.lowest, right = right, dig.lab = dig.lab,
        ordered_result = ordered_result)
  }
  if (length(breaks) == 1) {
    abort(c("{.arg breaks} of {.fn cut} of a tensor are the ends of the intervals, not their number, {given(breaks)}.",
            i = "Write {.code breaks = seq(low, high, length.out = n + 1)}."))
  }
  if (is_torch_tensor(breaks) && is.null(labels)) {
    abort(c("{.fn cut} makes labels of the numbers of {.arg breaks}, which are a tensor here.",
            i = "Give {.arg labels}, or {.code labels = FALSE} for the numbers of the intervals."))
  }
  breaks <- sort(breaks)
  at <- among(x, breaks)
  if (is_torch_tensor(breaks)) return(into(at$x, at$breaks))
  # in place of codes numbers between the breaks, of which R makes labels
  below <- breaks[pmax(floor(at$x), 1)]
  above <- breaks[pmin(ceiling(at$x), length(breaks))]
  between <- ifelse(at$x < 1, above - 1, ifelse(at$x > length(breaks), below + 1, middle(below, above)))
  into(between, breaks)
}
middle <- function(a, b) ifelse(is.finite(a) & is.finite(b), a + (b - a) / 2,
                                ifelse(is.finite(a), a + 1, ifelse(is.finite(b), b - 1, ifelse(a == b, a, 0))))

#' @rdname base-functions
#' @importFrom stats na.omit
#' @method na.omit gradtape_tensor
#' @export
na.omit.gradtape_tensor <- function(object, ...) {
  refuse_more("na.omit", ...)
  missing <- is.na(object)
  if (!any(missing)) return(object)
  if (length(value_shape(object)) != 2) return(elements(object, which(!missing)))
  object[rowSums(matrix(as.logical(missing), nrow(object))) == 0, , drop = FALSE]
}

# ---- functions that do not dispatch ----

group_masks <- function() list(
  findInterval = mask("findInterval", function(x, vec, rightmost.closed = FALSE, all.inside = FALSE,
                                               left.open = FALSE) {
    at <- among(x, vec)
    original("findInterval")(at$x, at$breaks, rightmost.closed, all.inside, left.open)
  }),
  cut = function(x, ...) {
    if (any_tensor(x, ...)) cut.gradtape_tensor(x, ...) else original("cut")(x, ...)
  },
  .bincode = mask(".bincode", function(x, breaks, right = TRUE, include.lowest = FALSE) {
    at <- among(x, breaks)
    original(".bincode")(at$x, at$breaks, right, include.lowest)
  }),
  rle = first_mask("rle", function(x) {
    if (length(value_shape(x)) > 1) abort("{.fn rle} takes a vector, not {given(x)}.")
    if (is.logical(x)) return(original("rle")(as.logical(x)))
    runs <- original("rle")(stats::setNames(rank_codes(x), names(x)))
    structure(list(lengths = runs$lengths, values = x[cumsum(runs$lengths)]), class = "rle")
  }),
  table = function(...) counting_call("table", substitute(list(...)), list(...), parent.frame()),
  tabulate = first_mask("tabulate", function(bin, nbins = max(1L, bin, na.rm = TRUE)) {
    bin <- as.integer(bin)
    original("tabulate")(bin, if (missing(nbins)) max(1L, bin, na.rm = TRUE) else as.integer(nbins))
  }),
  factor = function(x = character(), ...) original("factor")(countable(x, "factor"), ...),
  as.factor = function(x) original("as.factor")(countable(x, "as.factor")),
  interaction = function(...) do.call(original("interaction"), lapply(list(...), countable, "interaction"),
                                      quote = TRUE),
  ave = function(x, ..., FUN = mean) {
    FUN <- followed(FUN, parent.frame())
    if (!...length()) return(put_back(x, list(FUN(x)), list(seq_along(x))))
    at <- split(seq_along(x), interaction(...))
    at <- at[lengths(at) > 0]
    put_back(x, lapply(at, function(k) FUN(if (is_torch_tensor(x)) elements(x, k) else x[k])), at)
  },
  unsplit = function(value, f, drop = FALSE) {
    if (!is.list(value) || !has_tensor(value)) return(original("unsplit")(value, f, drop))
    n <- length(if (is.list(f)) f[[1]] else f)
    put_back(numeric(n), value, split(seq_len(n), f, drop = drop))
  },
  `split<-` = function(x, f, drop = FALSE, ..., value) {
    if (!is.list(value) || is.data.frame(x) || !has_tensor(value)) return(original("split<-")(x, f, drop, ...,
      value = value))
    put_back(x, value, split(seq_along(x), f, drop = drop, ...))
  },
  by = higher_order("by", "FUN", function(...) cells_joined(original("by")(...))),
  complete.cases = function(...) {
    without <- function(x) {
      if (is_torch_tensor(x)) return(array(ifelse(as.logical(is.na(x)), NA, 0), dim(x) %||% length(x)))
      if (is.list(x)) lapply(x, without) else x
    }
    do.call(original("complete.cases"), lapply(list(...), without), quote = TRUE)
  },
  # (of elements that are equal, which numbers that were computed are not, the first or the last)
  max.col = first_mask("max.col", function(m, ties.method = c("random", "first", "last")) {
    last <- identical(match.arg(ties.method), "last")
    columns <- seq_len(ncol(m))
    if (last) m <- m[, rev(columns), drop = FALSE]
    at <- vapply(seq_len(nrow(m)), function(i) as.integer(masks$which.max(m[i, ])), 1L)
    if (last) length(columns) + 1L - at else at
  })
)

# Whole numbers in the order of the elements, equal where these are; NA where they are NaN.
rank_codes <- function(x) {
  codes <- if (is.logical(x)) as.logical(x) else xtfrm.gradtape_tensor(x)
  if (length(value_shape(x)) < 2) codes else array(codes, value_shape(x), labels_of(x))
}

# Where the elements lie among the breaks, which ascend: as codes, of the breaks 1, 2, ..., and of the
# elements those or half numbers between them.
among <- function(x, breaks) {
  rising <- if (length(breaks) > 1) as.logical(diff(breaks) > 0)
  if (is_torch_tensor(breaks) && !isTRUE(as.logical(all(diff(breaks) >= 0)))) {
    abort("The breaks must ascend, and hold no {.val NaN}.")
  }
  codes <- cumsum(c(if (length(breaks)) 1, rising))
  pairs <- function(op) {
    flags <- op(reshaped(x, c(length(x), 1L)), reshaped(breaks, c(1L, length(breaks))))
    plain_subscript(torch_sum(torch_where(is.na(flags), 0, flags), dim = 2L))
  }
  reached <- pairs(torch_ge)
  at <- c(0, codes)[reached + 1] + ifelse(reached > pairs(torch_gt), 0, 0.5)
  at[as.logical(is.na(x))] <- NA
  list(x = as.vector(at), breaks = codes)
}

# Of a tensor its truth values or whole numbers, which a tape guards.
countable <- function(x, fun) {
  if (!is_torch_tensor(x)) return(x)
  if (is.logical(x)) return(as.logical(x))
  if (!isTRUE(as.logical(all(x == trunc(x) | is.na(x))))) {
    abort(c("{.fn {fun}} makes names of the values of a tensor, which must be whole numbers or truth values.",
            i = "Make them whole by {.fn round}, or form classes by {.fn cut} or {.fn findInterval}."))
  }
  plain <- as.vector(plain_subscript(torch_where(is.na(x), 0, x)))
  plain[as.logical(is.na(x))] <- NaN
  plain
}

# A call of R's function of the same expressions, from which it makes names.
counting_call <- function(fun, call, values, frame) {
  if (!has_tensor(values)) return(do.call(original(fun), as.list(call)[-1], envir = frame))
  env <- new.env(parent = frame)
  parts <- as.list(call)[-1]
  for (k in seq_along(values)) {
    if (!is_torch_tensor(values[[k]])) next
    plain <- countable(values[[k]], fun)
    if (is.name(parts[[k]])) assign(as.character(parts[[k]]), plain, env) else parts[[k]] <- plain
  }
  do.call(original(fun), parts, envir = env)
}

# x with the values of each group at its positions.
put_back <- function(x, values, at) {
  values <- Map(function(value, k) if (is_torch_tensor(value)) elements(value,
    rep_len(seq_along(value), length(k))) else rep_len(value, length(k)),
                values, at)
  if (!has_tensor(values) && !is_torch_tensor(x)) {
    x[unlist(at)] <- unlist(values)
    return(x)
  }
  if (!is_torch_tensor(x)) x <- like_first(torch_tensor(as.numeric(x)), list(x))
  replace_elements(x, list(unlist(at, use.names = FALSE)), .Call(C_call_join, unname(values)))
}
