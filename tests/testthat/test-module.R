Net <- nn_module("Net",
  initialize = function(hidden) {
    self$first <- nn_linear(2, hidden)
    self$scale <- nn_parameter(torch_tensor(2))
    self$second <- nn_linear(hidden, 1, bias = FALSE)
    self$count <- nn_buffer(torch_tensor(0))
    self$scratch <- nn_buffer(torch_tensor(0), persistent = FALSE)
  },
  forward = function(x) self$scale * self$second(torch_tanh(self$first(x)))
)

test_that("a module knows its parameters by name, in order", {
  net <- Net(3)
  expect_named(net$parameters, c("first.weight", "first.bias", "scale", "second.weight"))
  expect_named(net$named_parameters(), names(net$parameters))
  expect_named(net$buffers, c("count", "scratch"))
  expect_named(net$state_dict(), c("first.weight", "first.bias", "scale", "second.weight", "count"))
  expect_named(net$children, c("first", "second"))
  expect_length(net$modules, 3)
  expect_equal(net$first$weight$shape, c(3, 2))
  expect_true(is_nn_module(net))
  expect_identical(capture.output(print(net)), c(
    "<Net> 13 parameters",
    "  first: <nn_linear>",
    "    weight: parameter [3, 2]",
    "    bias: parameter [3]",
    "  scale: parameter []",
    "  second: <nn_linear>",
    "    weight: parameter [1, 3]",
    "  count: buffer []",
    "  scratch: unsaved buffer []"
  ))
  net$first$bias <- nn_parameter(torch_tensor(c(1, 2, 3)))
  expect_equal(as.numeric(net$parameters$first.bias), c(1, 2, 3))
  expect_length(net$parameters, 4)
})

test_that("a shared parameter is there once", {
  net <- nn_module("tied", initialize = function() {
    self$a <- nn_parameter(torch_tensor(1))
    self$b <- self$a
    self$c <- nn_parameter(torch_tensor(1))
  })()
  expect_named(net$parameters, c("a", "c"))
})

test_that("forward and gradients of a linear layer", {
  w <- rbind(c(1, 2), c(3, 4), c(5, 6))
  layer <- nn_linear(2, 3)
  layer$load_state_dict(list(weight = torch_tensor(w), bias = torch_tensor(c(0.1, 0.2, 0.3))))
  x <- rbind(c(1, -1), c(0.5, 2))
  expect_equal(as.matrix(layer(torch_tensor(x))), x %*% t(w) + rep(c(0.1, 0.2, 0.3), each = 2))
  expect_equal(as.numeric(layer(torch_tensor(c(1, -1)))), c(w %*% c(1, -1)) + c(0.1, 0.2, 0.3))
  expect_equal(layer(torch_tensor(array(1:12, c(2, 3, 2))))$shape, c(2, 3, 3))
  sum(layer(torch_tensor(x)))$backward()
  expect_equal(as.matrix(layer$weight$grad), rbind(colSums(x), colSums(x), colSums(x)))
  expect_equal(as.numeric(layer$bias$grad), c(2, 2, 2))
  layer$zero_grad()
  expect_equal(as.numeric(layer$bias$grad), c(0, 0, 0))
  expect_error(layer(torch_tensor(c(1, 2, 3))), "last dimension must be 2")
  expect_error(nn_linear(0, 1), "in_features.*not 0")
})

test_that("a model is trained and its state restored", {
  set.seed(1)
  make <- function() nn_sequential(nn_linear(1, 8), nn_tanh(), out = nn_linear(8, 1))
  model <- make()
  expect_named(model$parameters, c("0.weight", "0.bias", "out.weight", "out.bias"))
  x <- matrix(seq(-2, 2, length.out = 20))
  y <- sin(x)
  loss <- nn_mse_loss()
  opt <- optim_adam(model$parameters, lr = 0.05)
  first <- loss(model(torch_tensor(x)), y)$item()
  for (i in 1:200) {
    opt$zero_grad()
    value <- loss(model(torch_tensor(x)), y)
    value$backward()
    opt$step()
  }
  expect_lt(value$item(), first / 100)
  copy <- make()
  copy$load_state_dict(unserialize(serialize(model$state_dict(), NULL)))
  expect_identical(as.matrix(copy(torch_tensor(x))), as.matrix(model(torch_tensor(x))))
  before <- as.numeric(copy$parameters$out.bias)
  opt$step()
  expect_equal(as.numeric(copy$parameters$out.bias), before)
})

test_that("training and evaluation", {
  set.seed(2)
  model <- nn_sequential(nn_identity(), nn_dropout(0.25))
  x <- torch_ones(1000)
  y <- as.numeric(model(x))
  expect_setequal(y, c(0, 1 / 0.75))
  expect_lt(abs(mean(y) - 1), 0.1)
  model$eval()
  expect_false(model$`1`$training)
  expect_equal(as.numeric(model(x)), rep(1, 1000))
  model$train()
  expect_true(model$`1`$training)
})

test_that("activations as modules", {
  x <- torch_tensor(rbind(c(-1, 0, 1), c(2, 1000, 3)))
  expect_equal(as.matrix(nn_relu()(x)), pmax(as.matrix(x), 0))
  expect_equal(as.matrix(nn_sigmoid()(x)), plogis(as.matrix(x)))
  expect_equal(as.matrix(nn_softplus(2)(x))[1, ], log1p(exp(2 * c(-1, 0, 1))) / 2)
  expect_equal(as.numeric(nn_elu(2)(torch_tensor(c(-1, 1)))), c(2 * expm1(-1), 1))
  expect_equal(as.numeric(nn_leaky_relu(0.1)(torch_tensor(c(-1, 1)))), c(-0.1, 1))
  expect_equal(rowSums(as.matrix(nn_softmax(2)(x))), c(1, 1))
  expect_equal(as.matrix(nn_log_softmax(-1)(x))[1, ], c(-1, 0, 1) - log(sum(exp(c(-1, 0, 1)))))
})

test_that("modules can be derived, saved and asked", {
  Child <- nn_module("Child", inherit = Net, forward = function(x) super$forward(x) + 1)
  child <- Child(2)
  expect_equal(class(child), c("Child", "Net", "gradtape_nn_module", "nn_module"))
  x <- torch_tensor(rbind(c(1, 2)))
  again <- unserialize(serialize(child, NULL))
  expect_equal(as.numeric(again(x)), as.numeric(child(x)))
  expect_error(child$weights, "no field or method")
  expect_error(nn_module("empty")()(1), "no method .*forward")
  expect_error(child$load_state_dict(list()), "lacks .*scale")
  bad <- child$state_dict()
  bad$scale <- c(1, 2)
  expect_error(child$load_state_dict(bad), "scale.*has shape \\[2\\]")
  n <- 0
  child$apply(function(m) n <<- n + 1)
  expect_equal(n, 3)
  child$requires_grad_(FALSE)
  expect_false(child$scale$requires_grad)
  expect_length(child$parameters, 4)
})

test_that("initial values have the distributions asked for", {
  set.seed(3)
  w <- torch_zeros(100, 50, requires_grad = TRUE)
  expect_lt(max(abs(as.numeric(nn_init_uniform_(w, -2, 3)) - 0.5)), 2.5)
  nn_init_normal_(w, 1, 0.1)
  expect_equal(c(mean(as.numeric(w)), sd(as.numeric(w))), c(1, 0.1), tolerance = 0.01)
  nn_init_xavier_uniform_(w, gain = 2)
  expect_equal(max(abs(as.numeric(w))), 2 * sqrt(6 / 150), tolerance = 1e-2)
  nn_init_kaiming_normal_(w, nonlinearity = "relu")
  expect_equal(sd(as.numeric(w)), sqrt(2 / 50), tolerance = 0.03)
  nn_init_kaiming_uniform_(w, mode = "fan_out", nonlinearity = "tanh")
  expect_equal(max(abs(as.numeric(w))), sqrt(3) * 5 / 3 / 10, tolerance = 1e-2)
  nn_init_constant_(w, 7)
  expect_setequal(as.numeric(w), 7)
  expect_true(w$requires_grad)
  expect_error(nn_init_xavier_normal_(torch_zeros(3)), "must be a matrix")
  expect_error(nn_init_ones_(1), "must be a tensor")
})

test_that("a tensor given to a constructor is told where it belongs", {
  x <- torch_tensor(c(-1, 1))
  expect_error(nn_relu(x), "makes a module.*nn_relu\\(\\)\\(x\\).*nnf_relu\\(x\\)")
  expect_error(nn_tanh(x), "makes a module")
  expect_error(nn_tanh(3), "takes no arguments")
  expect_error(nn_mse_loss(x), "nn_mse_loss\\(\\)\\(input, target\\)")
  expect_error(nn_elu("a"), "`alpha` must be one number")
  expect_error(nn_huber_loss(delta = 0), "`delta` must be one number above 0")
  expect_equal(as.numeric(nn_relu(inplace = TRUE)(x)), c(0, 1))
})

test_that("a bad state_dict or member is named, and nothing changes", {
  layer <- nn_linear(2, 1)
  before <- as.numeric(layer$weight)
  expect_error(layer$load_state_dict("q"), "`state_dict` must be a named list.*not \"q\"")
  expect_error(layer$load_state_dict(list(weight = matrix(0, 1, 2))), "It lacks \"bias\"")
  expect_error(layer$load_state_dict(list(weight = matrix(0, 1, 2), bias = "a")),
               "\"bias\" must be a tensor, not \"a\"")
  expect_equal(as.numeric(layer$weight), before)
  expect_error(layer$add_module(NA, nn_tanh()), "`name` must be one string, not NA")
  expect_error(layer$weigth, "Did you mean .*\\$weight")
})

test_that("initial values are refused where they would be NaN", {
  w <- torch_ones(2, 2)
  expect_error(nn_init_normal_(w, std = -1), "`std` must be one number of at least 0, not -1")
  expect_error(nn_init_uniform_(w, 3, 1), "`b` must be one number of at least 3, not 1")
  expect_error(nn_init_constant_(w, "a"), "`val` must be one number")
  expect_error(nn_init_xavier_normal_(w, gain = -1), "`gain` must be")
  expect_error(nn_init_kaiming_normal_(w, a = "a"), "`a` must be one number")
  expect_error(nn_init_calculate_gain("relu", "a"), "`param` must be one number")
  expect_equal(as.numeric(w), rep(1, 4))
})

test_that("the modules of a list and of a dict are found, and change", {
  set.seed(1)
  net <- nn_module("net",
    initialize = function(n) {
      self$layers <- nn_module_list(lapply(seq_len(n), function(i) nn_linear(2, 2)))
      self$ends <- nn_module_dict(list(a = nn_linear(2, 1, bias = FALSE), b = nn_tanh()))
    },
    forward = function(x) {
      for (i in seq_along(self$layers)) x <- self$ends[["b"]](self$layers[[i]](x))
      self$ends$a(x)
    }
  )(2)
  expect_named(net$parameters,
               c("layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "ends.a.weight"))
  x <- c(0.3, -0.2)
  by_hand <- x
  for (layer in lapply(net$layers, identity)) {
    by_hand <- tanh(c(as.matrix(layer$weight) %*% by_hand) + as.numeric(layer$bias))
  }
  expect_equal(as.numeric(net(torch_tensor(x))), sum(as.numeric(net$ends$a$weight) * by_hand))
  expect_equal(length(net$layers), 2)
  expect_equal(length(net$ends), 2)
  expect_named(as.list(net$ends), c("a", "b"))

  held <- nn_module_list()
  expect_equal(length(held), 0)
  made <- lapply(1:4, function(i) nn_linear(1, i))
  held$append(made[[1]])$extend(made[3:4])
  held$insert(2, made[[2]])
  expect_equal(vapply(as.list(held), function(m) nrow(m$weight), 0L), 1:4, ignore_attr = TRUE)
  expect_named(held$children, c("0", "1", "2", "3"))
  expect_error(held[[5]], "there is none at 5", class = "gradtape_index_error")
  expect_error(held$insert(6, nn_tanh()), "at most 5")
  expect_error(held$append(1), "`module` must be a module")
  expect_error(nn_module_list(3), "`modules` must be a list")
  expect_error(nn_module_dict(list(nn_tanh())), "named list")
  expect_equal(nn_sequential(nn_tanh(), made[[3]])[[2]]$weight$shape, c(3, 1))
})

test_that("a deep clone shares nothing with its module, and what is tied in it stays tied", {
  net <- Net(3)
  net$tied <- net$first
  net$again <- net$scale
  net$first$weight$requires_grad_(FALSE)
  shallow <- net$clone()
  copy <- net$clone(deep = TRUE)
  expect_identical(class(copy), class(net))
  expect_equal(copy$state_dict(), net$state_dict())
  expect_named(copy$parameters, names(net$parameters))
  expect_false(copy$first$weight$requires_grad)
  expect_true(copy$scale$requires_grad)
  x <- torch_tensor(c(1, 2))
  before <- as.numeric(net(x))
  with_no_grad(copy$scale$mul_(2))
  expect_equal(as.numeric(net(x)), before)
  expect_equal(as.numeric(copy(x)), 2 * before)
  expect_equal(as.numeric(copy$again), as.numeric(copy$scale))
  with_no_grad(copy$tied$bias$add_(1))
  expect_equal(as.numeric(copy$first$bias), as.numeric(copy$tied$bias))
  expect_false(isTRUE(all.equal(as.numeric(copy$first$bias), as.numeric(net$first$bias))))
  with_no_grad(net$scale$mul_(3))
  expect_equal(as.numeric(shallow(x)), 3 * before)
  copy$eval()
  expect_true(net$training)
  act <- nn_leaky_relu(0.5)$clone(deep = TRUE)
  expect_equal(as.numeric(act(torch_tensor(c(-2, 2)))), c(-1, 2))
  expect_s3_class(act, "nn_leaky_relu")
})

test_that("a module goes to another dtype, whole", {
  net <- Net(2)
  net$again <- net$scale
  net$index <- nn_buffer(torch_tensor(1:2))
  scale <- net$scale
  expect_identical(names(net$to(device = "cpu")$parameters), names(net$parameters))
  x <- torch_tensor(c(1, 2))
  sum(net(x))$backward()
  was <- as.numeric(net(x))
  net$to(dtype = torch_float())
  expect_true(all(vapply(net$parameters, function(p) p$dtype == torch_float() && p$requires_grad, NA)))
  expect_false(net$index$dtype == torch_float())
  expect_length(net$parameters, 4)
  expect_true(net$scale$grad$dtype == torch_float())
  out <- net(torch_tensor(c(1, 2), dtype = "float"))
  expect_true(out$dtype == torch_float())
  expect_equal(as.numeric(out), was, tolerance = 1e-6)
  kept <- net$scale
  net$float()
  with_no_grad(kept$mul_(2))
  expect_equal(as.numeric(net$scale), as.numeric(kept))
  expect_true(net$double()$scale$dtype == torch_double())
  expect_error(net$to(dtype = "long"), "float or double")
  expect_error(net$cuda(), "on the CPU")
  expect_error(net$to(device = "cuda"), "on the CPU")
})

test_that("initial values: truncated, orthogonal, sparse, identity", {
  set.seed(2)
  w <- torch_zeros(2000)
  for (bounds in list(c(-2, 2), c(3, 4), c(-9, -8), c(0.5, 0.6), c(8, 9))) {
    nn_init_trunc_normal_(w, 0, 1, bounds[1], bounds[2])
    v <- as.numeric(w)
    expect_true(all(v >= bounds[1] & v <= bounds[2]))
    mass <- function(f) stats::integrate(f, bounds[1], bounds[2], rel.tol = 1e-8)$value
    centre <- (bounds[1] + bounds[2]) / 2
    weight <- function(x) exp((centre^2 - x^2) / 2)
    expect_equal(mean(v), mass(function(x) x * weight(x)) / mass(weight), tolerance = 0.05)
  }
  for (shape in list(c(5, 3), c(3, 5), c(4, 4))) {
    q <- as.matrix(nn_init_orthogonal_(torch_zeros(shape[1], shape[2]), gain = 2)) / 2
    small <- if (shape[1] < shape[2]) q %*% t(q) else t(q) %*% q
    expect_equal(small, diag(min(shape)))
  }
  s <- as.matrix(nn_init_sparse_(torch_ones(10, 4), 0.25, std = 1))
  expect_equal(colSums(s == 0), rep(3, 4))
  expect_equal(as.matrix(nn_init_eye_(torch_ones(2, 3))), diag(1, 2, 3))
  expect_error(nn_init_eye_(torch_ones(2)), "must be a matrix")
  expect_error(nn_init_sparse_(torch_ones(2, 2), 2), "sparsity")
})

test_that("dropout drops in training only", {
  set.seed(3)
  x <- torch_tensor(matrix(1, 50, 40), requires_grad = TRUE)
  y <- nnf_dropout(x, 0.25)
  expect_setequal(unique(as.numeric(y)), c(0, 1 / 0.75))
  expect_equal(mean(as.numeric(y) == 0), 0.25, tolerance = 0.2)
  sum(y)$backward()
  expect_equal(as.numeric(x$grad), as.numeric(y))
  expect_equal(as.numeric(nnf_dropout(x, 0.25, training = FALSE)), rep(1, 2000))
  m <- nn_dropout(0.5, inplace = TRUE)
  z <- torch_ones(100)
  m(z)
  expect_setequal(unique(as.numeric(z)), c(0, 2))
  expect_equal(as.numeric(m$eval()(torch_ones(3))), rep(1, 3))
  expect_error(nnf_dropout(x, 1), "`p` must be")
})

test_that("inplace = TRUE changes the input, and its gradient is that of the new function", {
  v <- c(-1.5, 2, 0.25)
  in_place <- list(nnf_relu, nnf_elu, nnf_leaky_relu, nnf_silu)
  for (f in in_place) {
    x <- torch_tensor(v)
    expect_equal(as.numeric(f(x, inplace = TRUE)), as.numeric(f(v)))
    expect_equal(as.numeric(x), as.numeric(f(v)))
    p <- torch_tensor(v, requires_grad = TRUE)
    h <- p * 2
    f(h, inplace = TRUE)
    sum(h^2)$backward()
    expect_equal(p$grad, autograd_grad(sum(f(p * 2)^2), p)[[1]])
    expect_error(f(p, inplace = TRUE), class = "gradtape_error")
    expect_equal(as.numeric(f(v, inplace = TRUE)), as.numeric(f(v)))
    expect_error(f(x, inplace = "yes"), "`inplace` must be TRUE or FALSE")
  }
  h <- torch_tensor(v)
  nn_relu(inplace = TRUE)(h)
  expect_equal(as.numeric(h), pmax(v, 0))
  f <- function(x) {
    h <- x * 2
    h <- nnf_relu(h, inplace = TRUE)
    sum(h^2)
  }
  environment(f) <- new.env(parent = globalenv())
  expect_equal(tape(f, v)$gr(v), 8 * pmax(v, 0))
  # numbers cannot change in place: a tape of such a function is an error, not another function
  body(f)[[3]] <- quote(nnf_relu(h, inplace = TRUE))
  expect_error(tape(f, v), class = "gradtape_tape_error")
})
