# Random programs that go through steps one after the other, each from what the steps before it left:
# numbers that are carried, vectors that are filled and read some steps back, small matrices, data and
# parameters of the step, loops within loops. Each is a function of a few numbers.

loop_program <- function(steps = sample(12:60, 1), inner = sample(c(0, 0, 9), 1)) {
  carried <- paste0("s", seq_len(sample(3, 1)))
  n_parameters <- sample(c(2, 5, 3 * steps), 1)
  lag <- sample(3, 1)
  atom <- function(own) {
    sample(c(carried, carried, own, "y[t]", sprintf("y[%d * t + %d]", sample(3, 1), sample(5, 1)), "p[1]", "p[2]",
             sprintf("h[t - %d]", sample(lag, 1)), sprintf("%.3f", runif(1, -1, 1)),
             if (n_parameters > steps) c("p[t]", "p[2 * t]")), 1)
  }
  term <- function(own) {
    a <- atom(own)
    b <- atom(own)
    switch(sample(9, 1), sprintf("sin(%s)", a), sprintf("%s * %s", a, b), sprintf("tanh(%s - %s)", a, b),
      sprintf("exp(-(%s)^2)", a), sprintf("%s / (1 + (%s)^2)", a, b), sprintf("(%s + %s)", a, b),
      sprintf("0.5 * %s", a), sprintf("sqrt(1 + (%s)^2)", a), sprintf("cos(%s * %s)", a, b))
  }
  value <- function(own = NULL) {
    sprintf("tanh(%s)", paste(replicate(sample(3, 1), term(own)), collapse = sample(c(" + ", " - ", " * "), 1)))
  }
  small <- function() {
    switch(sample(8, 1),
      "u <- tanh(solve(diag(2) + P %*% t(P), u) + rowSums(P) - colSums(P)[2:1])",
      "{ v <- c(rev(u), cumsum(u)); u <- tanh(v[c(1, 4)] * max(u[1], 0.1) + v[2:3] %*% crossprod(A))[1, ] }",
      "{ B <- rbind(u, q[1:2]); B[2, ] <- B[1, ] * 0.5; P <- 0.5 * P + tanh(t(B) %*% B); P[P > 0.9] <- 0.9 }",
      "{ u <- u + sum(diag(P)) * 0.01; u <- u / sqrt(1 + sum(u^2)); q[2] <- q[2] * 0.9 }",
      sprintf("{ P <- (A %%*%% P %%*%% t(A) + diag(0.1, 2)) / (1 + (%s)^2); %s <- tanh(P[1, 1] - P[2, 1]) }",
              sample(carried, 1), sample(carried, 1)),
      "{ q <- (q %*% M) * exp(-0.5 * (y[t] - c(p[1], p[2], 1))^2); q <- q / sum(q) }",
      sprintf("{ u <- c(u[2], tanh(u[1] + %s)); %s <- sum(u) * 0.4 }", term(NULL), sample(carried, 1)),
      sprintf("{ k <- P[, 1] / (2 + P[1, 1]^2); P <- P - outer(k, P[1, ]) * 0.5 + %s * diag(2) * 0.1 }",
              sample(carried, 1)))
  }
  statement <- function() {
    switch(sample(c("carry", "carry", "own", "total", "fill", "small", "guard", "inner"), 1),
      carry = sprintf("%s <- %s", sample(carried, 1), value()),
      own = sprintf("{ a <- %s; b <- %s; %s <- tanh(a * b) }", value(), value("a"), sample(carried, 1)),
      total = sprintf("total <- total + %s", value()), fill = sprintf("h[t] <- %s", value()), small = small(),
      guard = sprintf("if (%s > 2) %s <- 2", sample(carried, 1), sample(carried, 1)),
      inner = if (inner) sprintf("for (i in 1:%d) { w <- tanh(w + y[i] * %s); %s <- %s * 0.9 + w }", inner, atom(NULL),
                                 carried[1], carried[1])
              else sprintf("total <- total + %s^2", sample(carried, 1)))
  }
  uneven <- sample(c("", "", sprintf("if (t %%%% 7 == 3) %s <- cos(%s)", carried[1], carried[1])), 1)
  body <- c(replicate(sample(2:6, 1), statement()), uneven, "h[t] <- tanh(h[t] + total * 0.1)")
  text <- c("function(p) {", sprintf("%s <- p[%d]", carried, rep_len(1:2, length(carried))),
            "total <- 0; w <- p[1]; u <- p[1:2]; q <- rep(1 / 3, 3)",
            "A <- matrix(c(1, 0, 0.5, p[2]), 2); P <- diag(2) * 0.3; M <- matrix(c(8, 1, 1, 1, 7, 2, 2, 2, 6) / 10, 3)",
            sprintf("h <- numeric(%d)", steps),
            sprintf("h[1:%d] <- p[1] * %s", lag, paste0("c(", toString(1:lag / 5), ")")),
            sprintf("for (t in %d:%d) {", lag + 1, steps), body, "}",
            paste("total + sum(P^2) + sum(q * 1:3) + u[1] + w +", paste(carried, collapse = " + "), "+",
                  sample(c("sum(h)", "h[length(h)]", "sum(h * y[seq_along(h)])"), 1)), "}")
  data <- sample(list(rnorm(200), round(rnorm(200)), as.numeric(rnorm(200) > 0)), 1)[[1]]
  f <- eval(parse(text = text), list2env(list(y = data), parent = globalenv()))
  list(f = f, x = runif(n_parameters, 0.1, 0.9), text = text)
}

# Steps of arithmetic on few numbers, many of which are used at once: operands come from what was computed just before,
# on either side, twice, with other numbers between, or in the step before.
arithmetic_program <- function(steps = sample(c(9:60, 700), 1)) {
  carried <- paste0("s", seq_len(sample(4, 1)))
  known <- c(carried, "y[t]", "p[1]", "p[2]", "0.7")
  lines <- character()
  for (k in seq_len(sample(3:25, 1))) {
    recent <- c(rev(known)[1:3], sample(known, 3, replace = TRUE))
    a <- sample(recent, 4, replace = TRUE)
    op <- sample(c("+", "-", "*"), 2, replace = TRUE)
    value <- switch(sample(8, 1), sprintf("%s %s %s", a[1], op[1], a[2]),
      sprintf("(%s %s %s) %s %s", a[1], op[1], a[2], op[2], a[3]),
      sprintf("%s %s (%s %s %s)", a[3], op[2], a[1], op[1], a[2]), sprintf("%s / (2 + %s * %s)", a[1], a[2], a[2]),
      sprintf("-%s", a[1]), sprintf("%s^2", a[1]), sprintf("(%s - %s) / 3", a[1], a[2]),
      sprintf("(%s %s %s) * (%s - %s)", a[1], op[1], a[2], a[3], a[4]))
    made <- if (runif(1) < 0.3) sample(carried, 1) else paste0("t", k)
    lines <- c(lines, sprintf("%s <- %s", made, value))
    if (runif(1) < 0.5) lines <- c(lines, sprintf("%s <- %s / (1 + %s^2)", made, made, made))
    known <- unique(c(setdiff(known, made), made))
  }
  mixed <- sample(known, length(carried), replace = TRUE)
  ends <- sprintf("%s <- (%s + %s) / (1.5 + %s^2)", carried, carried, mixed, carried)
  text <- c("function(p) {", sprintf("%s <- p[%d]", carried, rep_len(1:2, length(carried))), "total <- 0",
            sprintf("for (t in 1:%d) {", steps), lines, ends, "total <- total + s1 * 0.1", "}",
            paste("p[1] + total +", paste(carried, collapse = " + ")), "}")
  f <- eval(parse(text = text), list2env(list(y = rnorm(steps)), parent = globalenv()))
  list(f = f, x = runif(2, 0.1, 0.9), text = text)
}
