# Branches on values that a tape would have to record one by one: once a function has taken several
# ways through its code, an `if` whose both sides are plain formulas computes both and chooses, as ifelse()
# does. Which those are is seen from the code; whether it can be done, from the values.

# ---- from the code ----

# The code in place of an `if`, or NULL. A side is a formula, or one assignment of a formula to the
# same place on both sides, or several to variables.
branch_with_choice <- function(code, walk) {
  yes <- single(code[[3]])
  if (length(code) == 3) return(if (sets_variables(yes, walk)) call(".gradtape_if_set", code[[2]], yes))
  no <- single(code[[4]])
  choice <- function(yes, no) call(".gradtape_if", code[[2]], yes, no)
  if (is_formula(yes, walk) && is_formula(no, walk)) choice(yes, no)
  else if (is_return(yes, walk) && is_return(no, walk)) call("return", choice(yes[[2]], no[[2]]))
  else if (is_assignment(yes, walk) && is_assignment(no, walk) && identical(yes[[2]], no[[2]]))
    call("<-", yes[[2]], choice(yes[[3]], no[[3]]))
  else if (sets_variables(yes, walk) && sets_variables(no, walk)) call(".gradtape_if_set", code[[2]], yes, no)
}

# The body of a function: if (test) return(yes); no  is  if (test) return(yes) else return(no).
with_branch_at_end <- function(body, walk) {
  n <- length(body)
  if (!is.call(body) || !identical(body[[1]], quote(`{`)) || n < 3) return(body)
  branch <- body[[n - 1]]
  last <- body[[n]]
  if (is_formula(last, walk) && !is.null(last)) last <- call("return", last)
  ends <- is.call(branch) && identical(branch[[1]], quote(`if`)) && length(branch) == 3 &&
    is_return(single(branch[[3]]), walk) && is_return(last, walk)
  if (!ends) return(body)
  branch[[4]] <- last
  body[[n - 1]] <- branch
  body[-n]
}
is_return <- function(code, walk) {
  is.call(code) && identical(code[[1]], quote(return)) && length(code) == 2 && is_formula(code[[2]], walk)
}

# { x } and (x) are x.
single <- function(code) {
  while (is.call(code) && length(code) == 2 && as.character(code[[1]])[1] %in% c("{", "(")) code <- code[[2]]
  code
}

is_assignment <- function(code, walk) {
  is.call(code) && as.character(code[[1]])[1] %in% c("<-", "=") &&
    is_place(code[[2]], walk) && is_formula(code[[3]], walk)
}
is_place <- function(code, walk) {
  is.name(code) || is.call(code) && as.character(code[[1]])[1] %in% c("[", "[[", "$") &&
    is.name(code[[2]]) && is_formula(code, walk)
}
sets_variables <- function(code, walk) {
  is_set <- function(step) is_assignment(step, walk) && is.name(step[[2]])
  sets <- function(step) {
    is_set(step) ||
      is.call(step) && identical(step[[1]], quote(`if`)) && all(vapply(as.list(step)[-(1:2)], sets_variables, NA, walk))
  }
  steps <- if (is.call(code) && identical(code[[1]], quote(`{`))) as.list(code)[-1] else list(code)
  all(vapply(steps, sets, NA))
}

# Nothing but functions of R that compute, of variables and numbers.
is_formula <- function(code, walk) {
  if (!is.call(code)) return(!missing(code) && (is.name(code) || is.numeric(code)))
  head <- code[[1]]
  if (!is.name(head)) return(FALSE)
  name <- as.character(head)
  parts <- as.list(code)[-1]
  if (name == "$") parts <- parts[1]
  if (name == "if" && length(code) < 4) return(FALSE)
  name %in% formula_functions && !name %in% c(walk$looked_up, walk$users) &&
    all(vapply(parts, function(part) missing(part) || is_formula(single(part), walk), NA))
}
formula_functions <- c(
  "+", "-", "*", "/", "^", "%%", "%/%", "(", "[", "[[", "$", "<", ">", "<=", ">=", "==", "!=",
  "if", "ifelse", "c", "sum", "mean", "prod", "max", "min", "pmax", "pmin",
  "abs", "sign", "sqrt", "exp", "expm1", "log", "log1p", "log2", "log10",
  "sin", "cos", "tan", "asin", "acos", "atan", "atan2",
  "sinh", "cosh", "tanh", "gamma", "lgamma", "digamma", "beta", "lbeta", "plogis", "qlogis", "dnorm", "pnorm", "dexp",
  "pexp", "dlogis", "dcauchy", "dt", "dgamma", "dbeta", "dweibull", "dpois", "dbinom", "dnbinom", "dunif", "dlnorm"
)

# ---- at run time ----

# if (test) yes else no: by choice where a tape that records is told to, and both sides can be had.
choose_branch <- function(test, yes, no, copies) {
  if (is_to_choose(test, copies)) {
    value <- tryCatch(choose_value(test, yes, no), error = function(e) NULL)
    if (!is.null(value)) return(value)
  }
  if (test) yes else no
}

# The same where the sides are code that sets variables of `frame`; no: may be NULL.
choose_assignments <- function(test, yes, no, frame, copies) {
  if (is_to_choose(test, copies)) {
    values <- tryCatch(chosen_variables(test, yes, no, frame), error = function(e) NULL)
    if (!is.null(values)) return(invisible(list2env(values, frame)))
  }
  if (test) eval(yes, frame) else eval(no, frame)
}

is_to_choose <- function(test, copies) isTRUE(copies$choosing) && is_recorded(test) && length(test) == 1

chosen_variables <- function(test, yes, no, frame) {
  sides <- lapply(list(yes, no), function(code) {
    side <- new.env(parent = frame)
    eval(code, side)
    side
  })
  names <- unique(unlist(lapply(sides, ls, all.names = TRUE)))
  values <- lapply(names, function(name) {
    value <- lapply(sides, function(side) get0(name, side))
    choose_value(test, value[[1]], value[[2]])
  })
  if (!any(vapply(values, is.null, NA))) stats::setNames(values, names)
}

# NULL where the values are unlike in form, or plain numbers: these decide what R does next.
choose_value <- function(test, yes, no) {
  if (identical(yes, no)) return(yes)
  if (!is_recorded(yes) && !is_recorded(no) || !is_value(yes) || !is_value(no)) return(NULL)
  if (!identical(value_shape(yes), value_shape(no)) || !identical(labels_of(yes), labels_of(no))) return(NULL)
  labelled(torch_where(test, yes, no), labels_of(yes))
}
is_value <- function(x) is_torch_tensor(x) || is.numeric(x) && !is.object(x)

# Ways through a function that are recorded one by one; after these, branches are choices.
most_ways <- 4L

# From now on, `if`s in what a copied function runs are choices where they can be.
choose_branches <- function(copy) {
  copies <- if (!is.primitive(copy)) get0(".gradtape_copies", environment(copy))
  if (!is.null(copies)) copies$choosing <- TRUE
}
