# What users read: errors, messages and printed objects. (A change here is shown by
# testthat::snapshot_review().)

# Shows the class and the text of an error.
told <- function(code) {
  error <- tryCatch({
    code
    stop("no error")
  }, error = identity)
  cat("<", class(error)[1], "> ", conditionMessage(error), "\n", sep = "")
}

x <- torch_tensor(c(1, 2))
m <- torch_tensor(matrix(1:6, 2))
w <- torch_tensor(c(1, 2), requires_grad = TRUE)

test_that("arguments", {
  expect_snapshot({
    told(torch_tensor("a"))
    told(torch_tensor(1, requires_grad = 2))
    told(torch_tensor(1, dtype = "half"))
    told(torch_tensor(1, device = "cuda"))
    told(torch_zeros(2, -1))
    told(torch_linspace(0, Inf, 3))
    told(torch_randint(5, 1, 2))
    told(torch_arange(1, 0, 0.5))
    told(x + "a")
    told(c(x, "a"))
    told(lapply(list("a"), torch_exp))
    told(x$sums())
    told(x$shape <- 2)
    told(torch_cat(x))
    told(torch_norm(x, p = "fro"))
    told(round(x, NA))
    told(distr_normal(0, -1))
    told(distr_bernoulli())
    told(nn_relu(x))
    told(nnf_softmax(x))
    told(linalg_svd(m, full_matrices = "yes"))
  })
})

test_that("shapes", {
  expect_snapshot({
    told(torch_where(1, c(1, 2), c(1, 2, 3)))
    told(torch_add(x, 1:3))
    told(x$mul(1:3))
    told(m + torch_tensor(diag(3)))
    told(m + 1:12)
    told(m %*% m)
    told(torch_reshape(x, c(2, 2)))
    told(torch_sum(x, dim = 2))
    told(m$sum(dim = 0))
    told(torch_squeeze(torch_tensor(1), 2))
    told(torch_dot(x, 1:3))
    told(cbind(x, m, torch_tensor(diag(3))))
    told(torch_amax(torch_tensor(numeric(0))))
    told(solve(m))
    told(m$item())
    told(nnf_mse_loss(x, m))
    told(torch_zeros(1e6, 1e6))
  })
})

test_that("subscripts", {
  expect_snapshot({
    told(x[[3]])
    told(x[[NA]])
    told(x["a"])
    told(x[c(-1, 1)])
    told(x[1, 1])
    told(x[[1:2]])
    told(x[list(1)])
    told(m[3, ])
    told(m[, 4] <- 1)
    told(torch_narrow(x, 1, 2, 2))
    told(torch_index_select(x, 1, 3))
  })
})

test_that("numbers and dtypes", {
  expect_snapshot({
    told(solve(torch_zeros(2, 2)))
    told(chol(torch_tensor(-diag(2))))
    told(linalg_eigh(torch_tensor(matrix(NaN, 2, 2))))
    told(tensor_function(function(x) svd(x))(torch_tensor(matrix(Inf, 2, 2))))
    told(torch_tensor(c(1, NA), dtype = torch_int()))
    told(torch_tensor(1L, requires_grad = TRUE, dtype = torch_long()))
  })
})

test_that("gradients and escapes", {
  expect_snapshot({
    told(x$sum()$backward())
    told((w * 2)$backward())
    told({
      y <- sum(w^2)
      y$backward()
      y$backward()
    })
    told(w$add_(1))
    told(autograd_grad(sum(w), torch_tensor(1, requires_grad = TRUE)))
  })
})

test_that("tapes", {
  tp <- tape(function(x) sum(x^2), c(1, 2))
  expect_snapshot({
    told(tape(1, 1))
    told(tape(function() 1, 1))
    told(tape(function(x) 1, 1))
    told(tape(function(x) sum(x), list(1, 2)))
    told(tp$fn(1))
    told(tp$gr(c(1, NA)))
  })
})

test_that("optimizers and files", {
  expect_snapshot({
    told(optim_adam(1))
    told(optim_adam(x))
    told(optim_adam(w, lr = -1))
    told(lr_step(1, 2))
    told(torch_load("nowhere.rds"))
  })
})

test_that("printed objects", {
  expect_snapshot({
    x
    w
    m
    torch_tensor(1)
    torch_tensor(c(a = 1, b = 2))
    w^2
    x > 1
    torch_zeros(100)
    str(x)
    torch_float()
    torch_device("cpu")
    sum(w)$grad_fn
    distr_normal(0, 1)
    nn_sequential(nn_linear(2, 1), nn_tanh())
    gradcheck(function(x) x[1]^2, c(1, 2))
  })
})

# Lines of the sources that stop in another way than by a condition with a class: in R not by
# abort(), in C not by r_stop() or r_error().
test_that("every error has a class, and the class is documented", {
  skip_if(is.null(r_files()), "no sources")
  skip_if(!nzchar(Sys.getenv("_R_CHECK_PACKAGE_NAME_")), "R CMD check looks at the sources")
  c_files <- list.files(file.path(dirname(r_files()[1]), "../src"), "[.]c$", recursive = TRUE, full.names = TRUE)
  lines_with <- function(pattern, files) {
    unlist(lapply(files, function(file) {
      found <- grep(pattern, readLines(file), value = TRUE)
      if (length(found)) paste(basename(file), found)
    }))
  }
  expect_identical(lines_with("Rf_error(call)?\\(", c_files[basename(c_files) != "errors.c"]), NULL)
  elsewhere <- r_files()[basename(r_files()) != "conditions.R"]
  stops <- lines_with("cli_abort\\(|[^.a-z_]stop\\(", elsewhere)
  expect_length(stops, 1)                                    # in a process without this package
  expect_match(stops, "parallel_map.R +stop\\(\"the worker on ")
  classes <- function(files) {
    text <- unlist(lapply(files, readLines))
    unique(unlist(regmatches(text, gregexpr("gradtape_[a-z]+_error", text))))
  }
  expect_identical(setdiff(classes(elsewhere), classes(setdiff(r_files(), elsewhere))), character())
})
