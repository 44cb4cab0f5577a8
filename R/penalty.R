# Constrained minimization by a quadratic penalty.

#' Quadratic penalty for constraints
#'
#' Builds the penalty \eqn{p(x) = \sum_i h_i(x)^2 + \sum_j \max(g_j(x), 0)^2} of the
#' constraints \eqn{h_i(x) = 0} and \eqn{g_j(x) \le 0}. It is zero where all hold, and
#' positive elsewhere. Minimizing \eqn{f(x) + \rho\, p(x)}{f(x) + rho p(x)} for growing \eqn{\rho} is the
#' quadratic penalty method; see [penalty_method()].
#'
#' @param eq A function, or a list of functions, of a tensor: the \eqn{h_i}. Each may
#'   return a scalar or a vector.
#' @param ineq The same for the \eqn{g_j}.
#' @return A function of a tensor that returns a scalar tensor.
#' @references Nocedal and Wright (2006), *Numerical Optimization*, section 17.1.
#' @examples
#' outside <- function(x) 2 - x[1]^2 - x[2]^2
#' p <- quadratic_penalty(ineq = outside)
#' p(torch_tensor(c(0.5, 0.5)))
#' p(torch_tensor(c(2, 0)))
#' @export
quadratic_penalty <- function(eq = NULL, ineq = NULL) {
  eq <- constraint_list(eq, "eq")
  ineq <- constraint_list(ineq, "ineq")
  if (!length(eq) && !length(ineq)) {
    abort("Give at least one constraint, as {.arg eq} or {.arg ineq}.")
  }
  takes_tensors(function(x) {
    total <- NULL
    for (h in eq) total <- plus(total, sum_of_squares(h(x)))
    for (g in ineq) total <- plus(total, sum_of_squares(.Call(C_maximum, g(x), 0)))
    total
  })
}

plus <- function(total, term) if (is.null(total)) term else total + term

sum_of_squares <- function(v) {
  if (!is_torch_tensor(v) && !is.numeric(v)) {
    abort("A constraint must return a tensor, not {given(v)}.")
  }
  squares <- .Call(C_square, v)
  if (length(.Call(C_call_shape, squares))) .Call(C_sum, squares, NULL, FALSE) else squares
}

constraint_list <- function(x, name) {
  if (is.function(x)) x <- list(x)
  if (is.null(x) || is.list(x) && all(vapply(x, is.function, NA))) return(lapply(x, tensor_function))
  abort("{.arg {name}} must be a function or a list of functions, not {given(x)}.")
}

#' Constrained minimization by the quadratic penalty method
#'
#' Minimizes \eqn{f(x)} under the constraints whose penalty is \eqn{p}: for growing
#' \eqn{\rho}, \eqn{f(x) + \rho\, p(x)}{f(x) + rho p(x)} is minimized from where the last minimization ended,
#' until the penalty at `x` is at most `tol`.
#'
#' @param f A function of a tensor that returns a scalar tensor: what to minimize. Where `f` and `p` were both made by
#'   [jit()], their sum is computed as one operation.
#' @param p The penalty, a function such as [quadratic_penalty()] makes.
#' @param x The starting point, a leaf tensor that requires gradients; it is changed in
#'   place and holds the result. Plain numbers are made into such a tensor.
#' @param k_max At most so many values of \eqn{\rho}, at least 1.
#' @param rho The first \eqn{\rho}, positive.
#' @param gamma By what \eqn{\rho} is multiplied, more than 1.
#' @param num_iterations Calls of the optimizer's `$step()` for each \eqn{\rho}.
#' @param tol The largest penalty that counts as feasible. A penalty approaches zero but
#'   seldom reaches it: since it is the square of a violation, the default allows
#'   constraints to be violated by about 1e-6.
#' @param optimizer A function that makes the optimizer from `x`. The default is
#'   [optim_lbfgs()] with a strong Wolfe line search and `tolerance_change = 1e-20`.
#' @param verbose Print each row as it is computed?
#' @return Invisibly, an object of class `gradtape_penalty`: a list of `x` (the tensor),
#'   `value`, `penalty`, `feasible` (did the penalty come down to `tol`?), and `steps`, a
#'   data frame with a row per \eqn{\rho}: `k`, `rho`, `value`, the elements of `x`,
#'   `penalty`. It prints as a table.
#' @section Errors: functions that return no scalar tensor, and arguments out of range. `x`
#'   then keeps its last good value.
#' @references Nocedal and Wright (2006), *Numerical Optimization*, framework 17.1.
#' @examples
#' # the nearest point to the origin on the line x1 + 2 x2 = 5
#' f <- function(x) sum(x^2)
#' p <- quadratic_penalty(eq = function(x) x[1] + 2 * x[2] - 5)
#' print(penalty_method(f, p, c(0, 0)))
#' @export
penalty_method <- function(f, p, x, k_max = 30, rho = 1, gamma = 2, num_iterations = 1,
                           tol = 1e-12, optimizer = NULL, verbose = FALSE) {
  check_function(f, "f", " of a tensor")
  check_function(p, "p", " of a tensor")
  f <- tensor_function(f)
  p <- tensor_function(p)
  check_count(k_max, "k_max")
  check_number(rho, "rho", above = 0)
  check_number(gamma, "gamma", above = 1)
  check_count(num_iterations, "num_iterations")
  check_number(tol, "tol", min = 0)
  check_flag(verbose, "verbose")
  if (is.null(optimizer)) {
    optimizer <- function(x) optim_lbfgs(x, line_search_fn = "strong_wolfe", tolerance_change = 1e-20)
  } else if (!is.function(optimizer)) {
    abort(paste("{.arg optimizer} must be a function that makes an optimizer from a tensor,",
                "such as {.code function(x) optim_adam(x, lr = 0.1)}."))
  }
  if (!is_torch_tensor(x)) x <- torch_tensor(x, requires_grad = TRUE)
  if (!length(x)) abort("{.arg x} must have at least one element.")
  opt <- optimizer(x)
  if (!is_optimizer(opt)) abort("{.arg optimizer} must return an optimizer, not {given(opt)}.")
  steps <- vector("list", k_max)
  loss <- penalized(f, p)
  for (k in seq_len(k_max)) {
    minimize_penalized(loss, x, rho, num_iterations, opt)
    steps[[k]] <- penalty_row(k, rho, as.numeric(f(x)), penalty_at(p, x), as.numeric(x))
    if (verbose) cat(format_step(steps[[k]]), sep = "\n")
    if (isTRUE(steps[[k]][["penalty"]] <= tol)) break
    rho <- rho * gamma
  }
  last <- steps[[k]]
  invisible(structure(
    list(x = x, value = last[["value"]], penalty = last[["penalty"]],
         feasible = isTRUE(last[["penalty"]] <= tol), tol = tol,
         steps = as.data.frame(do.call(rbind, steps[seq_len(k)]))),
    class = "gradtape_penalty"
  ))
}

# f + rho p as a function of x and rho: one operation, where both are. (It is kept with f, for other starts.)
penalized <- function(f, p) {
  loss <- function(x, rho) scalar_tensor(f(x), "f") + rho * scalar_tensor(p(x), "p")
  if (!is_jit(f) || !is_jit(p)) return(loss)
  kept <- environment(f)
  if (!identical(kept$penalty, p)) {
    kept$penalty <- p
    kept$penalized <- jit_function(loss, NULL)
  }
  kept$penalized
}

minimize_penalized <- function(loss, x, rho, num_iterations, opt) {
  if (is_jit(loss)) rho <- torch_tensor(rho, dtype = x$dtype)
  calc_loss <- function() {
    opt$zero_grad()
    value <- loss(x, rho)
    value$backward()
    value
  }
  for (i in seq_len(num_iterations)) opt$step(calc_loss)
}

scalar_tensor <- function(value, name) {
  if (!is_torch_tensor(value) || length(value) != 1) {
    abort(paste("{.arg {name}} must return a tensor of one element,",
                "not {if (is_torch_tensor(value)) paste(length(value), 'elements') else class(value)[1]}."))
  }
  value
}

penalty_at <- function(p, x) {
  value <- as.numeric(p(x))
  if (!isTRUE(value >= 0)) abort("{.arg p} must return a penalty of at least 0, not {value}.")
  value
}

penalty_row <- function(k, rho, value, penalty, x) {
  names(x) <- if (length(x) > 1) paste0("x", seq_along(x)) else "x"
  c(k = k, rho = rho, value = value, x, penalty = penalty)
}

format_step <- function(row) paste(names(row), vapply(row, format, "", digits = 7), sep = " = ", collapse = "  ")

#' @export
print.gradtape_penalty <- function(x, digits = 7, n = 12, ...) {
  steps <- x$steps
  if (nrow(steps) > n) {
    top <- utils::head(steps, n %/% 2)
    print(format(top, digits = digits), row.names = FALSE)
    cat("... ", nrow(steps) - n, " rows ...\n", sep = "")
    print(format(utils::tail(steps, n - n %/% 2), digits = digits), row.names = FALSE)
  } else {
    print(format(steps, digits = digits), row.names = FALSE)
  }
  if (x$feasible) {
    cat("Feasible: the penalty came down to ", format(x$penalty, digits = 3), " (tol ", format(x$tol), ").\n", sep = "")
  } else {
    cat("Not feasible: the penalty is still ", format(x$penalty, digits = 3), " (tol ", format(x$tol),
        "); try a larger k_max, gamma or num_iterations.\n", sep = "")
  }
  invisible(x)
}
