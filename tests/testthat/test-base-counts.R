# A tensor where R wants a whole number, or a subscript of something plain.

# As plain R at two points where the whole number differs, with the gradient of differences.
expect_counted <- function(fn, points = list(c(2.3, 1.7), c(1.4, 0.6))) {
  tp <- tape(fn, points[[1]])
  for (x in points) {
    expect_equal(tp$fn(x), as.numeric(fn(x)), tolerance = 1e-12, info = deparse1(body(fn)))
    expect_equal(tp$gr(x), fd_gradient(fn, x), tolerance = 1e-6, info = deparse1(body(fn)))
  }
  wrapped <- tensor_function(fn)(torch_tensor(points[[1]]))
  expect_equal(as.numeric(wrapped), as.numeric(fn(points[[1]])), info = deparse1(body(fn)))
}

test_that("lengths, sequences and shapes take a tensor's whole number", {
  k <- function(x) ceiling(x[1])
  functions <- list(
    function(x) sum((1:k(x)) * x[2]), function(x) sum((k(x):1)^2 * x[2]), function(x) sum((x[1]:6)^2),
    function(x) sum((6:x[1])^2),
    function(x) sum(seq_len(k(x)) * x[2]), function(x) sum(seq(1, k(x)) * x[2]),
    function(x) sum(seq(0, 1, length.out = k(x) + 1) * x[2]),
    function(x) sum(seq(x[1], 9, by = 0.5)^2), function(x) sum(seq(x[1], x[2] + 3, length.out = 4)^2),
    function(x) sum(seq(5, 0, by = -x[1])^2),
    function(x) { s <- 0; for (i in seq_len(k(x))) s <- s + x[2]^i; s },
    function(x) { s <- 0; for (i in 1:k(x)) s <- s + x[2]^i; s },
    function(x) { v <- numeric(k(x)); v[1] <- x[2]; sum(v) + length(v) }, function(x) sum(integer(k(x)) + x[2]),
    function(x) { v <- vector("list", k(x)); v[[1]] <- x[2]; v[[1]] * length(v) },
    function(x) sum(matrix(x[2], k(x), 2)),
    function(x) sum(matrix(0, k(x), k(x)) + x[2]), function(x) sum(diag(k(x)) * x[2]),
    function(x) sum(diag(x[2], k(x))),
    function(x) sum(array(1, c(k(x), 2, 2)) * x[2]), function(x) sum(rep(1:2, times = k(x)) * x[2]),
    function(x) sum(rep(x[2], k(x))),
    function(x) sum(head((1:9)^2, k(x)) * x[2]), function(x) sum(tail(cumsum(x), k(x) - 1)),
    function(x) sum(head(c(x, x^2), -k(x))),
    function(x) sum(sapply(1:k(x), function(i) x[2]^i)), function(x) sum(replicate(k(x), x[2])),
    function(x) sum(replicate(3, x[2])^2)
  )
  for (f in functions) expect_counted(f)
})

test_that("plain vectors, matrices, lists and data frames take a tensor as a subscript", {
  v <- c(a = 5, b = 6.5, c = 7)
  m <- matrix(1:12 / 3, 3, dimnames = list(letters[1:3], NULL))
  d <- data.frame(a = c(1, 3, 9), b = 4:6)
  l <- list(1, list(r = 2:3), 4)
  k <- function(x) ceiling(x[1])
  functions <- list(
    function(x) v[k(x)] * x[2], function(x) v[[k(x)]] * x[2], function(x) v[x[1]] * x[2],
    function(x) sum(v[-k(x)]) * x[2],
    function(x) sum(v[c(x, 0) > 1.5]) * x[2], function(x) v[1 + (k(x) %% 3)] * x[2],
    function(x) sum(letters[1:3] == letters[k(x)]) * x[2], function(x) m[k(x), , drop = FALSE][2] * x[2],
    function(x) m[, k(x)][["c"]] * x[2], function(x) m["b", k(x)] * x[2],
    function(x) m[cbind(k(x), 2)] * x[2], function(x) l[[2]][["r"]][[x[1]]] * x[2],
    function(x) l[[k(x) * 0 + 3]] * x[2],
    function(x) d[k(x), "b"] * x[2], function(x) d$a[x[1]] * x[2] + nrow(d[k(x), ]),
    function(x) sum(d[d$a > 2, "a"]) * x[2],
    function(x) { u <- 1:4; u[k(x)] <- 9; sum(u * x[2]) },
    function(x) { u <- list(1, 2, 3); u[[k(x)]] <- x[2]; u[[3]] * u[[2]] },
    function(x) { u <- 1:4 + 0; u[k(x)] <- x[2]; sum(u * 1:4) }
  )
  for (f in functions) expect_counted(f)
})

test_that("what plain subscripts mean stays as it is in a copy", {
  plain <- function(m, l, d, none) {
    f <- function(x, ...) x[...]
    n <- 2
    list(m[1, ], m[, 1, drop = FALSE], m[m > 2], m[], m["a", 2], f(m, 1, ), f(m, , 2), l$a, l["a"], l[["b"]][[1]],
         d[n, ], d[["y"]], d[d$x > 1, "y"],
         subset(d, x > n - 1), none[1], m[cbind(1, 2)], (1:3)[-1], c(a = 1)["a"], "x"[1], seq(2, 8, 3), 3:1, seq_len(0),
         head(m, 1), tail(l, 1),
         vector("list", 2), matrix(1:4, 2), diag(2), numeric(3), replicate(2, n), with(d, x[y > 3]), quote(a[b])[[1]],
         NULL[[1]])
  }
  m <- matrix(1:4, 2, dimnames = list(c("a", "b"), NULL))
  given <- list(m, list(a = 1, b = list(2, 3)), data.frame(x = 1:3, y = 3:5), NULL)
  expect_identical(do.call(tensor_function(plain), given), do.call(plain, given))
  expect_error(tensor_function(function(x) x[[5]])(1:3), "subscript out of bounds")
})
