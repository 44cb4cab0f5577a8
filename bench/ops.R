# One operation at a time, eager, against PyTorch from Python (one thread, float64):
# microseconds of y = f(x), of l = sum(y) with it, and of both with a fresh l$backward(),
# for n = 2, 1000 and 1e6.
# Rscript bench/ops.R, from the package's folder.
library(gradtape)
options(width = 120)

sizes <- c(2, 1000, 1e6)
repeats <- 5            # the median counts

unary <- c("neg", "abs", "square", "sqrt", "exp", "log", "sin", "cos", "tanh", "sigmoid", "erf", "lgamma", "digamma",
           "relu", "cumsum", "sum", "prod", "amax", "norm", "std", "logsumexp", "sort")
binary <- c("add", "mul", "div", "pow", "maximum", "atan2")
along <- c("cumsum", "logsumexp")                   # need a dimension

operation <- function(name) {
  f <- getExportedValue("gradtape", paste0("torch_", name))
  if (name %in% binary) return(function(x, z) f(x, z))
  if (name %in% along) return(function(x, z) f(x, 1))
  if (name == "sort") return(function(x, z) f(x)[[1]])
  function(x, z) f(x)
}

seconds_per_call <- function(code, n) {
  times <- max(20, min(2000, 2e6 / n))
  code()
  seconds <- function() {
    start <- as.numeric(Sys.time())                 # proc.time() counts milliseconds
    for (i in seq_len(times)) code()
    (as.numeric(Sys.time()) - start) / times
  }
  median(vapply(seq_len(repeats), function(k) seconds(), 0))
}

time_gradtape <- function(name, n) {
  f <- operation(name)
  x <- torch_tensor(seq(0.5, 1.5, length.out = n), requires_grad = TRUE)
  z <- torch_tensor(seq(1.7, 0.7, length.out = n), requires_grad = TRUE)
  loss <- function() {
    y <- f(x, z)
    if (length(y) > 1) torch_sum(y) else y
  }
  both <- function() {
    x$grad <- NULL
    loss()$backward()
  }
  data.frame(op = name, n = n, forward = seconds_per_call(function() f(x, z), n) * 1e6,
             loss = seconds_per_call(loss, n) * 1e6, both = seconds_per_call(both, n) * 1e6)
}

time_pytorch <- function() {
  arguments <- c("bench/ops_torch.py", paste(c(unary, binary), collapse = ","), paste(sizes, collapse = ","), repeats)
  out <- suppressWarnings(system2("/usr/bin/python3", arguments, stdout = TRUE, stderr = FALSE))
  if (!length(out)) return(NULL)
  read.table(text = out, sep = "\t", col.names = c("op", "n", "torch_forward", "torch_both"))
}

time_sizes <- function(name) do.call(rbind, lapply(sizes, time_gradtape, name = name))
rows <- do.call(rbind, lapply(c(unary, binary), time_sizes))
torch <- time_pytorch()
if (!is.null(torch)) {
  rows <- merge(rows, torch, sort = FALSE)
  rows$forward_ratio <- rows$torch_forward / rows$forward
  rows$both_ratio <- rows$torch_both / rows$both
}
rows <- rows[order(rows$n), ]
print(format(rows, digits = 3), row.names = FALSE)
for (n in sizes) {
  at <- rows[rows$n == n, ]
  cat("n = ", format(n), ": backward costs ", format(median(at$both / at$loss) - 1, digits = 2), "x forward (median)",
      if (!is.null(torch)) paste0("; PyTorch takes ", format(median(at$forward_ratio), digits = 2),
                                  "x as long forward, ", format(median(at$both_ratio), digits = 2),
                                  "x with backward"),
      "\n", sep = "")
}
