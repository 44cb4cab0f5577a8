# The functions and the five minimizations of the post "torch for optimization".
# Each minimizer changes the tensor x; after each evaluation of value and gradient it
# calls see(x, value).

rosenbrock <- function(x) {
  x1 <- x[1]
  x2 <- x[2]
  (1 - x1)^2 + 5 * (x2 - x1^2)^2
}

# Petals around the origin, where it is not defined.
flower <- function(x, a = 1, b = 1, c = 4) {
  a * torch_norm(x) + b * torch_sin(c * torch_atan2(x[2], x[1]))
}

# The same for vectors of x1 and x2.
rosenbrock_at <- function(x1, x2) (1 - x1)^2 + 5 * (x2 - x1^2)^2
flower_at <- function(x1, x2) torch_hypot(x1, x2) + torch_sin(4 * torch_atan2(x2, x1))

# At most 0 outside the circle of radius sqrt(2).
outside_circle <- function(x) 2 - torch_square(torch_norm(x))

start_at <- function(x) torch_tensor(x, requires_grad = TRUE)

see_nothing <- function(x, value) NULL

minimize_by_hand <- function(f, x, lr, iterations, see = see_nothing) {
  for (i in seq_len(iterations)) {
    value <- f(x)
    value$backward()
    see(x, value)
    with_no_grad({
      x$sub_(lr * x$grad)
      x$grad$zero_()
    })
  }
}

minimize_adam <- function(f, x, lr, iterations, see = see_nothing) {
  optimizer <- optim_adam(x, lr)
  for (i in seq_len(iterations)) {
    optimizer$zero_grad()
    value <- f(x)
    value$backward()
    see(x, value)
    optimizer$step()
  }
}

minimize_lbfgs <- function(f, x, steps, line_search_fn = NULL, see = see_nothing) {
  optimizer <- optim_lbfgs(x, line_search_fn = line_search_fn)
  calc_loss <- function() {
    optimizer$zero_grad()
    value <- f(x)
    value$backward()
    see(x, value)
    value
  }
  for (i in seq_len(steps)) optimizer$step(calc_loss)
}

minimize_outside_circle <- function(x, f = flower, p = quadratic_penalty(ineq = outside_circle), ...) {
  penalty_method(f, p, x, ...)
}

# A see() that remembers, and what it saw as a data frame with a row per evaluation.
new_trace <- function() {
  rows <- list()
  list(
    see = function(x, value) {
      x_now <- as.numeric(x)
      g <- as.numeric(x$grad)
      rows[[length(rows) + 1]] <<- data.frame(value = as.numeric(value), x1 = x_now[1], x2 = x_now[2],
                                              g1 = g[1], g2 = g[2])
    },
    rows = function() do.call(rbind, rows)
  )
}
