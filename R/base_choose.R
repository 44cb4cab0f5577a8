# Choosing and comparing elements as R does.

choice_masks <- function() list(
  ifelse = function(test, yes, no) {
    # of many tests the values are not read, lest a tape be recorded anew for each pattern
    if (is_torch_tensor(test) && length(test) != 1) return(choose_elements(test, yes, no))
    if (is_torch_tensor(test)) {
      labels <- labels_of(test)
      test <- structure(as.logical(test), dim = dim(test))
      test <- if (is.list(labels)) `dimnames<-`(test, labels) else `names<-`(test, labels)
    }
    needs_yes <- any(as.logical(test), na.rm = TRUE)
    needs_no <- any(!as.logical(test), na.rm = TRUE)
    if (needs_yes && is_torch_tensor(yes) || needs_no && is_torch_tensor(no)) choose_elements(test, yes, no)
    else base::ifelse(test, yes, no)
  },
  match = mask("match", function(x, table, nomatch = NA_integer_) first_equal(x, table, nomatch)),
  `%in%` = mask("%in%", function(x, table) !is.na(first_equal(x, table, NA_integer_))),
  which.max = first_mask("which.max", function(x) which_extreme(torch_argmax, x)),
  which.min = first_mask("which.min", function(x) which_extreme(torch_argmin, x)),
  pmax = extremum_mask("pmax", torch_maximum, like_first),
  pmin = extremum_mask("pmin", torch_minimum, like_first),
  pmax.int = extremum_mask("pmax.int", torch_maximum),
  pmin.int = extremum_mask("pmin.int", torch_minimum),
  identical = mask("identical", function(x, y) same_values(x, y))
)

# ifelse(): plain truth values decide, as in R, which branches are evaluated.
choose_elements <- function(test, yes, no) {
  shape <- dim(test)
  labels <- labels_of(test)
  n <- length(test)
  if (!is_torch_tensor(test)) test <- array(as.logical(test), shape %||% n)
  branch <- function(value) {
    if (length(value) == 0) return(NaN)
    if (length(value) == 1) return(flat_or_scalar(value))
    reshaped(elements(value, rep_len(seq_along(value), n)), shape %||% n)
  }
  needed <- function(flags) is_torch_tensor(flags) || any(flags, na.rm = TRUE)
  missing <- if (!is_torch_tensor(test)) is.na(test)
  if (any(missing)) test <- test & !missing
  needs <- c(needed(test), needed(!test))
  # (what is not needed is not evaluated)
  is_truth <- (!needs[1] || is.logical(yes)) && (!needs[2] || is.logical(no))
  value <- torch_where(test, if (needs[1]) branch(yes) else NaN, if (needs[2]) branch(no) else NaN)
  if (any(missing)) value <- torch_where(missing, NaN, value)
  labelled(if (is_truth) value != 0 else value, labels)
}

# `finish`: gives the result the attributes of the first argument.
extremum_mask <- function(name, op, finish = function(value, args) value) {
  mask(name, function(..., na.rm = FALSE) {
    args <- list(...)
    na.rm <- as_flag(na.rm, "na.rm")
    sizes <- vapply(args, length, 1L)
    n <- if (any(sizes == 0)) 0L else max(sizes)
    if (any(n %% sizes[sizes > 0] != 0)) warning("an argument will be fractionally recycled", call. = FALSE)
    flat <- lapply(args, function(a) if (length(a) == n) flat_columns(a) else elements(a, rep_len(seq_along(a), n)))
    value <- Reduce(function(a, b) {
      greater <- op(a, b)
      if (na.rm) torch_where(is.na(a), b, torch_where(is.na(b), a, greater)) else greater
    }, flat)
    finish(value, args[1][sizes[1] == n])
  })
}

# Positions in the table of what equals each element; NaN equals NaN.
first_equal <- function(x, table, nomatch) {
  missing <- which(as.logical(is.na(table)))
  vapply(seq_along(x), function(i) {
    at <- if (anyNA(x[i])) missing else which(as.logical(table == x[i]))
    if (length(at)) at[1] else as.integer(nomatch)
  }, 1L)
}

which_extreme <- function(position, x) {
  names <- names(x)
  x <- flat_columns(x)
  there <- if (anyNA(x)) which(as.logical(!is.na(x))) else seq_along(x)
  if (!length(there)) return(integer())
  at <- there[as.integer(position(if (length(there) < length(x)) elements(x, there) else x))]
  if (is.null(names)) at else stats::setNames(at, names[at])
}

# Are these the same values in the same shape, with the same labels?
same_values <- function(x, y) {
  numbers <- function(x) is_torch_tensor(x) || is.numeric(x) || is.logical(x)
  numbers(x) && numbers(y) && length(x) == length(y) && identical(dim(x), dim(y)) && identical(labels_of(x),
      labels_of(y)) &&
    isTRUE(as.logical(all(x == y | is.na(x) & is.na(y))))
}

# As all.equal() compares: the mean difference of what differs, relative to its mean size. For a tape, a guard.
is_near <- function(target, current, tolerance) {
  differs <- target != current
  off <- sum(abs(target - current))
  size <- sum(abs(target) * differs)
  n <- sum(differs)
  isTRUE(as.logical(off <= tolerance * n & size <= tolerance * n | off <= tolerance * size))
}

#' @rdname base-functions
#' @method all.equal gradtape_tensor
#' @export
all.equal.gradtape_tensor <- function(target, current, ...) {
  numbers <- function(x) is_torch_tensor(x) || is.numeric(x)
  recorded <- is_recorded(target) || is_recorded(current)
  if (recorded && numbers(target) && numbers(current) && is.null(list(...)$scale) && !anyNA(target) &&
      !anyNA(current)) {
    placed <- all.equal(positions_of(target), positions_of(current), ...)
    if (!isTRUE(placed)) return(placed)
    if (is_near(target, current, list(...)$tolerance %||% 1.5e-8)) return(TRUE)
    return("Mean relative difference: above the tolerance")
  }
  if (is_torch_tensor(target)) target <- labelled_values(target)
  if (is_torch_tensor(current)) current <- labelled_values(current)
  all.equal(target, current, ...)
}
