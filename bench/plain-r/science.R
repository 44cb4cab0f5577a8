# Chemistry, engineering, physics, pharmacology.
set.seed(208)
arrh <- function(p) { T <- c(300, 320, 340, 360, 380); k <- c(0.0012, 0.0068, 0.032, 0.13, 0.45); sum((log(k) - (p["lnA"] - p["Ea"] * 1000 / (8.314 * T)))^2) }
optim(c(lnA = 20, Ea = 60), arrh)
titration <- function(p, Vb = seq(0, 20, 2), pH = c(2.9, 4, 4.4, 4.7, 5.1, 6.2, 8.5, 11, 11.5, 11.7, 11.9)) { Ka <- 10^-p[1]; Ca <- 0.1; Cb <- 0.1; Va <- 10 * p[2]; sum(sapply(seq_along(Vb), function(i) { H <- 10^-pH[i]; Kw <- 1e-14; V <- Va + Vb[i]; charge <- Cb * Vb[i] / V + H - Kw / H - Ca * Va / V * Ka / (Ka + H); charge^2 })) * 1e4 }
optim(c(4.7, 1), titration)
ph_root <- function(p) { pka <- p[1:2]; f <- function(h) h - 1e-14 / h - 0.1 * (10^-pka[1] * h + 2 * 10^-(pka[1] + pka[2])) / (h^2 + 10^-pka[1] * h + 10^-(pka[1] + pka[2])); h <- uniroot(f, c(1e-12, 1), tol = 1e-14)$root; (-log10(h) - 2.1)^2 }
optim(c(2, 7), ph_root)
# Robertson-like kinetics: implicit Euler with Newton and solve
robertson <- function(lk) { k <- exp(lk); y <- c(1, 0, 0); out <- NULL; h <- 0.1; for (s in 1:10) { z <- y; for (it in 1:5) { r <- c(-k[1] * z[1] + k[2] * z[2] * z[3], k[1] * z[1] - k[2] * z[2] * z[3] - k[3] * z[2]^2, k[3] * z[2]^2); J <- rbind(c(-k[1], k[2] * z[3], k[2] * z[2]), c(k[1], -k[2] * z[3] - 2 * k[3] * z[2], -k[2] * z[2]), c(0, 2 * k[3] * z[2], 0)); z <- z - solve(diag(3) - h * J, z - y - h * r) }; y <- z; out <- rbind(out, y) }; sum((out[, 1] - exp(-0.04 * 1:10 / 10))^2) + sum(out[, 3]^2) }
optim(log(c(0.04, 1, 3)), robertson)
# generic RK4 with named state list and with()
rk4_step <- function(t, y, h, deriv, parms) { k1 <- deriv(t, y, parms); k2 <- deriv(t + h / 2, y + h / 2 * k1, parms); k3 <- deriv(t + h / 2, y + h / 2 * k2, parms); k4 <- deriv(t + h, y + h * k3, parms); y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4) }
ode <- function(y0, times, deriv, parms, n = 4) { out <- matrix(NA, length(times), length(y0) + 1, dimnames = list(NULL, c("time", names(y0)))); out[1, ] <- c(times[1], y0); y <- y0; for (i in 2:length(times)) { h <- (times[i] - times[i - 1]) / n; for (j in 1:n) y <- rk4_step(times[i - 1] + (j - 1) * h, y, h, deriv, parms); out[i, ] <- c(times[i], y) }; as.data.frame(out) }
seir <- function(t, state, parms) { with(as.list(c(state, parms)), { N <- S + E + I + R; dS <- -beta * S * I / N; dE <- beta * S * I / N - sigma * E; dI <- sigma * E - gamma * I; dR <- gamma * I; c(dS, dE, dI, dR) }) }
cases <- c(2, 3, 5, 9, 15, 25, 40, 60)
fit_seir <- function(lp) { p <- exp(lp); names(p) <- c("beta", "sigma", "gamma"); sol <- ode(c(S = 990, E = 6, I = 4, R = 0), 0:7, seir, p); -sum(dpois(cases, sol$I, log = TRUE)) }
optim(log(c(1, 0.5, 0.3)), fit_seir)
vdp <- function(p) { f <- function(t, y, mu) c(x = y[["v"]], v = mu * (1 - y[["x"]]^2) * y[["v"]] - y[["x"]]); o <- ode(c(x = p[2], v = 0), seq(0, 3, 0.5), f, p[1]); sum((o[["x"]] - c(2, 1.8, 1.5, 0.8, -0.9, -1.9, -1.8))^2) }
optim(c(1, 2), vdp)
pendulum <- function(p) { th <- p[1]; om <- 0; dt <- 0.05; path <- vector("list", 40); for (i in 1:40) { om <- om - dt * (9.81 / p[2] * sin(th) + p[3] * om); th <- th + dt * om; path[[i]] <- c(th, om) }; M <- do.call(rbind, path); sum((M[c(10, 20, 40), 1] - c(0.1, -0.3, 0.2))^2) }
optim(c(0.5, 1, 0.1), pendulum)
# Michaelis-Menten with inhibitors, matrix of conditions, mapply
v0 <- matrix(c(5, 8, 10, 11, 3, 6, 8.5, 10, 2, 4, 6.5, 9), 3, byrow = TRUE); Sc <- c(1, 2, 4, 8); Ic <- c(0, 1, 3)
inhib <- function(p) { p <- as.list(exp(p)); pred <- outer(Ic, Sc, function(I, S) p$Vmax * S / (p$Km * (1 + I / p$Ki) + S)); sum((v0 - pred)^2) }
optim(c(Vmax = 2.4, Km = 0.5, Ki = 0), inhib)
hill <- function(p) { dose <- 10^(-3:3); r <- c(2, 3, 10, 45, 80, 96, 99); e <- p["b"] + (p["t"] - p["b"]) / (1 + (p["ec"] / dose)^p["h"]); e[is.nan(e)] <- 0; sum((r - e)^2) }
optim(c(b = 1, t = 100, ec = 1.2, h = 1.1), hill)
# drc-like list of functions
LL.4 <- function(fixed = c(NA, NA, NA, NA), names = c("b", "c", "d", "e")) { notFixed <- is.na(fixed); parmVec <- rep(0, 4); parmVec[!notFixed] <- fixed[!notFixed]; fct <- function(dose, parm) { parmMat <- matrix(parmVec, length(dose), 4, byrow = TRUE); parmMat[, notFixed] <- parm; parmMat[, 2] + (parmMat[, 3] - parmMat[, 2]) / (1 + exp(parmMat[, 1] * (log(dose) - log(parmMat[, 4])))) }; structure(list(fct = fct, names = names[notFixed]), class = "drcMean") }
drc_fit <- function(p, object, dose, y) { pm <- matrix(p, length(dose), length(p), byrow = TRUE); sum((y - object$fct(dose, pm))^2) }
optim(c(1, 100, 1), drc_fit, object = LL.4(c(NA, 0, NA, NA)), dose = c(0.1, 0.3, 1, 3, 10), y = c(92, 80, 50, 24, 9))
# pharmacokinetics: doses superposed, lag time, 2 compartments from eigen of rate matrix
times <- c(0.5, 1, 2, 4, 6, 8, 12, 24); conc <- c(1.9, 3, 3.6, 3, 2.2, 1.6, 0.9, 0.15)
onecomp <- function(lp, dose = 100, dosing = 0) { ka <- exp(lp[1]); ke <- exp(lp[2]); V <- exp(lp[3]); tl <- exp(lp[4]); C <- 0; for (d in dosing) { tt <- pmax(times - d - tl, 0); C <- C + dose * ka / (V * (ka - ke)) * (exp(-ke * tt) - exp(-ka * tt)) * (times > d) }; -sum(dnorm(log(conc), log(C + 1e-6), 0.1, log = TRUE)) }
optim(c(0.2, -1.5, 3, -2), onecomp)
twocomp <- function(lp) { k <- exp(lp); A <- matrix(c(-(k[1] + k[2]), k[2], k[3], -k[3]), 2); e <- eigen(A); V <- e$vectors; cf <- solve(V, c(30, 0)); pred <- sapply(times, function(t) sum(V[1, ] * cf * exp(e$values * t))) ; sum((log(conc) - log(pred))^2) }
optim(log(c(0.2, 0.5, 0.3)), twocomp)
popPK <- function(p) { ids <- rep(1:2, each = 4); eta <- matrix(p[4:7], 2); cl <- exp(p[1] + eta[1, ids]); v <- exp(p[2] + eta[2, ids]); ipred <- 100 / v * exp(-cl / v * times); -sum(dnorm(conc, ipred, 0.1 * ipred + exp(p[3]), log = TRUE)) - sum(dnorm(eta, 0, 0.3, log = TRUE)) }
optim(c(1, 3, -1, 0, 0, 0, 0), popPK)
# Emax with placebo, transit compartments by gamma
transit <- function(p) { n <- exp(p[1]); ktr <- exp(p[2]); ke <- exp(p[3]); h <- 0.25; tt <- seq(0, 24, h); input <- exp(log(100) + log(ktr) + n * log(ktr * tt + 1e-12) - ktr * tt - lgamma(n + 1)); A <- numeric(length(tt)); for (i in 2:length(tt)) A[i] <- A[i - 1] + h * (input[i - 1] - ke * A[i - 1]); C <- approx(tt, A, times)$y / 20; sum((conc - C)^2) }
optim(c(1, 0.5, -1.5), transit)
# engineering design with penalties
welded <- function(x) { P <- 6000; L <- 14; E <- 30e6; G <- 12e6; h <- x[1]; l <- x[2]; t <- x[3]; b <- x[4]; M <- P * (L + l / 2); R <- sqrt(l^2 / 4 + ((h + t) / 2)^2); J <- 2 * sqrt(2) * h * l * (l^2 / 12 + ((h + t) / 2)^2); tp <- P / (sqrt(2) * h * l); tpp <- M * R / J; tau <- sqrt(tp^2 + 2 * tp * tpp * l / (2 * R) + tpp^2); sig <- 6 * P * L / (b * t^2); del <- 4 * P * L^3 / (E * t^3 * b); Pc <- 4.013 * E * sqrt(t^2 * b^6 / 36) / L^2 * (1 - t / (2 * L) * sqrt(E / (4 * G))); g <- c(tau - 13600, sig - 30000, h - b, del - 0.25, P - Pc); cost <- 1.10471 * h^2 * l + 0.04811 * t * b * (14 + l); cost + 1e-3 * sum(pmax(0, g)^2) / 1e3 }
optim(c(0.25, 3, 8, 0.3), welded)
spring <- function(x) { d <- x[1]; D <- x[2]; N <- x[3]; f <- (N + 2) * D * d^2; g <- c(1 - D^3 * N / (71785 * d^4), (4 * D^2 - d * D) / (12566 * (D * d^3 - d^4)) + 1 / (5108 * d^2) - 1, 1 - 140.45 * d / (D^2 * N), (D + d) / 1.5 - 1); f + sum(1000 * ifelse(g > 0, g, 0)^2) }
optim(c(0.055, 0.4, 9), spring)
truss <- function(A) { nodes <- rbind(c(0, 0), c(1, 0), c(0, 1), c(1, 1)); el <- rbind(c(1, 4), c(2, 4), c(3, 4), c(2, 3)); K <- matrix(0, 8, 8); for (e in 1:4) { i <- el[e, 1]; j <- el[e, 2]; d <- nodes[j, ] - nodes[i, ]; L <- sqrt(sum(d^2)); cs <- d / L; k <- A[e] / L * outer(c(-cs, cs), c(-cs, cs)); dof <- c(2 * i - 1, 2 * i, 2 * j - 1, 2 * j); K[dof, dof] <- K[dof, dof] + k }; free <- c(5:8); Kff <- K[free, free] + diag(1e-3, 4); u <- solve(Kff, c(0, 0, 1, -2)); sum(A) + 10 * max(abs(u))^2 + sum(u^2) }
optim(c(1, 2, 1, 1.5), truss)
heat <- function(p, nx = 12) { u <- sin(pi * (0:nx) / nx); D <- exp(p[1]); dx <- 1 / nx; dt <- 0.002; for (s in 1:25) { lap <- c(0, diff(u, differences = 2), 0) / dx^2; u <- u + dt * (D * lap - p[2] * u) }; sum((u - 0.7 * sin(pi * (0:nx) / nx))^2) }
optim(c(0, 0.5), heat)
thomas <- function(a, b, c, d) { n <- length(d); cp <- dp <- numeric(n); cp[1] <- c[1] / b[1]; dp[1] <- d[1] / b[1]; for (i in 2:n) { m <- b[i] - a[i] * cp[i - 1]; cp[i] <- if (i < n) c[i] / m else 0; dp[i] <- (d[i] - a[i] * dp[i - 1]) / m }; x <- numeric(n); x[n] <- dp[n]; for (i in (n - 1):1) x[i] <- dp[i] - cp[i] * x[i + 1]; x }
cn <- function(p) { n <- 8; u <- (1:n) * (n + 1 - 1:n) / 20; r <- exp(p); for (s in 1:4) { rhs <- u + r / 2 * (c(0, u[-n]) - 2 * u + c(u[-1], 0)); u <- thomas(rep(-r / 2, n), rep(1 + r, n), rep(-r / 2, n), rhs) }; sum((u - 0.5)^2) }
optimize(cn, c(-2, 2))
# orbits
orbit <- function(el) { a <- el["a"]; e <- plogis(el["e"]); w <- el["w"]; M <- el["M0"] + 2 * pi * (0:7) / 8; E <- M; repeat { dE <- (E - e * sin(E) - M) / (1 - e * cos(E)); E <- E - dE; if (max(abs(dE)) < 1e-13) break }; X <- a * (cos(E) - e); Y <- a * sqrt(1 - e^2) * sin(E); R <- matrix(c(cos(w), sin(w), -sin(w), cos(w)), 2); xy <- R %*% rbind(X, Y); obs <- rbind(cos(2 * pi * (0:7) / 8), sin(2 * pi * (0:7) / 8)); sum((xy - obs)^2) }
optim(c(a = 1.1, e = -1.5, w = 0.3, M0 = 0.1), orbit)
rv <- function(p) { t <- seq(0, 10, 0.7); P <- exp(p[1]); K <- p[2]; e <- tanh(p[3])^2; om <- p[4]; M <- 2 * pi * t / P; E <- Reduce(function(E, i) M + e * sin(E), 1:25, M); nu <- 2 * atan2(sqrt(1 + e) * sin(E / 2), sqrt(1 - e) * cos(E / 2)); sum((K * (cos(nu + om) + e * cos(om)) - 30 * sin(t))^2) }
optim(c(1.8, 30, 0.4, 0.2), rv)
antenna <- function(ph) { th <- seq(0, pi, length.out = 19); AF <- sapply(th, function(t) sum(exp(1i * (pi * (0:4) * cos(t) + c(0, ph))))); -10 * log10(Mod(AF[10])^2 / mean(Mod(AF)^2)) }
optim(c(0.1, 0.2, -0.1, 0), antenna)
filter_design <- function(h) { w <- seq(0, pi, length.out = 33); H <- abs(sapply(w, function(x) sum(c(h, rev(h)) * exp(-1i * x * (0:5))))); sum((H - (w < pi / 3))^2) }
optim(c(0.1, 0.2, 0.3), filter_design)
lens <- function(p) { trace <- function(y, u) { for (s in list(c(p[1], 1, 1.5), c(p[2], 1.5, 1))) { u <- (s[2] * u - y * (s[3] - s[2]) / s[1]) / s[3]; y <- y + 0.1 * u }; c(y, u) }; o <- vapply(c(0.1, 0.2), trace, c(0, 0), u = 0); f <- -c(0.1, 0.2) / o[2, ]; sum((f - 2)^2) }
optim(c(2, -2), lens)
antoine <- function(p) { T <- c(20, 40, 60, 80, 100); P <- c(17.5, 55.3, 149.4, 355.1, 760); with(as.list(p), sum((log10(P) - (A - B / (C + T)))^2)) }
optim(c(A = 8, B = 1700, C = 230), antoine)
wilson <- function(p) { x1 <- seq(0, 1, 0.25); x2 <- 1 - x1; L <- exp(p); g1 <- exp(-log(x1 + L[1] * x2) + x2 * (L[1] / (x1 + L[1] * x2) - L[2] / (x2 + L[2] * x1))); Pt <- x1 * g1 * 100 + x2 * 60 * exp(-log(x2 + L[2] * x1) - x1 * (L[1] / (x1 + L[1] * x2) - L[2] / (x2 + L[2] * x1))); sum((Pt - c(60, 80, 92, 99, 100))^2) }
optim(c(-0.5, -0.5), wilson)
vdw <- function(p) { V <- c(1, 2, 5, 10); P <- c(20, 11, 4.7, 2.4); sum((0.0821 * 300 / (V - p[1]) - p[2] / V^2 - P)^2) }
optim(c(0.04, 3), vdw)
cubic_root <- function(p) { z <- polyroot(c(-p[1], p[2], -1, 1)); r <- Re(z[which.min(abs(Im(z)))]); (r - 0.8)^2 }
optim(c(0.1, 0.3), cubic_root)
LJ <- function(x) { X <- matrix(x, 3); s <- 0; for (i in 1:3) for (j in (i + 1):4) { r2 <- sum((X[, i] - X[, j])^2); s <- s + 4 * (r2^-6 - r2^-3) }; s }
optim(c(0, 0, 0, 1.1, 0, 0, 0.5, 1, 0, 0.5, 0.3, 0.9), LJ)
ewald <- function(q) { p <- combn(4, 2); X <- cbind(q[1:4], q[5:8]); r <- sqrt(colSums((t(X[p[1, ], ]) - t(X[p[2, ], ]))^2)); sum(c(1, -1, 1, 1, -1, 1) * exp(-r) / r) }
optim(c(0, 1, 0, 1.2, 0, 0, 1, 1.3), ewald)
