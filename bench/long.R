# Long recordings: seconds of processor time and peak memory of recording, replaying and deriving functions of so many
# operations on single numbers, each in a process of its own. "straight": operations in random order, of which no loop
# can be made; "periodic": a recurrence. Rscript bench/long.R, or with numbers of operations: Rscript bench/long.R 1e6
# 1e7. Linux only.
arguments <- commandArgs(TRUE)

peak <- function() {
  line <- grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1024
}

processor <- function(run) sum(system.time(run)[1:2])

measure <- function(kind, n) {
  suppressMessages(library(gradtape))
  set.seed(1)
  which <- sample(4, n / 2, TRUE)
  straight <- function(x) {
    s <- x[1]
    for (i in seq_len(n / 2)) s <- switch(which[i], s * x[2] + 0.1, sin(s) - x[1], (s - x[2]) * 0.5, x[2] / (s + 3))
    s
  }
  periodic <- function(x) {
    s <- x[1]
    for (i in seq_len(n / 2)) s <- s * x[2] + 0.1
    s
  }
  f <- if (kind == "straight") straight else periodic
  x <- c(0.3, 0.7)
  own <- peak()
  step <- function(what, run) {
    seconds <- processor(run)
    cat(sprintf("%-9s %g operations: %s %.2f s, %.0f MB so far\n", kind, n, what, seconds, peak() - own))
  }
  step("recorded in", tp <- tape(f, x))
  step("value replayed, the first time, in", tp$fn(x + 1e-6))
  step("value replayed in", tp$fn(x + 1e-5))
  step("first gradient in", tp$gr(x + 1e-5))
  step("gradient replayed in", tp$gr(x + 1e-6))
  # last: its graph is in R's memory as a whole
  if (n <= 1e6) step("run eagerly in", f(torch_tensor(x, requires_grad = TRUE)))
}

if (length(arguments) == 2 && arguments[1] %in% c("straight", "periodic")) {
  measure(arguments[1], as.numeric(arguments[2]))
} else {
  script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
  for (n in if (length(arguments)) arguments else c("1e5", "1e6")) {
    for (kind in c("straight", "periodic")) system2(file.path(R.home("bin"), "Rscript"), c(script, kind, n))
  }
}
