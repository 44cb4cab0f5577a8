# Checks of arguments. Each stops with what was expected and what was given, under the name
# that the user knows the argument by.

check_flag <- function(x, name) {
  if (!is.logical(x) || length(x) != 1 || is.na(x)) {
    abort("{.arg {name}} must be TRUE or FALSE, not {given(x)}.")
  }
}

# One number in a range: closed at min and max, open at above and below.
check_number <- function(x, name, min = -Inf, max = Inf, above = NULL, below = NULL, whole = FALSE) {
  force(min)
  force(max)
  good <- is.numeric(x) && length(x) == 1 && !is.na(x) && x >= min && x <= max && (is.null(above) || x > above) &&
    (is.null(below) || x < below) && (!whole || x == trunc(x))
  if (!good) {
    kind <- if (whole) "whole number" else "number"
    abort("{.arg {name}} must be one {kind}{range_text(min, max, above, below)}, not {given(x)}.")
  }
}

range_text <- function(min, max = Inf, above = NULL, below = NULL) {
  if (is.finite(min) && is.finite(max)) return(paste(" from", min, "to", max))
  ends <- c(if (is.finite(min)) paste("of at least", min), if (!is.null(above)) paste("above", above),
            if (is.finite(max)) paste("of at most", max), if (!is.null(below)) paste("below", below))
  if (length(ends)) paste0(" ", paste(ends, collapse = " and ")) else ""
}

# A number that is neither infinite nor, where it is whole, too large for C.
check_finite <- function(x, name, min = -Inf, above = NULL, whole = FALSE) {
  check_number(x, name, min = min, above = above, whole = whole)
  if (abs(x) >= if (whole) 2^31 else Inf) {
    abort("{.arg {name}} must be {if (whole) 'below 2^31' else 'finite'}, not {given(x)}.")
  }
}
# One that R's own functions take, or C.
check_plain <- function(x, name, ...) {
  if (is_torch_tensor(x)) abort("{.arg {name}} must be a plain number, not {given(x)}; see {.code $item()}.")
  check_finite(x, name, ...)
}
check_count <- function(x, name, min = 1) {
  if (is_torch_tensor(x)) abort("{.arg {name}} must be a plain whole number, not {given(x)}; see {.code $item()}.")
  if (!is.numeric(x) || length(x) != 1 || is.na(x) || x < min || x >= 2^31 || x != trunc(x)) {
    check_finite(x, name, min = min, whole = TRUE)
  }
}

# The first of the choices when x was left at its default, which is all of them.
check_choice <- function(x, name, choices) {
  if (identical(x, choices)) return(choices[1])
  if (!is.character(x) || length(x) != 1 || !x %in% choices) {
    abort("{.arg {name}} must be {.or {.val {choices}}}, not {given(x)}.")
  }
  x
}

check_string <- function(x, name) {
  if (!is.character(x) || length(x) != 1 || is.na(x) || !nzchar(x)) {
    abort("{.arg {name}} must be one string, not {given(x)}.")
  }
}

check_function <- function(x, name, what = "") {
  if (!is.function(x)) abort("{.arg {name}} must be a function{what}, not {given(x)}.")
}

check_tensor <- function(x, name) {
  if (!is_torch_tensor(x)) abort("{.arg {name}} must be a tensor, not {given(x)}.")
}

# A vector of whole numbers, plain or a tensor, each from min to max.
check_whole <- function(x, name, min, max = Inf) {
  bad <- if (is.numeric(x)) bad_elements(x, function(v) v == trunc(v) & abs(v) < 2^31 & v >= min & v <= max) else 1L
  if (length(bad)) {
    wrong <- if (is.numeric(x) && length(x) > 1) paste0(": element ", bad[1], " is ", given_element(x, bad[1]))
             else paste0(", not ", given(x))
    abort("{.arg {name}} must hold whole numbers{range_text(min, max)}{wrong}.")
  }
}

# A shape as integers.
check_shape <- function(size, name = "size") {
  size <- size %||% integer()
  if (is.list(size) && all(lengths(size) == 1)) size <- unlist(size)
  if (!is.numeric(size) || anyNA(size) || any(size < 0) || any(size != trunc(size))) {
    abort("{.arg {name}} must hold whole numbers of at least 0, not {given(size)}.")
  }
  if (prod(size[size > 0]) >= 2^31) {                # so that each fits an integer
    abort(paste("A tensor of shape {shape_text_of(size)} is too large: its dimensions may multiply to 2^31 - 1,",
                "also beside one of 0."),
          "gradtape_shape_error")
  }
  as.integer(size)
}

check_device <- function(device, name = "device") {
  if (inherits(device, "gradtape_device")) device <- device$type
  if (is.null(device) || identical(device, "cpu")) return(invisible())
  abort(c("{.arg {name}} must be {.val cpu}, not {given(device)}: gradtape computes on the CPU.",
                   i = "It runs no code on a GPU; leave {.arg {name}} out."))
}

with_ndim <- function(x, ndim, name) {
  given <- length(value_shape(x))
  if (given == ndim) return(x)
  abort("{.arg {name}} must have {ndim} dimension{?s}, not {given}.", "gradtape_shape_error")
}

# A dimension given from 1, or from the last by a negative number, counted from 1. (A scalar counts as a
# vector of one element, which it is in R's torch.)
normal_dim <- function(dim, ndim, name = "dim") {
  if (ndim == 0) ndim <- 1L
  if (!is.numeric(dim) || length(dim) != 1 || is.na(dim) || dim == 0 || abs(dim) > ndim || dim != trunc(dim)) {
    abort_dims(dim, ndim, name)
  }
  as.integer(if (dim < 0) ndim + dim + 1 else dim)
}

# How many elements x has along a dimension.
size_along <- function(x, dim) {
  shape <- value_shape(x)
  c(shape, if (!length(shape)) 1L)[normal_dim(dim, length(shape))]
}

# Several dimensions, none of them twice.
normal_dims <- function(dims, ndim, name = "dims") {
  if (!is.numeric(dims)) abort_dims(dims, ndim, name)
  at <- vapply(dims, normal_dim, 1L, ndim = ndim, name = name)
  if (anyDuplicated(at)) abort_dims(dims, ndim, name)
  at
}

abort_dims <- function(dim, ndim, name = "dim") {
  expected <- if (ndim <= 1 && length(dim) == 1) "must be 1 or -1, not"
              else paste0(if (length(dim) > 1) "must hold different whole numbers from 1 to "
                          else "must be a whole number from 1 to ",
                          ndim, " (or -", ndim, " to -1), not")
  abort("{.arg {name}} {expected} {given(dim)}.")
}

# For x$name where x has no such member: the close ones of those it has, or a few that it has.
abort_unknown_member <- function(name, known, what, .envir = parent.frame()) {
  distance <- drop(utils::adist(name, known))
  letters_of <- function(x) vapply(strsplit(x, ""), function(each) paste(sort(each), collapse = ""), "")
  close <- utils::head(known[order(distance, letters_of(known) != letters_of(name))], min(5, sum(distance <= 2)))
  what <- cli::format_inline(what, .envir = .envir)
  abort(c("{what} has no field or method {.field ${name}}.",
                   i = if (length(close)) "Did you mean {.or {.field {paste0('$', close)}}}?"
                       else if (length(known) <= 16) "It has {.field {paste0('$', sort(known))}}."))
}

# (`detail`: for r_error())
abort_subscript <- function(x, detail = NULL) {
  abort("A tensor is subscripted with numbers or logicals, not {given(x)}.", "gradtape_index_error")
}

# ---- words for what was given ----

# ---- words for what was given, and where ----

# (not the values of what a tape records: R code could read them from the message)
given <- function(x) {
  # (its methods would ask for its values, and their error for these words)
  if (inherits(x, "gradtape_tensor") && !is_torch_tensor(x)) return("an object of class <gradtape_tensor> that is none")
  if (is_torch_tensor(x) && length(.Call(C_call_shape, x))) return(paste("a tensor of shape", shape_text(x)))
  if (is_torch_tensor(x)) return(if (is_recorded(x)) "a tensor of no dimensions" else paste("a tensor of", format(x)))
  if (is.function(x)) return("a function")
  if (is.atomic(x) && !is.object(x) && is.null(dim(x)) && length(x) %in% 1:6) {
    text <- deparse1(unname(x))
    if (nchar(text) <= 60) return(text)
  }
  if (is.atomic(x) && !is.null(dim(x))) return(paste("an array of shape", shape_text_of(dim(x))))
  cli::format_inline("{.obj_type_friendly {x}}")
}
given_element <- function(x, k) if (is_recorded(x)) "not" else format(.Call(C_call_to_array, x)[k])

# A package that is asked for by name where it is missing; what: what needs it, as cli writes it.
check_suggested <- function(package, what) {
  if (!requireNamespace(package, quietly = TRUE)) {
    abort(c(paste(what, "needs the package {.pkg {package}}."),
            i = "{.code install.packages(\"{package}\")} installs it."))
  }
}

check_tape <- function(x, name) {
  if (!inherits(x, "gradtape_tape")) abort("{.arg {name}} must be a tape, not {given(x)}.")
}
