# One step of each optimizer on one parameter, in gradtape and in PyTorch (from Python, one
# thread; its plain and its foreach form): microseconds of CPU time (so that other work on the
# machine counts less), and how many times faster gradtape is.
# Rscript bench/optim.R [float32|float64], from the package's folder. L-BFGS, whose time is that of
# its objective, is measured by bench/blog.R.
library(gradtape)

dtype <- c(commandArgs(TRUE), "float64")[1]
repeats <- 5            # alternating gradtape, PyTorch; the median counts
cases <- list(list(n = 1e3, steps = 500, target = 5), list(n = 1e6, steps = 10, target = 1))

methods <- list(
  "sgd" = function(p) optim_sgd(p, lr = 0.01), "sgd momentum" = function(p) optim_sgd(p, lr = 0.01, momentum = 0.9),
  "adam" = optim_adam, "adam amsgrad" = function(p) optim_adam(p, amsgrad = TRUE), "adamw" = optim_adamw,
  "adamax" = optim_adamax, "nadam" = optim_nadam, "radam" = optim_radam, "rmsprop" = optim_rmsprop,
  "adagrad" = optim_adagrad, "adadelta" = optim_adadelta, "rprop" = optim_rprop, "asgd" = optim_asgd,
  "lion" = optim_lion, "adabelief" = optim_adabelief, "yogi" = optim_yogi
)

time_gradtape <- function(make, n, steps) {
  as_dtype <- if (dtype == "float32") torch_float() else torch_double()
  x <- torch_tensor(seq(-1, 1, length.out = n), dtype = as_dtype, requires_grad = TRUE)
  x$grad <- torch_tensor(seq(1, -2, length.out = n), dtype = as_dtype)
  opt <- make(x)
  for (i in 1:3) opt$step()
  start <- sum(proc.time()[1:2])
  for (i in seq_len(steps)) opt$step()
  (sum(proc.time()[1:2]) - start) / steps
}

# Seconds per step: a row for each method, a column for each form.
time_pytorch <- function(n, steps) {
  arguments <- c("bench/optim_torch.py", format(n, scientific = FALSE), dtype, steps)
  out <- suppressWarnings(system2("/usr/bin/python3", arguments, stdout = TRUE, stderr = FALSE))
  rows <- read.table(text = out, sep = "\t", col.names = c("name", "form", "seconds"))
  tapply(rows$seconds, rows[c("name", "form")], identity)
}

for (case in cases) {
  ours <- theirs <- list()
  for (i in seq_len(repeats)) {
    ours[[i]] <- vapply(methods, time_gradtape, 0, case$n, case$steps * if (case$n < 1e4) 20 else 5)
    theirs[[i]] <- time_pytorch(case$n, case$steps)
  }
  gradtape <- apply(simplify2array(ours), 1, median)
  pytorch <- apply(simplify2array(theirs), 1:2, median)[match(names(methods), rownames(theirs[[1]])), ]
  fastest <- pmin(pytorch[, "single"], pytorch[, "foreach"])
  table <- data.frame(
    method = names(methods), gradtape_us = round(gradtape * 1e6, 1), pytorch_us = round(pytorch[, "single"] * 1e6, 1),
    foreach_us = round(pytorch[, "foreach"] * 1e6, 1), times_faster = round(fastest / gradtape, 2)
  )
  cat("\nn = ", format(case$n, scientific = FALSE), ", ", dtype, "; target: ", case$target,
      " times the faster of PyTorch's forms\n", sep = "")
  print(table, row.names = FALSE)
}
