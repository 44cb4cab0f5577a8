# The tables in src/solvers are where options stand; R's signatures must say the same.

in_c <- c("sgd", "adam", "adamw", "adamax", "nadam", "radam", "rmsprop", "adagrad", "adadelta", "rprop", "asgd",
          "lion", "adabelief", "yogi", "adafactor", "lbfgs")
constructor <- function(method) getExportedValue("gradtape", paste0("optim_", method))

# What a table says the default is.
table_default <- function(option) {
  value <- option$default
  if (option$kind == "choice") return(if (value > 0) option$words[value])
  if (anyNA(value)) return(if (!option$may_be_null) optim_required())
  if (option$kind == "flag") value != 0 else value
}

test_that("signatures agree with the tables, names, order and defaults", {
  # torch's step is a short run of its own, and its limit of evaluations follows from that
  differ <- list(lbfgs = c("max_iter", "max_eval"))
  for (method in in_c) {
    options <- gradtape:::method_options(method)
    names <- vapply(options, `[[`, "", "name")
    arguments <- formals(constructor(method))[-1]
    if (method == "lbfgs") expect_setequal(names(arguments), names)
    else expect_identical(names(arguments), names, info = method)
    for (option in options) {
      if (option$name %in% differ[[method]]) next
      expect_equal(eval(arguments[[option$name]]), table_default(option), info = paste(method, option$name))
    }
  }
})

test_that("every optimizer is in the list above", {
  exported <- grep("^optim_", getNamespaceExports("gradtape"), value = TRUE)
  expect_setequal(sub("^optim_", "", setdiff(exported, "optim_required")), in_c)
})

# Values just outside a range, and of another kind.
bad_values <- function(option) {
  outside <- function(k) c(if (abs(option$min[k]) < 1e300) option$min[k] - if (option$above[k]) 0 else 1e-9,
                           if (option$max[k] < 2^31 - 1) option$max[k] + if (option$below[k]) 0 else 1e-9)
  wrong <- list("a", c(1, 2, 3), NA, NA_real_, list(1), sum, numeric(), torch_tensor(0.5), factor("a"))
  switch(option$kind,
    number = c(wrong, list(TRUE, c(0.5, 0.5)), as.list(outside(1))),
    whole = c(wrong, list(TRUE, 0, 1.5, 2^31, Inf)),
    flag = c(wrong, list(1, c(TRUE, FALSE))),
    pair = c(wrong, list(1, TRUE), lapply(outside(1), function(v) c(v, option$default[2])),
             lapply(outside(2), function(v) c(option$default[1], v)), if (option$rising) list(c(2, 1))),
    choice = c(wrong, list(1, "", c("strong_wolfe", "backtracking"))))
}

test_that("a value outside the table is refused, by constructor and by step, and names the option", {
  for (method in in_c) for (option in gradtape:::method_options(method)) {
    x <- torch_tensor(c(1, 2), requires_grad = TRUE)
    x$grad <- torch_tensor(c(1, 1))
    good <- if (method == "sgd") list(lr = 0.1)
    opt <- do.call(constructor(method), c(list(x), good))
    closure <- function() {
      opt$zero_grad()
      loss <- sum(x^2)
      loss$backward()
      loss
    }
    for (value in bad_values(option)) {
      info <- paste(method, option$name, deparse1(value)[1])
      given <- good
      given[option$name] <- list(value)
      expect_error(do.call(constructor(method), c(list(x), given)), paste0("`", option$name, "`"),
                   class = "gradtape_error", info = info)
      opt$param_groups[[1]][option$name] <- list(value)
      expect_error(opt$step(closure), paste0("`", option$name, "` must be"), class = "gradtape_error", info = info)
    }
    expect_equal(as.numeric(x), c(1, 2), info = method)
  }
})

test_that("options that no optimizer knows are refused where they are set", {
  x <- torch_tensor(1, requires_grad = TRUE)
  opt <- optim_adam(x)
  expect_error(opt$param_groups[[1]]$learning_rate <- 1, "option `learning_rate` that this optimizer does not know")
  expect_error(opt$param_groups <- list(list(params = list(x), lr = 1, Betas = 1)), "`Betas`")
  opt$param_groups[[1]]$name <- "weights"
  expect_equal(opt$param_groups[[1]]$lr, 1e-3)
  lbfgs <- optim_lbfgs(x, line_search_fn = "strong_wolfe")
  lbfgs$param_groups[[1]]$line_search_fn <- NULL
  expect_null(lbfgs$param_groups[[1]]$line_search_fn)
  expect_true("line_search_fn" %in% names(lbfgs$param_groups[[1]]))
  # an optimizer of one's own may keep what it likes in its groups
  own <- optimizer("own", initialize = function(params, lr = 1) super$initialize(params, list(lr = lr)),
                   note = function() self$param_groups[[1]]$seen <- 3)
  mine <- own(x)
  mine$note()
  expect_equal(mine$param_groups[[1]]$seen, 3)
  expect_error(mine$param_groups[[1]]$sen <- 3, "`sen`")
})

test_that("groups and their parameters are not replaced unseen", {
  x <- torch_tensor(1, requires_grad = TRUE)
  y <- torch_tensor(c(1, 2), requires_grad = TRUE)
  opt <- optim_adam(x)
  x$grad <- torch_tensor(1)
  opt$param_groups <- list(opt$param_groups[[1]], opt$param_groups[[1]])
  expect_error(opt$step(), "cannot be replaced.*nothing was changed")
  opt <- optim_adam(x)
  opt$param_groups[[1]]$params <- list(x, y)
  expect_error(opt$step(), "cannot be replaced.*nothing was changed")
  expect_equal(x$item(), 1)
})
