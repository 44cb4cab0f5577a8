# Other solvers of problems with constraints, called in one form: a function of a problem (nlp() below) and a start
# that returns the point. All get exact derivatives from tapes, but Rsolnp, which takes none.

# A problem of test_problem() with its derivatives; below() <= 0 are its inequalities with one side each. counts$value
# and counts$gradient are numbers of calls.
nlp <- function(p) {
  n <- length(p$start)
  home <- list2env(p[c("fn", "eq", "ineq")], parent = globalenv())
  both <- function(x) c(if (!is.null(eq)) eq(x), if (!is.null(ineq)) ineq(x))
  environment(both) <- home
  m <- length(both(p$start))
  equations <- seq_len(if (is.null(p$eq)) 0 else length(p$eq(p$start)))
  low <- c(0 * equations, rep_len(p$ineq_lower, m - length(equations)))
  high <- c(0 * equations, rep_len(p$ineq_upper, m - length(equations)))
  home$n <- n
  home$m <- m
  home$both <- both
  lagrangian <- function(z) {
    x <- z[1:n]
    z[n + 1] * fn(x) + (if (m) sum(z[n + 1 + 1:m] * both(x)) else 0)
  }
  environment(lagrangian) <- home
  f <- tape(p$fn, p$start)
  g <- if (m) tape(both, p$start)
  l <- tape(lagrangian, c(p$start, 1, rep(0.5, m)))
  counts <- new.env()
  counts$value <- counts$gradient <- 0
  all <- function(x) if (m) as.numeric(g$fn(x)) else numeric()
  all_jacobian <- function(x) if (m) matrix(g$jacobian(x), m) else matrix(0, 0, n)
  one_sided <- list(low = setdiff(which(is.finite(low)), equations), high = setdiff(which(is.finite(high)), equations))
  list(
    n = n, m = m, lower = p$lower, upper = p$upper, low = low, high = high, equations = equations, counts = counts,
    value = function(x) { counts$value <- counts$value + 1; as.numeric(f$fn(as.numeric(x))) },
    gradient = function(x) { counts$gradient <- counts$gradient + 1; as.numeric(f$gr(as.numeric(x))) },
    hessian = function(x, weight, multipliers) l$he(c(as.numeric(x), weight, multipliers))[1:n, 1:n, drop = FALSE],
    all = all, all_jacobian = all_jacobian,
    equal = if (length(equations)) function(x) all(as.numeric(x))[equations],
    equal_jacobian = if (length(equations)) function(x) all_jacobian(as.numeric(x))[equations, , drop = FALSE],
    below = if (m > length(equations)) function(x) {
      v <- all(as.numeric(x))
      c((low - v)[one_sided$low], (v - high)[one_sided$high])
    },
    below_jacobian = if (m > length(equations)) function(x) {
      j <- all_jacobian(as.numeric(x))
      rbind(-j[one_sided$low, , drop = FALSE], j[one_sided$high, , drop = FALSE])
    })
}

by_nloptr <- function(algorithm, ...) function(q, x) {
  tolerance <- function(f) rep(1e-9, if (is.null(f)) 0 else length(f(x)))
  nloptr::nloptr(x, q$value, q$gradient, q$lower, q$upper, q$below, q$below_jacobian, q$equal, q$equal_jacobian,
                 c(list(algorithm = algorithm, xtol_rel = 1e-10, ftol_rel = 1e-13, maxeval = 20000,
                        tol_constraints_ineq = tolerance(q$below), tol_constraints_eq = tolerance(q$equal)),
                   list(...)))$solution
}

by_solnp <- function(q, x) {
  inequalities <- setdiff(seq_len(q$m), q$equations)
  arguments <- list(pars = x, fun = q$value, control = list(trace = 0, tol = 1e-10, delta = 1e-8, outer.iter = 1000),
                    LB = pmax(q$lower, -1e10), UB = pmin(q$upper, 1e10))
  if (length(q$equations)) arguments[c("eqfun", "eqB")] <- list(q$equal, q$low[q$equations])
  if (length(inequalities)) {
    arguments[c("ineqfun", "ineqLB", "ineqUB")] <-
      list(function(x) q$all(x)[inequalities], pmax(q$low[inequalities], -1e10), pmin(q$high[inequalities], 1e10))
  }
  do.call(Rsolnp::solnp, arguments)$pars
}

by_alabama <- function(q, x) {
  low <- which(is.finite(q$lower))
  high <- which(is.finite(q$upper))
  unit <- diag(q$n)
  arguments <- list(par = x, fn = q$value, gr = q$gradient, control.outer = list(trace = FALSE, itmax = 200),
                    control.optim = list(maxit = 1000, reltol = 1e-14))
  if (!is.null(q$below) || length(low) || length(high)) {
    arguments$hin <- function(x) c(if (!is.null(q$below)) -q$below(x), x[low] - q$lower[low], q$upper[high] - x[high])
    arguments$hin.jac <- function(x) {
      rbind(if (!is.null(q$below)) -q$below_jacobian(x), unit[low, , drop = FALSE], -unit[high, , drop = FALSE])
    }
  }
  if (length(q$equations)) arguments[c("heq", "heq.jac")] <- list(q$equal, q$equal_jacobian)
  do.call(alabama::auglag, arguments)$par
}

by_scipy <- function(method) function(q, x) {
  scipy <- reticulate::import("scipy.optimize")
  bounds <- if (any(is.finite(c(q$lower, q$upper)))) scipy$Bounds(as.array(q$lower), as.array(q$upper))
  if (method == "SLSQP") {
    constraints <- list(
      if (length(q$equations)) list(type = "eq", fun = function(x) as.array(q$equal(x)), jac = q$equal_jacobian),
      if (!is.null(q$below)) {
        list(type = "ineq", fun = function(x) as.array(-q$below(x)), jac = function(x) -q$below_jacobian(x))
      })
    constraints <- constraints[lengths(constraints) > 0]
    options <- list(ftol = 1e-13, maxiter = 5000L)
    hessian <- NULL
  } else {
    constraints <- if (q$m) {
      scipy$NonlinearConstraint(
        function(x) as.array(q$all(as.numeric(x))), as.array(q$low), as.array(q$high),
        jac = function(x) q$all_jacobian(as.numeric(x)), hess = function(x, v) q$hessian(x, 0, as.numeric(v)))
    } else list()
    options <- list(gtol = 1e-9, xtol = 1e-10, maxiter = 3000L)
    hessian <- function(x) q$hessian(x, 1, numeric(q$m))
  }
  as.numeric(scipy$minimize(q$value, as.array(x), jac = function(x) as.array(q$gradient(x)), hess = hessian,
                            bounds = bounds, constraints = constraints, method = method, options = options)$x)
}

by_ipopt <- function(q, x) {
  triangle <- which(lower.tri(diag(q$n), TRUE), arr.ind = TRUE) - 1L
  patterns <- list(rep(seq_len(q$m) - 1L, q$n), rep(seq_len(q$n) - 1L, each = q$m), triangle[, 1], triangle[, 2])
  functions <- list(q$value, q$gradient, q$all, function(x) as.numeric(q$all_jacobian(x)),
                    function(x, weight, multipliers) q$hessian(x, weight, multipliers)[triangle + 1L])
  .Call("ipopt", x + 0, list(q$lower + 0, q$upper + 0, q$low, q$high), functions, lapply(patterns, as.integer), 1e-9,
        3000L)$par
}

# Builds the driver of Ipopt (Debian: coinor-libipopt-dev) in a temporary folder and loads it: whether that worked.
load_ipopt <- function() {
  here <- file.path(tempdir(), "constrained_ipopt.c")
  file.copy("bench/constrained_ipopt.c", here, overwrite = TRUE)
  command <- paste("cd", shQuote(tempdir()), "&& PKG_LIBS=-lipopt", file.path(R.home("bin"), "R"),
                   "CMD SHLIB constrained_ipopt.c")
  built <- system(command, ignore.stdout = TRUE, ignore.stderr = TRUE) == 0
  if (built) dyn.load(sub("[.]c$", .Platform$dynlib.ext, here))
  built
}

has_scipy <- function() {
  has("reticulate") && file.exists("/usr/bin/python3") && tryCatch({
    reticulate::use_python("/usr/bin/python3", required = TRUE)
    reticulate::py_module_available("scipy")
  }, error = function(e) FALSE)
}

other_solvers <- function() {
  c(if (has("nloptr")) list("nloptr SLSQP" = by_nloptr("NLOPT_LD_SLSQP"),
                            "nloptr AUGLAG" = by_nloptr("NLOPT_LD_AUGLAG", local_opts = list(
                              algorithm = "NLOPT_LD_LBFGS", xtol_rel = 1e-10, ftol_rel = 1e-13, maxeval = 1000))),
    if (has("Rsolnp")) list("Rsolnp" = by_solnp),
    if (has("alabama")) list("alabama" = by_alabama),
    if (has_scipy()) list("scipy SLSQP" = by_scipy("SLSQP"), "scipy trust-constr" = by_scipy("trust-constr")),
    if (load_ipopt()) list("Ipopt" = by_ipopt))
}
