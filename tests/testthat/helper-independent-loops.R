# Random loops: functions of a vector whose R code goes through it step by step, with strides, lags, data, numbers that
# are the same in all steps, conditions, values carried from step to step, loops in loops and uneven ends.

independent_loops <- function(n) {
  choose <- function(...) sample(c(...), 1)
  constant <- function() format(round(runif(1, 0.2, 2), 2))
  element <- function(i) {
    choose(sprintf("x[%s]", i), sprintf("x[%s - 1]", i), sprintf("x[%s - 2]", i), sprintf("x[n + 1 - %s]", i),
           sprintf("x[2 * ((%s - 1) %%/%% 2) + 1]", i), sprintf("x[at[%s]]", i))
  }
  row <- function(i) {
    switch(sample(7, 1), sprintf("D[%s, ]", i), sprintf("x[%s:(%s - 2)]", i, i), "q", sprintf("(D[%s, ] - q)", i),
      sprintf("c(x[%s], y[%s], b)", i, i), sprintf("tanh(D[%s, ] * x[%s])", i, i), sprintf("P[%s %%%% 4 + 1, ]", i))
  }
  of_row <- function(i) {
    switch(sample(6, 1), sprintf("sum(%s * q)", row(i)), sprintf("sum((%s)^2 * %s) / 9", row(i), row(i)),
      sprintf("drop(%s %%*%% q)", row(i)), sprintf("max(%s)", row(i)), sprintf("(%s)[2]", row(i)),
      sprintf("sum(A %%*%% %s)", row(i)))
  }
  number <- function(i, known) {
    switch(choose(1, 1, 1, 2, 3, 4, if (length(known)) c(5, 5), 6),
      element(i), sprintf("y[%s]", i), constant(), choose("b", "x[1]", "x[2]", "exp(x[3] / 4)"), sample(known, 1),
      of_row(i))
  }
  formula <- function(i, known, depth = sample(3, 1)) {
    if (depth == 0) return(number(i, known))
    one <- formula(i, known, depth - 1)
    two <- formula(i, known, depth - 1)
    switch(sample(9, 1), sprintf("(%s) * (%s)", one, two), sprintf("(%s) + (%s)", one, two),
      sprintf("(%s) - (%s)", one, two), sprintf("sin(%s)", one), sprintf("(%s)^2", one), sprintf("tanh(%s)", one),
      sprintf("(%s) / (1 + (%s)^2)", one, two), sprintf("exp(-(%s)^2)", one), sprintf("max(%s, %s)", one, two))
  }
  add <- function(i, known) {
    switch(sample(7, 1), sprintf("s <- s + %s", formula(i, known)), sprintf("s <- s - (%s)", formula(i, known)),
      sprintf("s <- %s + s", formula(i, known)), sprintf("s <- s + %s - (%s)", formula(i, known), formula(i, known)),
      sprintf("r[%s] <- %s", i, formula(i, known)), sprintf("r[%s] <- r[%s] + %s", i, i, formula(i, known)),
      sprintf("g <- g + %s * %s", row(i), number(i, known)))
  }
  body <- function(i) {
    known <- "t1"
    code <- sprintf("t1 <- %s", formula(i, NULL))
    if (runif(1) < 0.3) {
      code <- c(code, sprintf("h <- 0.5 * tanh(h) + %s", formula(i, known)))
      known <- c(known, "h")
    }
    if (runif(1) < 0.5) {
      code <- c(code, sprintf("t2 <- %s", formula(i, known)))
      known <- c(known, "t2")
    }
    code <- c(code, replicate(sample(2, 1), add(i, known)))
    if (runif(1) < 0.3) code <- c(code, sprintf("if (%s > %s) %s else %s", element(i), constant(), add(i, known),
                                                add(i, known)))
    code
  }
  steps <- switch(sample(4, 1), "3:n", "3:(n - 1)", "seq(3, n, by = 4)", "seq(4, n, by = 2)")
  loop <- c(sprintf("for (i in %s) {", steps), body("i"), "}")
  if (runif(1) < 0.4) {
    inner <- choose("3:6", "3:20", "i:(i + 4)", "3:i")
    loop <- c(loop, sprintf("for (i in %s) {", choose("4:9", "3:22")), "z <- 0",
              sprintf("for (j in %s) {", inner), sub("^s <- s ", "z <- z ", body("j")), "}", "s <- s + cos(z)", "}")
  }
  code <- c("n <- length(x); s <- 0; h <- x[2]; b <- x[1] * x[2]; r <- numeric(n); q <- x[1:3]; g <- q / 2",
            "P <- matrix(x[1:12], 4)", loop,
            if (runif(1) < 0.3) c(sprintf("for (i in %s) {", steps), body("i"), "}"), "s + sum(r^2) + sum(g^2) / n")
  f <- eval(parse(text = c("function(x) {", code, "}"), keep.source = TRUE), globalenv())
  data <- list(y = round(rnorm(n), 1), at = sample(n), D = matrix(rnorm(3 * n), n), A = matrix(rnorm(6), 2))
  environment(f) <- list2env(data, parent = globalenv())
  f
}

# NULL, or what differs: between the function, its tape, and its tape without vectors.
check_independent_loops <- function(f, n, hessian = TRUE) {
  wrong <- character()
  compare <- function(what, got, wanted, tolerance) {
    same <- all.equal(as.vector(wanted), as.vector(got), tolerance = tolerance)
    if (!isTRUE(same)) wrong <<- c(wrong, paste(what, paste(same, collapse = "; ")))
  }
  x <- round(rnorm(n), 2) + 1e-3
  tp <- tape(f, x)
  old <- options(gradtape.vectorise = FALSE)
  on.exit(options(old))
  straight <- tape(f, x)
  options(old)
  along <- rnorm(n)
  saved <- unserialize(serialize(tp, NULL))
  for (x in list(x, x + rnorm(n) / 1e4, rnorm(n))) {
    compare("value", tp$fn(x), f(x), 1e-11)
    slope <- tp$gr(x)
    compare("saved tape's gradient", saved$gr(x), slope, 0)
    compare("gradient", slope, straight$gr(x), 1e-9)
    compare("slope along a line", sum(slope * along), (f(x + 1e-6 * along) - f(x - 1e-6 * along)) / 2e-6, 1e-4)
    compare("Hessian product", tp$hvp(x, along), straight$hvp(x, along), 1e-8)
    if (hessian) compare("sparse Hessian", as.matrix(tp$he(x, sparse = TRUE)), straight$he(x), 1e-8)
  }
  if (length(wrong)) c(wrong, deparse(f))
}

# How many operations a tape's recording has.
operations_of <- function(tp) .Call(C_call_tape_recordings, tape_private(tp)$state)[[1]]$operations
