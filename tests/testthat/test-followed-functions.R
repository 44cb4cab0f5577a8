# Functions that fn calls, wherever they are found: as they stand, on a tape.

# The value of a tape at two points is that of plain R, and the gradient that of differences.
expect_taped_as_plain <- function(fn, x, tolerance = 1e-6) {
  tp <- tape(fn, x)
  for (at in list(x, x * 1.1 + 0.05)) {
    expect_equal(tp$fn(at), as.numeric(fn(at)), tolerance = 1e-12)
    expect_equal(tp$gr(at), fd_gradient(fn, at), tolerance = tolerance)
  }
}

# A function at home in an environment of its own, with helpers and data beside it.
at_home <- function(code, parent = globalenv()) {
  home <- new.env(parent = parent)
  eval(substitute(code), home)
  home
}

test_that("helpers are followed, at any depth, with recursion and in a cycle", {
  home <- at_home({
    y <- c(1.2, 0.4, 2.5)
    density <- function(mu, sigma) dnorm(y, mu, sigma, log = TRUE)
    nll <- function(p) -sum(density(p[1], exp(p[2])))
    prior <- function(p) dgamma(exp(p[2]), shape = 2, rate = 1, log = TRUE) + penalty(p)
    penalty <- function(p) max(0, p[1] - 0.5)
    both <- function(p) nll(p) - prior(p)
    power <- function(x, n) if (n == 0) 1 else c(1, x)[2] * power(x, n - 1)
    even <- function(p, n) if (n == 0) sum(c(0, p)) else odd(p, n - 1)
    odd <- function(p, n) p[1] * even(p, n - 1)
  })
  expect_taped_as_plain(home$nll, c(0.7, 0.2))
  expect_taped_as_plain(home$both, c(0.7, 0.2))
  expect_taped_as_plain(function(p) home$power(p[1], 3), 1.3)
  expect_taped_as_plain(function(p) home$even(p, 4), c(0.7, 0.2))
})

test_that("functions are followed that stand in variables, lists, arguments and strings", {
  home <- at_home({
    y <- c(0.2, 0.6, 0.9)
    pfun <- plogis
    fam <- binomial()
    links <- list(probit = make.link("probit"), cloglog = make.link("cloglog"))
    first <- function(x) c(1, x)[2]
    with_link <- function(p, link) sum(link(p[1] * y))
    models <- list(normal = function(p) dnorm(y, p[1], 1.5), logistic = function(p) dlogis(y, p[1]))
    functions <- list(
      function(p) sum(pfun(p)),
      function(p) sum(fam$linkinv(p[1] + p[2] * y)) + sum(fam$linkfun(plogis(p))) + sum(fam$mu.eta(p)),
      function(p) sum(links$probit$linkinv(p)) + sum(links[["cloglog"]]$linkinv(p)) + sum(links$cloglog$mu.eta(p)),
      function(p) with_link(p, plogis) + with_link(p, link = function(eta) c(exp(eta))),
      function(p) do.call("dnorm", list(y[1], p[1], exp(p[2]))) + do.call(with_link, list(p, link = fam$linkinv)),
      function(p) do.call(sum, lapply(y, function(u) first(u * p[1]))) + do.call("first", list(p[2])),
      function(p) match.fun(first)(p[1]),
      function(p) Reduce(`+`, Map(function(u, v) first(u) * v, y, 3:1), p[1]) + Reduce("+", lapply(y, dnorm, p[1])),
      function(p) sum(sapply(y, first)) * sum(sapply(p, first)) + sum(vapply(y, function(u) u * first(p[2]), 0)),
      function(p) sum(unlist(lapply(models, function(m) sum(m(p))))) + models[["normal"]](p)[2],
      function(p) sum(outer(y, 1:2, function(u, k) first(p[1]) * u^k)) +
        sum(mapply(function(u, v) first(u * p[1]) + v, y, 1:3)),
      function(p) sum(Vectorize(function(u) first(u) * p[2])(y)) +
        sum(apply(cbind(y, y^2), 1, function(r) sum(c(r, p)))),
      function(p) sum(unlist(Filter(function(u) u > 0.5, y))) * p[1] + stats::dnorm(p[2]) + base::max(0, p[1]),
      function(p) { f <- switch("b", a = dnorm, b = dlogis); f(p[1]) + (if (p[2] > 0) first else dnorm)(p[2]) },
      function(p, scale = c(1, p)[2]) scale * p[2]
    )
  })
  for (fn in home$functions) expect_taped_as_plain(fn, c(0.7, 0.3))
})

test_that("methods of the kinds S3, S4 and R5 are followed", {
  home <- at_home({
    loss <- function(model, ...) UseMethod("loss")
    loss.l1 <- function(model, p, ...) sum(pmax(0, model$y * p[1]))
    loss.l2 <- function(model, p, ...) sum(c(model$y, p)^2) + NextMethod()
    loss.default <- function(model, p, ...) max(0, p[2])
    fn <- function(p) loss(structure(list(y = 1:3), class = "l1"), p) + loss(structure(list(y = 1:3), class = "l2"), p)
  })
  expect_taped_as_plain(home$fn, c(0.7, 0.3))

  home <- at_home({
    library(methods)
    generator <- setRefClass("gradtape_test_model", fields = list(y = "numeric", calls = "numeric"), methods = list(
      loglik = function(p) {
        calls <<- calls + 1
        sum(log_density(p))
      },
      log_density = function(p) dnorm(y, p[1], exp(p[2]), log = TRUE)
    ), where = environment())
    model <- generator$new(y = c(1, 2.5), calls = 0)
    fn <- function(p) -model$loglik(p)
  })
  expect_taped_as_plain(home$fn, c(0.7, 0.3))
  expect_gt(home$model$calls, 0)

  home <- at_home({
    setClass("gradtape_test_data", representation(y = "numeric"), where = environment())
    setGeneric("gradtape_test_loss", function(data, p, ...) standardGeneric("gradtape_test_loss"),
               where = environment())
    setMethod("gradtape_test_loss", signature("gradtape_test_data", "numeric"),
              function(data, p, ...) -sum(dnorm(data@y, p[1], exp(p[2]), log = TRUE)), where = environment())
    data <- new("gradtape_test_data", y = c(1, 2.5))
    fn <- function(p) gradtape_test_loss(data, p)
  })
  expect_taped_as_plain(home$fn, c(0.7, 0.3))
})

test_that("a user's variable or function keeps its meaning under a name of R's", {
  home <- at_home({
    df <- data.frame(y = c(0.3, 0.9))
    sd <- 1.5
    t <- 3
    c <- 2
    beta <- function(p) p[1] * 10
    dist <- c(1, 2)
    gamma <- 0.5
    fn <- function(p) {
      T <- df$y # nolint: T_and_F_symbol_linter.
      max <- 7
      sum(c(1, p)) * t + c * max(T[1], p[2]) + # nolint: T_and_F_symbol_linter.
        sum(dnorm(df$y, p[1], sd)) + beta(p) + dist[1] * p[2] + gamma * max + df(exp(1), 2, 3)
    }
  })
  expect_taped_as_plain(home$fn, c(0.7, 0.3))
})

test_that("nothing outside the copies changes", {
  home <- at_home({
    count <- 0
    helper <- function(p) {
      count <<- count + 1
      max(0, p)
    }
    fn <- function(p) helper(p[1]) + sapply(1, helper)
  })
  before <- lapply(as.list(home), function(f) if (is.function(f)) list(formals(f), body(f), environment(f)))
  gradient(home$fn, 2)
  after <- lapply(as.list(home), function(f) if (is.function(f)) list(formals(f), body(f), environment(f)))
  expect_identical(after, before)
  expect_equal(home$count, 4)                   # once each on tensors and on numbers
  expect_identical(base::sapply(1:2, max, 0), c(1, 2))
})

test_that("an argument that is missing, and one not yet evaluated, are left as they are", {
  outer_function <- function(absent, lazy = stop("evaluated")) {
    function(p) if (length(p) == 2) sum(p^2) else absent + lazy
  }
  expect_taped_as_plain(outer_function(), c(0.7, 0.3))
})

test_that("replacement functions are followed", {
  home <- at_home({
    swap <- function(x, i, value) {
      x[i] <- value
      names(x)[1] <- "first"
      x
    }
    `second<-` <- function(x, value) {
      x[2] <- max(0, value)
      x
    }
    fn <- function(p) {
      r <- numeric(3)
      r <- swap(r, 2, p[1])
      second(r) <- p[2]
      sum(r^2) + r[["first"]] + sum(c(1, p) * swap(p, 1, 3)[1])
    }
  })
  expect_taped_as_plain(home$fn, c(0.7, 0.3))
})

test_that("compiled code is named", {
  home <- at_home({
    compiled <- function(p) .Call("some_routine", p)
    fn <- function(p) compiled(p)
  })
  expect_error(tape(home$fn, 1), "some_routine", class = "gradtape_error")
})

test_that("switch() takes a number, and a tape records each case", {
  fn <- function(p) switch(1 + (p[1] > 0.5), p[1]^3, c(2, p)[3]) + switch(EXPR = "b", a = 0, b = p[2])
  expect_taped_as_plain(fn, c(0.3, 0.7))
  tp <- tape(fn, c(0.3, 0.7))
  expect_equal(tp$fn(c(0.9, 0.7)), fn(c(0.9, 0.7)))
  expect_equal(tp$gr(c(0.9, 0.7)), c(0, 2))
})

test_that("what stats computes in C for binomial families is R's, far out too", {
  eta <- c(-800, -40, -30.5, -30, -29.9, -2, 0, 1.5, 29.9, 30, 30.5, 36.5, 40, 800)
  mu <- c(0, 1e-300, 1e-17, 0.2, 0.5, 1 - 1e-16, 1)
  y <- c(0, 0, 0.3, 0.5, 1, 1, 0.9)
  fam <- binomial()
  functions <- list(function(x) fam$linkinv(x), function(x) fam$mu.eta(x), function(x) log(1 - fam$linkinv(x)))
  for (f in functions) {
    tp <- tape(f, eta)
    expect_equal(tp$fn(eta), f(eta), tolerance = 1e-15)
    near <- eta[abs(eta) < 20]
    expect_equal(diag(tape(f, near)$jacobian(near)), fd_gradient(function(x) sum(f(x)), near), tolerance = 1e-5)
  }
  expect_equal(tape(fam$linkfun, mu)$fn(mu), fam$linkfun(mu), tolerance = 1e-15)
  expect_error(tape(fam$linkfun, 0.5)$fn(1.5), "logit takes values")
  resids <- function(m) fam$dev.resids(y, m, rep(c(1, 2), length.out = 7))
  expect_equal(tape(resids, mu)$fn(mu), resids(mu), tolerance = 1e-14)
  inner <- c(0.1, 0.3, 0.3, 0.6, 0.5, 0.8, 0.2)
  expect_equal(diag(tape(resids, mu)$jacobian(inner)), fd_gradient(function(m) sum(resids(m)), inner), tolerance = 1e-6)
})

test_that("arguments left empty have R's defaults", {
  home <- at_home({
    f <- function(p) {
      sum(dnorm(p, , 2)) + pnorm(p[1], , , FALSE) + sum(sweep(matrix(p, 2), 1, p, )) +
        sum(seq(1, , p[1], length.out = 3)) + sum(matrix(p, , 2)[, 1]) +
        sum(vapply(1:2, function(k) dgamma(p[k], 2, , ), 1))
    }
  })
  expect_taped_as_plain(home$f, c(0.7, 1.2))
})

test_that("a function of R's that was saved and read again is what it was", {
  home <- at_home({
    pfun <- unserialize(serialize(plogis, NULL))
    family <- list(d = unserialize(serialize(dgamma, NULL)))
    f <- function(p) sum(log(pfun(c(-1, 2) * p[1]))) + family$d(1.3, exp(p[2]), log = TRUE)
  })
  expect_false(.Call(gradtape:::C_call_position_of, list(plogis), home$pfun) == 1)
  expect_taped_as_plain(home$f, c(0.7, 1.2))
})

test_that("methods of the user's for R's own generic functions are followed", {
  home <- at_home({
    `[<-.model` <- function(x, what, ..., value) { x <- unclass(x); x[[what]][] <- value; class(x) <- "model"; x }
    `[.model` <- function(x, i) structure(NextMethod(), class = "model")
    logLik.model <- function(object, ...) sum(dnorm(c(1, 2), object$mu[1], exp(object$s), log = TRUE))
    length.model <- function(x) 7L
    mean.model <- function(x, ...) 2 * sum(x$mu)
    as.matrix.model <- function(x, ...) cbind(1, x$mu)
    update.model <- function(object, mu, ...) { object$mu <- mu; object }
    `$.record` <- function(x, name) unclass(x)[[paste0("of_", name)]]
    `+.pair` <- function(e1, e2) structure(list(v = c(e1$v, e2$v)), class = "pair")
    Ops.interval <- function(e1, e2) structure(list(v = get(.Generic)(e1$v, e2$v)), class = "interval")
    Summary.pair <- function(..., na.rm = FALSE) get(.Generic)(c(0.1, ..1$v))
    f <- function(p) {
      m <- structure(list(mu = c(1, 2), s = 0.1), class = "model")
      m["mu"] <- p
      logLik(m) * length(m) + mean(m) + sum(as.matrix(m)) + sum(m["mu"]$mu^3) + mean(update(m, p^2))
    }
    g <- function(p) {
      a <- structure(list(v = p[1]), class = "pair")
      b <- structure(list(v = p[2]), class = "interval")
      sum((a + a)$v^2) * (b * b)$v + sum(structure(list(of_a = p), class = "record")$a) + max(a) + sum(p)
    }
  })
  expect_taped_as_plain(home$f, c(0.3, 0.7))
  expect_taped_as_plain(home$g, c(0.3, 0.7))
})

test_that("from the frame that calls the function R's functions and the user's are seen", {
  home <- at_home({
    f <- function(p, k = 2) {
      spread <- eval(quote(sd(c(1, 3, 4))), parent.frame())
      other <- eval(quote(model.frame(formula = y ~ x, data = data.frame(y = 1:2, x = 3:4))), parent.frame())
      sum(p^k) * spread + sum(other$x * p)
    }
  })
  expect_taped_as_plain(home$f, c(0.3, 0.7))
  fit <- minimize(home$f, c(0.3, 0.7), eq = function(p) eval(quote(median(c(1, 2, 4))), parent.frame()) - sum(p))
  expect_equal(sum(fit$par), 2, tolerance = 1e-6)
})

test_that("methods for a package's formulas and data frames are found by code that is evaluated", {
  methods <- at_home({
    model.frame.swapped <- function(formula, data, ...) data.frame(x = 7)
    model.matrix.swapped <- function(object, ...) cbind(1:2, 3)
  })
  table <- asNamespace("stats")[[".__S3MethodsTable__."]]
  on.exit(rm(list = names(methods), envir = table))
  list2env(as.list(methods), table)
  home <- at_home({
    elsewhere <- list2env(list(fo = structure(y ~ x, class = c("swapped", "formula")),
                               da = structure(data.frame(x = 1:2, y = 3:4), class = c("swapped", "data.frame"))))
    f <- function(p) {
      of <- function(call) eval(call, elsewhere)
      sum(of(quote(model.frame(fo, da)))$x * p) + sum(of(quote(model.frame(da, fo)))$x * p^2) +
        sum(of(quote(model.matrix(fo))) %*% p)
    }
  })
  expect_taped_as_plain(home$f, c(0.3, 0.7))
})

test_that("names of generic functions are names, not regular expressions", {
  home <- at_home({
    `a+b(` <- function(x) UseMethod("a+b(")
    `a+b(.model` <- function(x) sum(x$p^2)
    `[[.table` <- function(x, i) UseMethod("[[.table")
    `[[.table.model` <- function(x, i) 2 * unclass(x)[[i]]
    f <- function(p) {
      m <- structure(list(p = p), class = c("model", "table"))
      `a+b(`(m) + sum(`[[.table`(m, 1)^3)
    }
  })
  expect_taped_as_plain(home$f, c(0.3, 0.7))
})

test_that("registered methods are looked up as they now are, and those of other generic functions are not loaded", {
  table <- asNamespace("stats")[[".__S3MethodsTable__."]]
  on.exit(rm(list = c("logLik.registered", "vcov.registered"), envir = table))
  delayedAssign("vcov.registered", stop("a method that nothing calls was loaded"), assign.env = table)
  home <- at_home({
    f <- function(p) as.numeric(logLik(structure(list(p = p), class = "registered")))
    squares <- function(object, ...) sum(object$p^2)
    cubes <- function(object, ...) sum(object$p^3)
  })
  for (method in list(home$squares, home$cubes)) {
    assign("logLik.registered", method, table)
    expect_taped_as_plain(home$f, c(0.3, 0.7))
  }
})

test_that("code that is a value is evaluated with tensors, in its own frame or in another", {
  home <- at_home({
    helper <- function(x, rate) x^2 * rate
    density <- function(x, shape) {
      call <- match.call()
      call[[1]] <- as.name("dgamma")
      call$rate <- 2
      eval.parent(call)
    }
    maker <- expression({
      inner <- function(x) link$linkinv(drop(x) * scale)
      function(x) sum(inner(x)) + helper(x[1], 2)
    })
    link <- make.link("logit")
    refit <- function(f, p) { call <- quote(f(p)); call[[1]] <- f; eval(call, parent.frame()) }
    moment <- quote(helper(p[1], exp(p[2])) + sum(c(1, p)))
    set <- expression(a <- helper(p[2], 3), a[1] <- a[1] * 2)
    f <- function(p) {
      eval(set)
      sum(density(c(0.5, 1.3), shape = exp(p[1]))) + eval(moment) + eval(moment, list(p = p * 2)) + a +
        refit(as.name("sum"), p) + eval(maker, list(scale = p[2]))(p) + max.col(rbind(p, -p)) %*% c(1, p[1]) +
        eval(parse(text = "dnorm(0.3, p[1], , TRUE)"))
    }
    mf <- list(A = 0, K = 0, x = 2)
    model <- as.call(list(as.name("exp"), quote(-K * x^A)))
    h <- function(p) sum(SSlogis(1:4, p[1], p[2], 1.5)^2) + sum(SSmicmen(c(0.5, 2), Vm = p[1], K = p[2]))
    g <- function(p) { mf[c("A", "K")] <- p; eval(model, mf, new.env()) }
  })
  expect_taped_as_plain(home$f, c(0.4, 0.7))
  expect_taped_as_plain(home$g, c(0.4, 0.7))
  expect_taped_as_plain(home$h, c(0.4, 0.7))
})

test_that("an error that try() hides is told where it makes another value", {
  home <- at_home({
    g <- function(p) sum(p) * tryCatch(.Call(stats:::C_pKolmogorov2x, 0.3 * sum(p), 5), error = function(e) 7)
  })
  expect_error(tape(home$g, c(0.4, 0.7)), "hides an error: Compiled code")
})

test_that("a tensor keeps its further attributes where it gets names", {
  f <- function(p) {
    m <- tcrossprod(p)
    attr(m, "log.det") <- sum(p)
    dimnames(m) <- list(c("a", "b"), NULL)
    names(p) <- c("u", "v")
    sum(m) * attr(m, "log.det") + p["u"]
  }
  environment(f) <- new.env(parent = globalenv())
  expect_taped_as_plain(function(p) unname(f(p)), c(0.4, 0.7))
})

test_that("all.equal() is a decision that a tape guards", {
  f <- function(p) {
    m <- matrix(p[c(1, 2, 2, 1)], 2)
    m[1, 2] <- m[1, 2] * (1 + p[3])
    if (isTRUE(all.equal(m, t(m)))) sum(m) else if (isTRUE(all.equal(m[1, ], 1:3))) 0 else prod(m)
  }
  environment(f) <- new.env(parent = globalenv())
  tp <- tape(f, c(1, 2, 0))
  for (x in list(c(1, 2, 0), c(1, 2, 1e-7), c(1, 2, 1e-9), c(0, 0, 1), c(3, 2, 0.5))) expect_equal(tp$fn(x), f(x))
})

test_that("transform() reads its arguments also where a package has a method for it", {
  registerS3method("transform", "table_of_nobody", function(`_data`, ...) stop("not called"), baseenv())
  d <- data.frame(x = c(1, 2, 3), y = c(1, 3, 2))
  f <- function(p) {
    q <- transform(d, eta = p[1] + p[2] * x)
    sum((q$y - q$eta)^2)
  }
  environment(f) <- list2env(list(d = d), parent = globalenv())
  expect_equal(tape(f, c(1, 1))$fn(c(0.5, 0.7)), sum((d$y - 0.5 - 0.7 * d$x)^2))
})
