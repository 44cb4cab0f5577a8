# The operation table and what users find of it.

# Of operations that are no torch_*() function of their name: where R code reaches them.
reached_by <- c(
  root = "nothing: part of derivatives", power = "`^`", sinpi = "sinpi()", cospi = "cospi()", tanpi = "tanpi()",
  logsigmoid = "nnf_logsigmoid()", softplus = "nnf_softplus()", gamma = "gamma()",
  sinc_derivative = "derivatives", besseli = "derivatives of torch_i0()", floordiv = "torch_floor_divide()",
  quotient = "`%/%`",
  modulo = "`%%`", round_digits = "round()", signif_digits = "signif()", share = "derivatives",
  hold_zero = "derivatives", and = "torch_logical_and()", or = "torch_logical_or()", not = "torch_logical_not()",
  log1pmx = "derivatives", log1p_gap = "derivatives", log_ratio = "derivatives", ratio_gap = "derivatives",
  stirling = "derivatives",
  stirling_change = "derivatives", lbeta = "lbeta()", lchoose = "lchoose()", choose = "choose()",
  norm_exponent = "dnorm()", norm_constant = "dnorm()", log_dlnorm = "dlnorm()", log_dexp = "dexp()",
  gamma_exponent = "dgamma()", gamma_constant = "dgamma()", log_dbeta = "dbeta()",
  log_dt = "dt()", log_df = "df()", log_dcauchy = "dcauchy()", log_dlogis = "dlogis()", log_dweibull = "dweibull()",
  log_dunif = "dunif()", binom_exponent = "dbinom()",
  binom_constant = "dbinom()", pois_exponent = "dpois()", pois_constant = "dpois()", log_dnbinom = "dnbinom()",
  log_dnbinom_mu = "dnbinom(mu = )", log_dgeom = "dgeom()",
  norm2 = "torch_norm()"
)

test_that("each operation with an entry of its own is a documented function, or is listed here", {
  entries <- names(getDLLRegisteredRoutines("gradtape")$.Call)
  operations <- sub("^C_", "", entries[!grepl("^C_(call|operator)_", entries)])
  expect_gt(length(operations), 80)
  exported <- paste0("torch_", operations) %in% getNamespaceExports("gradtape")
  expect_setequal(operations[!exported], names(reached_by))
  topics <- names(readRDS(system.file("help", "aliases.rds", package = "gradtape")))
  skip_if(length(topics) == 0, "installed without help")
  expect_equal(setdiff(paste0("torch_", operations[exported]), topics), character())
})

test_that("whole numbers stay whole where the table says so", {
  x <- torch_tensor(c(3L, -2L))
  whole <- list(-x, abs(x), sign(x), x + 1L, x - 1L, x * 2L, x %/% 2L, x %% 2L, round(x), nnf_relu(x),
                torch_maximum(x, 0L))
  for (y in whole) expect_false(y$dtype$name %in% c("float", "double"))
  for (y in list(x^2L, x / 2L, exp(x), sqrt(abs(x)))) expect_true(y$dtype$name %in% c("float", "double"))
})
