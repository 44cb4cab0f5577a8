# minimize() with constraints beside its peers, in one run: the problems of Hock and Schittkowski (1981); large problems
# beside Ipopt; the post's flower by a penalty and with its constraint.
# OMP_NUM_THREADS=1 Rscript bench/constrained.R [hs] [large] [flower], from the package's folder; all parts by
# default. Peers that are not installed are left out: nloptr, Rsolnp, alabama, scipy (by reticulate), Ipopt (its headers
# and a C compiler).
library(gradtape)

parts <- commandArgs(TRUE)
if (!length(parts)) parts <- c("hs", "large", "flower")
has <- function(package) requireNamespace(package, quietly = TRUE)
source("bench/measure.R")
source("bench/constrained_solvers.R")
source("bench/constrained_large.R")

options(width = 150)

# ---- Hock and Schittkowski ----

# How far x is from what the problem allows, as a share of the numbers in it where these are above 1.
violation <- function(p, x) {
  out <- function(v, low, high) {
    side <- ifelse(v < low, low, high)
    max(0, pmax(low - v, v - high) / pmax(1, ifelse(is.finite(side), abs(side), 1)))
  }
  max(out(x, p$lower, p$upper), if (!is.null(p$eq)) abs(p$eq(x)),
      if (!is.null(p$ineq)) out(drop(p$ineq(x)), p$ineq_lower, p$ineq_upper))
}

ours <- function(method) function(p) {
  fit <- minimize(p$fn, p$start, method = method, lower = p$lower, upper = p$upper, eq = p$eq, ineq = p$ineq,
                  ineq_lower = p$ineq_lower, ineq_upper = p$ineq_upper, control = list(max_iter = 3000))
  list(par = fit$par, evaluations = max(fit$counts[c("value", "gradient")]), said = fit$convergence)
}

theirs <- function(solver) function(p) {
  q <- p$nlp
  q$counts$value <- q$counts$gradient <- 0
  x <- solver(q, p$start)
  list(par = x, evaluations = max(q$counts$value, q$counts$gradient), said = NA)
}

methods <- c("auto", intersect(c("sqp", "ipm", "auglag", "penalty"), asNamespace("gradtape")$method_names()))

hs <- function() {
  problems <- grep("^hs[0-9]", test_problem(), value = TRUE)
  own <- setNames(methods, paste("gradtape", methods, recycle0 = TRUE))
  solvers <- c(lapply(own, ours), lapply(other_solvers(), theirs))
  evaluations <- seconds <- matrix(NA_real_, length(problems), length(solvers),
                                   dimnames = list(problems, names(solvers)))
  outcome <- matrix("fails", length(problems), length(solvers), dimnames = dimnames(seconds))
  for (name in problems) {
    p <- test_problem(name)
    p$nlp <- nlp(p)
    for (solver in names(solvers)) {
      start <- cpu()
      utils::capture.output(got <- tryCatch({
        setTimeLimit(elapsed = 20, transient = TRUE)
        suppressWarnings(suppressMessages(solvers[[solver]](p)))
      }, error = identity))
      setTimeLimit()
      seconds[name, solver] <- cpu() - start
      if (inherits(got, "error") && solver %in% names(own)) message(solver, ", ", name, ": ", conditionMessage(got))
      if (inherits(got, "error") || anyNA(got$par)) next
      evaluations[name, solver] <- got$evaluations
      value <- p$fn(as.numeric(got$par))
      feasible <- isTRUE(violation(p, as.numeric(got$par)) <= 1e-6)
      off <- (value - p$minimum) / max(1, abs(p$minimum))
      outcome[name, solver] <- if (!feasible) "infeasible" else if (abs(off) <= 1e-6) "solved" else
        if (off < 0) "lower" else "higher"
      if (identical(got$said, 0L) && !feasible) cat("WRONG:", solver, "calls", name, "solved at an infeasible point\n")
    }
  }
  by_all <- rowSums(outcome == "solved") >= ncol(outcome) - 2
  table <- data.frame(
    solved = colSums(outcome == "solved"), elsewhere = colSums(outcome == "higher" | outcome == "lower"),
    infeasible = colSums(outcome == "infeasible"), fails = colSums(outcome == "fails"),
    evaluations = apply(evaluations[by_all, , drop = FALSE], 2, median, na.rm = TRUE),
    ms = 1e3 * apply(seconds[by_all, , drop = FALSE], 2, median))
  cat(sprintf(paste("\nHock and Schittkowski, %d problems from the book's starts: solved to 1e-6 in value and",
                    "feasibility; medians of %d problems that nearly all solve\n"), length(problems), sum(by_all)))
  print(table[order(-table$solved), ], digits = 3)
  for (solver in names(own)) {
    lost <- outcome[, solver] != "solved"
    cat(solver, "does not solve", paste0(problems[lost], " (", outcome[lost, solver], ")", collapse = ", "), "\n")
  }
  invisible(outcome)
}

# ---- Large ----

large <- function() {
  ipopt <- load_ipopt()
  row <- function(name, p) {
    start <- cpu()
    fit <- suppressMessages(minimize(p$fn, p$start, lower = p$lower, upper = p$upper, eq = p$eq, method = "ipm"))
    ours <- cpu() - start
    q <- p$theirs
    start <- cpu()
    o <- if (ipopt) {
      .Call("ipopt", p$start, list(p$lower, p$upper, q$low, q$high),
            q[c("value", "gradient", "all", "jacobian", "hessian")],
            lapply(c(q$jacobian_pattern, q$hessian_pattern), as.integer), 1e-8, 3000L)
    } else list(iterations = NA, value = NA)
    data.frame(problem = name, n = length(p$start), equations = length(q$low),
               iterations = fit$iterations, seconds = ours, value = fit$value,
               converged = fit$convergence == 0, ipopt.iterations = o$iterations, ipopt.seconds = cpu() - start,
               ipopt.value = o$value)
  }
  cat("\nLarge problems by the method \"ipm\" from plain R functions, taping included, and by Ipopt with",
      "derivatives by hand\n")
  print(do.call(rbind, c(
    lapply(c(1875, 3750, 7500), function(k) row("optimal control", car(k))),
    lapply(c(158, 224, 316), function(k) row("obstacle", obstacle(k))),
    lapply(c(2500, 5000, 10000), function(n) row("entropy", entropy(n))))), digits = 5)
}

# ---- The flower of the post ----

flower <- function() {
  microseconds <- function(f, calls = 20) {
    for (k in 1:3) f()
    1e6 / calls * median(replicate(5, {
      start <- cpu()
      for (k in seq_len(calls)) f()
      cpu() - start
    }))
  }
  petals <- function(x) torch_norm(x) + torch_sin(4 * torch_atan2(x[2], x[1]))
  outside <- function(x) 2 - torch_square(torch_norm(x))
  penalty <- quadratic_penalty(ineq = outside)
  plain <- test_problem("flower")$fn
  plain_outside <- function(x) 2 - sum(x^2)
  runs <- list(
    "penalty_method(), the post's loop" = function() penalty_method(petals, penalty, c(0.5, 0.5))$value,
    "minimize(ineq = ), taping included" = function() minimize(plain, c(0.5, 0.5), ineq = plain_outside)$value)
  cat("\nThe flower outside a circle: microseconds and how far the value is above sqrt(2) - 1\n")
  print(data.frame(microseconds = vapply(runs, microseconds, 0),
                   above = vapply(runs, function(f) as.numeric(f()) - (sqrt(2) - 1), 0)), digits = 4)
}

if ("hs" %in% parts) hs()
if ("large" %in% parts) large()
if ("flower" %in% parts) flower()
