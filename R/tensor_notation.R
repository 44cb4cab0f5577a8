# torch's notation in subscripts: x[.., 1], x[2:N], x[newaxis, ], x[slc(1, 5, 2)].

#' @rdname subset
#' @param start,end,step First and last position and their distance. Negative ones count from the last, -1, and
#'   what lies beyond the last element is left out, as in torch; `end` may be `Inf`.
#' @export
slc <- function(start, end, step = 1) {
  check_number(start, "start", whole = TRUE)
  check_number(step, "step", min = 1, whole = TRUE)
  if (!identical(end, Inf)) check_number(end, "end", whole = TRUE)
  if (start == 0 || end == 0) abort("Positions are counted from 1, or from the last by -1; there is no 0.")
  structure(list(start = start, end = end, step = step), class = "gradtape_slice")
}

#' @export
print.gradtape_slice <- function(x, ...) {
  cat("<slice> ", x$start, " to ", x$end, " by ", x$step, "\n", sep = "")
  invisible(x)
}

# The words are variables too, for where R evaluates subscripts before a method sees them: it does so for objects
# marked S4 once any package has S4 methods for `[`.
word_of_notation <- function(word) structure(list(word), class = "gradtape_word")

#' @rdname subset
#' @format NULL
#' @export
newaxis <- word_of_notation("newaxis")

#' @rdname subset
#' @format NULL
#' @usage NULL
#' @export
.. <- word_of_notation("..")

is_notation_value <- function(i) inherits(i, c("gradtape_slice", "gradtape_word"))

#' @export
print.gradtape_word <- function(x, ...) {
  cat("<", x[[1]], " of a subscript>\n", sep = "")
  invisible(x)
}

positions_of_slice <- function(slice, n) {
  first <- if (slice$start < 0) max(n + slice$start + 1, 1) else slice$start
  last <- min(if (slice$end < 0) n + slice$end + 1 else slice$end, n)
  if (first > last) integer() else seq(first, last, by = slice$step)
}

is_colon <- function(code) is.call(code) && identical(code[[1]], quote(`:`)) && length(code) == 3

# R takes 1:10:2 for 1:2.
refuse_colons <- function(code) {
  if (!is_colon(code) || !is_colon(code[[2]])) return()
  abort(c(paste0("{.code {deparse1(code)}} is no sequence in steps: ",
                 "R takes the first number of {.code {deparse1(code[[2]])}}."),
          i = "Write {.code seq({deparse1(code[[2]][[2]])}, {deparse1(code[[2]][[3]])}, by = {deparse1(code[[3]])})}."),
        "gradtape_index_error")
}

# Where the subscripts came as values, the call still has their code.
refuse_colons_of_call <- function(call, env) {
  codes <- as.list(call)[-(1:2)]
  if (any(vapply(codes, identical, NA, quote(...)))) codes <- c(codes, as.list(substitute(list(...), env))[-1])
  for (code in Filter(is.call, codes)) refuse_colons(code)
}

# x[codes], or where `value` is given, x with it there. The codes are evaluated where the user stands;
# those that R has evaluated already are their values.
read_notation <- function(x, codes, env, drop = TRUE, value) {
  shape <- value_shape(x)
  is_word <- function(code, word) {
    if (identical(code, as.name(word))) code <- get0(word, envir = env, ifnotfound = word_of_notation(word))
    inherits(code, "gradtape_word") && code[[1]] == word
  }
  is_new <- vapply(codes, is_word, NA, "newaxis")
  is_rest <- vapply(codes, is_word, NA, "..")
  if (sum(is_rest) > 1) abort("{.code ..} stands for the dimensions that are left: it may stand in a subscript once.",
                              "gradtape_index_error")
  n_rest <- length(shape) - sum(!is_new & !is_rest)
  if (n_rest < 0 || n_rest > 0 && !any(is_rest)) {
    abort("{sum(!is_new & !is_rest)} subscript{?s} for a tensor of {length(shape)} dimension{?s}.",
          "gradtape_index_error")
  }
  parts <- unlist(lapply(seq_along(codes), function(k) {
    if (is_rest[k]) rep(list(quote(expr = )), n_rest) else codes[k]
  }), recursive = FALSE)
  new <- which(vapply(parts, is_word, NA, "newaxis"))
  old <- setdiff(seq_along(parts), new)
  subscripts <- lapply(seq_along(old), function(d) subscript_of(parts[[old[d]]], shape[d], env))
  if (!missing(value)) {
    if (length(new)) abort("{.code newaxis} has no place in an assignment.", "gradtape_index_error")
    return(do.call(`[<-`, c(list(x), subscripts, list(value = value))))
  }
  if (!length(new)) return(do.call(`[`, c(list(x), subscripts, drop = drop)))
  taken <- do.call(`[`, c(list(at_least_vector(x)), subscripts, drop = FALSE))
  size <- rep(1L, length(parts))
  size[old] <- value_shape(taken)
  gone <- if (drop) intersect(old, which(size == 1)) else integer()
  reshaped(taken, if (length(gone)) size[-gone] else size)
}

# One subscript, of a dimension of n elements.
subscript_of <- function(code, n, env) {
  if (identical(code, quote(expr = ))) return(TRUE)
  refuse_colons(code)
  if (!exists("N", envir = env)) env <- list2env(list(N = n), parent = env)
  s <- plain_subscript(eval(code, env))
  if (inherits(s, "gradtape_slice")) positions_of_slice(s, n) else s
}
