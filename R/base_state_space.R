# What arima() and StructTS() compute in C, in plain R that takes tensors: these are by name the routines of
# stats. `%*%` and so on are masked where the functions are copied, by on_tensors().

# A function of plain R, as its copy for tensors.
on_tensors <- function(fn) {
  copy <- copied_when_needed(fn)
  function(...) copy()(...)
}

state_space_in_c <- list(
  ARIMA_transPars = on_tensors(function(par, arma, transform) arima_polynomials(par, arma, transform)),
  ARIMA_CSS = on_tensors(function(y, arma, phi, theta, ncond, residuals) {
    if (residuals) abort("The residuals of a state space model are not computed of tensors.")
    errors <- conditional_errors(y, arma, phi, theta, ncond)
    if (anyNA(errors)) errors <- errors[!is.na(errors)]
    mean(errors^2)
  }),
  getQ0 = on_tensors(function(phi, theta) arma_state_variance(phi, theta)),
  getQ0bis = on_tensors(function(phi, theta, tol) arma_state_variance(phi, theta)),
  ARIMA_Like = on_tensors(function(y, model, up_to, residuals) {
    if (residuals) abort("The residuals of a state space model are not computed of tensors.")
    shocks <- c(1, model$theta)
    shocks <- c(shocks, numeric(length(model$a) - length(shocks)))
    found <- one_step_errors(y, model, outer(shocks, shocks), up_to)
    # what a diffuse start leaves undetermined does not count
    proper <- which(found$variance < 1e4)
    c(sum(found$error[proper]^2 / found$variance[proper]), sum(log(found$variance[proper])), length(proper))
  }),
  KalmanLike = on_tensors(function(y, model, up_to, states, update) {
    if (states || update) abort("The states of a state space model are not computed of tensors.")
    found <- one_step_errors(y, model, model$V, up_to)
    c(mean(found$error^2 / found$variance), mean(log(found$variance)))
  })
)

# The coefficients of phi(B) Phi(B^s) and theta(B) Theta(B^s). transform: those of the autoregressions are given
# as hyperbolic area tangents of partial autocorrelations (Monahan 1984), which makes them stationary.
arima_polynomials <- on_tensors(function(par, arma, transform) {
  stationary <- function(raw) {
    partial <- phi <- tanh(raw)
    for (j in seq_along(raw)[-1]) {
      k <- seq_len(j - 1)
      phi[k] <- phi[k] - partial[j] * phi[rev(k)]
    }
    phi
  }
  times <- function(short, seasonal, sign) {
    full <- c(short, numeric(arma[5] * length(seasonal)))
    for (j in seq_along(seasonal)) {
      at <- j * arma[5]
      full[at] <- full[at] + seasonal[j]
      for (i in seq_along(short)) full[at + i] <- full[at + i] + sign * short[i] * seasonal[j]
    }
    full
  }
  ends <- cumsum(arma[1:4])
  part <- function(k) par[seq_len(arma[k]) + ends[k] - arma[k]]
  parts <- lapply(1:4, part)
  if (transform) parts[c(1, 3)] <- lapply(parts[c(1, 3)], stationary)
  list(times(parts[[1]], parts[[3]], -1), times(parts[[2]], parts[[4]], 1))
})

# The errors of an ARMA of the differences, where those before `ncond` are 0.
conditional_errors <- on_tensors(function(y, arma, phi, theta, ncond) {
  n <- length(y)
  difference <- function(y, lag) c(y[seq_len(lag)], y[-seq_len(lag)] - y[seq_len(n - lag)])
  for (k in seq_len(arma[6])) y <- difference(y, 1)
  for (k in seq_len(arma[7])) y <- difference(y, arma[5])
  from <- ncond + 1
  errors <- y[from:n]
  for (j in seq_along(phi)) errors <- errors - phi[j] * c(numeric(max(j - ncond, 0)), y[max(from - j, 1):(n - j)])
  if (length(theta)) filter(errors, -theta, "recursive") else errors
})

# The variance of the stationary state of an ARMA in Harvey's form, in which it is P = T P T' + R R': the first
# row u of P is what r linear equations say, and each element is the sum of its diagonal from there on of
# phi phi' u[1] + phi v' + v phi' + R R', with v = (u[2], ..., u[r], 0).
arma_state_variance <- on_tensors(function(phi, theta) {
  r <- max(length(phi), length(theta) + 1)
  phi <- c(phi, numeric(r - length(phi)))
  shocks <- c(1, theta, numeric(r - 1 - length(theta)))
  from <- function(x) matrix(c(x, numeric(r))[outer(1:r, 0:(r - 1), `+`)], r)        # x[j], x[j + 1], ... in row j
  above <- outer(1:r, 1:r, function(j, m) pmax(m - j, 0))
  beside <- outer(1:r, 1:r, function(j, m) ifelse(m > 1, pmin(j + m - 2, r + 1), 0))
  at <- function(where) matrix(c(0, phi, 0)[where + 1], r)
  first <- cbind(drop(from(phi) %*% phi), matrix(0, r, r - 1))
  u <- solve(diag(r) - first - at(above) - at(beside), drop(from(shocks) %*% shocks))
  v <- c(u[-1], 0)
  terms <- outer(phi, phi) * u[1] + outer(phi, v) + outer(v, phi) + outer(shocks, shocks)
  row <- terms[r, ]
  rows <- list(row)
  for (i in rev(seq_len(r - 1))) {
    row <- terms[i, ] + c(row[-1], 0)
    rows <- c(list(row), rows)
  }
  matrix(do.call(rbind, rows), r)
})

# Errors of predictions one step ahead, by the Kalman filter, and their variances, where y is known. The state
# is predicted with the variance that the model has (Pn) as long as the step is at most `up_to`.
one_step_errors <- on_tensors(function(y, model, V, up_to) {
  state <- model$a
  before <- model$Pn
  after <- model$P
  known <- which(!is.na(y))
  errors <- variances <- list()
  for (step in seq_along(y)) {
    state <- drop(model$T %*% state)
    if (step - 1 > up_to) before <- model$T %*% after %*% t(model$T) + V
    after <- before
    if (!step %in% known) next
    error <- y[step] - sum(model$Z * state)
    with_error <- drop(before %*% model$Z)
    variance <- model$h + sum(model$Z * with_error)
    state <- state + with_error * (error / variance)
    after <- before - outer(with_error, with_error / variance)
    errors <- c(errors, list(error))
    variances <- c(variances, list(variance))
  }
  list(error = unlist(errors), variance = unlist(variances))
})
