test_that("losses and their gradients agree with PyTorch", {
  reference <- read_reference("losses")
  # The files hold matrices row by row.
  data <- lapply(reference$data, function(d) {
    v <- unlist(d$values)
    if (length(d$dim) == 2) matrix(v, d$dim[[1]], byrow = TRUE) else v
  })
  data$k <- data$k + 1
  row_major <- function(x) if (length(dim(x)) == 2) as.vector(t(as.matrix(x))) else as.numeric(x)
  for (case in reference$cases) {
    inputs <- lapply(case$inputs, function(name) {
      torch_tensor(data[[name]], requires_grad = name %in% c("x", "y", "p", "q", "var", "z"))
    })
    args <- lapply(case$args, function(a) if (identical(a, "w")) data$w else a)
    value <- do.call(case$loss, c(inputs, args, reduction = case$reduction))
    label <- paste(case$loss, case$reduction, paste(names(args), collapse = " "))
    expect_equal(row_major(value), unlist(case$value), tolerance = 1e-12, label = label)
    seed <- unlist(case$seed)
    if (length(dim(value)) == 2) seed <- matrix(seed, nrow(value), byrow = TRUE)
    sum(value * seed)$backward()
    for (i in seq_along(inputs)) {
      want <- unlist(case$grads[[i]])
      if (!is.null(want)) {
        expect_equal(row_major(inputs[[i]]$grad), want, tolerance = 1e-10, label = paste(label, "gradient", i))
      }
    }
  }
})

test_that("loss modules keep their settings", {
  x <- torch_tensor(rbind(c(1, 2), c(0.5, -1)))
  expect_equal(as.numeric(nn_huber_loss("sum", delta = 0.5)(x, x + 2)), 4 * 0.5 * 1.75)
  expect_equal(as.numeric(nn_cross_entropy_loss(weight = c(1, 3))(x, c(1, 2))),
               as.numeric(nnf_cross_entropy(x, c(1, 2), weight = c(1, 3))))
  expect_equal(as.numeric(nnf_cross_entropy(c(1, 2), 2)), log1p(exp(-1)))
  expect_equal(as.numeric(nnf_nll_loss(x, c(2, -100))), -2)
  expect_s3_class(nn_mse_loss(), "nn_mse_loss")
})

test_that("cross entropy with logits is safe for large values and exact at 0", {
  x <- torch_tensor(c(-1000, 0, 1000), requires_grad = TRUE)
  loss <- nnf_binary_cross_entropy_with_logits(x, c(1, 1, 1), reduction = "none")
  expect_equal(as.numeric(loss), c(1000, log(2), 0))
  sum(loss)$backward()
  expect_equal(as.numeric(x$grad), c(-1, -0.5, 0))
})

test_that("losses refuse bad input", {
  expect_error(nnf_mse_loss(torch_tensor(1:3), c(1, 2)), "input.* has shape \\[3\\] and .*target.* \\[2\\]")
  expect_error(nnf_mse_loss(1, 1, reduction = "avg"), "reduction.*avg")
  expect_error(nn_mse_loss("batchmean"), "reduction")
  expect_error(nnf_nll_loss(torch_tensor(diag(2)), c(0, 1)), "from 1 to 2; element 1 is 0")
  expect_error(nnf_nll_loss(torch_tensor(diag(2)), 1), "1 element for 2 rows")
  expect_error(nnf_cross_entropy(torch_tensor(diag(2)), c(1, 2), weight = 1), "each of the 2 classes, not 1")
  expect_error(nnf_binary_cross_entropy(torch_tensor(2), 1), "probabilities")
  expect_error(nnf_gaussian_nll_loss(1, 1, -1), "variances")
})

test_that("distances, cosines and norms of rows", {
  a <- matrix(c(3, 0, 4, 0), 2)
  x <- torch_tensor(a, requires_grad = TRUE)
  y <- nnf_normalize(x)
  expect_equal(as.array(y), rbind(c(0.6, 0.8), c(0, 0)))
  expect_equal(as.array(nnf_normalize(x, p = 1, dim = 1)), matrix(c(1, 0, 1, 0), 2))
  expect_equal(as.numeric(nnf_cosine_similarity(a, rbind(c(0, 2), c(1, 1)))), c(0.8, 0))
  expect_equal(as.numeric(nnf_pairwise_distance(a, a + 1, p = 1, eps = 0)), c(2, 2))
  expect_equal(as.numeric(nn_triplet_margin_loss(margin = 0.5, eps = 0)(a, a, a + 1)), 0)
  b <- c(0.3, -1, 2, 0.4)
  for (f in list(function(x) nnf_normalize(torch_reshape(x, c(2, 2)), p = 3),
                 function(x) nnf_cosine_similarity(torch_reshape(x, c(2, 2)), rbind(c(0, 2), c(1, 1))))) {
    expect_true(gradcheck(f, b)$ok)
  }
  expect_error(nnf_multi_margin_loss(a, c(1, 3)), "classes from 1 to 2")
  expect_error(nnf_multi_margin_loss(a, c(1, 2), p = 3), "`p` must be 1 or 2")
  expect_error(nn_hinge_embedding_loss(margin = "a"), "`margin` must be one number")
})

test_that("the multilabel margin loss is the sum of its definition", {
  x <- rbind(c(0.1, 0.2, 0.4, 0.8), c(-1, 2, 0.5, 0.3))
  target <- rbind(c(4, 1, 0, 2), c(2, 0, 0, 0))
  one <- function(x, classes) {
    total <- 0
    for (k in classes) for (j in setdiff(seq_along(x), classes)) total <- total + max(0, 1 - x[k] + x[j])
    total / length(x)
  }
  expected <- c(one(x[1, ], c(4, 1)), one(x[2, ], 2))
  expect_equal(expected[1], 0.85)                       # PyTorch's documented example
  expect_equal(as.numeric(nnf_multilabel_margin_loss(torch_tensor(x), target, reduction = "none")), expected)
  expect_equal(as.numeric(nn_multilabel_margin_loss()(torch_tensor(x), target)), mean(expected))
  expect_equal(as.numeric(nnf_multilabel_margin_loss(torch_tensor(x[1, ]), target[1, ])), expected[1])
  expect_true(gradcheck(function(x) nnf_multilabel_margin_loss(x, target), x)$ok)
  expect_error(nnf_multilabel_margin_loss(x, target[1, ]), class = "gradtape_shape_error")
  expect_error(nnf_multilabel_margin_loss(x, target + 1), "from 0 to 4")
})

test_that("one-hot rows", {
  expect_equal(as.matrix(nnf_one_hot(c(1, 3, 2))), diag(3)[c(1, 3, 2), ])
  expect_equal(nnf_one_hot(torch_tensor(c(2L, 1L)), 4)$shape, c(2, 4))
  m <- matrix(c(1, 2, 3, 1), 2)
  hot <- as.array(nnf_one_hot(m))
  for (i in 1:2) for (j in 1:2) expect_equal(which(hot[i, j, ] == 1), m[i, j])
  expect_equal(sum(hot), 4)
  expect_equal(as.numeric(nnf_one_hot(2, 3)), c(0, 1, 0))
  expect_error(nnf_one_hot(c(0, 1)), "at least 1")
  expect_error(nnf_one_hot(3, 2), "from 1 to 2")
})
