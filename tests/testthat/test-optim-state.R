# What an optimizer keeps comes from the user, too: state_dict(), state$set(). It is checked
# whole before C uses it.

makers <- list(
  sgd = function(p) optim_sgd(p, lr = 0.1, momentum = 0.9), adam = function(p) optim_adam(p, amsgrad = TRUE),
  nadam = optim_nadam, asgd = optim_asgd, rmsprop = function(p) optim_rmsprop(p, momentum = 0.5, centered = TRUE),
  adafactor = function(p) optim_adafactor(p, beta1 = 0.5),
  lbfgs = function(p) optim_lbfgs(p, history_size = 3, max_iter = 4, line_search_fn = "strong_wolfe"),
  lbfgs_fixed = function(p) optim_lbfgs(p, history_size = 3, max_iter = 4)
)
parameters <- function() {
  list(torch_tensor(c(-1, 1), requires_grad = TRUE), torch_tensor(matrix(c(1, -2, 3, 0.5), 2), requires_grad = TRUE))
}
loss_of <- function(params, opt) {
  function() {
    opt$zero_grad()
    loss <- (1 - params[[1]][1])^2 + 5 * (params[[1]][2] - params[[1]][1]^2)^2 + sum(params[[2]]^4)
    loss$backward()
    loss
  }
}
values <- function(params) unlist(lapply(params, as.numeric))

# ---- damage: one change somewhere in a nested list ----

other_things <- list(NULL, list(), 1, -1, 0.5, NaN, NA_real_, Inf, 1e300, 2^53, 3L, "a", TRUE, numeric(), c(1, 2),
                     matrix(1:4, 2), sum, as.name("x"), quote(a + b), new.env(), factor("a"), as.Date(0, "1970-01-01"),
                     list(numbers = c(step = 1)))

damage <- function(x) {
  if (is.list(x) && length(x) && !is_torch_tensor(x) && runif(1) < 0.85) {
    i <- sample(length(x), 1)
    how <- runif(1)
    if (how < 0.7) x[i] <- list(damage(x[[i]]))
    else if (how < 0.78) x[[i]] <- NULL
    else if (how < 0.86) names(x)[i] <- "other"
    else if (how < 0.9) names(x) <- NULL
    else if (how < 0.94) x <- x[sample(length(x))]
    else x <- c(x, x[i])
    return(x)
  }
  if (is_torch_tensor(x) && runif(1) < 0.5) {
    return(switch(sample(5, 1), x$reshape(-1), x$to(dtype = torch_float()), torch_tensor(1:3), x * 2, x > 0))
  }
  if (is.numeric(x) && length(x) && !is_torch_tensor(x) && runif(1) < 0.6) {
    x[sample(length(x), 1)] <- sample(c(-1, 0.5, NaN, Inf, 1e18, 2^31, 99), 1)
    return(x)
  }
  other_things[[sample(length(other_things), 1)]]
}

test_that("a damaged state_dict is refused, or harmless; it never crashes", {
  set.seed(42)
  for (name in names(makers)) {
    params <- parameters()
    opt <- makers[[name]](params)
    for (i in 1:3) opt$step(loss_of(params, opt))
    dict <- opt$state_dict()
    refused <- 0
    for (i in 1:30) {
      bad <- damage(dict)
      fresh <- parameters()
      mine <- makers[[name]](fresh)
      before <- mine$state_dict()
      problem <- tryCatch({
        mine$load_state_dict(bad)
        NULL
      }, error = identity)
      if (!is.null(problem)) {
        refused <- refused + 1
        says_so <- inherits(problem, "gradtape_error") && grepl("nothing\\s+was\\s+changed", conditionMessage(problem))
        if (!says_so) fail(paste(conditionMessage(problem), "of", deparse1(bad)))
        if (!identical(mine$state_dict(), before)) fail(paste("changed by", deparse1(bad)))
      }
      # whatever was taken can be stepped with, or says why not
      capture.output(print(mine))
      tryCatch(mine$step(loss_of(fresh, mine)), gradtape_error = function(e) NULL)
    }
    expect_gt(refused, 10)
  }
})

test_that("state$set() refuses what C could not use", {
  set.seed(7)
  for (name in names(makers)) {
    params <- parameters()
    opt <- makers[[name]](params)
    opt$step(loss_of(params, opt))
    state <- opt$state$get(params[[1]])
    expect_error(opt$state$set(params[[1]], list()), "nothing was changed", class = "gradtape_error")
    expect_error(opt$state$set(params[[1]], 3), "nothing was changed", class = "gradtape_error")
    for (i in 1:12) {
      tryCatch(opt$state$set(params[[1]], damage(state)), gradtape_error = function(e) NULL)
      tryCatch(opt$step(loss_of(params, opt)), gradtape_error = function(e) NULL)
    }
    for (k in 1:2) with_no_grad(params[[k]]$copy_(parameters()[[k]]))
    opt$state$set(params[[1]], state)
    expect_no_error(opt$step(loss_of(params, opt)))
  }
})

test_that("a state that was changed in place is found at the step, which changes nothing", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  opt <- optim_adam(x)
  x$grad <- torch_tensor(c(1, 1))
  opt$step()
  opt$state$get(x)$exp_avg$mul_(x)          # has a history now
  before <- as.numeric(x)
  expect_error(opt$step(),
               "state of parameter 1 does not fit: `exp_avg` must be NULL or a leaf.*nothing\\s+was\\s+changed")
  expect_equal(as.numeric(x), before)
})

test_that("L-BFGS names what is wrong with its memory", {
  params <- parameters()
  opt <- makers$lbfgs(params)
  opt$step(loss_of(params, opt))
  state <- opt$state$get(params[[1]])
  change <- function(i, value) {
    state$numbers[i] <- value
    opt$state$set(params[[1]], state)
  }
  expect_error(change(2, 3), "counts pairs that cannot be there")
  expect_error(change(3, -1), "counts pairs that cannot be there")
  expect_error(change(3, 1e18), "counts pairs that cannot be there")
  expect_error(change(1, 0.5), "number of iterations")
  expect_error(change(4, NaN), "not finite")
  lacking <- state
  lacking$vectors[3] <- list(NULL)
  expect_error(opt$state$set(params[[1]], lacking), "lacks a pair")
  expect_error(opt$state$set(params[[2]], state), "with the first parameter")
  opt$param_groups[[1]]$history_size <- 5
  expect_error(opt$step(loss_of(params, opt)), "`history_size` differs")
})

# ---- a step within a step ----

test_that("a step within a step of the same optimizer is an error, and the next one is not", {
  for (name in names(makers)) {
    params <- parameters()
    opt <- makers[[name]](params)
    loss <- loss_of(params, opt)
    inside <- list(function() opt$step(loss), function() opt$load_state_dict(opt$state_dict()),
                   function() opt$state$set(params[[1]], opt$state$get(params[[1]])),
                   function() opt$add_param_group(list(params = torch_tensor(1, requires_grad = TRUE))))
    for (act in inside) {
      before <- values(params)
      expect_error(opt$step(function() {
        act()
        loss()
      }), "within a step", class = "gradtape_error", info = name)
      expect_equal(values(params), before, info = name)
    }
    expect_no_error(opt$step(loss))
  }
  own <- optimizer("own", initialize = function(params) super$initialize(params),
                   step = function(closure = NULL) private$step_helper(closure, function(group, param, g, p) NULL))
  x <- torch_tensor(1, requires_grad = TRUE)
  mine <- own(x)
  expect_error(mine$step(function() mine$step(function() x)), "within a step")
  expect_no_error(mine$step(function() x))
  # another optimizer's step is nobody's business
  other <- optim_sgd(x, lr = 0.1)
  expect_no_error(mine$step(function() {
    other$step(function() x)
    x
  }))
})

test_that("a closure runs with gradients, and leaves the mode as it was, whatever happens", {
  x <- torch_tensor(1, requires_grad = TRUE)
  for (opt in list(optim_adam(x), optim_lbfgs(x))) {
    seen <- NULL
    closure <- function() {
      opt$zero_grad()
      loss <- x^2
      seen <<- loss$requires_grad
      loss$backward()
      loss
    }
    with_no_grad(opt$step(closure))
    expect_true(seen)
    with_no_grad({
      expect_error(opt$step(function() stop("out of order")), "out of order")
      expect_false((x * 2)$requires_grad)
    })
  }
})

test_that("a parameter that changes its shape within a step of L-BFGS stops it", {
  x <- torch_tensor(c(-1, 1), requires_grad = TRUE)
  opt <- optim_lbfgs(x)
  calls <- 0
  expect_error(opt$step(function() {
    calls <<- calls + 1
    opt$zero_grad()
    loss <- sum(x^2)
    loss$backward()
    if (calls == 2) x$data <- torch_tensor(c(1, 2, 3))
    loss
  }), "another shape|differs|must have|shape", class = "error")
})
