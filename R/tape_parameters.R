# What a tape's function takes and returns: parameters from structured to flat and back, and the form of
# results.

parameter_shape <- function(par, name) {
  if (is.numeric(par) && !is.object(par)) return(shape_of_array(par))
  parts <- if (is.list(par)) par else list(par)
  if (is.list(par) && (length(par) == 0 || is.null(names(par)) || any(names(par) == ""))) {
    abort("{.arg {name}} must be numbers or a list of them whose elements all have names.")
  }
  for (k in seq_along(parts)) {
    part <- parts[[k]]
    if (!is.numeric(part) || is_torch_tensor(part)) {
      at <- if (is.list(par)) paste0(", in {.field ", names(parts)[k], "}")
      abort(paste0("{.arg {name}} must be plain numbers or a named list of them, not {given(part)}", at, "."))
    }
  }
  list(n = sum(lengths(parts)), is_list = is.list(par), names = names(par), dims = lapply(parts, dim),
       labels = lapply(parts, labels_of), flat_names = names(unlist(par)),
       lengths = lengths(parts, use.names = FALSE))
}

# The same, of a numeric vector, matrix or array.
shape_of_array <- function(par) {
  list(n = length(par), is_list = FALSE, names = names(par), dims = list(dim(par)), labels = list(labels_of(par)),
       flat_names = names(par), lengths = length(par))
}

flatten_parameters <- function(x, shape, name = "x") {
  if (shape$is_list && is.list(x)) {
    if (!identical(names(x), shape$names)) {
      abort("{.arg {name}} must have the names {.val {shape$names}}, in this order, not {given(names(x))}.")
    }
    wrong <- which(lengths(x) != shape$lengths)
    if (length(wrong)) {
      abort(paste("{.code {name}${shape$names[wrong[1]]}} must have {shape$lengths[wrong[1]]} element{?s},",
                  "not {length(x[[wrong[1]]])}."))
    }
    x <- unlist(x, use.names = FALSE)
  }
  if (!is.numeric(x) || is_torch_tensor(x)) {
    abort("{.arg {name}} must be plain numbers, not {given(x)}.")
  }
  if (length(x) != shape$n) {
    abort("{.arg {name}} must have {shape$n} element{?s}, as where the tape was recorded, not {length(x)}.")
  }
  if (anyNA(x)) {
    at <- which(is.na(x))[1]
    what <- if (is.null(shape$flat_names)) paste("element", at) else paste0("`", shape$flat_names[at], "`")
    abort("{.arg {name}} must not hold NA: {what} is.")
  }
  as.double(x)
}

# What the function receives, in the form of `par`: tensors of a tensor, numbers of numbers.
shape_parameters <- function(x, shape) {
  if (!shape$is_list) return(shape_part(x, shape$dims[[1]], shape$labels[[1]]))
  ends <- cumsum(shape$lengths)
  parts <- lapply(seq_along(ends), function(k) {
    shape_part(x[seq_len(shape$lengths[k]) + ends[k] - shape$lengths[k]], shape$dims[[k]], shape$labels[[k]])
  })
  names(parts) <- shape$names
  parts
}

shape_part <- function(v, dim, labels) {
  if (is.null(dim) && is.null(labels)) v
  else if (is_torch_tensor(v)) labelled(if (is.null(dim)) v else apply_op("reshape", v, dim), labels)
  else with_form(v, list(dim = dim, names = if (is.null(dim)) labels, dimnames = if (!is.null(dim)) labels))
}

# ---- what a function returns ----

# Names and dimensions; NULL for one number.
form_of <- function(result) {
  if (length(result) == 1) return(NULL)
  dim <- dim(result)
  list(names = names(result), dim = if (length(dim) > 1) dim, dimnames = if (length(dim) > 1) dimnames(result))
}

with_form <- function(value, form) {
  if (!is.null(form$dim)) dim(value) <- form$dim
  if (!is.null(form$dimnames)) dimnames(value) <- form$dimnames
  if (!is.null(form$names)) names(value) <- form$names
  value
}

# The function as it is run on a tensor of the parameters.
tape_on_tensor <- function(tape) {
  function(x) {
    parameters <- shape_parameters(x, tape$shape)       # not a promise: fn may switch gradients off
    tape$f(parameters)
  }
}
