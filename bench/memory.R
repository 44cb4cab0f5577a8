# What a tape adds to the memory that its data take: R's own count after gc(), R's largest count,
# and the process's largest resident size (Linux), each as a multiple of the data. Every case
# runs in a process of its own. Rscript bench/memory.R

cases <- list(
  regression = "a logistic regression on a matrix",
  derived = "data that the function derives anew in every run",
  elementwise = "a vector of data, elementwise"
)

functions <- function(case) {
  set.seed(1)
  if (case == "elementwise") {
    y <- rnorm(2.5e6)
    return(list(x = c(0.1, 1.2), data = y, f = function(p) {
      z <- (y - p[1]) / p[2]
      if (p[1] > 0) sum(z * z) / 2 + length(y) * log(p[2]) else sum(abs(z)) + length(y) * log(p[2])
    }))
  }
  X <- matrix(rnorm(5e4 * 50), 5e4)
  y <- rbinom(5e4, 1, 0.4)
  list(x = rnorm(50) / 10, data = X, f = function(b) {
    eta <- (if (case == "derived") 2 * X else X) %*% b
    if (b[1] > 0) mean(nnf_softplus(eta) - y * eta) else mean(nnf_softplus(eta) - y * eta) + sum(b^2)
  })
}

resident <- function(field) {
  if (!file.exists("/proc/self/status")) return(NA_real_)
  line <- grep(field, readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1024
}
used <- function() sum(gc()[, 2])

measure <- function(case) {
  suppressPackageStartupMessages(library(gradtape))
  force(record <- tape(function(x) sum(x^2), c(1, 2)))$gr(c(1, 2))     # what is loaded once
  record$hvp(c(1, 2), c(1, 0))
  rm(record)
  it <- functions(case)
  size <- as.numeric(object.size(it$data)) / 2^20
  before <- used()
  gc(reset = TRUE)
  resident_before <- resident("VmRSS")
  there <- it$x
  other <- replace(there, 1, -there[1])
  tp <- tape(it$f, there)
  tp$fn(there)
  tp$gr(there)
  tp$hvp(there, there)
  tp$gr(other)
  peak <- sum(gc()[, 6])
  cat(sprintf("%-12s %5.1f MB of data; kept %.2f x, R's peak %.2f x, resident peak %.2f x\n", case, size,
              (used() - before) / size, (peak - before) / size, (resident("VmHWM") - resident_before) / size))
}

case <- commandArgs(TRUE)
if (length(case)) {
  measure(case)
} else {
  cat("recording, value, gradient, Hessian-vector product, and a recording of another branch",
      "  [kept 1.2 x, peak 2.5 x]\n")
  script <- sub("--file=", "", grep("^--file=", commandArgs(), value = TRUE))
  for (case in names(cases)) system2(file.path(R.home("bin"), "Rscript"), c(script, case))
}
