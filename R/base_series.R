# Time series: filters, recursions, and what R computes for them in C.

series_masks <- function() list(
  filter = mask("filter", linear_filter),
  diffinv = mask("diffinv", function(x, lag = 1L, differences = 1L, xi) {
    check_count(lag, "lag")
    check_count(differences, "differences")
    if (length(value_shape(x)) > 1) abort("{.fn diffinv} of a tensor takes a vector; sum each column by {.fn apply}.")
    if (missing(xi)) xi <- numeric(lag * differences)
    summed_up(x, lag, differences, xi)
  }),
  ARMAtoMA = mask("ARMAtoMA", function(ar = numeric(), ma = numeric(), lag.max) {
    check_count(lag.max, "lag.max")
    impulse <- c.gradtape_tensor(1, ma, numeric(lag.max))
    recursion(elements(impulse, seq_len(lag.max + 1L)), ar)[-1]
  }),
  ARMAacf = rewritten("ARMAacf"),
  # (of a list that holds tensors)
  KalmanLike = rewritten("KalmanLike", always = TRUE),
  makeARIMA = rewritten("makeARIMA", always = TRUE),
  acf = first_mask("acf", function(x, lag.max = NULL, type = c("correlation", "covariance"), plot = FALSE,
                                   na.action = NULL, demean = TRUE) {
    type <- check_choice(type, "type", c("correlation", "covariance"))
    if (length(value_shape(x)) > 1) abort("{.fn acf} of a tensor takes a vector.")
    if (anyNA(x)) abort("{.fn acf} of a tensor takes no missing values.")
    autocovariances(x, lag.max, type, as_flag(demean, "demean"))
  }),
  ts = first_mask("ts", function(data, start, end, frequency, deltat, ts.eps, class, names) data),
  as.ts = first_mask("as.ts", function(x, ...) x),
  lag = no_times("lag", "x[seq_len(n - k)]"), window = no_times("window", "x[from:to]"),
  time = no_times("time", "seq_along(x)"), tsp = no_times("tsp", "seq_along(x)"),
  hasTsp = no_times("hasTsp", "x")
)

# A tensor is as long as a series, but has no times.
no_times <- function(name, instead) {
  function(...) {
    if (!any_tensor(...)) return(original(name)(...))
    abort(c("A tensor has no times, which {.fn {name}} looks at: {.fn ts} of a tensor is the tensor.",
            i = "Write {.code {instead}}, or ask a series of plain numbers for its times."))
  }
}

linear_filter <- function(x, filter, method = c("convolution", "recursive"), sides = 2L, circular = FALSE,
                          init = NULL) {
  method <- match.arg(method)
  if (length(value_shape(x)) == 2) {
    column <- function(j) linear_filter(x[, j], filter, method, sides, circular,
                                        if (length(dim(init)) == 2) init[, j] else init)
    return(cbind_columns(lapply(seq_len(ncol(x)), column)))
  }
  x <- flat_columns(x)
  filter <- flat_columns(filter)
  if (anyNA(filter)) abort("There are missing values in {.arg filter}.")
  if (method == "recursive") {
    if (!is.null(init) && length(init) != length(filter)) {
      abort("{.arg init} must have as many elements as {.arg filter}, {length(filter)}.")
    }
    return(recursion(x, filter, init))
  }
  if (!sides %in% 1:2) abort("{.arg sides} must be 1 or 2, not {given(sides)}.")
  if (length(filter) > length(x)) abort("{.arg filter} is longer than the series.")
  moving_sum(x, filter, if (sides == 2) length(filter) %/% 2 else 0, as_flag(circular, "circular"))
}
cbind_columns <- function(columns) reshaped(.Call(C_call_join, columns), c(length(columns[[1]]), length(columns)))

# y[i] = x[i] + filter[1] y[i - 1] + filter[2] y[i - 2] + ..., with y before the first being init[1], init[2], ...
recursion <- function(x, filter, init = NULL) {
  x <- flat_columns(x)
  filter <- flat_columns(filter)
  p <- length(filter)
  if (!is.null(init) && p > 0 && length(x) > 0) {
    # what the values before the first add to the first p
    lag <- outer(seq_len(min(p, length(x))), seq_len(p), function(i, j) j - i + 1)
    before <- elements(c.gradtape_tensor(0, flat_columns(init)), as.vector(pmax(lag, 0)) + 1)
    added <- matrix_multiply(reshaped(before, dim(lag)), reshaped(filter, c(p, 1L)))
    x <- x + c.gradtape_tensor(flat_columns(added), numeric(length(x) - nrow(lag)))
  }
  apply_op("recur", list(x, filter), 0L)
}

# y[i] = sum of filter[j] x[i + ahead - j + 1]; beyond the ends the series goes round, or there is none.
moving_sum <- function(x, filter, ahead, circular) {
  n <- length(x)
  p <- length(filter)
  first <- if (circular) 1 else p - ahead
  last <- if (circular) n else n - ahead
  at <- outer(first:last, seq_len(p), function(i, j) i + ahead - j + 1)
  if (circular) at <- (at - 1) %% n + 1
  terms <- reshaped(elements(x, as.vector(at)), dim(at))
  inside <- flat_columns(matrix_multiply(terms, reshaped(filter, c(p, 1L))))
  if (circular || p == 1) inside else c.gradtape_tensor(rep(NaN, first - 1), inside, rep(NaN, n - last))
}

summed_up <- function(x, lag, differences, xi) {
  if (length(xi) != lag * differences) abort("{.arg xi} must have {lag * differences} element{?s}, not {length(xi)}.")
  if (differences > 1) {
    x <- summed_up(x, lag, differences - 1, diff(xi, lag))
    xi <- xi[seq_len(lag)]
  }
  recursion(c.gradtape_tensor(xi, x), c(numeric(lag - 1), 1))
}

autocovariances <- function(x, lag.max, type, demean) {
  x <- flat_columns(x)
  n <- length(x)
  lags <- 0:min(lag.max %||% floor(10 * log10(n)), n - 1)
  if (demean) x <- x - mean(x)
  products <- lapply(lags, function(k) sum(elements(x, seq_len(n - k)) * elements(x, seq_len(n - k) + k)) / n)
  values <- .Call(C_call_join, products)
  if (type == "correlation") values <- values / values[1]
  column <- function(v) reshaped(v, c(length(lags), 1L, 1L))
  structure(list(acf = column(values), type = type, n.used = n, lag = column(as.numeric(lags)), series = "x",
                 snames = NULL),
            class = "acf")
}
