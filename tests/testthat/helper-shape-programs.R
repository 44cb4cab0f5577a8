# Random programs whose sizes coincide: loops with as many steps as a row has elements, square matrices, stacks of
# matrices, vectors of one element. Plain R code, and torch's functions, for which fuzz_reference has the meaning on
# numbers.
#
# A program is a function of a vector x, written from templates that know the shape of each value. Holes: {s} a number,
# {v} a vector, {m} a matrix; {x}, {y}, {z} the same, kept small; {a} a constant; {i} a position; {q} a number that may
# use the counter q. A shape may follow, {v:k} or {m:r,k}, in letters: n is the length that is asked for, r and c rows
# and columns; k and l are drawn once for the template; N, K and X are sizes of the program. {n} is that size itself.
# <S>, <V> and <M> are variables, <I> a position in <V>, <R> and <C> in <M>, <T> a counter.

shape_sizes <- c(1, 2, 3, 4, 8, 15, 16, 16, 16, 17, 17, 17, 18, 32)
shape_most_steps <- 200

shape_numbers <- list(
  any = c(
    "sin({s})", "tanh({s})", "exp(-({s})^2)", "sqrt(1 + ({s})^2)", "abs({s})", "log1p(({s})^2)", "(-{s})",
    "plogis({s})", "({s} + {s})", "({s} - {s})", "({s}) * ({s})", "({s}) / (1 + ({s})^2)", "max({s}, {s})",
    "pmin({s}, {s})", "ifelse({s} > {s}, {s}, {s})", "({s} > {s}) * ({s})", "({s}) %% 1.3", "({s}) %/% 0.7 * {s}",
    "sum({v:k})", "mean({v:k})", "sum({v:k} * {v:k})", "max({v:k})", "min({v:k})", "drop(crossprod({v:k}, {v:k}))",
    "drop(({v:k}) %*% ({v:k}))", "log(sum(exp({v:k})))", "prod(tanh({v:k}) + 0.5)", "sum({m:k,l})", "mean({m:k,l})",
    "max({m:k,l})", "sum(diag({m:k,k}))", "({m:k,l})[{i:k}, {i:l}]", "({v:k})[{i:k}]", "sum({v:k} * ({v:k} > {a}))",
    "Reduce(function(u, w) tanh(u - w * 0.5), as.list({v:k}))", "f1({s}, {i:N})", "f2({v:N})", "norm({m:k,l}, 'F')",
    "rev(cumsum({v:k}))[1]", "length(g) * ({s})", "{ z <- {v:k}; sum(z[z > {a}]) }", "sum(({v:k})[{v:k} > 9])",
    "{ z <- {v:k}; prod(z[z > 9]) * ({s}) }", "sum(numeric(0), {s})", "sum({v:k} == {v:k}) * ({s})"),
  torch = c("torch_logsumexp({v:k}, 1)", "torch_dot({v:k}, {v:k})", "sd({v:k})"),
  few = "sum(vapply(seq_len({k}), function(q) {q:k}, 0))",
  small = "det(tanh({m:k,k}) + diag(2, {k}))",
  leaf = c("<S>", "<S>", "<S>", "<S>", "y[{i:N}]", "yi[{i:N}]", "yl[{i:N}]", "D[{i:N}, {i:K}]", "{a}",
           "Q[{i:K}, {i:K}]", "x[{i:X}]", "<V>[<I>]", "<V>[<I>]", "<M>[<R>, <C>]", "<M>[<R>, <C>]",
           "L[[{i:N}]][{i:K}]"),
  counted = "<T> / {N}", stacked = c("S[{i:N}, {i:K}, {i:K}]", "R[{i:K}, {i:N}, {i:K}]"))

shape_vectors <- list(
  any = c(
    "sin({v})", "tanh({v})", "exp(-({v})^2)", "(-{v})", "({v} + {v})", "({v}) * ({v})", "({v} - {s})",
    "({s}) * ({v})", "({v}) / (1 + ({v})^2)", "({s}) / (1 + ({v})^2)", "ifelse({v} > {s}, {v}, {v})",
    "pmax({v}, {s})", "pmin({v}, {v})", "({v} > {s}) * ({v})", "abs({v})", "({v}) %% 1.3", "rev({v})", "cumsum({v})",
    "sort({v})", "cumprod(tanh({v}))", "{ z <- {v}; z[order(z)] }", "diff(c({v}, {s}))", "drop(({m:n,k}) %*% ({v:k}))",
    "drop(({v:k}) %*% ({m:k,n}))", "drop(crossprod({m:k,n}, {v:k}))", "rowSums({m:n,k})", "colSums({m:k,n})",
    "colMeans({m:k,n})", "diag({m:n,n})", "apply({m:n,k}, 1, max)", "apply({m:k,n}, 2, function(z) sum(z * z[1]))",
    "({m:k,n})[{i:k}, ]", "({m:n,k})[, {i:k}]", "rep({s}, {n})", "torch_sum({m:n,k}, 2)", "torch_mean({m:k,n}, 1)",
    "torch_amax({m:n,k}, 2)", "f3({v}, {s})", "{ z <- {v}; z[{i}] <- {s}; z }", "{ z <- {v}; z[z > {a}] <- {s}; z }"),
  torch = c("c({s}, ({v})[-{n}])", "c(({v})[-1], {s})", "torch_flip({v}, 1)", "torch_cumsum({v}, 1)",
            "nnf_softmax({v}, 1)", "torch_narrow(c({s}, {v}), 1, 2, {n})"),
  few = c("sapply(seq_len({n}), function(q) {q:n})", "unlist(lapply(seq_len({n}), function(q) {q:n}))",
          "mapply(function(u, w) u * w - 0.5 * u, {v}, {v})"),
  small = "solve(tanh({m:n,n}) + diag({n} + 2, {n}), {v})",
  leaf = c("<V>", "<V>", "<V>", "rep(<S>, {n})"),
  of_N = c("y", "yi", "yl", "v1[at]", "v2[dup]", "v1[down]", "r1[, {i:K}]", "D[, {i:K}]", "c1[{i:K}, ]"),
  of_K = c("r1[{i:N}, ]", "D[{i:N}, ]", "c1[, {i:N}]", "L[[{i:N}]]", "L[[{i:N}]]"),
  square = c("m2[{i:N}, ]", "m2[, {i:N}]", "diag(m2)"), stacked = "S[{i:N}, {i:K}, ]",
  parameters = c("x[1:{n}]", "x[{n}:1]", "x[({X} - {n} + 1):{X}]"))

shape_matrices <- list(
  any = c(
    "tanh({m})", "sin({m})", "({m} + {m})", "({m}) * ({m})", "({m}) * ({s})", "({m}) / (1 + ({m})^2)", "({m} - {v:r})",
    "ifelse({m} > {s}, {m}, {m})", "pmax({m}, {a})", "t({m:c,r})",
    "(({m:r,k}) %*% ({m:k,c}))", "(({m:r,k}) %*% ({m:k,c}))",
    "crossprod({m:k,r}, {m:k,c})", "tcrossprod({m:r,k}, {m:c,k})", "outer({v:r}, {v:c})",
    "outer({v:r}, {v:c}, function(u, w) tanh(u - w))", "matrix({v:r}, {r}, {c})",
    "matrix({v:c}, {r}, {c}, byrow = TRUE)", "sweep({m}, 2, {v:c})", "({m}) * lower.tri({m})",
    "torch_matmul({m:r,k}, {m:k,c})", "torch_transpose({m:c,r}, 1, 2)", "{ z <- {m}; z[{i:r}, ] <- {v:c}; z }"),
  large = c("rbind(({m})[-1, , drop = FALSE], {v:c})", "apply({m}, 2, function(z) tanh(z) * z[1])"),
  narrow = c("cbind({v:r}, {v:r})", "sapply(1:2, function(q) {v:r} * q)", "t(torch_stack(list({v:r}, {v:r}), 1))"),
  square = c("diag({s}, {r})", "diag({v:r}, {r})"),
  small = c("solve(tanh({m}) + diag({r} + 2, {r}))", "chol(crossprod(tanh({m})) + diag(1, {r}))"),
  leaf = c("<M>", "<M>", "<M>", "matrix(x[seq_len({r} * {c}) %% {X} + 1], {r}, {c})"),
  of_data = c("D", "r1[at, , drop = FALSE]", "r1[dup, , drop = FALSE]"),
  stacked = c("S[{i:N}, , ]", "S[{i:N}, , ]", "torch_matmul(S, {m})[{i:N}, , ]", "torch_matmul(S, S)[{i:N}, , ]",
              "torch_permute(R, c(2, 1, 3))[{i:N}, , ]"))

shape_sums <- c(
  "<S> <- <S> + {s}", "<S> <- <S> + {s}", "<S> <- <S> - {s}", "<S> <- {s} + <S>", "<S> <- <S> - {s} + {s}",
  "<S> <- <S> * (1 + 0.1 * tanh({s}))", "<S> <- max(<S>, {s})", "<S> <- pmin(<S>, {s})", "<S> <- 0.5 * <S> + {s}",
  "<S> <- log(exp(tanh(<S>)) + exp(tanh({s})))", "s3 <- s3 + sum(<M>[<R>, ] * {v:c})", "s3 <- s3 + sum(<M>[, <C>])")

shape_statements <- list(
  any = c(
    shape_sums, "<S> <- {x}", "<S> <- {x}", "<V> <- {y}", "<M> <- {z}", "<V>[<I>] <- {x}", "<V>[<I>] <- {x}",
    "<V>[<I>] <- <V>[<I>] + {s}", "<M>[<R>, <C>] <- {x}", "<M>[<R>, <C>] <- <M>[<R>, <C>] + {s}",
    "<M>[<R>, ] <- {y:c}", "<M>[<R>, ] <- <M>[<R>, ] + {v:c}", "<M>[<R>, ] <- {s}", "<M>[, <C>] <- {y:r}",
    "<M>[, <C>] <- <M>[, <C>] - {v:r}", "L[[{i:N}]] <- {y:K}", "L[[{i:N}]][{i:K}] <- {x}", "<V>[<V> > {a}] <- {x}",
    "{ t1 <- {x}; s1 <- {x}; s2 <- tanh(t1 - s3) }", "if ({s} > {a}) <S> <- <S> + {s} else <S> <- {x}",
    "if (any({v:k} > {a})) <S> <- <S> + {s} else <V>[<I>] <- {x}", "names(<V>) <- paste0('n', seq_along(<V>))",
    "<V> <- <V> + {s} * ({v})", "m1 <- tanh(m1 %*% ({m:K,K})) + diag(0.1, {K})", "m1 <- (m1 + ({m:K,K}) %*% m1) / 2",
    "<V>[-1] <- ({y})[-1]", "<V> <- tanh(drop(({m:n,n}) %*% <V>) + {v})"),
  counted = c("if (<T> %% 2 == 0) <S> <- <S> + {s}", "if (<T> > 2) <V>[<I>] <- {x}"),
  few = c("g <- c(g, {x})", "g <- c({x}, g)", "g[length(g) + 1] <- {x}", "G <- rbind(G, {y:K})",
          "{ z <- {s}; n <- 0; while (abs(z) > 0.3 && n < 4) { z <- z / 2; n <- n + 1 }; s2 <- s2 + z * n }"),
  square = c("diag(<M>) <- {s}", "diag(<M>) <- {v:r}"),
  stacked = c(
    "S[{i:N}, , ] <- {z:K,K}", "S[{i:N}, {i:K}, ] <- {y:K}", "S <- tanh(torch_matmul(S, S))", "S <- S * tanh({s})",
    "S <- torch_matmul(S, {z:K,K})", "R <- torch_permute(S, c(2, 1, 3))", "R[{i:K}, , ] <- {z:N,K}",
    "s1 <- s1 + sum(S[{i:N}, , ] %*% S[{i:N}, , ])", "m1 <- tanh(m1 %*% S[{i:N}, , ])",
    "S <- tanh(torch_bmm(S, torch_transpose(S, 2, 3)))"))

shape_prelude <- c(
  "s1 <- x[1]; s2 <- tanh(x[length(x)]); s3 <- 0",
  "v1 <- x[(seq_len({N}) - 1) %% {X} + 1]; v2 <- sin(v1 * 2)",
  "k1 <- x[(seq_len({K}) - 1) %% {X} + 1] * 0.7; k2 <- cos(k1)",
  "r1 <- matrix(x[(seq_len({N} * {K}) * 3) %% {X} + 1], {N}, {K}); c1 <- t(r1) * 0.5; m1 <- crossprod(r1) / {N}",
  "L <- lapply(seq_len({N}), function(q) k1 * q / {N})",
  "g <- c(); G <- NULL",
  "f1 <- function(z, q) { w <- z * y[q]; if (q == 2) w + s1 else w }",
  "f2 <- function(z) { t1 <- 0; for (e in seq_along(z)) t1 <- t1 + z[e] * e; t1 / length(z) }",
  "f3 <- function(z, u) { z[1] <- u; z * 0.5 }")
shape_square_prelude <- c("m2 <- outer(v1, v1) * 0.1", "m2 <- diag(v1, {N})", "m2 <- matrix(0, {N}, {N})")
shape_zero_prelude <- c("v2 <- numeric({N})", "k2 <- numeric({K})", "r1 <- matrix(0, {N}, {K})", "m1 <- diag(0.5, {K})")
shape_stack_prelude <-
  "S <- array(x[(seq_len({N} * {K} * {K}) * 5) %% {X} + 1], c({N}, {K}, {K})); R <- torch_permute(S, c(2, 1, 3))"

# ---- filling templates ---------------------------------------------------------------------------------------------

shape_pick <- function(x) x[[sample.int(length(x), 1)]]
shape_chance <- function(p) stats::runif(1) < p
shape_key <- function(...) paste(c(...), collapse = "x")

# What the text of a program may use: sizes, variables by shape, and counters with the largest value of each; `steps`:
# of all loops around.
shape_scope <- function() {
  N <- shape_pick(shape_sizes)
  K <- shape_pick(c(1, 2, 2, 3, 3, 4, N, N))
  if (K > 17) K <- 3
  s <- list(N = N, K = K, X = shape_pick(c(N, N, K, 2 * N, N * K, N + 1)), num = c("s1", "s2", "s3"), vec = list(),
            mat = list(), counters = list(), steps = 1, is_stacked = K > 1 && N * K * K <= 600, is_square = N <= 18)
  for (v in list(c(N, "v1", "v2"), c(K, "k1", "k2"))) s$vec[[v[1]]] <- c(s$vec[[v[1]]], v[-1])
  matrices <- list(list(N, K, "r1"), list(K, N, "c1"), list(K, K, "m1"), if (s$is_square) list(N, N, "m2"))
  for (m in Filter(length, matrices)) {
    key <- shape_key(m[[1]], m[[2]])
    s$mat[[key]] <- c(s$mat[[key]], m[[3]])
  }
  s
}

shape_inside <- function(s, counter, most) {
  s$counters[[counter]] <- most
  s$steps <- s$steps * most
  s
}

shape_constant <- function() {
  if (shape_chance(0.02)) shape_pick(c("1e-300", "-0", "0L", "2L", "TRUE"))
  else format(round(stats::runif(1, -1.5, 1.5), 2))
}

# An expression that is in 1:n at every step.
shape_index <- function(n, s) {
  if (n == 1) return(shape_pick(c("1", "1L", "one")))
  if (!length(s$counters) || shape_chance(0.1)) return(as.character(sample.int(n, 1)))
  k <- shape_pick(names(s$counters))
  other <- shape_pick(names(s$counters))
  most <- s$counters[[k]]
  anyhow <- c(sprintf("(%s - 1) %%%% %d + 1", k, n), sprintf("(%s * %s) %%%% %d + 1", k, other, n),
              sprintf("min(%s, %d)", k, n))
  if (most > n || shape_chance(0.25)) return(shape_pick(anyhow))
  shape_pick(c(
    k, k, k, k, sprintf("%d - %s", n + 1, k), sprintf("max(%s - 1, 1)", k), sprintf("min(%s + 1, %d)", k, n),
    sprintf("(%s + %s) %%%% %d + 1", k, other, n), sprintf("(%s + 1) %%/%% 2", k),
    if (n == s$N) sprintf("%s[%s]", c("at", "dup", "down"), k),
    if (n >= 2 * most) c(sprintf("2 * %s", k), sprintf("2 * %s - 1", k))))
}

# Fills the holes of a template. `size`: the sizes that its letters stand for.
shape_fill <- function(template, s, depth, size) {
  both <- c(s$N, s$K)
  size <- c(size, list(k = shape_pick(both), l = shape_pick(both), N = s$N, K = s$K, X = s$X))
  if (is.null(size$n)) size$n <- size$k
  if (is.null(size$r)) {
    rc <- as.integer(strsplit(shape_pick(names(s$mat)), "x")[[1]])
    size$r <- rc[1]
    size$c <- rc[2]
  }
  own <- function(names, otherwise) if (length(names)) shape_pick(names) else otherwise
  named <- list(S = shape_pick(s$num), T = own(names(s$counters), "1"), I = shape_index(size$n, s),
                V = own(s$vec[[as.character(size$n)]], sprintf("rep(s1, %d)", size$n)),
                R = shape_index(size$r, s), C = shape_index(size$c, s),
                M = own(s$mat[[shape_key(size$r, size$c)]], sprintf("matrix(s2, %d, %d)", size$r, size$c)))
  for (name in names(named)) template <- gsub(sprintf("<%s>", name), named[[name]], template, fixed = TRUE)
  fill <- function(hole) {
    parts <- strsplit(hole, "[:,]")[[1]]
    shape <- if (length(parts) > 1) unlist(size[parts[-1]])
    n <- if (length(shape)) shape[[1]] else size$n
    rc <- if (length(shape)) shape else c(size$r, size$c)
    small <- function(text) sprintf(shape_pick(c("tanh(%s)", "sin(%s)", "0.3 * tanh(%s)", "(%s) / 7")), text)
    switch(parts[1],
      s = shape_number(s, depth - 1), v = shape_vector(n, s, depth - 1), m = shape_matrix(rc[1], rc[2], s, depth - 1),
      x = small(shape_number(s, depth - 1)), y = small(shape_vector(n, s, depth - 1)),
      z = small(shape_matrix(rc[1], rc[2], s, depth - 1)), a = shape_constant(), i = shape_index(n, s),
      q = shape_number(shape_inside(s, "q", n), depth - 1), as.character(size[[parts[1]]]))
  }
  repeat {
    at <- regexpr("\\{[A-Za-z](:[A-Za-z](,[A-Za-z])?)?\\}", template)
    if (at < 0) return(template)
    end <- at + attr(at, "match.length")
    text <- fill(substr(template, at + 1, end - 2))
    if (grepl("^-", text)) text <- paste0("(", text, ")")
    template <- paste0(substr(template, 1, at - 1), text, substr(template, end, nchar(template)))
  }
}

shape_number <- function(s, depth = sample(0:2, 1)) {
  from <- shape_numbers
  k <- shape_pick(c(s$N, s$K))
  pool <- if (depth <= 0) c(from$leaf, if (length(s$counters)) from$counted, if (s$is_stacked) from$stacked)
          else c(from$any, if (k > 1) from$torch, if (k <= 4 || s$steps == 1) from$few, if (k <= 4) from$small)
  shape_fill(shape_pick(pool), s, depth, list(k = k))
}

shape_vector <- function(n, s, depth = sample(0:2, 1)) {
  from <- shape_vectors
  pool <- if (depth <= 0) {
    c(from$leaf, if (n == s$N) c(from$of_N, if (s$is_square) from$square), if (n == s$K) from$of_K,
      if (n == s$K && s$is_stacked) from$stacked, if (n <= s$X) from$parameters)
  } else {
    c(from$any, if (n > 1) from$torch, if (n <= 4 || s$steps == 1) from$few, if (n <= 4) from$small)
  }
  shape_fill(shape_pick(pool), s, depth, list(n = n))
}

shape_matrix <- function(r, c, s, depth = sample(0:2, 1)) {
  from <- shape_matrices
  is_K <- r == s$K && c == s$K
  pool <- if (r * c > 350) "<M>"
          else if (depth <= 0) {
            c(from$leaf, if (r == s$N && c == s$K) from$of_data, if (is_K) "Q",
              if (is_K && s$is_stacked) from$stacked[1:2])
          } else {
            c(from$any, if (r > 1 && c > 1) from$large, if (c == 2 && r > 1) from$narrow, if (r == c) from$square,
              if (r == c && r <= 4) from$small, if (is_K && s$is_stacked) from$stacked)
          }
  shape_fill(shape_pick(pool), s, depth, list(r = r, c = c))
}

shape_statement <- function(s, level = 1) {
  if (level <= 3 && shape_chance(0.25 / level)) return(shape_loop(s, level))
  from <- shape_statements
  n <- shape_pick(c(s$N, s$K))
  rc <- as.integer(strsplit(shape_pick(names(s$mat)), "x")[[1]])
  pool <- c(from$any, if (length(s$counters)) from$counted, if (s$steps <= 40) from$few,
            if (rc[1] == rc[2] && rc[1] > 1) from$square, if (s$is_stacked) from$stacked)
  shape_fill(shape_pick(pool), s, sample(1:3, 1), list(n = n, r = rc[1], c = rc[2]))
}

shape_loop <- function(s, level) {
  counter <- setdiff(c("i", "j", "k"), names(s$counters))[1]
  most <- shape_pick(c(s$N, s$N, s$N, s$K))
  if (s$steps * most > shape_most_steps) most <- min(s$K, 3)
  around <- names(Filter(function(other) other <= most, s$counters))
  range <- shape_pick(c(
    sprintf(c("1:%d", "1:%d", "seq_len(%d)", "%d:1", "seq(1, %d, by = 2)", "seq_len(%d)[-1]", "rev(1:%d)"), most),
    if (most == s$N) c("at", "dup"),
    if (length(around)) {
      other <- shape_pick(around)
      c(sprintf(c("seq_len(%s)", "seq_len(%s - 1)"), other), sprintf("%s:%d", other, most))
    }))
  inside <- shape_inside(s, counter, most)
  body <- unlist(replicate(sample(if (level == 1) 5 else 3, 1), shape_statement(inside, level + 1), simplify = FALSE))
  if (shape_chance(0.08)) {
    return(c(sprintf("%s <- 0", counter), sprintf("while (%s < %d) {", counter, most),
             sprintf("%s <- %s + 1", counter, counter), body, "}"))
  }
  c(sprintf("for (%s in %s) {", counter, range), body, "}")
}

# A list of the function's code, the data that it uses, and a point.
shape_program <- function() {
  s <- shape_scope()
  some <- function(templates) templates[stats::runif(length(templates)) < 0.3]
  prelude <- c(shape_prelude, if (s$is_square) shape_pick(shape_square_prelude),
               if (s$is_stacked) shape_stack_prelude, some(shape_zero_prelude))
  prelude <- vapply(prelude, shape_fill, "", s, 0, list(), USE.NAMES = FALSE)
  body <- unlist(replicate(sample(3, 1), c(if (shape_chance(0.6)) shape_statement(s), shape_loop(s, 1)),
                           simplify = FALSE))
  vectors <- c("v1", "v2", "k1", "k2")
  matrices <- c("r1", "c1", "m1", if (s$is_square) "m2", if (s$is_stacked) c("S", "R"))
  sums <- c("s1", "s2", "s3", sprintf("sum(%s * cos(seq_along(%s)))", vectors, vectors),
            sprintf("sum(sin(%s)) * 0.3", matrices), "sum(unlist(L)) * 0.1",
            "(if (length(g)) sum(g * seq_along(g)) * 0.1 else 0)", "(if (is.null(G)) 0 else sum(G^2))")
  sums <- sample(sums, sample(2:length(sums), 1))
  result <- if (shape_chance(0.75)) paste(sums, collapse = " + ")
            else shape_pick(c(sprintf("c(%s)", toString(sums)), "v1 * s1", "tanh(r1[, 1]) + s2", "drop(r1 %*% k1)",
                              "c(as.vector(c1), s1)", "L[[1]] + k2"))
  N <- s$N
  K <- s$K
  data <- list(
    y = round(stats::rnorm(N), 1), yi = sample(-2:3, N, TRUE), yl = stats::runif(N) < 0.5, at = sample(N),
    dup = sample(N, N, TRUE), down = rev(seq_len(N)), one = 1L, D = matrix(round(stats::rnorm(N * K), 1), N, K),
    Q = matrix(round(stats::rnorm(K * K), 1), K, K))
  if (shape_chance(0.15)) data$y[sample.int(N, 1)] <- shape_pick(c(Inf, -Inf, NaN, -0))
  text <- c("function(x) {", prelude, body, result, "}")
  list(code = parse(text = text, keep.source = FALSE)[[1]], data = data, x = round(stats::rnorm(s$X), 2) + 1e-3, N = N,
       K = K)
}

# ---- all ways to run it --------------------------------------------------------------------------------------------

shape_ways <- c("straight", "saved", "differences", "second", "hessian", "many", "eager", "jit", "float", "nested")

shape_points <- function(x) {
  spread <- stats::rnorm(length(x))
  list(x, x + 1e-3 * spread, stats::rnorm(length(x)), x * 0.5 + 0.1, 3 * spread)
}

shape_tape <- function(f, x, vectorise = TRUE) {
  old <- options(gradtape.vectorise = vectorise, gradtape.check = FALSE)
  on.exit(options(old))
  fuzz_outcome(tape(f, x))
}

shape_size <- function(v) if (is_fuzz_error(v)) 1 else 1e-3 + max(0, abs(v[is.finite(v)]))
shape_ok <- function(v) !is_fuzz_error(v) && all(is.finite(v))
shape_along <- function(x) rep_len(c(0.7, -1.1, 0.4, 1.3, -0.2), length(x))

# The first difference ends the comparison.
shape_same <- function(what, got, wanted, tolerance, scale = shape_size(wanted)) {
  different <- fuzz_compare(what, got, wanted, tolerance, scale)
  if (!is.null(different)) stop(structure(list(message = different, call = NULL),
                                          class = c("shape_difference", "error", "condition")))
}
shape_near_slope <- function(what, got, wanted, tolerance) {
  good <- !is.na(wanted) & is.finite(got)
  if (is.null(wanted) || length(wanted) != length(got) || !any(good)) return()
  shape_same(what, got[good], wanted[good], tolerance, 1e-2 + shape_size(wanted[good]) + shape_size(got))
}

# Where a last digit of x moves the value, or the gradient, by many, there is nothing to compare.
shape_is_chaotic <- function(plain, tp, x, value) {
  near <- x * (1 + 1e-13 * rep_len(c(1, -1, 2), length(x)))
  moved <- fuzz_outcome(as.vector(plain(near)))
  if (is_fuzz_error(moved) || length(moved) != length(value) || any(is.na(moved) != is.na(value))) return(TRUE)
  good <- is.finite(value) & is.finite(moved)
  if (any(abs(moved - value)[good] > 3e-11 * shape_size(value))) return(TRUE)
  if (length(value) != 1 || !shape_ok(value)) return(FALSE)
  slopes <- lapply(list(x, near), function(x) fuzz_outcome(c(tp$gr(x))))
  shape_ok(slopes[[1]]) && shape_ok(slopes[[2]]) &&
    max(abs(slopes[[1]] - slopes[[2]])) > 3e-10 * shape_size(slopes[[1]])
}

# A tape at a point, beside R (`value`), a tape without vectors, one that was saved, and differences.
shape_check_tape <- function(tapes, plain, value, x, k, ways) {
  tp <- tapes$tape
  at <- function(what) sprintf("%s at point %d", what, k)
  now <- fuzz_outcome(tp$fn(x))
  shape_same(at("tape value | R"), now, value, 1e-9)
  shape_same(at("straight tape value | R"), fuzz_outcome(tapes$straight$fn(x)), value, 1e-9)
  shape_same(at("saved tape value | tape"), fuzz_outcome(tapes$saved$fn(x)), now, 0)
  if (!shape_ok(now)) return()
  derivative <- function(tp) fuzz_outcome(if (length(value) == 1) tp$gr(x) else tp$jacobian(x))
  slope <- derivative(tp)
  shape_same(at("tape derivative | straight"), slope, derivative(tapes$straight), 1e-8)
  shape_same(at("saved tape derivative | tape"), derivative(tapes$saved), slope, 0)
  if (!shape_ok(slope)) return()
  along <- shape_along(x)
  if ("differences" %in% ways && k <= 3) {
    line <- fuzz_slope(function(x) as.vector(plain(x)), x, along)
    shape_near_slope(at("derivative | differences"), drop(rbind(slope) %*% along), line, 1e-4)
  }
  if (length(value) == 1) return(if ("second" %in% ways) shape_check_second(tapes, x, k, at, ways))
  if ("hessian" %in% ways) {
    shape_same(at("sparse jacobian | dense"), fuzz_outcome(as.matrix(tp$jacobian(x, sparse = TRUE))), slope, 1e-9)
  }
}

shape_check_second <- function(tapes, x, k, at, ways) {
  tp <- tapes$tape
  along <- shape_along(x)
  product <- fuzz_outcome(tp$hvp(x, along))
  shape_same(at("tape hvp | straight"), product, fuzz_outcome(tapes$straight$hvp(x, along)), 1e-7)
  if (!shape_ok(product)) return()
  if ("differences" %in% ways && k == 1) {
    shape_near_slope(at("hvp | differences"), product, fuzz_slope(function(x) tp$gr(x), x, along), 1e-3)
  }
  if (!"hessian" %in% ways || k > 2 || length(x) > 40) return()
  he <- fuzz_outcome(tp$he(x))
  if (is_fuzz_error(he)) stop("hessian: ", he$message)
  sparse <- function(tp) fuzz_outcome(as.matrix(tp$he(x, sparse = TRUE)))
  shape_same(at("hessian | its products"), drop(he %*% along), product, 1e-7, shape_size(he) * length(x))
  shape_same(at("sparse hessian | dense"), sparse(tp), he, 1e-9)
  if (k == 1) shape_same(at("straight sparse hessian | dense"), sparse(tapes$straight), he, 1e-7)
}

shape_check_many <- function(tp, points, is_number) {
  X <- do.call(rbind, points)
  for (what in c("fn", if (is_number) "gr")) {
    alone <- lapply(points, function(x) fuzz_outcome(tp[[what]](x)))
    if (any(vapply(alone, is_fuzz_error, NA))) next
    got <- fuzz_outcome(if (what == "fn") tp$fn_many(X) else tp$gr_many(X))
    if (is_fuzz_error(got)) stop("many: ", got$message)
    for (k in seq_along(points)) {
      shape_same(sprintf("%s of many points | one at point %d", what, k),
                 if (is.null(dim(got))) got[k] else unname(got[k, ]), alone[[k]], 1e-11)
    }
  }
}

# Value, gradient, and product of the Hessian with shape_along(x) where `second`, of a function of tensors.
shape_on_tensors <- function(f, x, dtype = torch_double(), second = FALSE) {
  t <- torch_tensor(x, dtype = dtype, requires_grad = TRUE)
  y <- f(t)
  none <- 0 * x
  if (!is_torch_tensor(y)) return(list(as.vector(y), none, none))
  weights <- torch_tensor(cos(seq_along(y)), dtype = dtype)
  total <- if (length(y) == 1) sum(y) else sum(y * weights$reshape(y$shape))
  if (!total$requires_grad) return(list(as.vector(as_array(y)), none, none))
  g <- autograd_grad(total, t, create_graph = second)[[1]]
  h <- if (second && g$requires_grad) autograd_grad(sum(g * shape_along(x)), t, allow_unused = TRUE)[[1]]
  list(as.vector(as_array(y)), as.vector(as_array(g)), if (is.null(h)) none else as.vector(as_array(h)))
}

# Tensors beside R and the tape, and jit() beside tensors, in double and float.
shape_check_tensors <- function(f, j, tp, value, x, k, ways) {
  is_number <- length(value) == 1
  at <- function(what) sprintf("%s at point %d", what, k)
  got <- function(name, result) if (is_fuzz_error(result)) stop(name, ": ", result$message) else result
  eager <- got("eager", fuzz_outcome(shape_on_tensors(f, x, second = is_number)))
  shape_same(at("eager value | R"), eager[[1]], value, 1e-9)
  if (!shape_ok(value)) return()
  slope <- if (is_number) tp$gr(x) else drop(cos(seq_along(value)) %*% tp$jacobian(x))
  shape_same(at("eager gradient | tape"), eager[[2]], slope, 1e-8)
  if (is_number && shape_ok(slope)) shape_same(at("eager hvp | tape"), eager[[3]], tp$hvp(x, shape_along(x)), 1e-7)
  for (second in if ("jit" %in% ways) c(FALSE, is_number)) {
    played <- got("jit", fuzz_outcome(shape_on_tensors(j, x, second = second)))
    shape_same(at("jit value | eager"), played[[1]], eager[[1]], 1e-9)
    shape_same(at("jit gradient | eager"), played[[2]], eager[[2]], 1e-8)
    if (second) shape_same(at("jit hvp | eager"), played[[3]], eager[[3]], 1e-7)
  }
  if (!"float" %in% ways) return()
  floats <- fuzz_outcome(shape_on_tensors(f, x, torch_float()))
  played <- fuzz_outcome(shape_on_tensors(j, x, torch_float()))
  if (is_fuzz_error(floats) != is_fuzz_error(played)) stop("float: ", floats$message, played$message)
  if (is_fuzz_error(floats)) return()
  shape_same(at("float jit value | eager"), played[[1]], floats[[1]], 1e-6)
  shape_same(at("float jit gradient | eager"), played[[2]], floats[[2]], 1e-5)
}

# A tape of a function that asks for derivatives, and of one by jit().
shape_check_nested <- function(f, j, tp, points) {
  x <- points[[1]]
  along <- shape_along(x)
  if (!shape_ok(fuzz_outcome(tp$gr(x)))) return()
  nested <- shape_tape(function(x) {
    y <- f(x * 1)
    if (!is_torch_tensor(y) || !y$requires_grad) return(0.5 * j(x) + 0 * x[1])
    sum(autograd_grad(y, x, create_graph = TRUE)[[1]] * along) + 0.5 * j(x)
  }, x)
  if (is_fuzz_error(nested)) stop("nested: ", nested$message)
  for (k in seq_along(points)) {
    wanted <- fuzz_outcome(tp$hvp(points[[k]], along) + 0.5 * tp$gr(points[[k]]))
    if (!shape_ok(wanted)) next
    shape_same(sprintf("gradient in it, of a tape, at point %d", k), fuzz_outcome(nested$gr(points[[k]])), wanted, 1e-7)
  }
}

# The same digits, compiled or by two threads.
shape_check_digits <- function(tp, points, is_number, ways) {
  numbers <- function(x) {
    fuzz_outcome(if (is_number) c(tp$fn(x), tp$gr(x), tp$hvp(x, shape_along(x))) else c(tp$fn(x), tp$jacobian(x)))
  }
  was <- lapply(points, numbers)
  if ("compiled" %in% ways) tape_compile(tp)
  if ("threads" %in% ways) {
    old <- torch_get_num_threads()
    on.exit(torch_set_num_threads(old))
    torch_set_num_threads(2)
  }
  for (k in seq_along(points)) {
    shape_same(sprintf("compiled or threads | interpreted at point %d", k), numbers(points[[k]]), was[[k]], 0)
  }
}

# NULL, or the first difference between R, tensors, and what a tape and its passes make of the function.
shape_check <- function(code, data, x, points = shape_points(x), ways = shape_ways) {
  tryCatch({
    shape_check_all(code, data, x, points, ways)
    NULL
  }, error = function(e) conditionMessage(e))
}

shape_check_all <- function(code, data, x, points, ways) {
  plain <- eval(code, list2env(data, parent = fuzz_reference))
  f <- eval(code, list2env(data, parent = globalenv()))
  values <- lapply(points, function(x) fuzz_outcome(as.vector(plain(x))))
  first <- values[[1]]
  if (is_fuzz_error(first) || !is.numeric(first) && !is.logical(first) || !length(first)) return()
  old <- options(gradtape.check = FALSE)
  on.exit(options(old))
  tp <- shape_tape(f, x)
  if (is_fuzz_error(tp)) return(if (!grepl("must return a tensor", tp$message)) stop("tape(): ", tp$message))
  tapes <- list(tape = tp, straight = if ("straight" %in% ways) shape_tape(f, x, FALSE) else tp,
                saved = if ("saved" %in% ways) unserialize(serialize(tp, NULL)) else tp)
  usable <- Filter(function(k) {
    !is_fuzz_error(values[[k]]) && length(values[[k]]) == length(first) &&
      !shape_is_chaotic(plain, tp, points[[k]], values[[k]])
  }, seq_along(points))
  if (!length(usable)) return()
  for (k in usable) shape_check_tape(tapes, plain, values[[k]], points[[k]], k, ways)
  is_number <- length(first) == 1
  if ("many" %in% ways) shape_check_many(tp, points[usable], is_number)
  on_tensors <- tensor_function(f)
  j <- jit(on_tensors)
  for (k in intersect(if ("eager" %in% ways) c(1, 3), usable)) {
    shape_check_tensors(on_tensors, j, tp, values[[k]], points[[k]], k, ways)
  }
  if ("nested" %in% ways && is_number && shape_ok(first)) shape_check_nested(on_tensors, j, tp, points[usable])
  if (any(c("threads", "compiled") %in% ways)) shape_check_digits(tp, points[usable], is_number, ways)
}

# ---- making it smaller ---------------------------------------------------------------------------------------------

# What may stand in place of a call, each of them shorter.
shape_parts <- function(part) {
  head <- if (is.name(part[[1]])) as.character(part[[1]]) else ""
  arguments <- Filter(function(a) !identical(a, quote(expr = )), as.list(part)[-1])
  switch(head,
    "{" = lapply(rev(seq_along(part)[-1]), function(k) as.call(as.list(part)[-k])),
    "for" = , "while" = list(part[[length(part)]]), "if" = as.list(part)[-(1:2)], "<-" = , "function" = list(),
    "(" = list(part[[2]]), c(arguments, if (length(all.names(part)) > 2) 0.5))
}

# Code with one part left out or replaced by a part of it, in all ways, larger steps first.
shape_smaller <- function(code) {
  out <- list()
  replace_at <- function(code, path, value) {
    if (!length(path)) return(value)
    code[[path[1]]] <- replace_at(code[[path[1]]], path[-1], value)
    code
  }
  visit <- function(part, path) {
    if (!is.call(part)) return()
    for (smaller in if (length(path)) shape_parts(part)) out[[length(out) + 1]] <<- replace_at(code, path, smaller)
    is_target <- as.character(part[[1]])[1] %in% c("<-", "for", "function")
    for (k in seq_along(part)[-(1:(1 + is_target))]) {
      if (!identical(part[[k]], quote(expr = ))) visit(part[[k]], c(path, k))
    }
  }
  visit(code, integer())
  size <- function(code) length(all.names(code)) + length(all.vars(code, unique = FALSE))
  out[vapply(out, size, 0) <= size(code) & !vapply(out, identical, NA, code)]
}

# The smallest code found within some seconds for which fails(code) still holds.
shape_shrink <- function(code, fails, seconds) {
  end <- Sys.time() + seconds
  still_fails <- function(q) Sys.time() < end && isTRUE(tryCatch(fails(q), error = function(e) FALSE))
  while (!is.null(better <- Find(still_fails, shape_smaller(code)))) code <- better
  code
}

# The ways that show a difference of this kind.
shape_ways_of <- function(text) {
  known <- c(straight = "straight", saved = "saved", differences = "differences", second = "hvp",
             hessian = "hessian|sparse", many = "many", eager = "eager|jit", jit = "jit", float = "float",
             nested = "nested|gradient in it", compiled = "compiled", threads = "threads")
  ways <- names(known)[vapply(known, grepl, NA, text)]
  if ("hessian" %in% ways) c(ways, "second", "straight") else ways
}

# Program number k of a seed: NULL, or how it fails, as code to paste. `seconds`: to make it smaller.
shape_run <- function(seed, k, ways = function() c("straight", sample(shape_ways, 4)), seconds = 60) {
  set.seed((seed * 1e5 + k) %% .Machine$integer.max, kind = "Mersenne-Twister", normal.kind = "Inversion",
           sample.kind = "Rejection")
  p <- shape_program()
  points <- shape_points(p$x)
  check <- function(code, ways) shape_check(code, p$data, p$x, points, ways)
  found <- check(p$code, ways())
  if (is.null(found)) return(NULL)
  kind <- function(text) if (grepl("at point", text)) sub(" at point.*", "", text) else substr(text, 1, 40)
  few <- shape_ways_of(found)
  code <- shape_shrink(p$code, function(q) identical(kind(check(q, few) %||% ""), kind(found)), seconds)
  one_line <- function(x) paste(deparse(x, width.cutoff = 500L), collapse = "")
  c(sprintf("program %d of seed %d (N = %d, K = %d): %s", k, seed, p$N, p$K, check(code, few) %||% found),
    paste(c("f <-", deparse(code, width.cutoff = 120L)), collapse = "\n"), paste("x <-", one_line(p$x)),
    paste("data <-", one_line(p$data[intersect(all.names(code), names(p$data))])))
}
