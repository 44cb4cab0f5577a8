# Functions of R that call a function from C until they have found a number: a root, a minimum. Here
# the function may give tensors, because it takes parameters from around it.

#' Integrals, roots and minima inside a function
#'
#' Inside [tensor_function()] and [tape()], [integrate()], [uniroot()], [optimize()], [optim()], [nlm()],
#' [nlminb()] and [optimHess()] take a function that gives tensors, because it uses parameters from around it.
#'
#' `integrate()` divides the interval as R's function does, until its estimate of the error is within
#' `rel.tol` and `abs.tol`; the derivative is the integral of the derivative, by the same rule, also with
#' respect to the limits. A tape replays the rule on the intervals that it has found, as long as the estimate
#' of the error holds there. Where R's function extrapolates, at a singularity, the function runs at every call.
#'
#' The others are done by R's own functions, with R's numbers as results, and differentiated by the implicit
#' function theorem: the derivatives, up to the third, are those of the exact root or minimum near by.
#' A tape cannot replay them, so its function runs at every call. Parameters at a bound are constants.
#' @examples
#' gradient(function(p) integrate(function(t) exp(-p * t), 0, Inf)$value, 2)   # -1 / p^2
#' gradient(function(p) uniroot(function(t) t^2 - p, c(0, 5), tol = 1e-10)$root, 4)
#' @name solved_functions
NULL

solver_masks <- function() list(
  integrate = function(f, lower, upper, ..., subdivisions = 100L, rel.tol = .Machine$double.eps^0.25, abs.tol = rel.tol,
                       stop.on.error = TRUE, keep.xy = FALSE, aux = NULL) {
    f <- followed(f, parent.frame())
    of_x <- function(x) f(x, ...)
    plainly <- function(f) {
      original("integrate")(f, peeked(lower), peeked(upper), subdivisions = subdivisions, rel.tol = rel.tol,
                            abs.tol = abs.tol, stop.on.error = stop.on.error)
    }
    result <- if (!any_tensor(lower, upper)) until_tensor(of_x, plainly)
    if (is.null(result)) {
      result <- integral(of_x, lower, upper, subdivisions, rel.tol, abs.tol)
      if (!result$converged) {                   # R's function may find it by extrapolation, or stops
        .Call(C_call_record_unreplayable, "integrate() of a function with a singularity")
        result$value <- with_slope_of(plainly(watched(of_x)$fun)$value, result$value)
      }
      result <- c(result[c("value", "abs.error", "subdivisions")], list(message = "OK"))
    }
    result$call <- match.call()
    structure(result, class = "integrate")
  },
  uniroot = solver("uniroot", "f", function(result, f) {
    result$root <- with_slope_of(result$root, implicit_root(result$root, f))
    result
  }),
  optimize = minimizer_of_one("optimize"),
  optimise = minimizer_of_one("optimise"),
  optim = solver("optim", "fn", function(result, f, args) {
    minimum <- implicit_minimum(result$par, f, args$lower %||% -Inf, args$upper %||% Inf)
    result$par <- labelled(with_slope_of(result$par, minimum), names(result$par))
    result$value <- with_slope_of(result$value, f(result$par))
    if (!is.null(result$hessian)) result$hessian <- with_slope_of(result$hessian, hessian_at(result$par, f))
    result
  }, others = "gr"),
  nlm = solver("nlm", "f", function(result, f) {
    result$estimate <- with_slope_of(result$estimate, implicit_minimum(result$estimate, f))
    result$minimum <- with_slope_of(result$minimum, f(result$estimate))
    if (!is.null(result$hessian)) result$hessian <- with_slope_of(result$hessian, hessian_at(result$estimate, f))
    result
  }),
  nlminb = solver("nlminb", "objective", function(result, f, args) {
    minimum <- implicit_minimum(result$par, f, args$lower %||% -Inf, args$upper %||% Inf)
    result$par <- labelled(with_slope_of(result$par, minimum), names(result$par))
    result$objective <- with_slope_of(result$objective, f(result$par))
    result
  }, others = c("gradient", "hessian")),
  optimHess = function(par, fn, gr = NULL, ...) {
    fn <- followed(fn, parent.frame())
    seen <- watched(function(x, ...) fn(x, ...))
    plain_gr <- if (!is.null(gr)) watched(followed(gr, parent.frame()))$fun
    result <- original("optimHess")(peeked(par), seen$fun, plain_gr, ...)
    if (!seen$has_tensors() && !is_torch_tensor(par)) return(result)
    .Call(C_call_record_unreplayable, "optimHess()")
    with_slope_of(result, hessian_at(if (is_torch_tensor(par)) par else torch_tensor(par), function(x) fn(x, ...)))
  }
)

# The function with plain numbers as values, and whether it gave a tensor. (Gradients are recorded all the
# same: f may be the first to evaluate an argument of the function around it.)
watched <- function(f) {
  force(f)
  any <- FALSE
  list(has_tensors = function() any,
       fun = function(...) {
         value <- f(...)
         if (is_torch_tensor(value)) any <<- TRUE
         plain <- peeked(value)
         if (is.matrix(plain) && nrow(plain) > 1 && nrow(plain) == ncol(plain)) plain else as.vector(plain)
       })
}

# R's solver on plain numbers; refine(result, f, args) gives the parts of what it found their derivatives,
# where the function gave tensors. others: further functions among its arguments.
solver <- function(name, argument, refine, others = NULL) {
  force(refine)
  function(...) {
    args <- matched_values(name, list(...))
    known <- names(formals(original(name)))
    for (k in intersect(c(argument, others), names(args))) {
      if (is.function(args[[k]]) || is.character(args[[k]])) args[[k]] <- followed(args[[k]], parent.frame())
    }
    more <- args[!names(args) %in% known]
    with_more <- function(f) {
      force(f)
      function(x, ...) do.call(f, c(list(x), more), quote = TRUE)
    }
    f <- with_more(args[[argument]])
    seen <- watched(f)
    plain <- lapply(args[names(args) %in% known], peeked)
    plain[[argument]] <- seen$fun
    for (k in others) if (is.function(args[[k]])) plain[[k]] <- watched(with_more(args[[k]]))$fun
    result <- do.call(original(name), plain, quote = TRUE)
    if (!seen$has_tensors()) return(result)
    .Call(C_call_record_unreplayable, paste0(name, "()"))
    with_arguments <- function(x) sum(f(x))
    if (length(formals(refine)) == 3) refine(result, with_arguments, args) else refine(result, with_arguments)
  }
}
matched_values <- function(name, args) {
  call <- match.call(original(name), as.call(c(list(quote(f)), args)), expand.dots = TRUE)
  as.list(call)[-1]
}

minimizer_of_one <- function(name) {
  solver(name, "f", function(result, f) {
    what <- names(result)[1]                     # minimum, or maximum
    result[[what]] <- with_slope_of(result[[what]], implicit_minimum(result[[what]], f, is_inside = TRUE))
    result$objective <- with_slope_of(result$objective, f(result[[what]]))
    result
  })
}

# The plain value, with the derivatives of a tensor of nearly that value.
with_slope_of <- function(value, tensor) {
  if (!is_torch_tensor(tensor)) return(value)
  dim <- dim(value)
  value + (reshaped(tensor, dim %||% length(value)) - detached(reshaped(tensor, dim %||% length(value))))
}

# ---- the implicit function theorem ----

# Steps of Newton's method from a solution leave its value as it is, and each doubles the order up to which
# it depends on the parameters as the exact solution does.
implicit_root <- function(x0, f) {
  x <- variable(x0)
  for (step in 1:2) {
    value <- f(x)
    if (!carries_gradient(value)) return(x0)
    x <- x - value / gradient_at(value, x)
  }
  x
}

# is_inside: a minimum only where the second derivative says so; else what was found is an end of the interval.
implicit_minimum <- function(x0, f, lower = -Inf, upper = Inf, is_inside = FALSE) {
  free <- which(x0 > lower & x0 < upper)
  if (!length(free)) return(x0)
  start <- variable(x0[free])
  at <- function(y) if (length(free) < length(x0)) replace_elements(torch_tensor(as.numeric(x0)), list(free), y) else y
  y <- start
  for (step in 1:2) {
    value <- f(labelled(at(y), names(x0)))
    if (!carries_gradient(value)) return(x0)
    slope <- gradient_at(value, y)
    curvature <- curvature_at(slope, y)
    if (is_inside && step == 1 && !is_interior(x0, slope, curvature)) return(x0)
    y <- y - linalg_solve(curvature, slope)
  }
  at(y)
}
is_interior <- function(x0, slope, curvature) {
  step <- peeked(slope) / as.vector(peeked(curvature))
  is.finite(step) && abs(step) < 0.01 * (1 + abs(x0))
}

hessian_at <- function(x, f) {
  x <- flat_columns(x)
  if (!carries_gradient(x)) x <- variable(peeked(x))
  value <- f(x)
  curvature_at(gradient_at(value, x), x)
}

variable <- function(x) torch_tensor(as.numeric(x), requires_grad = TRUE)
gradient_at <- function(value, x) {
  slope <- autograd_grad(value, x, create_graph = TRUE, allow_unused = TRUE)[[1]]
  if (is.null(slope)) torch_zeros(length(x)) else flat_columns(slope)
}
curvature_at <- function(slope, x) {
  rows <- lapply(seq_along(x), function(i) {
    if (carries_gradient(slope)) gradient_at(slope[i], x) else torch_zeros(length(x))
  })
  reshaped(.Call(C_call_join, rows), c(length(x), length(x)))
}

# ---- integrals ----

# run(f), but NULL as soon as f gives a tensor.
until_tensor <- function(f, run) {
  seen <- structure(class = c("gradtape_tensor_seen", "error", "condition"), list(message = "a tensor", call = NULL))
  tryCatch(run(function(x) {
    value <- f(x)
    if (is_torch_tensor(value)) rethrow(seen)
    value
  }), gradtape_tensor_seen = function(e) NULL)
}

# The intervals are found on plain numbers; the rule is then applied to all of them at once. That the estimate
# of the error is small enough is a guard: not so close to it that every other point needs new intervals.
integral <- function(f, lower, upper, limit, rel.tol, abs.tol) {
  along <- integrand(f, lower, upper)
  bound <- function(value) max(abs.tol, rel.tol * abs(value))
  found <- intervals(along, limit, bound, is_tape = is_recorded(along$values(0.5)))
  rule <- along$rule
  half <- (found$to - found$from) / 2
  u <- outer(rule$nodes, half) + rep((found$to + found$from) / 2, each = length(rule$nodes))
  values <- reshaped(along$values(as.vector(u)), dim(u))
  parts <- estimates(values, rule, half)
  value <- sum(parts$value)
  error <- sum(parts$error)
  if (found$converged && is_recorded(value)) as.logical(error <= max(abs.tol, peeked(rel.tol * abs(value))))
  list(value = value, abs.error = peeked(error), subdivisions = length(half), converged = found$converged)
}

# As a function on (0, 1).
integrand <- function(f, lower, upper) {
  from <- peeked(lower)
  to <- peeked(upper)
  if (length(from) != 1 || length(to) != 1 || is.na(from) ||
      is.na(to)) abort("The limits of {.fn integrate} must be two numbers.")
  at <- function(x) {
    value <- f(x)
    if (length(value) != length(x)) abort("evaluation of function gives a result of incorrect length",
                                          "gradtape_numeric_error")
    if (!isTRUE(as.logical(all(is.finite(value))))) abort("non-finite function value", "gradtape_numeric_error")
    value
  }
  values <- if (is.finite(from) && is.finite(to)) function(u) at(lower + (upper - lower) * u) * (upper - lower)
            else if (is.finite(from)) function(u) at(lower + (1 - u) / u) / u^2
            else if (is.finite(to)) function(u) at(upper - (1 - u) / u) / u^2
            else function(u) (at((1 - u) / u) + at(-(1 - u) / u)) / u^2
  list(values = values, rule = if (is.finite(from) && is.finite(to)) kronrod_21 else kronrod_15)
}

# Halves the interval with the largest error, until their sum is small enough.
intervals <- function(along, limit, bound, is_tape) {
  estimate <- function(from, to) {
    half <- (to - from) / 2
    values <- peeked(along$values((to + from) / 2 + half * along$rule$nodes))
    c(list(from = from, to = to), lapply(estimates(matrix(values), along$rule, half), as.numeric))
  }
  all <- list(estimate(0, 1))
  repeat {
    part <- function(name) vapply(all, `[[`, 0, name)
    small_enough <- sum(part("error")) <= bound(sum(part("value"))) * (if (is_tape) 0.1 else 1)
    worst <- which.max(part("error"))
    at_end <- part("error")[worst] <= 100 * .Machine$double.eps * part("size")[worst] || length(all) >= limit
    if (small_enough || at_end) return(list(from = part("from"), to = part("to"), converged = small_enough))
    middle <- (all[[worst]]$from + all[[worst]]$to) / 2
    all <- c(all[-worst], list(estimate(all[[worst]]$from, middle), estimate(middle, all[[worst]]$to)))
  }
}

# For each column of values the integral over an interval of length 2 * half, the error and the integral
# of the size.
estimates <- function(values, rule, half) {
  weighted <- function(weights, values) flat_columns(crossprod_of(weights, values)) * half
  value <- weighted(rule$weights, values)
  sum_by_gauss <- weighted(rule$gauss, values)
  mean <- value / (2 * half)
  spread <- weighted(rule$weights, abs(values - rep_rows(mean, length(rule$nodes))))
  size <- weighted(rule$weights, abs(values))
  error <- abs(value - sum_by_gauss)
  some <- spread != 0 & error != 0
  ratio <- 200 * error / either(spread == 0, 1, spread)
  error <- either(some, spread * either(ratio < 1, ratio^1.5, 1), error)
  floor <- 50 * .Machine$double.eps * size
  list(value = value, error = either(size > 1e-292 & floor > error, floor, error), size = size)
}
crossprod_of <- function(weights, values) {
  if (is_torch_tensor(values)) matrix_multiply(reshaped(weights, c(1L, length(weights))),
                                               values) else crossprod(weights, values)
}
rep_rows <- function(x, n) reshaped(elements(x, rep(seq_along(x), each = n)), c(n, length(x)))
either <- function(test, yes, no) if (is_torch_tensor(test)) torch_where(test, yes, no) else ifelse(test, yes, no)

# The rules of QUADPACK (Piessens et al., 1983): nodes from the outermost inwards, with the weights of the
# Kronrod rule and of the Gauss rule between its nodes.
kronrod_rule <- function(nodes, weights, gauss) {
  n <- length(nodes)
  sparse <- numeric(n)
  sparse[seq(2, n, by = 2)] <- gauss
  list(nodes = c(-nodes, rev(nodes)[-1]), weights = c(weights, rev(weights)[-1]), gauss = c(sparse, rev(sparse)[-1]))
}
kronrod_21 <- kronrod_rule(
  c(0.995657163025808080735527280689003, 0.973906528517171720077964012084452, 0.930157491355708226001207180059508,
    0.865063366688984510732096688423493, 0.780817726586416897063717578345042, 0.679409568299024406234327365114874,
    0.562757134668604683339000099272694, 0.433395394129247190799265943165784, 0.294392862701460198131126602103866,
    0.148874338981631210884826001129720, 0),
  c(0.011694638867371874278064396062192, 0.032558162307964727478818972459390, 0.054755896574351996031381300244580,
    0.075039674810919952767043140916190, 0.093125454583697605535065465083366, 0.109387158802297641899210590325805,
    0.123491976262065851077958109585166, 0.134709217311473325928054001771707, 0.142775938577060080797094273138717,
    0.147739104901338491374841515972068, 0.149445554002916905664936468389821),
  c(0.066671344308688137593568809893332, 0.149451349150580593145863396957658, 0.219086362515982043995534934228163,
    0.269266719309996355091226921569469, 0.295524224714752870173815619188769)
)
kronrod_15 <- kronrod_rule(
  c(0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926,
    0.741531185599394439863864773280788, 0.586087235467691130294144691582586, 0.405845151377397166906606412076961,
    0.207784955007898467600689403773245, 0),
  c(0.022935322010529224963732008058970, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518,
    0.140653259715525918745189590510238, 0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
    0.204432940075298892414161999234649, 0.209482141084727828012999174891714),
  c(0.129484966168869693270611432679082, 0.279705391489276667901467771423780, 0.381830050505118944950369775488975,
    0.417959183673469387755102040816327)
)
