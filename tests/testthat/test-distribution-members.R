# Members of distributions beside PyTorch's figures (tools/reference_distributions.py), and against each other.

reference <- read_reference("distributions")
from_torch <- function(x) {                                  # row-major; Inf and NaN are words
  values <- ref_number(x$values)
  dim <- as.integer(unlist(x$dim))
  if (length(dim) < 2) array(values, length(values)) else aperm(array(values, rev(dim)))
}
as_leaf <- function(x) {
  value <- from_torch(x)
  torch_tensor(if (length(x$dim)) value else as.numeric(value), requires_grad = TRUE)
}
seed_like <- function(x) {
  shape <- x$shape
  values <- cos(seq_len(max(1, prod(shape))) - 1)
  if (length(shape) < 2) values else aperm(array(values, rev(shape)))
}
expect_gradients <- function(value, leaves, want, label) {
  grads <- autograd_grad(sum(value * seed_like(value)), leaves, allow_unused = TRUE, retain_graph = TRUE)
  for (k in seq_along(leaves)) {
    got <- if (is.null(grads[[k]])) 0 else grads[[k]]
    expected <- if (is.null(want[[k]])) 0 else as.numeric(from_torch(want[[k]]))
    expect_equal(as.numeric(got), rep_len(expected, length(got)), tolerance = 1e-8,
                 label = paste(label, "gradient", k))
  }
}
made <- function(name, leaves) {
  if (name == "mixture") {
    return(distr_mixture_same_family(distr_categorical(leaves$weights), distr_normal(leaves$loc, leaves$scale)))
  }
  if (name == "distr_binomial") leaves$total_count <- 7
  do.call(name, leaves)
}

test_that("log_prob, moments, entropy, cdf and icdf have PyTorch's values and gradients", {
  for (case in reference$cases) {
    leaves <- lapply(case$args, as_leaf)
    label <- paste(case$distribution, paste(names(leaves), collapse = " "))
    d <- made(case$distribution, leaves)
    discrete <- length(case$log_prob_gradients) == length(leaves)
    value <- if (discrete) torch_tensor(from_torch(case$value)) else as_leaf(case$value)
    if (!length(case$value$dim)) value <- torch_squeeze(value)
    log_prob <- d$log_prob(value)
    expect_close(log_prob, from_torch(case$log_prob), paste(label, "log_prob"))
    expect_gradients(log_prob, c(unname(leaves), if (!discrete) list(value)), case$log_prob_gradients, label)
    if (case$distribution != "mixture") expect_equal(d$batch_shape, as.integer(unlist(case$batch_shape)), label = label)
    expect_equal(d$event_shape, as.integer(unlist(case$event_shape)), label = label)
    for (what in intersect(c("entropy", "mean", "variance", "stddev"), names(case))) {
      got <- if (what == "entropy") d$entropy() else `$.gradtape_distribution`(d, what)
      expect_close(got, from_torch(case[[what]]), paste(label, what))
      want <- case[[paste0(what, "_gradients")]]
      if (!is.null(want) && got$requires_grad) expect_gradients(got, unname(leaves), want, paste(label, what))
    }
    if (!is.null(case$cdf)) expect_close(d$cdf(value), from_torch(case$cdf), paste(label, "cdf"))
    if (!is.null(case$icdf)) {
      p <- c(0.05, 0.5, 0.8)
      got <- d$icdf(if (length(d$batch_shape)) array(p, c(3, rep(1, length(d$batch_shape)))) else p)
      expect_close(got, from_torch(case$icdf), paste(label, "icdf"), 1e-7)
    }
  }
})

test_that("divergences have PyTorch's values and gradients", {
  for (case in reference$divergences) {
    p <- lapply(case$p_args, as_leaf)
    q <- lapply(case$q_args, as_leaf)
    value <- kl_divergence(made(case$p, p), made(case$q, q))
    label <- paste(case$p, case$q)
    expect_close(value, from_torch(case$value), label)
    expect_gradients(value, unname(c(p, q)), case$gradients, label)
  }
})

continuous <- list(
  distr_normal(0.3, 1.2), distr_lognormal(0.3, 0.7), distr_half_normal(1.3), distr_laplace(0.3, 1.2),
  distr_cauchy(0.3, 1.2), distr_uniform(-1, 2), distr_exponential(1.7), distr_weibull(1.2, 2.3), distr_gamma(2.2, 1.3),
  distr_chi2(3.3), distr_beta(2.2, 1.3), distr_student_t(5.5, 0.3, 1.2)
)
counts <- list(distr_binomial(6, 0.3), distr_binomial(6, logits = -0.7), distr_bernoulli(0.3),
               distr_bernoulli(logits = 1),
               distr_negative_binomial(2.5, 0.4), distr_negative_binomial(2.5, logits = -0.3), distr_poisson(2.3))

test_that("cdf, icdf, moments and entropy are what the density says", {
  for (d in continuous) {
    label <- capture.output(print(d))
    density <- function(x) exp(as.numeric(d$log_prob(x)))
    at <- as.numeric(d$icdf(c(0.1, 0.6, 0.9)))
    expect_equal(as.numeric(d$cdf(at)), c(0.1, 0.6, 0.9), tolerance = 1e-8, label = label)
    expect_equal(integrate(density, at[1], at[3], rel.tol = 1e-8)$value, 0.8, tolerance = 1e-6, label = label)
    # over the quantiles: sums of what is expected
    u <- (seq_len(4e4) - 0.5) / 4e4
    x <- as.numeric(d$icdf(u))
    if (!grepl("cauchy", label)) {
      expect_equal(as.numeric(d$mean), mean(x), tolerance = 2e-3, label = label)
      expect_equal(as.numeric(d$stddev), sqrt(mean((x - mean(x))^2)), tolerance = 0.02, label = label)
    }
    expect_equal(as.numeric(d$entropy()), -mean(as.numeric(d$log_prob(x))), tolerance = 5e-3, label = label)
    expect_equal(as.numeric(d$log_prob(c(-1e3, 1e3))) < -10, c(TRUE, TRUE), label = label)
  }
  for (d in counts) {
    p <- exp(as.numeric(d$log_prob(0:200)))
    label <- capture.output(print(d))
    expect_equal(as.numeric(d$cdf(0:5)), cumsum(p)[1:6], label = label)
    expect_equal(as.numeric(d$mean), sum(p * 0:200), label = label)
    expect_equal(as.numeric(d$variance), sum(p * (0:200 - sum(p * 0:200))^2), label = label)
    expect_equal(as.numeric(d$icdf(0.5)), which(cumsum(p) >= 0.5)[1] - 1, label = label)
    expect_equal(exp(as.numeric(d$log_prob(c(-1, 0.5)))), c(0, 0), label = label)
  }
  rare <- distr_negative_binomial(1e10, logits = qlogis(1e-9))
  expect_equal(as.numeric(rare$log_prob(7)), dnbinom(7, 1e10, 1 - 1e-9, log = TRUE), tolerance = 1e-7)
  expect_equal(as.numeric(distr_binomial(6, rbind(c(0.3, 0.5), c(0.1, 1)))$entropy()),
               vapply(c(0.3, 0.1, 0.5, 1), function(p) as.numeric(distr_binomial(6, p)$entropy()), 0))
  for (d in counts[1:4]) {
    p <- exp(as.numeric(d$log_prob(0:6)))
    expect_equal(as.numeric(d$entropy()), -sum(ifelse(p > 0, p * log(p), 0)))
  }
})

test_that("samples follow their distribution, and rsample() draws the same numbers", {
  set.seed(11)
  for (d in continuous) {
    expect_gt(suppressWarnings(ks.test(as.numeric(d$cdf(d$sample(2000))), "punif"))$p.value, 1e-3)
    set.seed(5)
    drawn <- d$sample(c(2, 3))
    set.seed(5)
    expect_equal(as.numeric(d$rsample(c(2, 3))), as.numeric(drawn), tolerance = 1e-12, label = capture.output(print(d)))
    expect_true(d$has_rsample)
  }
  for (d in counts) {
    expect_equal(mean(as.numeric(d$sample(4000))), as.numeric(d$mean), tolerance = 0.1)
    expect_error(d$rsample(), "jumps")
  }
  shares <- as.matrix(distr_dirichlet(c(0.5, 1, 3))$sample(4000))
  expect_equal(rowSums(shares), rep(1, 4000))
  expect_equal(colMeans(shares), c(0.5, 1, 3) / 4.5, tolerance = 0.05)
  tiny <- as.matrix(distr_dirichlet(c(1e-3, 1e-3))$sample(100))
  expect_false(anyNA(tiny))
  expect_equal(as.numeric(table(as.numeric(distr_categorical(c(2, 3, 5))$sample(1e4)))) / 1e4, c(0.2, 0.3, 0.5),
               tolerance = 0.05)
  expect_equal(distr_categorical(rbind(c(1, 0), c(0, 1)))$sample(3)$shape, c(3, 2))
  mixture <- distr_mixture_same_family(distr_categorical(c(1, 3)), distr_normal(c(-5, 5), 1))
  expect_equal(mean(as.numeric(mixture$sample(4000)) > 0), 0.75, tolerance = 0.05)
})

test_that("rsample() has the derivatives of the quantile at a fixed probability, to second order", {
  makers <- list(
    list(function(v) distr_gamma(v[1], v[2]), c(2.2, 1.3)), list(function(v) distr_beta(v[1], v[2]), c(0.7, 2)),
    list(function(v) distr_chi2(v[1]), 3.5), list(function(v) distr_student_t(v[1], v[2], v[3]), c(4, 0.2, 1.5)),
    list(function(v) distr_normal(v[1], v[2]), c(0.2, 1.5)), list(function(v) distr_weibull(v[1], v[2]), c(0.6, 1.5)),
    list(function(v) distr_lognormal(v[1], v[2]), c(0.2, 0.5)), list(function(v) distr_uniform(v[1], v[2]), c(0.2,
                                                                                                              0.5)),
    list(function(v) distr_cauchy(v[1], v[2]), c(0.2, 0.5)), list(function(v) distr_exponential(v[1]), 0.4)
  )
  for (one in makers) {
    make <- one[[1]]
    at <- one[[2]]
    label <- deparse1(body(make))
    v <- torch_tensor(at, requires_grad = TRUE)
    set.seed(3)
    z <- make(v)$rsample(3)
    u <- as.numeric(make(at)$cdf(z$detach()))
    quantile <- function(v) sum(as.numeric(make(v)$icdf(u)) * c(1, 2, 3))
    gradient <- autograd_grad(sum(z * c(1, 2, 3)), v, create_graph = TRUE)[[1]]
    expect_equal(as.numeric(gradient$detach()), numeric_gradient(quantile, at), tolerance = 1e-5, label = label)
    if (!gradient$requires_grad) next
    second <- as.numeric(autograd_grad(sum(gradient), v)[[1]])
    slope <- function(v) sum(numeric_gradient(quantile, v))
    expect_equal(second, numeric_gradient(slope, at), tolerance = 1e-3, label = label)
  }
})

test_that("parameters, expansion and messages", {
  d <- distr_normal(c(0, 1), 2)
  expect_equal(as.numeric(d$scale), c(2, 2))
  wide <- d$expand(c(3, 2))
  expect_equal(wide$sample()$shape, c(3, 2))
  expect_equal(as.numeric(wide$log_prob(1)), rep(as.numeric(d$log_prob(1)), each = 3))
  expect_equal(as.numeric(distr_bernoulli(0.3)$logits), qlogis(0.3))
  expect_equal(as.numeric(distr_categorical(logits = c(0, log(3)))$probs), c(0.25, 0.75))
  mixture <- distr_mixture_same_family(distr_categorical(c(1, 3)), distr_normal(c(-5, 5), 1))
  expect_equal(mixture$expand(4)$sample(2)$shape, c(2, 4))
  expect_error(distr_normal(c(1, 2), c(1, 2, 3)), "broadcast", class = "gradtape_shape_error")
  expect_error(distr_poisson(1)$entropy(), "no closed form")
  expect_error(distr_dirichlet(c(1, 2))$cdf(0.5), "cdf")
  expect_error(distr_mixture_same_family(distr_poisson(1), d), "distr_categorical")
  expect_error(distr_mixture_same_family(distr_categorical(c(1, 2, 3)), d), "must be 3", class = "gradtape_shape_error")
  expect_error(distr_categorical(3), "dimension", class = "gradtape_shape_error")
  expect_error(distr_uniform(2, 1), "high - low")
  expect_error(kl_divergence(d, distr_poisson(1)), "not known")
  expect_error(kl_divergence(1, d), "`p` must be a distribution")
  expect_error(kl_divergence(distr_lognormal(0, 1), distr_normal(0, 1)), "not known")
  expect_equal(as.numeric(kl_divergence(distr_uniform(0, 2), distr_uniform(0, 1))), Inf)
  for (pair in list(list(distr_weibull(1.2, 2), distr_weibull(2, 0.8)), list(distr_chi2(3), distr_gamma(1, 1)),
                    list(distr_laplace(0, 1), distr_normal(0.5, 2)))) {
    u <- (seq_len(1e5) - 0.5) / 1e5
    x <- pair[[1]]$icdf(u)
    estimate <- mean(as.numeric(pair[[1]]$log_prob(x) - pair[[2]]$log_prob(x)))
    expect_equal(as.numeric(kl_divergence(pair[[1]], pair[[2]])), estimate, tolerance = 1e-3)
  }
})

test_that("on a tape, densities replay", {
  y <- c(0.3, 1.2, 2.2)
  functions <- list(
    function(p) sum(distr_mixture_same_family(distr_categorical(logits = p[1:2]), distr_normal(p[3:4], 1))$log_prob(y)),
    function(p) sum(distr_dirichlet(exp(p[1:3]))$log_prob(c(0.2, 0.3, 0.5))),
    function(p) sum(distr_weibull(exp(p[1]), exp(p[2]))$log_prob(y)) + distr_half_normal(exp(p[3]))$entropy(),
    function(p) kl_divergence(distr_gamma(exp(p[1]), exp(p[2])), distr_gamma(exp(p[3]), exp(p[4])))
  )
  at <- c(0.2, -0.4, 0.5, 1.1)
  for (f in functions) {
    environment(f) <- list2env(list(y = y), parent = globalenv())
    tp <- tape(f, c(0.1, 0.1, 0.1, 0.2))
    expect_equal(tp$fn(at), as.numeric(f(torch_tensor(at))))
    expect_equal(tp$gr(at), numeric_gradient(function(p) as.numeric(f(torch_tensor(p))), at), tolerance = 1e-6)
  }
})

test_that("tensors of random numbers", {
  set.seed(1)
  z <- torch_normal(c(0, 100), c(1, 2))
  set.seed(1)
  expect_equal(as.numeric(z), rnorm(2, c(0, 100), c(1, 2)))
  expect_equal(torch_normal(0, 1, size = c(2, 3))$shape, c(2, 3))
  expect_equal(as.numeric(torch_bernoulli(torch_tensor(c(0, 1)))), c(0, 1))
  expect_equal(as.numeric(torch_bernoulli(torch_zeros(3), p = 1)), c(1, 1, 1))
  expect_equal(torch_poisson(torch_tensor(c(0, 5)))$shape, 2)
  expect_equal(sort(as.numeric(torch_multinomial(c(1, 2, 3), 3))), 1:3)
  expect_equal(torch_multinomial(rbind(c(0, 1), c(1, 0)), 4, replacement = TRUE)$shape, c(2, 4))
  expect_equal(as.matrix(torch_multinomial(rbind(c(0, 1), c(1, 0)), 1)), rbind(2, 1))
  expect_error(torch_multinomial(c(0, 1), 2), "without replacement")
  set.seed(1)
  before <- .Random.seed
  expect_equal(as.numeric(with_torch_manual_seed(torch_randn(2), seed = 9)), { set.seed(9); rnorm(2) })
  set.seed(1)
  with_torch_manual_seed(torch_randn(2), seed = 9)
  expect_identical(.Random.seed, before)
  x <- torch_zeros(1000)
  for (fill in list(function() x$normal_(3, 0.1), function() x$uniform_(2, 4), function() x$exponential_(1 / 3),
                    function() x$random_(2, 5), function() x$geometric_(1 / 3))) {
    fill()
    expect_equal(mean(as.numeric(x)), 3, tolerance = 0.15)
  }
  x$bernoulli_(0.3)
  expect_setequal(as.numeric(x), 0:1)
  expect_error(x$normal_(0, -1), "`std` must be")
  expect_error(x$uniform_(1, 0), "`to` must be")
  f <- torch_zeros(3, dtype = torch_float())
  expect_equal(f$normal_()$dtype, torch_float())
})
