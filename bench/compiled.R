# Tapes, interpreted and compiled (tape_compile()), beside C written by hand, at -O2 and at -O3 -march=native, RTMB,
# ADOL-C and PyTorch (from Python), where they are installed: microseconds of CPU time of one evaluation, those of C and
# of tapes inside C with nothing allocated, and ratios. Rscript bench/compiled.R, from the package's folder; names of
# cases as arguments for some of them; --save=FILE writes a table as well.
library(gradtape)
source("bench/measure.R")
source("bench/cases.R")

build <- function(flags, name) {
  getNativeSymbolInfo("hand_repeat", built_from("bench/compiled_hand.c", flags, name))
}
hand <- list(O2 = build("-O2", "hand_o2"), O3 = build("-O3 -march=native", "hand_o3"))
by_hand_values_only <- c("kalman", "lotka_volterra", "three_body")
most_code <- 2e6                                  # characters of straight code: compilers take 5 seconds for a million

# Seconds of one of the calls that run(times) does.
seconds <- function(run) {
  times <- 1
  repeat {
    start <- cpu()
    run(times)
    took <- cpu() - start
    if (took > 0.2) return(took / times)
    times <- ceiling(times * min(100, 0.3 / max(took, 1e-3)))
  }
}
repeated <- function(call) function(times) for (i in seq_len(times)) call()

# ---- peers: seconds of value and gradient, or NA ----

rtmb_seconds <- function(case) {
  if (is.null(case$rtmb) || !requireNamespace("RTMB", quietly = TRUE)) return(NA)
  run <- try(rtmb_value_and_gradient(case$rtmb, case$par), silent = TRUE)
  if (inherits(run, "try-error")) return(NA)
  stopifnot(all.equal(as.numeric(run()[[1]]), as.numeric(case$fn(case$par)), tolerance = 1e-5))
  seconds(repeated(run))
}

adolc <- local({
  binary <- tempfile()
  failed <- !nzchar(Sys.which("g++")) ||
    suppressWarnings(system2("g++", c("-O2", "-o", binary, "bench/compiled_adolc.cpp", "-ladolc"), stderr = FALSE))
  if (failed) cat("ADOL-C (libadolc-dev) does not build: not compared.\n") else binary
})
adolc_seconds <- function(case) {
  if (is.null(adolc)) return(NA)
  input <- tempfile()
  writeBin(c(length(case$par), case$m, length(case$x), case$par, case$x), input)
  out <- suppressWarnings(system2(adolc, case$name, stdin = input, stdout = TRUE))
  if (length(out) < 2) return(NA)
  stopifnot(all.equal(as.numeric(out[1]), as.numeric(case$fn(case$par)), tolerance = 1e-8))
  as.numeric(out[2])
}

torch <- local({
  lines <- suppressWarnings(system2("/usr/bin/python3", "bench/compiled_torch.py", stdout = TRUE, stderr = FALSE))
  if (length(lines)) read.table(text = lines, sep = "\t", col.names = c("label", "seconds"))
  else cat("PyTorch was not found for /usr/bin/python3.\n")
})
torch_seconds <- function(case) if (case$label %in% torch$label) torch$seconds[torch$label == case$label] else NA

# ---- one case ----

measure <- function(case) {
  y <<- case$y
  before <- sum(gc()[, 2])
  took <- system.time(tp <- tape(case$fn, case$par))[[1]]
  state <- gradtape:::recorded_state(tp)
  has_gradient <- !case$name %in% by_hand_values_only
  by_hand <- function(entry, gradient) {
    function(times) .Call(entry, case$name, case$par, case$x, as.integer(case$m), as.integer(times), gradient)
  }
  known <- by_hand(hand$O2, has_gradient)(1)
  stopifnot(all.equal(tp$fn(case$par), known[1], tolerance = 1e-9))
  if (has_gradient) stopifnot(all.equal(tp$gr(case$par), known[-1], tolerance = 1e-7))
  tp$gr(case$par)
  memory <- sum(gc()[, 2]) - before
  replay <- function(kind) {
    function(times) .Call(gradtape:::C_call_tape_repeat, state, case$par, as.integer(times), kind)
  }
  kinds <- c("value", "gradient")
  interpreted <- vapply(kinds, function(kind) seconds(replay(kind)), 0)
  size <- nchar(.Call(gradtape:::C_call_tape_code, state, "gradient"))
  compiled <- c(value = NA, gradient = NA)
  compiling <- NA
  if (size <= most_code) {
    compiling <- system.time(tape_compile(tp))[[3]]
    compiled <- vapply(kinds, function(kind) seconds(replay(kind)), 0)
  }
  of_hand <- function(entry) {
    one <- function(kind) if (kind == "value" || has_gradient) seconds(by_hand(entry, kind == "gradient")) else NA
    vapply(kinds, one, 0)
  }
  O2 <- of_hand(hand$O2)
  O3 <- of_hand(hand$O3)
  peers <- vapply(list(RTMB = rtmb_seconds, `ADOL-C` = adolc_seconds, PyTorch = torch_seconds), function(f) f(case), 0)
  show_case(case, kinds, interpreted, compiled, O2, O3, peers)
  cat(sprintf("    recorded in %.2f s, keeps %.1f MB; %.2g characters of code; %s\n", took, memory, size,
              if (is.na(compiling)) "too long to be compiled" else sprintf("compiled in %.1f s", compiling)))
  data.frame(case = case$label, what = kinds, hand = O2, hand_O3 = O3, tape = interpreted, compiled = compiled,
             RTMB = c(NA, peers[[1]]), ADOLC = c(NA, peers[[2]]), PyTorch = c(NA, peers[[3]]), memory = memory)
}

show_case <- function(case, kinds, interpreted, compiled, O2, O3, peers) {
  us <- function(t) sprintf("%9.4g us", t * 1e6)
  for (kind in kinds) {
    cat(sprintf("%-27s %-8s by hand %s (-O3 %.2f); tape %s (%.2f x); compiled %s (%.2f x)\n", case$label, kind,
                us(O2[[kind]]), O3[[kind]] / O2[[kind]], us(interpreted[[kind]]), interpreted[[kind]] / O2[[kind]],
                us(compiled[[kind]]), compiled[[kind]] / O2[[kind]]))
  }
  known <- peers[!is.na(peers)]
  if (length(known)) {
    cat("    value and gradient of others: ",
        paste0(names(known), " ", us(known), sprintf(" (%.1f x the tape's)", known / interpreted[["gradient"]]),
               collapse = "; "), "\n", sep = "")
  }
}

arguments <- commandArgs(TRUE)
file <- sub("^--save=", "", grep("^--save=", arguments, value = TRUE))
wanted <- grep("^--", arguments, value = TRUE, invert = TRUE)
chosen <- Filter(function(case) !length(wanted) || any(startsWith(case$label, wanted)), cases)
rows <- do.call(rbind, lapply(chosen, measure))
if (length(file)) utils::write.csv(rows, file, row.names = FALSE)
