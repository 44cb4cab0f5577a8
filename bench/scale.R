# Many starts, many data sets, data in shards: processes and peers, in one run.
# OMP_NUM_THREADS=1 Rscript bench/scale.R [overhead] [shards] [starts] [fits], from the package's folder; all parts by
# default. GRADTAPE_ROWS: of the logistic regression, 1e7 by default (1.7 GB of data). Needs future and parallelly; qrng
# for Sobol's sequence; lme4 is left out where it is not installed.
library(gradtape)

parts <- commandArgs(TRUE)
if (!length(parts)) parts <- c("overhead", "shards", "starts", "fits")

seconds <- function(code) {
  start <- Sys.time()
  force(code)
  as.numeric(Sys.time() - start, units = "secs")
}
# The least of some rounds: the machine may be shared.
least <- function(f, rounds = 5) min(replicate(rounds, seconds(f())))
# With as many processes; the first round, which starts them, does not count.
with_processes <- function(n, code) {
  old <- future::plan("multisession", workers = n)
  on.exit(future::plan(old))
  load <- function() future::future(loadNamespace("gradtape"), packages = character(), globals = FALSE)
  for (k in seq_len(n)) future::value(load())
  force(code)
}

logistic <- function(beta, d) sum(log1p(exp(-d$y * (d$x %*% beta))))
# Shard k of n, made where it is kept.
logistic_shard <- function(rows, columns = 20) {
  force(rows)
  force(columns)
  function(k, n) {
    set.seed(k)
    x <- matrix(rnorm(rows / n * columns), ncol = columns)
    list(x = x, y = drop(sign(x %*% seq(-1, 1, length.out = columns) + rlogis(nrow(x)))))
  }
}

# ---- what an evaluation costs beside its computation ----

if ("overhead" %in% parts) {
  cat("an evaluation of nothing, microseconds: the median and the least of 300\n")
  for (n in c(1, 2, 4)) {
    objective <- sharded(function(p, y) sum((y - p)^2), as.numeric(1:4), 4, workers = rep("localhost", n))
    invisible(objective$gr(1))
    times <- replicate(300, seconds(objective$gr(runif(1)))) * 1e6
    cat(sprintf("  %d worker(s)  %6.0f %6.0f\n", n, median(times), min(times)))
    objective$close()
  }
  cat("gradient of rows x 20, milliseconds, the least of 20: one process, two workers\n")
  for (rows in c(1e3, 1e4, 1e5)) {
    beta <- rep(0.1, 20)
    time_of <- function(workers) {
      objective <- sharded(logistic, logistic_shard(rows), 2, workers = workers)
      invisible(objective$gr(beta))
      on.exit(objective$close())
      least(function() objective$gr(beta + 1e-6 * runif(1)), 20) * 1e3
    }
    cat(sprintf("  %6.0f rows  %7.2f %7.2f\n", rows, time_of(1), time_of(2)))
  }
}

# ---- data in shards ----

memory_of <- function(objective) {
  pool <- objective$.__enclos_env__$private$pool
  vapply(pool$nodes, function(node) {
    gradtape:::send_to(node, function() {
      gc()
      status <- readLines("/proc/self/status")
      as.numeric(gsub("[^0-9]", "", grep("^VmRSS", status, value = TRUE))) / 1024
    }, list())
    gradtape:::receive_from(node)
  }, 0)
}

if ("shards" %in% parts) {
  rows <- as.numeric(Sys.getenv("GRADTAPE_ROWS", "1e7"))
  cat(sprintf("logistic regression, %g x 20: %.0f MB of data in 8 shards\n", rows, rows * 21 * 8 / 2^20))
  values <- list()
  for (n in 1:2) {
    objective <- sharded(logistic, logistic_shard(rows), 8, workers = rep("localhost", n))
    load <- seconds(objective$n_rows())
    first <- seconds(objective$gr(numeric(20)))
    gradient <- least(function() objective$gr(rep(0.01, 20) + 1e-6 * runif(1)), 3)
    time <- seconds(fit <- minimize(objective, numeric(20), method = "bfgs"))
    values[[n]] <- fit
    cat(sprintf("  %d worker(s): made and loaded in %.0f s, first gradient (with its tapes) %.1f s, then %.2f s;\n",
                n, load, first, gradient))
    cat(sprintf("    BFGS %.1f s, %d evaluations, value %.10g; MB in each worker: %s\n", time,
                as.integer(fit$counts[["value"]]), fit$value, paste(round(memory_of(objective)), collapse = ", ")))
    objective$close()
  }
  cat("  the same point, to the last digit:", identical(values[[1]]$par, values[[2]]$par), "\n")
  question <- list(kind = "both", x = numeric(20), shape = gradtape:::parameter_shape(numeric(20), "x"))
  asked <- length(serialize(list("id", 1, 1:4, list(question)), NULL))
  answered <- length(serialize(list(request = 1, answers = rep(list(list(result = numeric(21))), 4)), NULL))
  cat("  bytes of an evaluation, for each worker: about", asked, "there and", answered, "back\n")
}

# ---- many starts ----

ackley <- function(x) {
  -20 * exp(-0.2 * sqrt(mean(x^2))) - exp(mean(cos(2 * pi * x))) + 20 + exp(1)
}
rastrigin <- function(x) 10 * length(x) + sum(x^2 - 10 * cos(2 * pi * x))

if ("starts" %in% parts) {
  cat("200 starts in 10 dimensions: minima, the best, its runs; seconds with 1 and 2 processes, and of 2000 starts\n")
  for (case in list(list("ackley", ackley, 32.768), list("rastrigin", rastrigin, 5.12))) {
    run <- function(n = 200) {
      set.seed(1)
      minimize_multistart(case[[2]], rep(case[[3]] / 2, 10), n, lower = -case[[3]], upper = case[[3]])
    }
    fit <- run()
    one <- c(least(run, 3), least(function() run(2000), 3))
    two <- with_processes(2, c(least(run, 3), least(function() run(2000), 3)))
    m <- fit$multistart
    cat(sprintf("  %-9s %4d minima, best %.6g (%d runs, %d converged)  %.2f %.2f; %.2f %.2f\n", case[[1]],
                nrow(m$minima), fit$value, m$minima$count[1], sum(m$runs$convergence == 0, na.rm = TRUE), one[1],
                two[1], one[2], two[2]))
    set.seed(1)
    linkage <- minimize_multistart(case[[2]], rep(case[[3]] / 2, 10), 200, lower = -case[[3]], upper = case[[3]],
                                   rule = "mlsl")
    cat(sprintf("            single linkage: %d runs, best %.6g\n", sum(!is.na(linkage$multistart$runs$value)),
                linkage$value))
  }
}

# ---- many fits ----

if ("fits" %in% parts) {
  groups <- 10000
  set.seed(1)
  d <- data.frame(group = rep(seq_len(groups), each = 20), x = runif(20 * groups, 0, 4))
  d$y <- rnorm(groups, 3, 0.3)[d$group] * exp(-rnorm(groups, 0.7, 0.1)[d$group] * d$x) + 0.5 +
    rnorm(nrow(d), 0, 0.05)
  data <- split(d[c("x", "y")], d$group)
  sse <- function(p, d) sum((d$y - p[1] * exp(-p[2] * d$x) - p[3])^2)
  line <- function(p, d) sum((d$y - p[1] - p[2] * d$x)^2)
  start <- c(a = 1, b = 0.5, c = 0)
  few <- data[seq_len(groups / 10)]
  cat(groups, "groups of 20 rows, seconds (peers: of a tenth of the groups, times 10)\n")
  one <- seconds(fits <- fit_many(sse, start, data))
  two <- with_processes(2, seconds(again <- fit_many(sse, start, data)))
  cat(sprintf("  a exp(-b x) + c: fit_many() %.1f, with 2 processes %.1f (the same: %s), converged %d\n", one, two,
              identical(fits, again), sum(fits$convergence == 0)))
  by_optim <- function(d) optim(start, sse, d = d, method = "BFGS")$value
  by_nls <- function(d) {
    tryCatch(deviance(nls(y ~ a * exp(-b * x) + c, d, start = as.list(start))), error = function(e) NA)
  }
  for (peer in list(list("optim(BFGS)", by_optim), list("nls", by_nls))) {
    time <- 10 * seconds(values <- vapply(few, peer[[2]], 0))
    ours <- fits$value[seq_along(few)]
    cat(sprintf("    %-12s %.1f, of which %d of %d end more than 1e-6 above ours, %d fail\n", peer[[1]], time,
                sum(values > ours * (1 + 1e-6), na.rm = TRUE), length(few), sum(is.na(values))))
  }
  one <- seconds(fit_many(line, c(0, 0), data))
  cat(sprintf("  a + b x: fit_many() %.1f, lm() %.1f", one, 10 * seconds(lapply(few, function(d) lm(y ~ x, d)))))
  if (requireNamespace("lme4", quietly = TRUE)) {
    part <- d[d$group <= groups / 10, ]
    cat(sprintf(", lme4::lmList() %.1f", 10 * seconds(suppressWarnings(lme4::lmList(y ~ x | group, part)))))
  }
  cat("\n")
}
