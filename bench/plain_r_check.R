# Run by plain_r.R, in a process of its own: looks at one objective function that
# plain_r_harvest.R found. Rscript plain_r_check.R <file> <file for the result>
library(gradtape)
args <- commandArgs(TRUE)
objective <- unserialize(readBin(args[1], "raw", file.size(args[1])))
for (package in setdiff(objective$attached, .packages())) {
  suppressWarnings(suppressMessages(require(package, character.only = TRUE, quietly = TRUE)))
}

result <- list(source = objective$source, where = objective$where, optimizer = objective$optimizer,
               n = length(unlist(objective$par)),
               status = "started", message = "", values = NA, worst_value = NA, gradient = NA, worst_gradient = NA,
               hessian = NA,
               worst_hessian = NA, ratio = NA, plain_us = NA, record_s = NA, memory_mb = NA, recordings = NA)
note <- function(...) {
  result <<- utils::modifyList(result, list(...))
  saveRDS(result, args[2])
}
stop_with <- function(status, message = "", ...) {
  note(status = status, message = message, ...)
  quit("no")
}
one_line <- function(e) {
  text <- conditionMessage(e)
  if (!is.null(e$parent)) text <- paste(text, "<-", conditionMessage(e$parent))
  paste0("[", if (inherits(e, "gradtape_error")) class(e)[1] else "R", "] ", gsub("\\s+", " ", text))
}
quietly <- function(code) suppressWarnings(suppressMessages(code))

# ---- the function, as it was handed over ----

fn <- objective$fn
par <- objective$par
extra <- objective$args
# What optimizers of these packages take from the list that the function returns.
element <- c(nloptr = "objective", LaplacesDemon = "LP", LaplaceApproximation = "LP", VariationalBayes = "LP",
             PMC = "LP",
             IterativeQuadrature = "LP", MCMCEnsemble = NA, MCMC = "log.density")[objective$optimizer]
plain_result <- function(x) {
  if (objective$spread) return(do.call(fn, as.list(x)))
  do.call(fn, c(list(x), extra))
}
shaped <- function(x) {                       # as the optimizer would hand it over
  if (is.list(par)) x <- utils::relist(x, par) else attributes(x) <- attributes(par)
  x
}
flat <- unlist(par)
first <- tryCatch(quietly(plain_result(shaped(flat))), error = function(e) stop_with("no objective", one_line(e)))
taken <- if (is.list(first) && !is.data.frame(first) && !is.na(element) && element %in% names(first)) element
as_typed <- if (objective$spread) {
  names(flat) <- names(par)
  function(x) do.call(fn, as.list(x))
} else if (!is.null(taken)) {
  function(x) do.call(fn, c(list(x), extra))[[taken]]
} else fn
make_tape <- function() {
  if (objective$spread && "spread" %in% names(formals(tape))) return(tape(fn, as.list(par), spread = TRUE))
  if (objective$spread || !is.null(taken)) return(tape(as_typed, if (objective$spread) flat else par))
  if (!length(extra)) return(tape(fn, par))
  if ("..." %in% names(formals(tape))) do.call(tape, c(list(fn, par), extra))
  else tape(function(x) do.call(fn, c(list(x), extra)), par)
}
plain <- function(x) {
  value <- plain_result(shaped(x))
  if (!is.null(taken)) value <- value[[taken]]
  as.numeric(unlist(value))
}

set.seed(7)
state <- .Random.seed
v0 <- tryCatch(quietly(plain(flat)), error = function(e) stop_with("no objective", one_line(e)))
drawn <- !identical(state, .Random.seed)
again <- tryCatch(quietly(plain(flat)), error = function(e) stop_with("no objective", one_line(e)))
if (!length(v0)) stop_with("no objective", "returns nothing")
if (!identical(v0, again)) stop_with("no objective", "another value each time")
if (is.character(plain_result(shaped(flat)))) stop_with("no objective", "returns text")
if (is.logical(unlist(first))) stop_with("no objective", "returns a truth value")
scalar <- length(v0) == 1
result$outputs <- length(v0)

# ---- recording ----

note(status = "did not finish recording")
invisible(gc(reset = TRUE))
before <- sum(gc()[, 2])
t0 <- proc.time()[[3]]
warned <- character()
tp <- tryCatch(withCallingHandlers(make_tape(),
    warning = function(w) invokeRestart("muffleWarning"),
    message = function(m) { warned <<- c(warned, conditionMessage(m)); invokeRestart("muffleMessage") }),
  error = function(e) stop_with("fails", one_line(e)))
record_s <- proc.time()[[3]] - t0
peak <- sum(gc()[, 6]) - before
note(status = "recorded", record_s = record_s, memory_mb = peak)
if (length(warned)) note(status = "eager", message = gsub("\\s+", " ", warned[1]))

# ---- values ----

spread_of <- pmax(abs(flat), 0.1)
points <- c(lapply(1:20, function(i) flat + 0.05 * spread_of * rnorm(length(flat))),
            lapply(1:10, function(i) flat + 0.5 * spread_of * rnorm(length(flat))),
            lapply(1:10, function(i) flat * exp(rnorm(length(flat))) + rnorm(length(flat), 0, 0.5)))
points <- lapply(points, function(x) { names(x) <- names(flat); x })
taped <- function(x) {
  if (scalar) tp$fn(x) else if (length(value <- tryCatch(tp$fn(x), error = function(e) NULL))) as.numeric(value)
  else NULL
}
same <- function(a, b) {
  if (length(a) != length(b)) return(Inf)
  odd <- !is.finite(a) | !is.finite(b)
  if (any(odd) && !identical(is.na(a[odd]), is.na(b[odd]))) return(Inf)
  inf <- odd & !is.na(a) & !is.na(b)
  if (any(a[inf] != b[inf])) return(Inf)
  if (all(odd)) return(0)
  max(abs(a - b)[!odd]) / max(abs(a[!odd]), 1e-5 * usual)
}
usual <- max(1e-3, stats::quantile(Filter(is.finite, abs(unlist(lapply(c(list(flat), points), function(x) {
  tryCatch(quietly(plain(x)), error = function(e) NULL)
})))), 0.5), na.rm = TRUE)
checked <- 0
worst <- 0
for (x in c(list(flat), points)) {
  expected <- tryCatch(quietly(plain(x)), error = function(e) e)
  if (inherits(expected, "error")) next
  got <- tryCatch(quietly(taped(x)),
                  error = function(e) stop_with("fails elsewhere",
                                                paste(one_line(e), "at",
                                                      paste(format(x, digits = 5)[seq_len(min(5, length(x)))],
                                                            collapse = " "),
                                                                   "where R gives",
                                                                   paste(head(format(expected), 2), collapse = " "))))
  if (is.null(got)) next
  off <- same(got, expected)
  checked <- checked + 1
  if (off > worst) {
    worst <- off
    if (off > 1e-8) {
      result$message <- sprintf("value at %s: R %s, tape %s", paste(deparse(unname(x)), collapse = ""),
                                paste(format(head(expected, 3), digits = 9), collapse = " "),
                                paste(format(head(got, 3), digits = 9), collapse = " "))
    }
  }
}
note(values = checked, worst_value = worst)

# ---- derivatives ----

differences <- function(f, x) {
  at <- function(h) {
    tryCatch(quietly(numDeriv::jacobian(f, x, method.args = list(d = h, eps = h))), error = function(e) NULL)
  }
  a <- at(1e-3)
  b <- at(1e-4)
  if (is.null(a) || is.null(b) || !all(is.finite(a), is.finite(b))) return(NULL)
  noise <- abs(a - b)
  if (max(noise) > 1e-3 * max(abs(b), 1e-4)) return(NULL)            # (not smooth there)
  list(value = b, other = a, noise = noise)
}
compare <- function(got, expected) {
  got <- as.numeric(got)
  if (length(got) != length(expected$value) || !all(is.finite(got))) return(Inf)
  off <- pmin(abs(got - as.numeric(expected$value)), abs(got - as.numeric(expected$other)))
  max((off - 3 * as.numeric(expected$noise)) / max(abs(expected$value), 1e-4), 0)
}
at_points <- list(points[[1]], points[[21]], points[[31]])
many <- length(v0) * length(flat) > 4000 || length(flat) > 40
g_checked <- h_checked <- 0
g_worst <- h_worst <- 0
if (!many) for (x in at_points) {
  if (is.null(expected <- differences(plain, x))) next
  got <- tryCatch(quietly(if (scalar) tp$gr(x) else tp$jacobian(x)),
                  error = function(e) stop_with("gradient fails", one_line(e)))
  g_checked <- g_checked + 1
  off <- compare(got, expected)
  if (off > 1e-5 && off > g_worst) {
    result$message <- paste(result$message,
                            sprintf("gradient at %s: differences %s, tape %s", paste(deparse(unname(x)), collapse = ""),
                                    paste(format(head(as.numeric(expected$value), 3)), collapse = " "),
                                    paste(format(head(as.numeric(got), 3)), collapse = " ")))
  }
  g_worst <- max(g_worst, off)
  if (!scalar || length(flat) > 20 || off > 1e-5) next
  if (is.null(expected <- differences(function(x) tp$gr(x), x))) next
  got <- tryCatch(quietly(tp$he(x)), error = function(e) stop_with("Hessian fails", one_line(e)))
  h_checked <- h_checked + 1
  off <- compare(got, expected)
  if (off > 1e-4 && off > h_worst) {
    result$message <- paste(result$message,
                            sprintf("Hessian at %s: differences %s, tape %s", paste(deparse(unname(x)), collapse = ""),
                                    paste(format(head(as.numeric(expected$value), 3)), collapse = " "),
                                    paste(format(head(as.numeric(got), 3)), collapse = " ")))
  }
  h_worst <- max(h_worst, off)
}
note(gradient = g_checked, worst_gradient = g_worst, hessian = h_checked, worst_hessian = h_worst)
wrong <- c(if (worst > 1e-8) "value", if (g_worst > 1e-5) "gradient", if (h_worst > 1e-4) "Hessian")
if (length(wrong)) note(status = paste("WRONG", paste(wrong, collapse = ", ")))

# ---- time: value and gradient at new points, against one plain value ----

seconds_of <- function(f, at, least = 0.1) {
  once <- function(k) { t <- proc.time()[[1]]; for (i in seq_len(k)) f(at[[1 + i %% length(at)]]); proc.time()[[1]] -
    t }
  k <- 1
  while ((t <- once(k)) < least / 3 && k < 1e5) k <- k * 4
  min(t, once(k), once(k)) / k
}
near <- Filter(function(x) all(is.finite(tryCatch(quietly(plain(x)), error = function(e) NA))), points[1:20])
if (scalar && length(near)) {
  ours <- tryCatch(quietly(seconds_of(function(x) { tp$fn(x); tp$gr(x) }, near)), error = function(e) NA)
  call_plain <- if (objective$spread || !is.null(taken)) plain
                else if (length(extra)) function(x) do.call(fn, c(list(x), extra)) else fn
  near <- lapply(near, shaped)
  theirs <- quietly(seconds_of(if (objective$spread) function(x) do.call(fn, as.list(x)) else call_plain, near))
  note(ratio = ours / theirs, plain_us = theirs * 1e6)
}
n_recordings <- tryCatch(length(gradtape:::tape_private(tp)$state |>
                                (\(s) .Call(gradtape:::C_call_tape_recordings, s))()), error = function(e) NA)
note(recordings = n_recordings)
if (result$status == "recorded") note(status = if (drawn) "works (draws)" else "works")
