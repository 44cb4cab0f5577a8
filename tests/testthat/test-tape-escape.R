# A number that leaves the tensors is a constant on a tape, and its gradient is lost: no way may
# leave the function's value or gradient wrong in silence.

# As code of a user, outside the package, whose own functions may read what they like.
user <- function(code) eval(substitute(code), new.env(parent = globalenv()))

escapes <- user(list(
  item = function(x) x[1]$item() * x[2],
  as_array = function(x) as_array(x[1]) * x[2],
  as.array = function(x) as.array(x$detach())[1] * x[2],
  as.vector = function(x) as.vector(x$detach())[1] * x[2],
  printed = function(x) print(y <- x[1]$item()) * x[2],
  cat = function(x) { cat(y <- x[1]$item(), "\n"); y * x[2] },
  cat_round = function(x) { cat(y <- round(x[1]$item(), 3), "\n"); y * x[2] },
  promise = function(x) { g <- function(v) { cat(v, "\n"); v * x[2]}; g(round(x[1]$item(), 3)) },
  promise2 = function(x) { g <- function(v) { cat(paste(v), "\n"); v * x[2]}; g(x[1]$item() + 0) },
  print_round = function(x) print(round(x[1]$item(), 2)) * x[2],
  digits = function(x) { print(1, digits = (z <- round(x[1]$item()))); z * x[2] },
  sprintf = function(x) as.numeric(sprintf("%f", x[1]$item())) * x[2],
  format = function(x) if (format(x[1]) == "1") x[1] else x[2],
  paste = function(x) if (paste(x[1]$item()) == "1") x[1] else x[2],
  capture = function(x) { o <- capture.output(print(x[1]$item())); as.numeric(sub("\\[1\\]", "", o)) * x[2] },
  capture2 = function(x) { o <- capture.output(print(x[1])); length(o) * x[2] },
  capture3 = function(x) { o <- capture.output(str(x)); length(o) * x[2] },
  cond = function(x) as.numeric(tryCatch(message(x[1]$item()), message = conditionMessage)) * x[2],
  cond2 = function(x) as.numeric(tryCatch(stop(x[1]$item()), error = conditionMessage)) * x[2],
  warning = function(x) as.numeric(suppressWarnings(warning(x[1]$item()))) * x[2],
  simple = function(x) as.numeric(conditionMessage(simpleError(x[1]$item()))) * x[2],
  file = function(x) { p <- tempfile(); cat(x[1]$item(), file = p); scan(p, quiet = TRUE) * x[2] },
  textcon = function(x) {
    tc <- textConnection("out", "w", local = TRUE)
    sink(tc); print(x[1]$item()); sink(); close(tc)
    length(out) * x[2]
  },
  textcon2 = function(x) {
    tc <- textConnection("out", "w", local = TRUE)
    cat(x[1]$item(), "\n", file = tc); close(tc)
    as.numeric(out) * x[2]
  },
  serialize = function(x) unserialize(serialize(x, NULL))[1] * x[2],
  serialize2 = function(x) unserialize(serialize(x[1]$item(), NULL)) * x[2],
  rds = function(x) { p <- tempfile(); saveRDS(x, p); readRDS(p)[1] * x[2] },
  torch_save = function(x) { p <- tempfile(); torch_save(x, p); torch_load(p)[1] * x[2] },
  save = function(x) { p <- tempfile(); y <- x[1]; save(y, file = p); load(p); y * x[2] },
  dput = function(x) { o <- capture.output(dput(x[1]$item())); as.numeric(o) * x[2] },
  deparse = function(x) eval(parse(text = deparse(x[1]$item()))) * x[2],
  return = function(x) if (x[1] > 0) x[1]$item() else x[2],
  returned = function(x) x[1]$item(),
  assign = function(x) { cat(assign("z", x[1]$item() * 1)); z * x[2] },
  forloop = function(x) { for (v in x[1]$item()) cat(v); v * x[2] },
  sapply = function(x) sum(sapply(as_array(x), function(v) v)) * x[2],
  replace = function(x) { y <- x[1]$item(); y[2] <- 3; sum(y) * x[2] },
  c = function(x) c(x[1]$item(), 2)[1] * x[2],
  full = function(x) sum(torch_full(3, x[1]$item()) * x[2]),
  seq = function(x) sum(seq(0, x[1]$item(), length.out = 3)) * x[2],
  compare = function(x) if (x[1]$item() > 0) x[1] else x[2],
  global = function(x) { assign("kept", x[1]$item(), globalenv()); kept * x[2] },
  stranger = function(x) stats::dnorm(x[1]$item()) * x[2],
  identical = function(x) if (base::identical(x[1]$item(), 1)) x[1] else x[2],
  switch = function(x) switch(x[1]$item(), x[1], x[2]),
  recall = function(x) { e <- new.env(); e$v <- x[1]$item(); e$v * x[2] },
  list = function(x) list(x[1]$item())[[1]] * x[2],
  as.integer_of_text = function(x) as.integer(format(x[1]$item())) * x[2],
  ifelse = function(x) ifelse(x[1]$item() > 0, 1, 2) * x[2],
  matrix = function(x) sum(matrix(as_array(x), 1) %*% x)
))

quietly <- function(code) {
  diversions <- sink.number()
  sink(tempfile())
  on.exit(while (sink.number() > diversions) sink())
  suppressWarnings(suppressMessages(code))
}

test_that("a number that leaves the tensors and is used is an error, whatever way it takes", {
  for (name in names(escapes)) {
    expect_error(quietly(tape(escapes[[name]], c(1, 2))), class = "gradtape_escape_error", label = name)
  }
  rm(list = intersect("kept", ls(globalenv())), envir = globalenv())
})

test_that("what a forked process computes is an escape, also where its error is caught", {
  skip_on_os("windows")
  for (f in user(list(
    function(x) Reduce(`+`, parallel::mclapply(1:2, function(i) (x[i]^2)$item())),
    function(x) sum(unlist(parallel::mclapply(1:2, function(i) as_array(x[i])))) * x[2],
    function(x) {
      r <- parallel::mclapply(1:2, function(i) x[i]^2)
      if (inherits(r[[1]], "try-error")) sum(x) else r[[1]] + r[[2]]
    },
    function(x) {
      y <- x[1]$item()
      sum(unlist(parallel::mclapply(1:2, function(i) y * i))) * x[2]
    },
    function(x) {
      r <- parallel::mclapply(1:2, function(i) if (x[i] > 1.5) 2 else 3)
      if (is.numeric(r[[1]])) sum(x) * r[[1]] else sum(x)
    }
  ))) expect_error(quietly(tape(f, c(1, 2))), class = "gradtape_escape_error")
  constant <- function(x) sum(unlist(parallel::mclapply(1:2, function(i) i^2))) * sum(x)
  expect_equal(tape(constant, c(1, 2))$gr(c(3, 4)), c(5, 5))
})

test_that("the error names the call and the function, and leaves the tape usable", {
  f <- user({
    helper <- function(v) sqrt(as_array(v)) + 1
    function(x) helper(x[1]) * x[2]
  })
  expect_error(tape(f, c(1, 2)), "In `helper\\(\\)`, numbers leave the tensors by\\s+`as_array\\(v\\)`")
  f <- user(function(x) if (x[1] > 0) sum(x^2) else x[1]$item() * x[2])
  tp <- tape(f, c(1, 2))
  expect_error(tp$fn(c(-1, 2)), class = "gradtape_escape_error")
  expect_equal(tp$gr(c(2, 3)), c(4, 6))
})

test_that("a tape or an optimizer inside the function is an escape", {
  inner <- function(x) x[2] * gradient(function(y) y^2 * x[1], 3)
  steps <- function(x) {
    w <- torch_zeros(2, requires_grad = TRUE)
    opt <- optim_sgd(w, lr = 0.1)
    for (k in 1:3) {
      opt$zero_grad()
      sum((w - x)^2)$backward()
      opt$step()
    }
    sum(w * x)
  }
  expect_error(tape(inner, c(0.3, -1.2)), "a tape inside", class = "gradtape_escape_error")
  expect_error(tape(steps, c(1, 2)), "optimizer", class = "gradtape_escape_error")
  old <- options(gradtape.escape = "eager")
  on.exit(options(old))
  expect_message(tp <- tape(inner, c(0.3, -1.2)), "a tape inside")
  expect_equal(tp$fn(c(1.3, 0.2)), 0.2 * 6 * 1.3)
  expect_message(tp <- tape(steps, c(1, 2)), "optimizer")
  expect_equal(tp$fn(c(3, 4)), 12.2)
})

test_that("with the option, what escapes is a constant and the function runs eagerly", {
  old <- options(gradtape.escape = "eager")
  on.exit(options(old))
  expect_message(tp <- tape(user(function(x) as_array(x[1]) * x[2]), c(1, 2)), "as_array\\(x\\[1\\]\\)")
  expect_equal(tp$gr(c(3, 4)), c(0, 3))
  expect_equal(tp$fn(c(3, 4)), 12)
  expect_equal(tp$he(c(3, 4)), matrix(0, 2, 2))
  expect_output(print(tp), "eagerly")
  expect_equal(with_no_grad(tp$gr(c(3, 4))), c(0, 3))
  expect_equal(with_no_grad(tp$jacobian(c(3, 4))), matrix(c(0, 3), 1))
  dtype <- torch_set_default_dtype(torch_float())
  expect_identical(tape(function(x) { x[1]$item(); x[2] * torch_tensor(0.1) }, c(1, 2))$fn(c(1, 3)), 0.1 * 3)
  torch_set_default_dtype(dtype)
})

test_that("what is only shown does not escape", {
  shown <- user({
  helper <- function(v) cat("v =", v, "\n")
  function(x) {
    cat("x is", as.numeric(x), round(as.numeric(x), 1), round(x[1]$item(), 1), "\n")
    cat(format(x[1]), sprintf("%.2f", x[2]$item()), paste("sum", sum(x)$item()), "\n", sep = " ")
    print(x)
    print(y <- x[1]$item())
    helper(x[1]$item())
    helper(y)
    str(y)
    str(x)
    print(data.frame(x = as_array(x)))
    sum(x^2)
  }
  })
  expect_output(expect_no_message(tp <- tape(shown, c(1.25, 2))), "x is 1.25 2 1.2 2 1.2")
  expect_silent(expect_equal(tp$gr(c(3, 4)), c(6, 8)))
  expect_identical(capture_messages(tape(user(function(x) {
    message("at ", x[1])
    message(sprintf("%.1f", as.numeric(x[2])))
    sum(x)
  }), c(1, 3))), c("at 1\n", "3.0\n"))
})

test_that("print() of text is no escape where its value is dropped", {
  shown <- user(function(p) {
    print(paste("at", p[1]))
    for (i in 1:2) print(sprintf("%g", p[i]))
    if (p[1] > 0) {
      print(paste0("value ", sum(p)))
    } else print("none")
    cat(nchar(format(p[1])) > 0, prettyNum(p[2]), "\n")
    writeLines(format(p[1]))
    sum(p^2)
  })
  expect_output(tp <- tape(shown, c(1, 2)), "at 1")
  expect_equal(tp$gr(c(1, 2)), c(2, 4))
  kept <- user(list(
    function(p) nchar(print(paste("at", p[1]))) * p[2],
    function(p) {
      text <- print(paste("at", p[1]))
      nchar(text) * p[2]
    },
    function(p) {
      print(paste("at", p[1]))
      nchar(print(paste("at", p[1]))) * p[2]
    },
    function(p) {
      file <- tempfile()
      writeLines(format(p[1]), file)
      as.numeric(readLines(file)) * p[2]
    }
  ))
  for (fn in kept) capture.output(expect_error(tape(fn, c(1, 2)), class = "gradtape_escape_error"))
  last <- user(function(p) {
    f <- function() {
      1
      print(paste("at", p[1]))
    }
    nchar(f()) * p[2]
  })
  capture.output(expect_error(tape(last, c(1, 2)), class = "gradtape_escape_error"))
})

test_that("tensors may be the arguments of functions that make tensors", {
  for (f in list(function(x) sum(torch_linspace(x[1], x[2], 3)^2), function(x) prod(torch_full(3, x[1])) * x[2],
                 function(x) torch_scalar_tensor(x[1]) * x[2], function(x) sum(torch_logspace(x[1], x[2], 4, base = 2)),
                 function(x) sum(torch_arange(x[1], x[1] + 3) * x[2]), function(x) sum(torch_full_like(x, x[1]) * x))) {
    x <- c(1.5, 2.25)
    e <- eager(f, x)
    expect_equal(e$gradient, fd_gradient(function(x) as.numeric(f(x)), x), tolerance = 1e-6)
    tp <- tape(f, c(1, 2))
    expect_equal(tp$gr(x), e$gradient)
    expect_equal(tp$fn(x), e$value)
  }
})
