# Constraints of minimize(): what they are, and a problem of the function and them together.

# ---- what was given ----

are_constraints_given <- function(eq, ineq, ineq_lower, ineq_upper) {
  if (is.null(ineq) && !(identical(ineq_lower, -Inf) && identical(ineq_upper, 0))) {
    abort("{.arg ineq_lower} and {.arg ineq_upper} are bounds of {.arg ineq}, which was not given.")
  }
  !is.null(eq) || !is.null(ineq)
}

# A list of functions (`eq`, `ineq`, those that were given), n (how many each returns), labels (of all of them), lower,
# upper.
constraints_of <- function(functions, lower, upper, par, arguments) {
  functions <- functions[!vapply(functions, is.null, NA)]
  start <- lapply(stats::setNames(nm = names(functions)), function(name) {
    constraint_at_start(functions[[name]], name, par, arguments)
  })
  n <- c(eq = length(start$eq), ineq = length(start$ineq))
  sides <- constraint_sides(lower, upper, n[["ineq"]])
  list(functions = functions, n = n, labels = unlist(Map(constraint_labels, start, names(start)), use.names = FALSE),
       lower = c(numeric(n[["eq"]]), sides$lower), upper = c(numeric(n[["eq"]]), sides$upper))
}

# What it returns there, as plain numbers.
constraint_at_start <- function(f, name, par, arguments) {
  check_function(f, name, " of the parameters")
  value <- do.call(f, c(list(par), arguments_for(f, name, arguments)), quote = TRUE)
  if (is_torch_tensor(value)) value <- as_array(value)
  if (is.logical(value) && !all(is.na(value))) {
    abort(c("{.arg {name}} must return numbers, not {given(value)}.",
            i = "Return what is compared: {.code x[1] - 2} with {.code ineq_upper = 0} says {.code x[1] <= 2}."))
  }
  if (is.null(value)) abort("{.arg {name}} must return numbers, not NULL. (Does its last line give a value?)")
  if (anyNA(value) || is.numeric(value) && any(is.infinite(value))) {
    k <- which(!is.finite(value))[1]
    abort("{.arg {name}} is {value[[k]]} at the start, in element {k}: begin where it is defined.",
          "gradtape_numeric_error")
  }
  if (!is.numeric(value)) abort("{.arg {name}} must return numbers, not {given(value)}.")
  if (sum(dim(value) != 1) > 1) {
    abort(c("{.arg {name}} must return a vector, not a matrix of {nrow(value)} rows and {ncol(value)} columns.",
            i = "{.code c()} around it makes it one, column by column."), "gradtape_shape_error")
  }
  stats::setNames(as.double(value), names(value) %||% rownames(value))
}

# Of the arguments that are handed on, those that a constraint has.
arguments_for <- function(f, name, arguments) {
  known <- names(formals(args(f)))
  if (name == "fn" || "..." %in% known || is.null(names(arguments))) return(arguments)
  arguments[!nzchar(names(arguments)) | names(arguments) %in% known]
}

constraint_sides <- function(lower, upper, n) {
  sides <- list(lower = lower, upper = upper)
  for (side in names(sides)) {
    name <- paste0("ineq_", side)
    value <- sides[[side]]
    if (!is.numeric(value) || anyNA(value)) abort("{.arg {name}} must be numbers without NA, not {given(value)}.")
    if (!length(value) %in% c(1, n)) {
      abort("{.arg {name}} must have 1 number or {n}, one for each that {.arg ineq} returns, not {length(value)}.")
    }
    sides[[side]] <- rep_len(as.double(value), n)
  }
  k <- which(sides$lower > sides$upper | sides$lower == Inf | sides$upper == -Inf)[1]
  if (!is.na(k)) {
    abort(paste("No value of constraint {k} of {.arg ineq} is allowed: {.arg ineq_lower} is {sides$lower[k]},",
                "{.arg ineq_upper} {sides$upper[k]}."))
  }
  sides
}

constraint_labels <- function(value, name) {
  labels <- names(value) %||% rep("", length(value))
  ifelse(nzchar(labels), labels, paste0(name, if (length(value) != 1) paste0("[", seq_along(value), "]")))
}

# ---- function and constraints as one function ----

# c(fn(p), eq(p), ineq(p)), of those that there are. n: how many numbers each returned at the start.
joint_function <- function(functions, arguments, n) {
  written <- written_arguments(arguments)
  list2env(functions, written$frame)
  written$frame$.part <- function(value, name) part_of_joint(value, name, n[[name]])
  parts <- lapply(names(functions), function(name) {
    handed <- arguments_for(functions[[name]], name, written$code)
    call(".part", as.call(c(as.name(name), quote(.parameters), handed)), name)
  })
  as.function(list(.parameters = quote(expr = ), as.call(c(quote(c), parts))), envir = written$frame)
}

# (not to be taken for a point where the function is not defined)
part_of_joint <- function(value, name, n) {
  if (length(value) == n) return(if (is_torch_tensor(value)) value else as.vector(value))
  if (name == "fn") abort("{.arg fn} must return one number; it returned {length(value)}.", "gradtape_shape_error")
  abort(c("{.arg {name}} returned {length(value)} number{?s} at one point, {n} at the start.",
          i = "A constraint must return as many everywhere."), c("gradtape_constraint_error", "gradtape_shape_error"))
}

# ---- the task ----

# That of minimization_task(), with constraints: the same list, and `constraints`, to which functions of flat numbers
# are added: values, jacobian; and `lagrangian`, the Hessian of a weighted sum of value and constraints, or NULL.
constrained_task <- function(fn, par, called, arguments, gr, he, control, functions, lower, upper) {
  start <- flat_start(par)
  shape <- start$shape
  x <- start$x
  if (inherits(fn, "gradtape_tape")) {
    check_alone(arguments, gr, he)
    check_tape_fits(tape_private(fn), shape$n)
    fn <- takes_tensors(tape_private(fn)$f)
  }
  check_given_functions(fn, gr, he)
  constraints <- constraints_of(functions, lower, upper, par, arguments)
  task <- if (is.null(gr)) joint_task(fn, constraints, par, arguments, shape, x, control)
          else separate_task(fn, constraints, par, called, arguments, gr, he, shape, x, control)
  task$suited <- suited_method(task)
  task
}

# One tape of the function and its constraints.
joint_task <- function(fn, constraints, par, arguments, shape, x, control) {
  functions <- c(list(fn = fn), constraints$functions)
  tape <- joint_tape(functions, arguments, c(fn = 1, constraints$n), par)
  if (control$compile && !tape$eager) compile_programs(tape, c("value", "vjp", "lagrangian"))
  parts <- taped_parts(tape)
  objective <- c(1, numeric(sum(constraints$n)))
  constraints$values <- function(x) parts$values(x)[-1]
  constraints$jacobian <- function(x) parts$jacobian(x)[-1, , drop = FALSE]
  task <- new_task(shape, x, new.env(parent = emptyenv()), NULL, function(x) parts$values(x)[1], parts$first_gradient,
                   function(x) parts$hessian(x, objective), if (parts$eager) "eager" else "tape")
  task$constraints <- constraints
  task$lagrangian <- parts$hessian
  problem <- c(closure_problem(task$fn, task$gr, NULL, shape$n, task$notes), constraint_problem(task, shape$n))
  task$problem <- if (parts$eager) problem else list(parts$state, problem)
  task
}

# The function with its own derivatives, the constraints with theirs.
separate_task <- function(fn, constraints, par, called, arguments, gr, he, shape, x, control) {
  task <- closure_task(fn, par, called, arguments, gr, he, shape, x, control)
  parts <- if (is.function(gr)) taped_constraints(constraints, par, arguments)
           else numeric_constraints(constraints, arguments, shape)
  constraints[names(parts)] <- parts
  task$constraints <- constraints
  if (!is.null(he) && !is.null(parts$hessian)) {
    task$lagrangian <- function(x, weights) weights[1] * as.matrix(task$he(x)) + parts$hessian(x, weights[-1])
  }
  task$problem <- c(task$problem, constraint_problem(task, shape$n))
  task
}

joint_tape <- function(functions, arguments, n, par) {
  joint <- joint_function(lapply(functions, tensor_function), arguments, n)
  tape_private(tryCatch(
    Tape$new(joint, par, "par", "value_and_constraints", FALSE, list()),
    gradtape_tape_error = function(e) {
      stop_with(paste0(conditionMessage(e), "\n", cli::format_message(c(
        i = paste("{.fn minimize} needs derivatives of the function and its constraints:",
                  "{.code gr = \"numeric\"} takes differences.")))), class(e)[1], parent = e)
    }))
}

# Functions of flat numbers: values, jacobian (a matrix, of a large problem one of package Matrix), first_gradient and
# hessian(x, weights).
taped_parts <- function(tape) {
  f <- function(x) tape_eagerly(tape, x)
  is_large <- !tape$eager && tape$shape$n > most_dense && as.double(tape$shape$n) * tape$n_out > 1e5
  list(
    eager = tape$eager, state = tape$state,
    values = function(x) as.vector(tape_value_at(tape, x) %||% eager_value(f(x), x)),
    jacobian = function(x) if (is_large) tape_sparse(tape, "jacobian", x) else unname(tape_jacobian(tape, x)),
    first_gradient = function(x) {
      seed <- matrix(c(1, numeric(tape$n_out - 1)))
      as.vector(tape_products(tape, "vjp", x, seed) %||%
                  eager_value_and_grad(function(tensor) f(x)(tensor)[1], x)$gradient)
    },
    hessian = function(x, weights) {
      tape_products(tape, "lagrangian", x, diag(1, length(x)), weights) %||%
        eager_hessian(function(tensor) sum(f(x)(tensor) * weights), x)
    })
}

taped_constraints <- function(constraints, par, arguments) {
  parts <- taped_parts(joint_tape(constraints$functions, arguments, constraints$n, par))
  parts[c("values", "jacobian", "hessian")]
}

numeric_constraints <- function(constraints, arguments, shape) {
  joint <- joint_function(constraints$functions, arguments, constraints$n)
  values <- function(x) as.double(joint(shape_parameters(x, shape)))
  list(values = values, jacobian = function(x) do.call(cbind, differences(values, x, 1e-3, 1e-2)))
}

# What bridge/closure_objective.h asks for of constraints.
constraint_problem <- function(task, n) {
  m <- sum(task$constraints$n)
  ask <- function(f, size) {
    force(f)
    force(size)
    function(...) undefined_where_it_stops(as.double(f(...)), rep(NaN, size), task$notes)
  }
  c(list(n_constraints = m, constraints = ask(task$constraints$values, m),
         constraint_jacobian = ask(task$constraints$jacobian, m * n)),
    if (!is.null(task$lagrangian)) list(lagrangian = ask(task$lagrangian, n * n)))
}
