# Random programs that assign to elements: vectors, matrices and lists are filled, overwritten, made
# longer, copied, read in part and as a whole, in a random order. Each is a function of two numbers.

assign_program <- function(steps = 12) {
  kinds <- list(v = "v1", m = "m1", l = "l1", s = "s1")
  count <- 1L
  pick <- function(kind) sample(kinds[[kind]], 1)
  fresh <- function(kind) {
    count <<- count + 1L
    name <- paste0(kind, count)
    kinds[[kind]] <<- c(kinds[[kind]], name)
    name
  }
  at <- function(n = 1) sample(4L, n)             # vectors have 4 elements or more, matrices 4 rows and 3 columns
  element <- function() {
    sample(c(sprintf("%s[%d]", pick("v"), at()),
             sprintf("%s[%d, %d]", pick("m"), at(), sample(3, 1)),
             sprintf("%s[[%d]][%d]", pick("l"), sample(2, 1), at()), pick("s"), "p[1]", "p[2]"), 1)
  }
  number <- function() {
    switch(sample(4, 1),
      sprintf("%s * %.2f", element(), runif(1, -1, 1)), sprintf("sin(%s) + %s", element(), element()),
      sprintf("%.2f", runif(1, -1, 1)), sprintf("%s * cos(%s)", element(), element()))
  }
  some <- function(k) paste0("c(", paste(replicate(k, number()), collapse = ", "), ")")
  text <- c("v1 <- numeric(4)", "m1 <- matrix(0.5, 4, 3)", "l1 <- list(p * 2, numeric(4))", "s1 <- p[1] * p[2]",
            "l1[[1]] <- c(p[1], 0.3, p[2], s1)", sprintf("v1[%d] <- p[%d]", at(), sample(2, 1)))
  step <- function() {
    v <- pick("v")
    m <- pick("m")
    switch(sample(c("one", "one", "one", "one", "cell", "cell", "row", "column", "some", "mask", "name", "whole",
                    "grow", "grow", "append", "beyond", "rbind", "cbind", "copy", "copy_matrix", "in_list",
                    "list_element", "part", "local", "loop", "fill", "rows"), 1),
      one = sprintf("%s[%d] <- %s", v, at(), number()),
      cell = sprintf("%s[%d, %d] <- %s", m, at(), sample(3, 1), number()),
      row = sprintf("%s[%d, 1:3] <- %s", m, at(),
                    if (runif(1) < 0.5) some(3) else sprintf("%s[%d, 1:3] * 0.9", m, at())),
      column = sprintf("%s[1:4, %d] <- %s", m, sample(3, 1),
                       if (runif(1) < 0.5) number() else sprintf("%s[1:4] * 1.1", v)),
      some = sprintf("%s[c(%s)] <- %s", v, toString(at(2)), if (runif(1) < 0.5) number() else some(2)),
      mask = sprintf("%s[%s > 0] <- %s", v, v, number()),
      name = sprintf("%s[[%d]] <- %s", v, at(), number()),
      whole = sprintf("%s <- sum(%s) * 0.2", fresh("s"), if (runif(1) < 0.5) v else m),
      grow = sprintf("%s[length(%s) + 1] <- %s", v, v, number()),
      append = sprintf("%s <- c(%s, %s)", v, v, if (runif(1) < 0.7) number() else some(2)),
      beyond = sprintf("{ %s[length(%s) + 2] <- %s; %s[length(%s) - 1] <- %s }", v, v, number(), v, v, number()),
      rbind = sprintf("%s <- rbind(%s, %s * seq_len(ncol(%s)))", m, m, number(), m),
      cbind = sprintf("%s <- cbind(%s, rep(%s, nrow(%s)))", m, m, number(), m),
      copy = sprintf("%s <- %s", fresh("v"), v),
      copy_matrix = sprintf("%s <- %s", fresh("m"), m),
      in_list = sprintf("%s[[%d]] <- %s[1:4]", pick("l"), sample(2, 1), v),
      list_element = sprintf("%s[[%d]][%d] <- %s", pick("l"), sample(2, 1), at(), number()),
      part = sprintf("%s[2:4] <- %s[1:3] * 0.8", v, pick("v")),
      local = sprintf("%s <- (function(x) { x[%d] <- %s; x })(%s)", v, at(), number(), pick("v")),
      loop = sprintf("for (i in 2:4) %s[i] <- %s[i - 1] * 0.7 + %s", v, v, number()),
      fill = sprintf("%s[] <- %s", v, number()),
      rows = sprintf("for (i in 2:4) %s[i, ] <- %s[i - 1, ] * 0.6 + %s", m, m, number()))
  }
  for (k in seq_len(steps)) text <- c(text, step())
  sums <- c(sprintf("sum(%s * seq_along(%s))", kinds$v, kinds$v), sprintf("sum(cos(%s) * 0.3)", kinds$m),
            sprintf("sum(%s[[%d]]^2)", kinds$l, 1:2), kinds$s)
  code <- c(text, paste(sums, collapse = " + "))
  eval(parse(text = c("function(p) {", code, "}"), keep.source = TRUE), globalenv())
}

# NULL, or what differs.
assign_check <- function(f, at = list(c(0.3, -0.7), c(1.1, 0.4)), tolerance = 1e-9) {
  wrong <- character()
  compare <- function(what, got, wanted, tolerance) {
    same <- all.equal(as.vector(wanted), as.vector(got), tolerance = tolerance)
    if (!isTRUE(same)) wrong <<- c(wrong, paste(what, paste(same, collapse = "; ")))
  }
  tp <- tape(f, at[[1]])
  g <- tensor_function(f)
  for (x in at) {
    compare("tape value", tp$fn(x), f(x), tolerance)
    found <- eager(g, x)
    compare("eager value", found$value, f(x), tolerance)
    slope <- fd_gradient(f, x)
    compare("eager gradient", found$gradient, slope, 1e-5)
    compare("tape gradient", tp$gr(x), found$gradient, tolerance)
    curvature <- vapply(1:2, function(k) fd_gradient(function(x) tp$gr(x)[k], x), c(0, 0))
    compare("tape Hessian", tp$he(x), curvature, 1e-5)
  }
  if (length(wrong)) c(wrong, deparse(f))
}
