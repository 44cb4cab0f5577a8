# Complex numbers in vectors, matrices, lists and loops.
antenna <- function(ph) { th <- seq(0, pi, length.out = 19); AF <- sapply(th, function(t) sum(exp(1i * (pi * (0:4) * cos(t) + c(0, ph))))); -10 * log10(Mod(AF[10])^2 / mean(Mod(AF)^2)) }
optim(c(0.1, 0.2, -0.1, 0), antenna)
filter_design <- function(h) { w <- seq(0, pi, length.out = 33); H <- abs(sapply(w, function(x) sum(c(h, rev(h)) * exp(-1i * x * (0:5))))); sum((H - (w < pi / 3))^2) }
optim(c(0.1, 0.2, 0.3), filter_design)
powers <- function(p) { z <- complex(real = p[1], imaginary = p[2]); w <- sapply(1:4, function(j) z^j); u <- unlist(lapply(1:3, function(j) z * j)); sum(Mod(w)) + Re(sum(w)) + Arg(z) + sum(Im(u)^2) }
optim(c(0.5, 0.4), powers)
matrices <- function(p) { z <- c(p[1] + 1i * p[2], 2 - 1i * p[1]); M <- matrix(c(z, Conj(z)), 2, byrow = TRUE); d <- M[1, 1] * M[2, 2] - M[1, 2] * M[2, 1]; N <- rbind(z, 2 * z) %*% M; Im(d)^2 + Re(prod(z)) + sum(abs(z)) + sum(Mod(N)) + is.complex(z) + sum(dim(t(M))) }
optim(c(0.5, 0.4), matrices)
loops <- function(p) { w <- complex(4); for (k in 1:4) w[k] <- exp(1i * k * p[1]) * p[2]; v <- c(1, w[2:3], 0); sum(Re(v * Conj(w))) + vapply(1, function(i) Mod(w[4]), 0) }
optim(c(0.7, 1.2), loops)
impedance <- function(p) { w <- 10^seq(0, 4, length.out = 9); Z <- p[["R0"]] + p[["R1"]] / (1 + 1i * w * p[["R1"]] * exp(p[["lC"]])); data <- complex(modulus = 50 / (1 + w / 100) + 10, argument = -0.3); sum(Mod(Z - data)^2 / Mod(data)^2) }
optim(c(R0 = 10, R1 = 50, lC = -8), impedance)
charfun <- function(p) { u <- seq(-4, 4, 0.5); phi <- vapply(u, function(s) exp(1i * s * p[1] - 0.5 * exp(p[2]) * s^2), complex(1)); emp <- sapply(u, function(s) mean(exp(1i * s * c(-0.4, 0.3, 1.2, 0.9)))); sum(Mod(phi - emp)^2 * exp(-u^2)) }
optim(c(0.2, 0), charfun)
