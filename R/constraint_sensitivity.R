#' How an optimum moves with its constraints
#'
#' The derivatives of the optimal value and of the parameters with respect to the right-hand sides of the active
#' constraints: what would change if a constraint were moved.
#'
#' With \eqn{L(x, \lambda) = f(x) + \lambda' c(x) + z' x} and its gradient zero, the optimal value changes by
#' \eqn{-\lambda_i} for each unit by which the side that holds constraint \eqn{i} rises. The parameters change as the
#' solution of the equations
#' \deqn{\nabla^2_{xx} L\, dx + A'\, d\lambda = 0,\quad A\, dx = db,}
#' where the rows of \eqn{A} are the gradients of the active constraints; parameters at a bound stay there.
#' It holds for small changes and where the active constraints stay active.
#'
#' @param fit A `minimum` with constraints, as [minimize()] gives it.
#' @return A list of `value`, a number for each active constraint, and `par`, a matrix with a row for each parameter
#'   and a column for each active constraint.
#' @section Errors: the fit has no constraints; its Lagrangian's Hessian is not known; the gradients of active
#'   constraints are dependent, or the Hessian on their tangent space is singular, so that there is no such derivative.
#' @references Fiacco (1983), *Introduction to Sensitivity and Stability Analysis in Nonlinear Programming*;
#'   Nocedal and Wright (2006), *Numerical Optimization*, section 12.8.
#' @examples
#' # the nearest point to the origin on the line x1 + 2 x2 = 5
#' fit <- minimize(function(x) sum(x^2), c(0, 0), eq = function(x) x[1] + 2 * x[2] - 5)
#' fit$multipliers$eq
#' constraint_sensitivity(fit)
#' @export
constraint_sensitivity <- function(fit) {
  task <- fit$task
  if (!inherits(fit, "minimum") || is.null(task$constraints)) abort("{.arg fit} must be a minimum with constraints.")
  if (is.null(fit$hessian)) {
    abort("The Hessian of the Lagrangian is not known: ask for it by {.code minimize_control(hessian = TRUE)}.",
          "gradtape_state_error")
  }
  x <- unname(flat_par(fit))
  inside <- interior(task, x)
  A <- active_gradients(task, x, inside)
  active <- attr(A, "active")
  k <- length(active)
  system <- rbind(cbind(unname(fit$hessian)[inside, inside, drop = FALSE], t(A)), cbind(A, matrix(0, k, k)))
  right <- rbind(matrix(0, length(inside), k), diag(1, k))
  solution <- tryCatch(solve(system, right), error = function(e) {
    abort(paste("The optimum has no derivative: the gradients of the active constraints are dependent, or the Hessian",
                "is singular on their tangent space."), "gradtape_numeric_error")
  })
  labels <- task$constraints$labels[active]
  moves <- matrix(0, length(x), k, dimnames = list(parameter_names(task$shape), labels))
  moves[inside, ] <- solution[seq_along(inside), ]
  multipliers <- unlist(fit$multipliers[c("eq", "ineq")], use.names = FALSE)
  list(value = stats::setNames(-multipliers[active], labels), par = moves)
}
