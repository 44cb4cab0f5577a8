# Many small minimizations, one for each data set.

#' Fit one function to many data sets
#'
#' Minimizes `fn(par, data)` for each of many data sets, thousands of groups for instance, on the processes of
#' [future::plan()], and gives a data frame with a row for each.
#'
#' Data sets that are built alike (the same columns and lengths) share one tape, in which their numbers are inputs: it
#' is recorded once and sent once to each process. Each fit ends with the value of `fn` on plain numbers beside that of
#' the tape (of data that differ in what is not numeric, also at its start and near it). Where they differ, where a fit
#' does not converge or ends at a saddle point, where data hold `NA`, where less than three are alike or `fn` cannot be
#' recorded so, that fit is made by [minimize()] from a tape of its own. Which process does what changes nothing in the
#' answer, which is the same under any plan. A fit that stops with an error is a row with its message.
#'
#' @param fn A function of parameters and a data set, `fn(par, data, ...)`, that returns one number.
#' @param par Where each fit starts, as for [minimize()]; or a function of a data set that returns it (in the same form
#'   for all).
#' @param data A list of data sets: data frames, lists, vectors or matrices, as `split()` gives them.
#' @param ... Further arguments of `fn`, the same for all fits.
#' @param starts `NULL`, or a matrix or data frame with the start of a fit in each row; `par` then only says in which
#'   form.
#' @param method `"auto"`: `"bfgs"`, or `"lbfgsb"` with bounds; else as for [minimize()]. With a method that needs the
#'   Hessian as a matrix, each fit has a tape of its own.
#' @param lower,upper,fixed,control As for [minimize()]; starts are moved into the bounds. `control$maximize` and
#'   `control$likelihood` hold for each fit; trace, path and callback are not for many fits.
#' @return A data frame with a row for each data set: `fit` (its name, or number), `value`, `convergence`, `iterations`
#'   and `message` as in the result of [minimize()] (`NA`, and the error's message, where it failed), then the
#'   parameters, and with `control$likelihood` their standard errors, in columns that begin with `se.`.
#' @section Errors: `data` is no list; `fn` gives no number for any data set; as for [minimize()].
#' @seealso [minimize_multistart()] for one function from many starts.
#' @examples
#' groups <- split(datasets::ChickWeight, datasets::ChickWeight$Chick)
#' growth <- function(p, d) sum((d$weight - exp(p[1] + p[2] * d$Time))^2)
#' head(fit_many(growth, c(start = 3.5, rate = 0.05), groups))
#' @export
fit_many <- function(fn, par, data, ..., starts = NULL, method = "auto", lower = -Inf, upper = Inf, fixed = NULL,
                     control = minimize_control()) {
  control <- check_control(control)
  check_no_checkpoint(control, "{.fn fit_many}")
  control$progress <- control$trace <- control$path <- FALSE
  check_function(fn, "fn", " of parameters and data")
  if (!is.list(data) || is.data.frame(data)) {
    abort(c("{.arg data} must be a list of data sets, not {given(data)}.",
            i = if (is.data.frame(data)) "{.code split(data, group)} makes one of a data frame."))
  }
  if (!identical(method, "auto")) check_choice(method, "method", c("auto", method_names()))
  if (!length(data)) abort("{.arg data} holds no data set.")
  begin <- starts_of_fits(par, data, starts)
  shape <- begin$shape
  space <- new_task(shape, begin$x[, 1], NULL, NULL, NULL, identity, NULL, "tape")
  space <- suppressMessages(within_space(space, lower, upper, fixed))
  if (identical(method, "auto")) method <- if (space$is_bounded) "lbfgsb" else "bfgs"
  x <- pmin(pmax(begin$x, space$lower), space$upper)
  dim(x) <- dim(begin$x)
  sets <- lapply(unname(data), split_data)
  arguments <- list(...)
  families <- families_of(sets, x, fn, arguments, shape, method)
  sent <- list(fn = fn, arguments = arguments, shape = shape, method = method, control = control, lower = lower,
               upper = upper, fixed = fixed, space = space[c("lower", "upper", "free", "is_bounded")],
               rests = families$rests, tapes = families$tapes, states = lapply(families$tapes, `[[`, "state"),
               compiled = if (control$compile) families$tapes)
  items <- lapply(seq_along(sets), function(k) item_of(x[, k], sets[[k]], families$of[k], families))
  fits_table(parallel_map(items, "fit_one", sent, c(list(fn), arguments)), data, shape, control)
}

# Starts as columns, within bounds later; and their shape.
starts_of_fits <- function(par, data, starts) {
  each <- if (is.function(par)) lapply(unname(data), par)
  shape <- flat_start(if (is.null(each)) par else each[[1]])$shape
  if (!is.null(each)) {
    x <- vapply(each, function(p) flatten_parameters(p, shape, "par"), numeric(shape$n))
  } else if (is.null(starts)) {
    x <- rep(flatten_parameters(par, shape, "par"), length(data))
  } else {
    starts <- as.matrix(starts)
    if (!is.numeric(starts) || !identical(dim(starts), c(length(data), shape$n)) || anyNA(starts)) {
      abort(paste("{.arg starts} must be numbers, with a row for each of {length(data)} data set{?s} and a column for",
                  "each of {shape$n} parameter{?s}."))
    }
    x <- t(starts)
  }
  list(shape = shape, x = matrix(as.double(x), shape$n))
}

# ---- data sets that are built alike ----

# of: the family of each data set, 0 for those without; rests and tapes: of the families.
families_of <- function(sets, x, fn, arguments, shape, method) {
  of <- integer(length(sets))
  rests <- tapes <- list()
  if (method %in% c("trust", "trust-bounds", "nelder-mead")) return(list(of = of, rests = rests, tapes = tapes))
  key <- vapply(sets, `[[`, "", "key")
  counts <- table(key[nzchar(key)])
  for (one in names(counts)[counts >= fewest_alike]) {
    members <- which(key == one)
    first <- sets[[members[1]]]
    tape <- data_tape(fn, arguments, shape, first$rest, x[, members[1]], first$numbers)
    if (is.null(tape)) next
    rests <- c(rests, list(first$rest))
    tapes <- c(tapes, tape)
    of[members] <- length(tapes)
  }
  list(of = of, rests = rests, tapes = tapes)
}
fewest_alike <- 3

# rest: NULL where it is that of the family.
item_of <- function(x, set, family, families) {
  is_same <- family > 0 && identical(set$rest, families$rests[[family]])
  list(x = x, family = family, numbers = set$numbers, rest = if (!is_same) set$rest)
}
data_of_item <- function(sent, item) join_data(item$numbers, item$rest %||% sent$rests[[item$family]])

# ---- a fit ----

# In a worker: a vector of value, convergence, iterations, parameters and standard errors, with a message.
fit_one <- function(sent, item) {
  if (item$family > 0) {
    fit <- tryCatch(fit_on_shared_tape(sent, item), error = function(e) NULL)
    if (!is.null(fit)) return(fit)
  }
  fit_alone(sent, item)
}

fit_on_shared_tape <- function(sent, item) {
  tape <- sent$tapes[[item$family]]
  control <- sent$control
  space <- c(sent$space, maximize = control$maximize)
  n <- sent$shape$n
  rest <- length(item$numbers)
  x <- c(item$x, item$numbers)
  run <- minimize_in_c(list(tape$state, function(x) tape_answer(tape, x)), x, sent$method,
                       list(lower = if (space$is_bounded) c(space$lower, rep(-Inf, rest)),
                            upper = if (space$is_bounded) c(space$upper, rep(Inf, rest)),
                            maximize = control$maximize, free = space$free), run_options(sent$method, control))
  if (!is_converged(run)) return(NULL)
  hessian <- tape_products(tape, "hvp", run$par, diag(1, length(x), n))[seq_len(n), , drop = FALSE]
  par <- run$par[seq_len(n)]
  if (!is_definite(space, par, hessian)) return(NULL)
  if (!is_confirmed(sent, item, par, run$value)) return(NULL)
  list(numbers = c(run$value, 0, run$iterations, par,
                   if (control$likelihood) errors_of(hessian, interior(space, par), n, control)),
       message = paste0("Converged: ", run$message, "."))
}

# Does the function give that value on plain numbers? Where a data set differs from that which was recorded in more than
# numbers, the function may have asked for it: then it has to agree at other points as well.
is_confirmed <- function(sent, item, par, value) {
  data <- data_of_item(sent, item)
  plain <- function(x) {
    value <- tryCatch(do.call(sent$fn, c(list(shape_parameters(x, sent$shape), data), sent$arguments), quote = TRUE),
                      error = function(e) NULL)
    if (is.numeric(value)) as.double(value)
  }
  if (!agrees(value, plain(par))) return(FALSE)
  if (is.null(item$rest)) return(TRUE)
  tape <- sent$tapes[[item$family]]
  near <- item$x + 0.01 * (abs(item$x) + 0.1) * cos(seq_along(item$x))
  all(vapply(list(item$x, near), function(x) {
    expected <- plain(x)
    found <- tape_value_at(tape, c(x, item$numbers))
    length(expected) == 1 && length(found) == 1 && isTRUE(abs(found - expected) <= 1e-9 * abs(expected))
  }, NA))
}

errors_of <- function(hessian, inner, n, control) {
  errors <- rep(NA_real_, n)
  if (length(inner)) {
    h <- hessian[inner, inner, drop = FALSE]
    errors[inner] <- sqrt(diag(chol2inv(chol(if (control$maximize) -h else h))))
  }
  errors
}

fit_alone <- function(sent, item) {
  data <- data_of_item(sent, item)
  start <- shape_parameters(item$x, sent$shape)
  fit <- do.call(minimize, c(list(sent$fn, start, data), sent$arguments,
                             list(method = sent$method, lower = sent$lower, upper = sent$upper, fixed = sent$fixed,
                                  control = sent$control)), quote = TRUE)
  list(numbers = c(fit$value, fit$convergence, fit$iterations, unname(flat_par(fit)),
                   if (sent$control$likelihood) unname(standard_errors(fit))),
       message = paste(fit$message, collapse = " "))
}

# ---- the answer ----

fits_table <- function(fits, data, shape, control) {
  names <- parameter_names(shape)
  columns <- c("value", "convergence", "iterations", names, if (control$likelihood) paste0("se.", names))
  failed <- vapply(fits, is_failure, NA)
  if (all(failed)) {
    abort(c("None of the {length(fits)} fits came to a value.", i = paste("The first ended with: {fits[[1]]$message}")))
  }
  numbers <- matrix(NA_real_, length(fits), length(columns), dimnames = list(NULL, columns))
  numbers[!failed, ] <- t(vapply(fits[!failed], `[[`, numeric(length(columns)), "numbers"))
  label <- names(data) %||% seq_along(data)
  cbind(data.frame(fit = label), numbers[, 1:3, drop = FALSE],
        data.frame(message = vapply(fits, `[[`, "", "message")), numbers[, -(1:3), drop = FALSE])
}
