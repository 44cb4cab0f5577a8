# Long recordings: seconds of processor time and peak memory of recording, deriving and replaying functions of so many
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
  eager <- processor(f(torch_tensor(x, requires_grad = TRUE)))
  nodes <- peak()
  record <- processor(tp <- tape(f, x))
  recorded <- peak()
  derive <- processor(tp$gr(x))
  replay <- processor(tp$gr(x + 1e-6))
  cat(sprintf(paste0("%-9s %g operations: eager %.1f s, %.0f MB; recorded in %.1f s, %.0f MB; ",
                     "gradient made in %.1f s, %.0f MB; replayed in %.4f s\n"),
              kind, n, eager, nodes - own, record, recorded - own, derive, peak() - own, replay))
}

if (length(arguments) == 2 && arguments[1] %in% c("straight", "periodic")) {
  measure(arguments[1], as.numeric(arguments[2]))
} else {
  script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
  for (n in if (length(arguments)) arguments else c("1e5", "1e6")) {
    for (kind in c("straight", "periodic")) system2(file.path(R.home("bin"), "Rscript"), c(script, kind, n))
  }
}
