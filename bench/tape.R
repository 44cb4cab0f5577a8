# Tapes beside hand-written C (-O2), PyTorch (from Python, one thread) and RTMB (where it is
# installed): microseconds of CPU time, medians, and ratios. Rscript bench/tape.R, from the
# package's folder.
library(gradtape)
source("bench/measure.R")
source(system.file("examples", "blog.R", package = "gradtape", mustWork = TRUE))

repeats <- 9            # in turn: hand-written C, tape, RTMB; then PyTorch; medians count

# Seconds of one call of run(), from enough calls to last 0.1 s.
seconds <- function(run) {
  n <- 1
  repeat {
    start <- cpu()
    for (i in seq_len(n)) run()
    took <- cpu() - start
    if (took > 0.1) return(took / n)
    n <- n * max(2, ceiling(0.15 / max(took, 1e-3)))
  }
}
compare <- function(runs) {
  runs <- Filter(Negate(is.null), runs)
  for (run in runs) run()
  times <- do.call(rbind, replicate(repeats, vapply(runs, seconds, 0), simplify = FALSE))
  apply(times, 2, median)
}

pytorch <- local({
  lines <- suppressWarnings(system2("/usr/bin/python3", "bench/tape_torch.py", stdout = TRUE, stderr = FALSE))
  rows <- if (length(lines)) read.table(text = lines, sep = "\t")
  if (is.null(rows)) cat("PyTorch was not found for /usr/bin/python3.\n")
  function(name) if (is.null(rows)) NA else rows[rows[[1]] == name, 2]
})
has_rtmb <- requireNamespace("RTMB", quietly = TRUE)
if (!has_rtmb) cat("RTMB is not installed: not compared.\n")
rtmb_gradient <- function(f, x) if (has_rtmb) rtmb_value_and_gradient(f, x)

report <- function(name, times, torch = NA, budget = "") {
  us <- function(t) format(t * 1e6, digits = 3)
  cat(sprintf("%-34s tape %s us", name, us(times[["tape"]])))
  if ("hand" %in% names(times)) {
    cat(sprintf("; by hand %s (tape takes %.2f x)", us(times[["hand"]]), times[["tape"]] / times[["hand"]]))
  }
  if ("rtmb" %in% names(times)) {
    cat(sprintf("; RTMB %s (%.2f x)", us(times[["rtmb"]]), times[["rtmb"]] / times[["tape"]]))
  }
  if (!is.na(torch)) cat(sprintf("; PyTorch %s (%.1f x)", us(torch), torch / times[["tape"]]))
  cat(if (nzchar(budget)) paste0("   [", budget, "]"), "\n", sep = "")
}

invisible(built_from("bench/tape_hand.c"))

# ---- small problems: replay inside C, and the blog's whole L-BFGS solve ----
# RTMB has no atan2(): by the half angle, where x[2] is not 0.
flower_for_rtmb <- function(x) {
  r <- sqrt(sum(x^2))
  r + sin(4 * 2 * atan((r - x[1]) / x[2]))
}
stopifnot(all.equal(flower_for_rtmb(c(20, 20)), as.numeric(flower(torch_tensor(c(20, 20))))))
for (case in list(list("rosenbrock", rosenbrock, c(-1, 1)), list("flower", flower, c(20, 20)))) {
  tp <- tape(case[[2]], case[[3]])
  x <- case[[3]]
  tp$value_and_grad(x)
  inside <- gradtape:::replay_seconds(tp, x, 200000)
  next_point <- points_near(x)
  times <- compare(list(tape = function() tp$value_and_grad(next_point()), rtmb = rtmb_gradient(
    if (case[[1]] == "flower") flower_for_rtmb else case[[2]], x)))
  report(paste(case[[1]], "value and gradient, from R"), times)
  cat(sprintf("%-34s %.3f us   [under 0.5]\n", paste(case[[1]], "inside C"), inside * 1e6))
}
tp <- tape(rosenbrock, c(-1, 1))
solve <- function() gradtape:::minimize_tape(tp, c(-1, 1), line_search_fn = "strong_wolfe", max_iter = 40)
report("L-BFGS solve on a tape", compare(list(tape = solve)), pytorch("lbfgs"), "300 x PyTorch")

# ---- chained Rosenbrock ----
chained <- function(x) {
  a <- x[-length(x)]
  b <- x[-1]
  sum(100 * (b - a^2)^2 + (1 - a)^2)
}
for (n in c(1e3, 1e5, 1e6)) {
  x <- rep(c(-1.2, 1), n / 2)
  tp <- tape(chained, x)
  stopifnot(all.equal(unname(tp$value_and_grad(x)), .Call("chained_rosenbrock", x)))
  next_point <- points_near(x)
  times <- compare(list(hand = function() .Call("chained_rosenbrock", next_point()),
                        tape = function() tp$value_and_grad(next_point()),
                        rtmb = if (n < 1e6) rtmb_gradient(chained, x)))
  report(paste("chained Rosenbrock, n =", format(n, scientific = FALSE)), times,
         pytorch(paste0("chained", format(n, scientific = FALSE))),
         if (n == 1e3) "5 x by hand" else "2.5 x by hand, 8 x PyTorch")
  gc(reset = TRUE)
  tp$value_and_grad(x)
  cat("   peak memory of one evaluation: ", sum(gc()[, 6]) - sum(gc()[, 2]), " MB above the tape's own\n", sep = "")
}

# ---- logistic regression ----
set.seed(1)
X <- matrix(rnorm(1e5 * 50), 1e5)
y <- rbinom(1e5, 1, 0.4)
logistic <- function(b) {
  eta <- X %*% b
  mean(nnf_softplus(eta) - y * eta)
}
b <- rnorm(50) / 10
tp <- tape(logistic, b)
next_point <- points_near(b)
report("logistic regression, 1e5 x 50", compare(list(tape = function() tp$value_and_grad(next_point()))),
       pytorch("logistic"), "1 x PyTorch")

# ---- a recurrence of 5,000 steps, written as a loop ----
logistic_map <- function(x) {
  s <- x[1]
  for (i in 1:5000) s <- x[2] * s * (1 - s)
  s
}
x <- c(0.3, 3.2)
tp <- tape(logistic_map, x)
history <- numeric(5000)
stopifnot(all.equal(tp$gr(x), .Call("recurrence_gradient", x, 5000L, history)[-1]))
next_point <- points_near(x)
value_tape <- tape(logistic_map, x)
report("recurrence, value", compare(list(hand = function() .Call("recurrence", next_point(), 5000L),
                                         tape = function() value_tape$fn(next_point()))), budget = "5 x by hand")
by_hand <- function() .Call("recurrence_gradient", next_point(), 5000L, history)
by_tape <- function() tp$value_and_grad(next_point())
report("recurrence, value and gradient", compare(list(hand = by_hand, tape = by_tape)),
       budget = "5 x by hand")

# ---- one thread and two: elapsed time, which takes an idle machine ----
elapsed <- function(run) min(replicate(30, system.time(run())[[3]]))
inside <- function(tp, x, times) {
  state <- gradtape:::recorded_state(tp)
  tp$gr(x)
  function() .Call(gradtape:::C_call_tape_repeat, state, x, as.integer(times), "gradient")
}
start <- rep(c(-1.2, 1), 5e5)
large <- torch_tensor(runif(1e6))
for (case in list(list("logistic regression, 1e5 x 50", inside(tape(logistic, b), b, 5), 5),
                  list("chained Rosenbrock, n = 1e6", inside(tape(chained, start), start, 10), 10),
                  list("chained Rosenbrock, n = 1e5", inside(tape(chained, start[1:1e5]), start[1:1e5], 100), 100),
                  list("exp() of 1e6 elements, eager", function() for (i in 1:10) exp(large), 10),
                  list("x + x of 1e6 elements, eager", function() for (i in 1:10) large + large, 10))) {
  times <- vapply(1:2, function(n) {
    torch_set_num_threads(n)
    elapsed(case[[2]]) / case[[3]]
  }, 0)
  torch_set_num_threads(1)
  cat(sprintf("%-34s one thread %.3f ms, two %.3f (%.2f x)\n", case[[1]], times[1] * 1e3, times[2] * 1e3,
              times[1] / times[2]))
}

# ---- recording ----
for (case in list(list("chained, n = 1e5", chained, rep(c(-1.2, 1), 5e4)),
                  list("recurrence", logistic_map, c(0.3, 3.2)))) {
  eager <- function() {
    x <- torch_tensor(case[[3]], requires_grad = TRUE)
    case[[2]](x)$backward()
  }
  times <- compare(list(eager = eager, record = function() tape(case[[2]], case[[3]]),
                        gradient = function() tape(case[[2]], case[[3]])$gr(case[[3]])))
  cat(sprintf("recording %s: %.2f x one eager evaluation with gradient; with the gradient's program %.2f x   [3 x]\n",
              case[[1]], times[["record"]] / times[["eager"]], times[["gradient"]] / times[["eager"]]))
}
