# Sparse derivatives: what pattern, colouring, program and first matrix take together, and each matrix after that, as n
# grows; beside one pass by hand in C (-O2) and, where it is installed, RTMB. CPU seconds.
# OMP_NUM_THREADS=1 Rscript bench/sparse.R [chain] [loop] [band] [arrow] [grid], from the package's folder.
library(gradtape)
source("bench/measure.R")
suppressPackageStartupMessages(library(Matrix))

parts <- commandArgs(TRUE)
if (!length(parts)) parts <- c("chain", "loop", "band", "arrow", "grid")
has_rtmb <- requireNamespace("RTMB", quietly = TRUE)

once <- function(run) {
  gc()
  start <- cpu()
  run()
  cpu() - start
}
# The median of some rounds of as many calls as last 0.05 s.
each <- function(run) {
  n <- 1
  while (n < 1e5 && once(function() for (k in seq_len(n)) run()) < 0.05) n <- 3 * n
  median(replicate(5, once(function() for (k in seq_len(n)) run()))) / n
}

# hand: a C function that fills a vector of `length` elements `times` times.
row <- function(name, f, x, what, hand, length) {
  environment(f) <- globalenv()
  tp <- result <- NULL
  record <- once(function() tp <<- tape(f, x))
  at <- x + 0.1 * cos(seq_along(x))
  tp$fn(at)
  derivative <- function() if (what == "hessian") tp$he(at, sparse = TRUE) else tp$jacobian(at, sparse = TRUE)
  first <- once(function() result <<- derivative())
  state <- tp$.internals()$state
  products <- .Call(gradtape:::C_call_tape_sparse, state, what, NULL, NULL)$products
  again <- each(derivative)
  to <- numeric(length)
  by_hand <- each(function() .Call(hand, at, to, 10L)) / 10
  cat(sprintf("%-6s %8d %9d %8d %9.3f %9.3f %10.3f %10.4f %8.1f", name, length(x), length(result@x), products, record,
              first, 1e3 * again, 1e3 * by_hand, again / by_hand))
  tape <- if (has_rtmb && length(x) <= 1e5 && name != "loop") tryCatch(RTMB::MakeTape(f, x), error = function(e) NULL)
  if (!is.null(tape)) {
    theirs <- NULL
    cat(sprintf(" %9.3f", once(function() {
      theirs <<- if (what == "hessian") tape$jacfun()$jacfun(sparse = TRUE) else tape$jacfun(sparse = TRUE)
      theirs(at)
    })), sprintf("%10.3f", 1e3 * each(function() theirs(at))))
    stopifnot(isTRUE(all.equal(as.matrix(theirs(at)[1:9, 1:9]), unname(as.matrix(result[1:9, 1:9])))))
  }
  cat("\n")
  invisible(again)
}

chain <- function(x) {
  n <- length(x)
  sum(100 * (x[-1] - x[-n]^2)^2 + (1 - x[-n])^2)
}
loop <- function(x) {
  s <- 0
  for (i in seq_len(length(x) - 1)) s <- s + 100 * (x[i + 1] - x[i]^2)^2 + (1 - x[i])^2
  s
}
band <- function(x) {
  i <- 3:(length(x) - 2)
  x[i - 2] * x[i - 1] + x[i]^3 - x[i + 1] * x[i + 2]
}
arrow <- function(x) sum(x[-1]^4) + x[1] * sum(x[-1]^2) + x[1]^2
grid <- function(x) {
  k <- sqrt(length(x))
  u <- matrix(x, k)
  sum((u[-1, ] - u[-k, ])^2) + sum((u[, -1] - u[, -k])^2) + sum(x^4)
}

invisible(built_from("bench/sparse_hand.c"))
cat(sprintf("%-6s %8s %9s %8s %9s %9s %10s %10s %8s%s\n", "", "n", "entries", "products", "record s", "first s",
            "next ms", "hand ms", "ratio", if (has_rtmb) "    RTMB s    next ms" else ""))
for (n in 10^(3:6)) {
  x <- rep(0.5, n)
  side <- floor(sqrt(n))
  if ("chain" %in% parts) row("chain", chain, x, "hessian", "chain_gradients", n)
  if ("loop" %in% parts && n <= 1e5) row("loop", loop, x, "hessian", "chain_gradients", n)
  if ("band" %in% parts) row("band", band, x, "jacobian", "band_residuals", n - 4)
  if ("arrow" %in% parts) row("arrow", arrow, x, "hessian", "arrow_gradients", n)
  if ("grid" %in% parts) row("grid", grid, rep(0.5, side^2), "hessian", "grid_gradients", side^2)
}
