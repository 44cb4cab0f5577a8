# A tensor where R wants a whole number: how many, or which element of something plain. R takes what
# comes before the point, and a tape guards it.

count_masks <- function() c(
  lapply(c(numeric = "numeric", integer = "integer", double = "double", logical = "logical", character = "character"),
         function(name) counting(name, "length")),
  list(
    vector = counting("vector", "length"),
    seq_len = function(length.out) seq_len(plain_count(length.out)),
    head = function(x, n, ...) if (missing(n)) utils::head(x, ...) else utils::head(x, plain_count(n), ...),
    tail = function(x, n, ...) if (missing(n)) utils::tail(x, ...) else utils::tail(x, plain_count(n), ...),
    replicate = function(n, expr, simplify = "array") {
      each <- eval.parent(substitute(function(...) expr))
      masks$sapply(integer(plain_count(n)), each, simplify = simplify)
    },
    `:` = function(from, to) if (is_torch_tensor(from) || is_torch_tensor(to)) steps_of_one(from, to) else from:to,
    seq = rewritten("seq", "seq.default"),
    seq.int = function(...) {
      if (!any_tensor(...)) return(original("seq.int")(...))
      given <- matched(original("seq.default"), list(...))
      if (!setequal(names(given), c("from", "to", "length.out"))) return(masks$seq(...))
      n <- plain_count(given$length.out)
      given$from + (seq_len(n) - 1) * ((given$to - given$from) / max(n - 1, 1))
    },
    `[` = subset_mask,
    `[[` = element_mask
  )
)

#' @importFrom utils head
#' @export
head.gradtape_tensor <- function(x, ...) moved(x, utils::head(positions_of(x), ...))
#' @importFrom utils tail
#' @export
tail.gradtape_tensor <- function(x, ...) moved(x, utils::tail(positions_of(x), ...))

# R's function, with whole numbers for its arguments `counts`.
counting <- function(name, counts) {
  function(...) {
    if (!any_tensor(...)) return(original(name)(...))
    do.call(original(name), with_plain_counts(matched(original(name), list(...)), counts), quote = TRUE)
  }
}

# from:to, a smooth function of `from` where that is a tensor.
steps_of_one <- function(from, to) {
  steps <- as.integer(abs(to - from) + 1e-10)
  if (to < from) from - 0:steps else from + 0:steps
}

# x[i] with a plain x, and i a tensor. (Written for speed: they stand in the place of each `[` of a
# recording, and call what its method for tensors calls.)
subset_mask <- function(x, ..., drop = TRUE) {
  n <- ...length()
  if (typeof(x) == "externalptr") {
    found <- .Call(C_call_is_notation, codes <- substitute(list(...)))
    if ((is.na(found) || found) && is_torch_tensor(x)) {
      refuse_colons_of_call(sys.call(), parent.frame())
      if (!is.na(found)) return(read_notation(x, as.list(codes)[-1], parent.frame(), drop))
    }
    if (n == 1L && !missing(..1) && is_torch_tensor(x)) {
      return(.Call(C_call_subset_vector, x, ..1, TRUE) %||% subset_missing(x, ..1))
    }
  } else if (n) {
    if (!missing(..1) && typeof(..1) == "externalptr" || n > 1L && !missing(..2) && typeof(..2) == "externalptr") {
      return(do.call(`[`, c(list(x), plain_positions(...), if (!missing(drop)) list(drop = drop)), quote = TRUE))
    }
    if (is.object(x)) return(eval(method_call(sys.call(), `[`, x), parent.frame()))
  }
  if (missing(drop)) x[...] else x[..., drop = drop]
}
element_mask <- function(x, ...) {
  n <- ...length()
  if (typeof(x) != "externalptr" && n) {
    if (!missing(..1) && typeof(..1) == "externalptr" || n > 1L && !missing(..2) && typeof(..2) == "externalptr") {
      return(do.call(`[[`, c(list(x), plain_positions(...)), quote = TRUE))
    }
    if (is.object(x)) return(eval(method_call(sys.call(), `[[`, x), parent.frame()))
  }
  x[[...]]
}
