# The task of minimize(): what is minimised, from where, in which space.

# problem: for C. fn, gr, he: functions of flat numbers, for what is computed afterwards; NULL where there is none.
# notes: see tape_problem(). source: of derivatives: "tape", "eager", "given", "numeric" or "none".
new_task <- function(shape, x, notes, problem, fn, gr, he, source) {
  n <- shape$n
  task <- list(shape = shape, x = x, notes = notes, problem = problem, fn = fn, gr = gr, he = he, source = source,
               is_bounded = FALSE, lower = rep(-Inf, n), upper = rep(Inf, n), free = seq_len(n), maximize = FALSE,
               scale = NULL)
  task$suited <- suited_method(task)
  task
}

minimization_task <- function(fn, par, called, arguments, gr, he, method, control) {
  if (inherits(fn, "gradtape_tape")) {
    if (control$compile) compile_task(tape_private(fn))
    return(task_of_tape(tape_private(fn), par, arguments, gr, he))
  }
  if (inherits(fn, "gradtape_sharded")) return(sharded_task(fn, par, arguments, gr, he))
  start <- flat_start(par)
  check_given_functions(fn, gr, he)
  if (is.null(gr) && !identical(method, "nelder-mead")) {
    tape <- tape_private(tape_or_reason(fn, par, called, arguments))
    if (control$compile) compile_task(tape)
    return(tape_task(tape, start$shape, start$x))
  }
  closure_task(fn, par, called, arguments, gr, he, start$shape, start$x, control)
}

# The start's shape, and its numbers.
flat_start <- function(par) {
  shape <- parameter_shape(par, "par")
  check_not_empty(shape$n)
  list(shape = shape, x = flatten_parameters(par, shape, "par"))
}
check_not_empty <- function(n) if (n == 0) abort("{.arg par} must hold at least one parameter.")

check_given_functions <- function(fn, gr, he) {
  check_function(fn, "fn", " of the parameters")
  if (is.null(gr) && !is.null(he)) abort("{.arg he} was given without {.arg gr}: give both, or neither.")
}

# From a start in the form of the tape's own, nothing but the start is new: the rest is kept with the tape. (Not from
# one session to the next: a saved tape may come to another version. `preset` is then another environment.)
task_of_tape <- function(tape, par, arguments, gr, he) {
  check_alone(arguments, gr, he)
  if (!is.double(par) || length(par) != tape$shape$n || !identical(attributes(par), attributes(tape$start))) {
    start <- flat_start(par)
    return(tape_task(tape, start$shape, start$x))
  }
  task <- tape$task
  if (is.null(task) || !identical(task$session, preset) || tape$eager) {
    task <- tape_task(tape, tape$shape, NULL)
    task$session <- preset
    tape$task <- task
  }
  task$notes$error <- NULL
  task$x <- flatten_parameters(par, tape$shape, "par")
  task
}

# What a tape has of its own is not to be given beside it.
check_alone <- function(arguments, gr, he, what = "A tape", maker = "tape") {
  if (length(arguments)) abort("{what} takes no further arguments: give them to {.fn {maker}}.")
  if (!is.null(gr) || !is.null(he)) abort("{what} has its own derivatives: leave {.arg gr} and {.arg he} out.")
}

# Does a tape give one number of so many parameters?
check_tape_fits <- function(tape, n) {
  check_not_empty(n)
  if (tape$shape$n != n) abort("The tape was recorded for {tape$shape$n} parameter{?s}; {.arg par} has {n}.")
  check_one_number(tape$n_out)
}
check_one_number <- function(n) {
  if (!identical(n, 1L)) abort("{.arg fn} must return one number; it returned {n}.", "gradtape_shape_error")
}

tape_task <- function(tape, shape, x) {
  check_tape_fits(tape, shape$n)
  notes <- new.env(parent = emptyenv())
  task <- new_task(shape, x, notes, tape_problem(tape, shape$n, notes), function(x) tape_fn(tape, x),
                   function(x) tape_gr(tape, x), function(x) tape_hessian(tape, x), if (tape$eager) "eager" else "tape")
  task$tape <- tape
  task
}

# That of an objective whose data are in shards.
sharded_task <- function(objective, par, arguments, gr, he) {
  check_alone(arguments, gr, he, "A sharded objective", "sharded")
  start <- flat_start(par)
  objective$.set_shape(start$shape)
  notes <- new.env(parent = emptyenv())
  n <- start$shape$n
  both <- function(x) unlist(objective$value_and_grad(x), use.names = FALSE)
  problem <- list(value = function(x) undefined_where_it_stops(objective$fn(x), NaN, notes),
                  both = function(x) undefined_where_it_stops(both(x), rep(NaN, n + 1), notes),
                  multiply = function(x, v) unname(objective$hvp(x, v)),
                  hessian = function(x) as.double(objective$he(x)))
  new_task(start$shape, start$x, notes, problem, objective$fn, objective$gr, objective$he, "shards")
}

compile_task <- function(tape) {
  if (!tape$eager && identical(tape$n_out, 1L)) compile_programs(tape, c("value", "gradient", "hvp"))
}

tape_or_reason <- function(fn, par, called, arguments) {
  tryCatch(Tape$new(fn, par, "par", called, FALSE, arguments), gradtape_error = function(e) {
    value <- tryCatch(do.call(fn, c(list(par), arguments)), error = function(e) 0)
    if (!is.numeric(value)) abort("{.arg fn} must return one number, not {given(value)}.")
    if (grepl("must return a tensor", conditionMessage(e), fixed = TRUE)) {
      abort("{.arg fn} gives {format(value[1])} without using its parameters: there is nothing to minimize.")
    }
    stop_with(paste0(conditionMessage(e), "\n", cli::format_message(c(
      i = paste("{.fn minimize} needs derivatives: give {.arg gr}, or {.code gr = \"numeric\"},",
                "or {.code method = \"nelder-mead\"}.")
    ))), class(e)[1], parent = e)
  })
}

closure_task <- function(fn, par, called, arguments, gr, he, shape, x, control) {
  notes <- new.env(parent = emptyenv())
  with_arguments <- function(f) {
    bound <- bind_arguments(f, called, NULL, arguments)
    function(x) bound(shape_parameters(x, shape))
  }
  value <- with_arguments(fn)
  gradient <- if (is.function(gr)) with_arguments(gr) else if (identical(gr, "numeric")) {
    function(x) unlist(differences(value, x, 1e-3, 1e-2))
  }
  if (!is.null(gr) && is.null(gradient)) abort("{.arg gr} must be a function, {.val numeric} or NULL, not {given(gr)}.")
  if (!is.null(he)) check_function(he, "he", " of the parameters")
  hessian <- if (!is.null(he)) with_arguments(he)
  if (is.function(gr) && control$check_gradient) compare_with_tape(gr, gradient, fn, par, called, arguments, x)
  new_task(shape, x, notes, closure_problem(value, gradient, hessian, shape$n, notes), value, gradient, hessian,
           if (is.function(gr)) "given" else if (is.null(gr)) "none" else "numeric")
}

# A gradient that the user gives is compared once with the exact one, if there is one.
compare_with_tape <- function(gr, gradient, fn, par, called, arguments, x) {
  exact <- tryCatch(suppressMessages(Tape$new(fn, par, "par", called, FALSE, arguments)$gr(x)),
                    error = function(e) NULL)
  given <- checked_derivative(gradient(x), length(x), "gr")
  if (is.null(exact) || !all(is.finite(exact)) || !all(is.finite(given))) return(invisible())
  wrong <- which(abs(given - exact) > 1e-3 * max(abs(exact), abs(given)) + 1e-8)
  if (length(wrong)) {
    inform(c("!" = paste("{.arg gr} differs from the exact gradient at the start: element {wrong[1]} is",
                         "{format(given[wrong[1]])}, not {format(exact[wrong[1]])}. The run goes on with {.arg gr}.")))
  }
}

# ---- the method that suits it ----

# A list of its name and why.
suited_method <- function(task) {
  if (!is.null(task$constraints)) return(suited_to_constraints(task))
  if (is.null(task$gr)) return(list(name = "nelder-mead", why = "no gradient"))
  n <- length(task$free)
  bounded <- task$is_bounded
  dense <- n <= most_dense
  newton <- dense && has_cheap_hessian(task)
  name <- if (newton && bounded) "trust-bounds" else if (newton) "trust" else if (bounded) "lbfgsb"
          else if (dense) "bfgs" else "lbfgs"
  list(name = name, why = paste0(n, if (n == 1) " parameter" else " parameters", if (bounded) " with bounds",
                                 if (newton) ", exact Hessian" else if (is.null(task$he)) ", no Hessian"))
}

suited_to_constraints <- function(task) {
  n <- length(task$free)
  m <- sum(task$constraints$n)
  problem <- cli::format_inline("{n} parameter{?s}, {m} constraint{?s}")
  derivatives <- if (is.null(task$lagrangian)) ", no Hessian" else ", exact Hessian"
  list(name = "ipm", second = second_method(task), why = paste0(problem, derivatives))
}

# As many parameters: two runs in C then take less time than recording the functions.
most_twice <- 20L

# The second method of "auto" with constraints (R/minimize_twice.R), or NULL.
second_method <- function(task) {
  if (length(task$free) <= most_twice && task$source == "tape" && !is.null(task$lagrangian)) "sqp"
}

# ---- bounds, and parameters that are held ----

within_space <- function(task, lower, upper, fixed) {
  if (identical(lower, -Inf) && identical(upper, Inf) && is.null(fixed)) return(task)
  names <- parameter_names(task$shape)
  task$lower <- bound_vector(lower, "lower", -Inf, task$shape)
  task$upper <- bound_vector(upper, "upper", Inf, task$shape)
  crossed <- which(task$lower > task$upper)
  if (length(crossed)) {
    k <- crossed[1]
    abort("The bounds of {names[k]} cross: {.arg lower} is {task$lower[k]}, {.arg upper} {task$upper[k]}.")
  }
  task$free <- setdiff(task$free, fixed_positions(fixed, task$shape))
  if (!length(task$free)) abort("{.arg fixed} holds every parameter: there is nothing to minimize.")
  task$is_bounded <- any(is.finite(task$lower[task$free]), is.finite(task$upper[task$free]))
  task$suited <- suited_method(task)
  inside <- pmin(pmax(task$x, task$lower), task$upper)
  moved <- which(inside != task$x)
  if (length(moved)) {
    inform(c(i = paste("The start is outside the bounds in {.field {names[moved]}}:",
                       "it was moved to {format(inside[moved])}.")))
    task$x <- inside
  }
  task
}

parameter_names <- function(shape) shape$flat_names %||% paste0("x[", seq_len(shape$n), "]")

# A bound of each element: from one number, numbers for all, or some by their names.
bound_vector <- function(bound, name, otherwise, shape) {
  flat <- unlist(bound)
  if (!is.numeric(flat) || anyNA(flat)) abort("{.arg {name}} must be numbers without NA, not {given(bound)}.")
  result <- rep(otherwise, shape$n)
  names <- names(flat)
  if (!is.null(names) && !is.null(shape$flat_names) && !identical(names, shape$flat_names)) {
    unknown <- setdiff(names, c(shape$flat_names, shape$names))
    if (length(unknown)) abort("{.arg {name}} names {.val {unknown[1]}}, which is no parameter.")
    for (k in seq_along(flat)) result[elements_named(names[k], shape)] <- flat[[k]]
    return(result)
  }
  if (!length(flat) %in% c(1, shape$n)) abort("{.arg {name}} must have 1 or {shape$n} number{?s}, not {length(flat)}.")
  result[] <- flat
  result
}

elements_named <- function(name, shape) {
  at <- which(shape$flat_names == name)
  if (length(at) || !shape$is_list) return(at)
  ends <- cumsum(shape$lengths)
  k <- match(name, shape$names)
  seq_len(shape$lengths[k]) + ends[k] - shape$lengths[k]
}

fixed_positions <- function(fixed, shape, name = "fixed") {
  if (is.null(fixed)) return(integer())
  if (is.character(fixed)) {
    unknown <- setdiff(fixed, c(shape$flat_names, shape$names))
    if (length(unknown)) abort("{.arg {name}} names {.val {unknown[1]}}, which is no parameter.")
    return(unique(unlist(lapply(fixed, elements_named, shape))))
  }
  if (is.logical(fixed) && length(fixed) == shape$n) return(which(fixed))
  if (!is.numeric(fixed) || anyNA(fixed) || any(fixed != trunc(fixed) | fixed < 1 | fixed > shape$n)) {
    abort("{.arg {name}} must be names or positions of parameters, not {given(fixed)}.")
  }
  as.integer(fixed)
}
