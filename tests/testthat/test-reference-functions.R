# Values and gradients of functions, edge points included, as PyTorch gives them.

# Numbers of the file, which are row by row, as an array.
reference_array <- function(x) {
  values <- ref_number(x$values) %||% numeric()
  dim <- as.integer(unlist(x$dim))
  if (length(dim) < 2) return(if (length(dim)) array(values, dim) else values)
  aperm(array(values, rev(dim)), rev(seq_along(dim)))
}
`%||%` <- function(x, y) if (is.null(x)) y else x

outputs_of <- function(call, x) {
  value <- eval(parse(text = call), list2env(stats::setNames(x, letters[seq_along(x)]), parent = globalenv()))
  if (is.list(value)) value else list(value)
}

# cos(0), cos(1), ..., row by row, in the shape of y.
weights_for <- function(y) {
  shape <- y$shape
  reference_array(list(dim = shape, values = cos(seq_len(prod(shape)) - 1)))
}

check_function <- function(case) {
  x <- lapply(case$inputs, function(v) {
    v <- reference_array(v)
    torch_tensor(v, requires_grad = !is.null(case$grads))
  })
  outputs <- outputs_of(case$call, x)
  label <- paste(case$call, paste(vapply(x, function(v) paste(v$shape, collapse = "x"), ""), collapse = ", "))
  expect_equal(length(outputs), length(case$outputs), info = label)
  for (k in seq_along(outputs)) {
    expected <- reference_array(case$outputs[[k]])
    expect_equal(as.integer(outputs[[k]]$shape), as.integer(unlist(case$outputs[[k]]$dim)), info = label)
    expect_close(as.numeric(outputs[[k]]), expected, paste(label, "output", k), 1e-9, 1e-11)
  }
  if (is.null(case$grads)) return(invisible())
  total <- 0
  for (y in outputs) if (isTRUE(y$requires_grad)) total <- total + sum(y * weights_for(y))
  if (is_torch_tensor(total)) total$backward()
  for (i in seq_along(x)) {
    expect_close(as.numeric(x[[i]]$grad %||% torch_zeros_like(x[[i]])), reference_array(case$grads[[i]]),
                 paste(label, "gradient", i), 1e-8, 1e-10)
  }
}

test_that("functions and their gradients agree with the reference", {
  cases <- read_reference("functions")
  expect_gt(length(cases), 200)
  for (case in cases) {
    tryCatch(check_function(case), error = function(e) fail(paste0(case$call, ": ", conditionMessage(e))))
  }
})
