# The blog's five minimizations in gradtape (eager, closures in R) and in PyTorch (from
# Python, one thread), both in float64: microseconds of CPU time per evaluation of function
# and gradient, which other work on the machine disturbs less than elapsed time.
# Rscript bench/blog.R, from the package's folder.
library(gradtape)
source(system.file("examples", "blog.R", package = "gradtape", mustWork = TRUE))

repeats <- 7            # alternating gradtape, PyTorch; the median counts
enough <- 2000          # evaluations timed together in one repeat

runs <- list(
  "by hand" = function(rosenbrock, flower, penalty) {
    minimize_by_hand(rosenbrock, start_at(c(-1, 1)), lr = 0.01, iterations = 1000)
  },
  "Adam" = function(rosenbrock, flower, penalty) {
    minimize_adam(rosenbrock, start_at(c(-1, 1)), lr = 1, iterations = 100)
  },
  "L-BFGS" = function(rosenbrock, flower, penalty) {
    minimize_lbfgs(rosenbrock, start_at(c(-1, 1)), steps = 3)
  },
  "flower, strong Wolfe" = function(rosenbrock, flower, penalty) {
    minimize_lbfgs(flower, start_at(c(20, 20)), steps = 5, line_search_fn = "strong_wolfe")
  },
  "penalty" = function(rosenbrock, flower, penalty) {
    minimize_outside_circle(start_at(c(0.5, 0.5)), flower, penalty)
  }
)
penalty <- quadratic_penalty(ineq = outside_circle)
budget <- c(3, 3, 8, 8, 8)
jit_budget <- c(8, 8, 15, 15, 15)

count_evaluations <- function(run) {
  n <- 0
  counted <- function(f) {
    function(x) {
      n <<- n + 1
      f(x)
    }
  }
  run(counted(rosenbrock), counted(flower), penalty)
  n
}

# Seconds per evaluation; functions: what a run takes.
time_gradtape <- function(run, evaluations, functions) {
  times <- ceiling(enough / evaluations)
  used <- system.time(for (i in seq_len(times)) run(functions[[1]], functions[[2]], functions[[3]]))
  (used[["user.self"]] + used[["sys.self"]]) / (times * evaluations)
}

# The same in PyTorch, named by run; NULL where there is no PyTorch.
time_pytorch <- function() {
  out <- suppressWarnings(system2("/usr/bin/python3", c("bench/blog_torch.py", enough), stdout = TRUE, stderr = FALSE))
  if (length(out) != length(runs)) return(NULL)
  rows <- read.table(text = out, sep = "\t", col.names = c("name", "evaluations", "seconds"))
  setNames(rows$seconds / rows$evaluations, rows$name)
}

evaluations <- vapply(runs, count_evaluations, 0)
eager <- list(rosenbrock, flower, penalty)
jitted <- lapply(eager, jit)
gradtape <- by_jit <- pytorch <- NULL
for (i in seq_len(repeats)) {
  gradtape <- rbind(gradtape, mapply(time_gradtape, runs, evaluations, MoreArgs = list(eager)))
  by_jit <- rbind(by_jit, mapply(time_gradtape, runs, evaluations, MoreArgs = list(jitted)))
  pytorch <- rbind(pytorch, time_pytorch())
}

median_us <- function(seconds) apply(seconds, 2, median) * 1e6
result <- data.frame(evaluations, gradtape = median_us(gradtape), jit = median_us(by_jit))
if (is.null(pytorch)) {
  cat("PyTorch was not found for /usr/bin/python3: gradtape only.\n")
} else {
  result$pytorch <- median_us(pytorch)
  result$ratio <- result$pytorch / result$gradtape
  result$budget <- budget
  result$jit_ratio <- result$pytorch / result$jit
  result$jit_budget <- jit_budget
}
cat("microseconds of CPU time per evaluation, float64, median of ", repeats, " repeats\n", sep = "")
print(format(result, digits = 3))
