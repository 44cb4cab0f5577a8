# 250 runs of PyTorch 1.13's optimizers; tolerances as the reference figures state them.

problems <- list(
  rosenbrock = function(x) (1 - x[1])^2 + 5 * (x[2] - x[1]^2)^2,
  flower = function(x) torch_norm(x) + torch_sin(4 * torch_atan2(x[2], x[1])),
  bowl = function(x) x[1]^2 + x[2]^2,
  saddle = function(x) x[1]^2 - x[2]^2,
  cubic = function(x) x[1]^3 + x[2]^2 - 2 * x[1] * x[2]
)

follow <- function(run) {
  x <- torch_tensor(unlist(run$x0), dtype = if (run$dtype == "float32") torch_float() else torch_double(),
                    requires_grad = TRUE)
  args <- run$args
  names(args) <- sub("^lambd$", "lambda", names(args))
  opt <- do.call(run$optimizer, c(list(x), args))
  f <- problems[[run$problem]]
  evals <- list()
  closure <- function() {
    opt$zero_grad()
    value <- f(x)
    value$backward()
    evals[[length(evals) + 1]] <<- c(as.numeric(value), as.numeric(x))
    value
  }
  steps <- vapply(run$rows, `[[`, 1, "step")
  rows <- list()
  for (s in seq_len(max(steps))) {
    loss <- tryCatch(as.numeric(opt$step(closure)), error = function(e) NaN)
    if (s %in% steps) rows[[length(rows) + 1]] <- c(loss, as.numeric(x))
  }
  list(steps = steps, rows = rows, evals = evals)
}

# By how many tolerances the numbers differ, at worst.
excess <- function(got, want, single, tolerance = if (single) 2e-5 else 1e-10) {
  if (!all(is.finite(got) == is.finite(want))) return(Inf)
  scale <- if (single) pmax(1, abs(want)) * tolerance else pmax(1e-12, abs(want) * tolerance)
  max(ifelse(is.finite(want), abs(got - want) / scale, 0))
}

# Without a line search on flower, and on saddle, L-BFGS is chaotic or diverges, and on
# flower in double its line search magnifies rounding a millionfold.
is_chaotic <- function(run) run$optimizer == "optim_lbfgs" && run$problem %in% c("flower", "saddle")

# The flower's angle in float comes from the C library's atan2f(). Where that does not round as
# the reference's did, here at the seventh evaluation, line searches part from there.
same_atan2f <- function() {
  angle <- torch_atan2(torch_tensor(2.64278960, dtype = torch_float()),
                       torch_tensor(-1.38709784, dtype = torch_float()))
  abs(angle$item() - 2.05413437) < 1e-8
}

# The first ten steps and twenty evaluations.
early_excess <- function(run, got) {
  single <- run$dtype == "float32"
  checked <- if (is_chaotic(run)) integer() else which(got$steps <= 10)
  rows <- vapply(checked, function(i) {
    excess(got$rows[[i]], ref_number(run$rows[[i]][c("loss", "x")]), single)
  }, 0)
  count <- if (single && run$problem == "flower" && !same_atan2f()) 6 else 20
  first <- seq_len(min(count, length(run$evals), length(got$evals)))
  evals <- vapply(first, function(i) {
    excess(got$evals[[i]], ref_number(run$evals[[i]][c("loss", "x")]), single,
           if (single || is_chaotic(run)) 1e-4 else 1e-10)
  }, 0)
  max(0, rows, evals)
}

test_that("250 runs agree with PyTorch", {
  runs <- read_reference("optim")
  expect_length(runs, 250)
  for (i in seq_along(runs)) {
    run <- runs[[i]]
    got <- follow(run)
    label <- sprintf("run %d (%s, %s, %s)", i, run$optimizer, run$problem, run$dtype)
    expect_lte(early_excess(run, got), 1, label = label)
    if (is_chaotic(run)) next
    want <- ref_number(run$rows[[length(run$rows)]][c("loss", "x")])
    last <- got$rows[[length(got$rows)]]
    in_kind <- is.finite(want) & is.finite(last)
    expect_identical(is.finite(last), is.finite(want), label = label)
    expect_true(all(abs(last - want)[in_kind] <= 0.05 * pmax(1, abs(want[in_kind]))), label = label)
  }
})

test_that("a list of parameters, maximize and groups agree with PyTorch", {
  for (run in read_reference("groups")) {
    params <- list(torch_tensor(0.7, requires_grad = TRUE),
                   torch_tensor(c(0.5, -1, 2), requires_grad = TRUE),
                   torch_tensor(rbind(c(1, -0.25, 0), c(3, -2, 0.125)), requires_grad = TRUE))
    given <- if (run$groups) list(list(params = params[1], lr = 0.5), list(params = params[2:3])) else params
    opt <- do.call(run$optimizer, c(list(given), lapply(run$args, unlist)))
    for (t in 0:5) {
      for (k in 1:3) params[[k]]$grad <- torch_sin(params[[k]]$detach() * k) + cos(t)
      opt$step()
    }
    got <- lapply(params, function(p) as.numeric(if (p$ndim == 2) t(p) else p))
    expect_lt(excess(unlist(got), ref_number(run$x), FALSE), 1)
  }
})
