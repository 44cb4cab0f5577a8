# Central finite differences of a function of a numeric vector.
fd_gradient <- function(f, x, h = 1e-6) {
  vapply(seq_along(x), function(i) {
    e <- replace(numeric(length(x)), i, h * max(1, abs(x[i])))
    (f(x + e) - f(x - e)) / (2 * sum(e))
  }, 0)
}

# Value and gradient by eager backward().
eager <- function(f, x) {
  x <- torch_tensor(x, requires_grad = TRUE)
  y <- f(x)
  y$backward()
  list(value = as.numeric(y), gradient = as.numeric(x$grad))
}

rosenbrock <- function(x) (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2
flower <- function(x) torch_norm(x) + torch_sin(4 * torch_atan2(x[2], x[1]))

chained_rosenbrock <- function(x) {
  a <- x[-length(x)]
  b <- x[-1]
  sum(100 * (b - a^2)^2 + (1 - a)^2)
}

# A random scalar function of a vector of n elements, made of smooth operations on
# vectors of length n and scalars, slices and reductions.
random_function <- function(n, size) {
  steps <- replicate(size, list(
    op = sample(c("join", "add", "sub", "mul", "sin", "exp", "tanh", "square", "slice", "sum", "scale", "mean", "div",
                  "neg", "norm", "where", "strided"), 1),
    a = runif(1), b = runif(1), c = round(runif(1, -2, 2), 2)), simplify = FALSE)
  function(x) {
    vectors <- list(x)
    scalars <- list(x[1], x[length(x)])
    pick <- function(from, u) from[[1 + floor(u * length(from))]]
    for (s in steps) {
      v <- pick(vectors, s$a)
      w <- pick(vectors, s$b)
      k <- pick(scalars, s$b)
      new <- switch(s$op,
        add = v + w, sub = v - k, mul = v * w / 4, sin = sin(v), exp = exp(-v^2), tanh = tanh(v + k),
        square = tanh(v)^2, scale = s$c * v, div = v / (1 + w^2), neg = -v,
        slice = { m <- v[-1]; z <- v[-n]; (c(1)[1] * sum(m * z)) * w / n },
        strided = v * sum(w[seq(1, n, by = 2)]) / n,
        where = torch_where(v > k, v, w * s$c),
        norm = v / (1 + torch_norm(w)),
        sum = { scalars[[length(scalars) + 1]] <- sin(sum(v * w)); NULL },
        mean = { scalars[[length(scalars) + 1]] <- mean(v) * k; NULL })
      if (!is.null(new)) vectors[[length(vectors) + 1]] <- new
    }
    total <- sum(vectors[[length(vectors)]])
    for (k in scalars) total <- total + k
    total
  }
}

derivative <- function(fn, x) {
  y <- fn(x)
  if (!y$requires_grad) return(torch_zeros(x$shape))      # constant
  weight <- array(cos(seq_along(y)), if (length(y$shape)) y$shape else 1L)
  total <- if (length(y$shape)) torch_sum(torch_mul(y, weight)) else y
  autograd_grad(total, x, create_graph = TRUE, allow_unused = TRUE)[[1]] %||% torch_zeros(x$shape)
}

expect_derivatives <- function(fn, x, label, orders = 3, tolerance = 2e-6) {
  fns <- Reduce(function(f, k) { force(f); function(x) derivative(f, x) }, seq_len(orders), fn, accumulate = TRUE)
  for (k in seq_len(orders)) {
    check <- gradcheck(fns[[k]], x, tolerance = tolerance)
    expect(check$ok, paste0(label, ", order ", k, ": ", paste(capture.output(print(check)), collapse = "\n")))
  }
}
