searches <- c("more_thuente", "hager_zhang")

test_that("L-BFGS with the searches that torch does not have finds known minima", {
  for (name in names(smooth_problems)) for (search in searches) for (history in c(5, 100)) {
    if (name == "large_and_small") next
    p <- smooth_problems[[name]]
    tp <- tape(p[[1]], p[[2]])
    got <- minimum_by(tp, p[[2]], "lbfgs", line_search_fn = search, history_size = history)
    label <- paste(name, search, history, got$status)
    expect_equal(got$par, p[[3]], tolerance = 1e-6, label = label)
    expect_equal(got$value, p[[4]], tolerance = 1e-9, label = label)
    expect_identical(got$value, tp$fn(got$par), label = label)
    expect_identical(got$counts[["gradient"]], got$counts[["value"]], label = label)
  }
})

test_that("the units of the value are indifferent to L-BFGS, BFGS and conjugate gradients", {
  fn <- smooth_problems$rosenbrock[[1]]
  for (method in list(list("lbfgs", line_search_fn = "more_thuente"), list("lbfgs", line_search_fn = "hager_zhang"),
                      list("bfgs"), list("cg"))) {
    run <- function(unit) {
      do.call(minimum_by, c(list(function(x) unit * fn(x), c(-1.2, 1)), method, tolerance_grad = 1e-8 * unit))
    }
    one <- run(1)
    for (unit in 2^c(-40, 30)) {
      other <- run(unit)
      expect_identical(other$par, one$par, label = method[[1]])
      expect_identical(other$counts, one$counts, label = method[[1]])
    }
  }
})

test_that("pairs are stored where values are small: valleys that torch's threshold forgets", {
  badly_scaled <- function(x) (1e4 * x[1] * x[2] - 1)^2 + (exp(-x[1]) + exp(-x[2]) - 1.0001)^2
  for (search in searches) {
    got <- minimum_by(badly_scaled, c(0, 1), "lbfgs", line_search_fn = search)
    expect_lt(got$value, 1e-15)
    expect_equal(got$par, c(1.098159e-5, 9.106146), tolerance = 1e-5)
    expect_lt(got$counts[["value"]], 600)
  }
})
