# minimize() and least_squares() beside their peers, in one run: problems solved and evaluations on the functions of
# Moré, Garbow and Hillstrom; NIST's nonlinear regressions; time.
# OMP_NUM_THREADS=1 Rscript bench/minimize.R [mgh] [nist] [time] [large] [likelihood], from the package's folder; all
# parts by default. Peers that are not installed are left out: ucminf, minpack.lm, gslnls, NISTnls, RTMB, scipy (for
# /usr/bin/python3); liblbfgs needs its headers.
library(gradtape)

parts <- commandArgs(TRUE)
if (!length(parts)) parts <- c("mgh", "nist", "time", "large", "likelihood")
has <- function(package) requireNamespace(package, quietly = TRUE)

# Microseconds of CPU time a call, the median of some rounds.
microseconds <- function(f, calls = 100, rounds = 7) {
  for (k in 1:5) f()
  1e6 / calls * median(replicate(rounds, {
    start <- sum(proc.time()[1:2])
    for (k in seq_len(calls)) f()
    sum(proc.time()[1:2]) - start
  }))
}

# ---- Moré, Garbow, Hillstrom ----

# Each a function of the tape and the start: value and evaluations (of value or gradient, whichever is more).
counted <- function(tp) {
  n <- 0
  list(fn = function(x) { n <<- n + 1; v <- tp$fn(x); if (is.finite(v)) v else 1e300 }, gr = function(x) tp$gr(x),
       he = function(x) tp$he(x), count = function() n)
}
ours <- function(method) function(tp, x) {
  fit <- minimize(tp, x, method = method, control = list(max_iter = 5000))
  c(fit$value, max(fit$counts[c("value", "gradient")]))
}
by_optim <- function(method) function(tp, x) {
  f <- counted(tp)
  fit <- optim(x, f$fn, f$gr, method = method, control = list(maxit = 5000, reltol = 1e-15, factr = 10, pgtol = 0)[
    if (method == "BFGS") 1:2 else c(1, 3, 4)])
  c(fit$value, f$count())
}
# scipy, in a process that asks for each evaluation through a pipe (see minimize_scipy.py). NULL where it is not there.
start_scipy <- function() {
  if (system("/usr/bin/python3 -c 'import scipy.optimize'", ignore.stderr = TRUE) != 0) return(NULL)
  paths <- tempfile(c("to_scipy", "from_scipy"))
  for (path in paths) system2("mkfifo", path)
  system2("/usr/bin/python3", c("bench/minimize_scipy.py", paths), wait = FALSE, stdout = FALSE, stderr = FALSE)
  to <- file(paths[1], "wb", raw = TRUE)
  from <- file(paths[2], "rb", raw = TRUE)
  function(method) function(tp, x) {
    f <- counted(tp)
    write <- function(numbers) {
      writeBin(as.double(numbers), to)
      flush(to)
    }
    finite <- function(v) ifelse(is.finite(v), v, 1e300)
    write(c(method, length(x), x))
    repeat {
      what <- readBin(from, "double", 1)
      at <- readBin(from, "double", length(x))
      if (what == 0) break
      size <- length(x)^(what - 1)
      write(tryCatch(finite(switch(what, f$fn(at), f$gr(at), f$he(at))), error = function(e) rep(1e300, size)))
    }
    c(tp$fn(at), f$count())
  }
}
scipy <- start_scipy()

solvers <- c(list(
  "gradtape auto" = ours("auto"), "gradtape bfgs" = ours("bfgs"), "gradtape lbfgs" = ours("lbfgs"),
  "optim BFGS" = by_optim("BFGS"), "optim L-BFGS-B" = by_optim("L-BFGS-B"),
  "nlminb gradient" = function(tp, x) {
    f <- counted(tp)
    c(nlminb(x, f$fn, f$gr, control = list(iter.max = 5000, eval.max = 10000, rel.tol = 1e-15))$objective, f$count())
  },
  "nlminb Hessian" = function(tp, x) {
    f <- counted(tp)
    c(nlminb(x, f$fn, f$gr, f$he, control = list(iter.max = 5000, eval.max = 10000, rel.tol = 1e-15))$objective,
      f$count())
  }),
  if (has("ucminf")) list(ucminf = function(tp, x) {
    f <- counted(tp)
    fit <- ucminf::ucminf(x, f$fn, f$gr, control = list(maxeval = 10000, grtol = 1e-10, xtol = 1e-15))
    c(fit$value, f$count())
  }),
  if (!is.null(scipy)) list("scipy BFGS" = scipy(1), "scipy L-BFGS-B" = scipy(2), "scipy trust-exact" = scipy(3)))

mgh <- function() {
  problems <- names(asNamespace("gradtape")$more_garbow_hillstrom)
  for (times in c(1, 10, 100)) {
    values <- counts <- matrix(NA, length(problems), length(solvers), dimnames = list(problems, names(solvers)))
    for (name in problems) {
      p <- test_problem(name)
      x <- if (all(p$start == 0)) p$start + (times > 1) * times else p$start * times
      tp <- suppressMessages(tape(p$fn, p$start))
      for (solver in names(solvers)) {
        got <- tryCatch(suppressWarnings(suppressMessages(solvers[[solver]](tp, x))), error = function(e) c(NA, NA))
        values[name, solver] <- got[1]
        counts[name, solver] <- got[2]
      }
    }
    best <- apply(values, 1, min, na.rm = TRUE)
    solved <- !is.na(values) & values <= best + 1e-6 * abs(best) + 1e-10
    by_all <- rowSums(solved) == ncol(solved)
    cat(sprintf(paste("\nMoré, Garbow, Hillstrom from %d times the standard starts",
                      "(%d problems; evaluations: median of the %d that all solve)\n"),
                times, length(problems), sum(by_all)))
    table <- data.frame(solved = colSums(solved), evaluations = apply(counts[by_all, , drop = FALSE], 2, median))
    print(table[order(-table$solved), ])
    lost <- problems[!solved[, "gradtape auto"]]
    if (length(lost)) cat("gradtape auto does not reach the lowest value of", paste(lost, collapse = ", "), "\n")
  }
}

# ---- NIST ----

# Certified residual sums of squares (itl.nist.gov/div898/strd).
certified <- c(
  Misra1a = 1.2455138894E-01, Chwirut2 = 5.1304802941E+02, Chwirut1 = 2.3844771393E+03, Lanczos3 = 1.6117193594E-08,
  Gauss1 = 1.3158222432E+03, Gauss2 = 1.2475282092E+03, DanielWood = 4.3173084083E-03, Misra1b = 7.5464681533E-02,
  Kirby2 = 3.9050739624E+00, Hahn1 = 1.5324382854E+00, Nelson = 3.7976833176E+00, MGH17 = 5.4648946975E-05,
  Lanczos1 = 1.4307867721E-25, Lanczos2 = 2.2299428125E-11, Gauss3 = 1.2444846360E+03, Misra1c = 4.0966836971E-02,
  Misra1d = 5.6419295283E-02, Roszman1 = 4.9484847331E-04, ENSO = 7.8853978668E+02, MGH09 = 3.0750560385E-04,
  Thurber = 5.6427082397E+03, Ratkowsky2 = 8.0565229338E+00, MGH10 = 8.7945855171E+01, Eckerle4 = 1.4635887487E-03,
  Ratkowsky3 = 8.7864049080E+03, Bennett5 = 5.2404744073E-04)

# The fits in the examples of NISTnls, as they call nls().
nist_fits <- function() {
  fits <- list()
  pages <- tools::Rd_db("NISTnls")
  for (name in names(certified)) {
    file <- tempfile()
    tools::Rd2ex(pages[[paste0(name, ".Rd")]], file)
    where <- new.env(parent = globalenv())
    where$plot <- function(...) NULL
    where$nls <- function(formula, data, start, algorithm, alg, ...) {
      if (missing(algorithm) && missing(alg)) {
        fits[[length(fits) + 1]] <<- list(name = name, formula = formula, data = data, start = start)
      }
      stop("recorded")
    }
    old <- options(show.error.messages = FALSE)
    for (code in parse(file)) try(capture.output(eval(code, where)), silent = TRUE)
    options(old)
  }
  unique(fits)
}

digits_of <- function(value, name) {
  if (is.null(value) || !is.finite(value)) return(0)
  # the first of Lanczos' has residuals of rounding only
  if (name == "Lanczos1") return(if (value < 1e-18) 11 else 0)
  min(11, max(0, -log10(abs(value / certified[[name]] - 1) + 1e-16)))
}

nist <- function() {
  if (!has("NISTnls")) return(cat("\nNIST: NISTnls is not installed\n"))
  library(NISTnls)
  rows <- lapply(nist_fits(), function(f) {
    value <- function(code) tryCatch(suppressWarnings(code), error = function(e) NULL)
    data.frame(name = f$name,
      gradtape = digits_of(value(least_squares(f$formula, f$data, f$start)$value), f$name),
      nls = digits_of(value(deviance(nls(f$formula, f$data, f$start))), f$name),
      minpack.lm = if (has("minpack.lm")) {
        digits_of(value(deviance(minpack.lm::nlsLM(f$formula, f$data, f$start, control = list(maxiter = 1000)))),
                  f$name)
      } else NA,
      gslnls = if (has("gslnls")) {
        digits_of(value(deviance(gslnls::gsl_nls(f$formula, f$data, f$start, control = list(maxiter = 1000)))), f$name)
      } else NA)
  })
  table <- do.call(rbind, rows)
  cat("\nNIST: correct digits of the residual sum of squares, a row for each start\n")
  print(table, digits = 3)
  cat("fits with at least 6 digits:\n")
  print(colSums(table[-1] >= 6))
}

# ---- time ----

time <- function() {
  fn <- function(x) (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
  gr <- function(x) c(-2 * (1 - x[1]) - 20 * x[1] * (x[2] - x[1]^2), 10 * (x[2] - x[1]^2))
  tp <- tape(fn, c(-1, 1))
  base <- microseconds(function() optim(c(-1, 1), fn, gr, method = "BFGS"))
  cat(sprintf("\nThe post's Rosenbrock from R: optim(BFGS) with an R gradient %.0f us\n", base))
  for (method in c("auto", "bfgs", "lbfgs")) {
    ours <- microseconds(function() minimize(tp, c(-1, 1), method = method))
    all <- microseconds(function() minimize(fn, c(-1, 1), method = method), calls = 20)
    cat(sprintf("  minimize(%s): of a tape %.0f us (optim takes %.2f of it), of the function %.0f us (%.2f)\n", method,
                ours, base / ours,
                all, base / all))
  }
}

# ---- large ----

large <- function() {
  n <- 1e5
  fn <- function(x) {
    n <- length(x)
    sum(100 * (x[-1] - x[-n]^2)^2 + (1 - x[-n])^2)
  }
  start <- rep(0.5, n)                 # (from the usual start it is a wave that travels through all parameters)
  program <- file.path(tempdir(), "liblbfgs")
  built <- suppressWarnings(system2("cc", c("-O2", "bench/minimize_liblbfgs.c", "-o", program, "-llbfgs", "-lm"),
                                    stderr = FALSE)) == 0
  theirs <- if (built) median(replicate(3,
                                        as.numeric(strsplit(system2(program, format(n, scientific = FALSE),
                                                                    stdout = TRUE), " ")[[1]])[1]))
  if (built) print(system2(program, format(n, scientific = FALSE), stdout = TRUE))
  tp <- tape(fn, start)
  for (method in c("lbfgs", "newton-cg")) {
    fit <- NULL
    seconds <- median(replicate(3, {
      begin <- sum(proc.time()[1:2])
      fit <<- minimize(tp, start, method = method, control = list(scale = NULL, max_iter = 5000))
      sum(proc.time()[1:2]) - begin
    }))
    cat(sprintf("chained Rosenbrock, n = 1e5, %s: %.2f s, value %.1e after %d iterations, %s%s\n", method, seconds,
                fit$value,
                as.integer(fit$iterations),
                paste(fit$counts[c("value", "hessian_vector")], collapse = " values and products "),
                if (built) sprintf("; %.2f of liblbfgs with a C gradient", seconds / theirs) else ""))
  }
}

# ---- a likelihood ----

likelihood <- function() {
  set.seed(1)
  n <- 1e5
  X <- cbind(1, matrix(rnorm(n * 19), n))
  y <- rbinom(n, 1, plogis(X %*% rnorm(20, 0, 0.3)))
  nll <- function(b) {
    eta <- X %*% b
    -sum(y * eta - log1p(exp(eta)))
  }
  seconds <- function(code) system.time(code)[["elapsed"]]
  ours <- seconds({
    fit <- minimize(nll, numeric(20), control = list(likelihood = TRUE))
    se <- sqrt(diag(vcov(fit)))
  })
  theirs <- seconds({
    ref <- optim(numeric(20), nll, function(b) -drop(crossprod(X, y - plogis(X %*% b))), method = "BFGS",
                 hessian = TRUE)
    ref_se <- sqrt(diag(solve(ref$hessian)))
  })
  cat(sprintf(paste("\nLogistic likelihood, 20 parameters, 1e5 rows, with standard errors: minimize() %.2f s,",
                    "optim() with a gradient %.2f s (%.1fx)\n"),
              ours, theirs, theirs / ours))
  cat(sprintf("largest difference of standard errors: %.1e\n", max(abs(se / ref_se - 1))))
  if (!has("RTMB")) return(cat("RTMB is not installed\n"))
  rtmb <- seconds({
    obj <- RTMB::MakeADFun(function(p) nll(p$b), list(b = numeric(20)), silent = TRUE)
    opt <- nlminb(obj$par, obj$fn, obj$gr)
    rep <- RTMB::sdreport(obj)
  })
  cat(sprintf("RTMB, nlminb and sdreport: %.2f s (%.1fx)\n", rtmb, rtmb / ours))
}

for (part in parts) get(part)()
