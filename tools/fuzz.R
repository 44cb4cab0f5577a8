# Random programs and hostile calls, more of them than the tests have: the helpers of the tests say
# how they are made. In the package's folder, with gradtape installed:
#
#   Rscript tools/fuzz.R [programs] [seed] [calls] [copies] [rounds]
#
# `programs` (default 1000) random functions are compared on numbers, tensors and a tape, and as many loops over arrays
# whose sizes coincide in all ways to run them, every fiftieth compiled; `calls`
# (default: as many) functions are called with arguments that they were not made for; `copies`
# (default: as many) damaged copies of saved tensors are loaded; each function of R's that takes tensors
# is called `rounds` (default: a hundredth) times on numbers, on tensors and on a tape. What fails is printed
# as R code to paste, the programs made as small as they can be while they fail. Exit status: 0 when nothing did.

suppressPackageStartupMessages(library(gradtape))
`%||%` <- function(x, y) if (is.null(x)) y else x
for (part in c("fuzz-programs", "shape-programs", "fuzz-calls", "fuzz-files")) {
  source(sprintf("tests/testthat/helper-%s.R", part))
}

arguments <- suppressWarnings(as.numeric(commandArgs(TRUE)))
if (anyNA(arguments) || length(arguments) > 5) {
  stop("usage: Rscript tools/fuzz.R [programs] [seed] [calls] [copies] [rounds]", call. = FALSE)
}
programs <- c(arguments, 1000)[1]
seed <- if (length(arguments) > 1) arguments[2] else as.integer(Sys.time()) %% 10000
calls <- if (length(arguments) > 2) arguments[3] else programs
copies <- if (length(arguments) > 3) arguments[4] else programs

invisible(compiler::enableJIT(0))                    # most functions run a few times only
# A huge shape is an error here, and not the end of the machine.
if (exists("mem.maxVSize")) invisible(mem.maxVSize(2000))
# What was called last, should R crash.
last <- file.path(tempdir(), "last-call.R")
cat(sprintf("seed %d; the last call is in %s\n", seed, last))

failed <- 0
report <- function(lines) {
  failed <<- failed + 1
  cat("\n", paste(lines, collapse = "\n"), "\n", sep = "")
}

for (k in seq_len(programs)) {
  found <- fuzz_run_program(seed, k)
  if (!is.null(found)) report(found)
  if (k %% 1000 == 0) cat(sprintf("%d programs, %d failed\n", k, failed))
}
cat(sprintf("%d programs ran\n", programs))

for (k in seq_len(programs)) {
  ways <- function() c("straight", sample(shape_ways, 4), if (k %% 50 == 0) c("compiled", "threads"))
  found <- shape_run(seed, k, ways)
  if (!is.null(found)) report(found)
  if (k %% 1000 == 0) cat(sprintf("%d loops, %d failed\n", k, failed))
}
cat(sprintf("%d loops ran\n", programs))

for (found in fuzz_run_calls(seed, calls, log = last)) report(found)
cat(sprintf("%d calls ran\n", calls))

tensors <- list(torch_tensor(c(a = 1, b = 2), requires_grad = TRUE),
                torch_tensor(matrix(1:6 / 2, 2), dtype = torch_float()),
                torch_tensor(array(1:8, c(2, 2, 2))), torch_tensor(matrix(1, 2, 2), requires_grad = TRUE))
sum(tensors[[4]]^2)$backward()
for (x in tensors) {
  for (found in fuzz_run_damage(seed, ceiling(copies / length(tensors)), x, fuzz_use_tensor)) report(found)
}
cat(sprintf("%d damaged copies were loaded\n", copies))

rounds <- if (length(arguments) > 4) arguments[5] else ceiling(programs / 100)
base <- new.env(parent = asNamespace("gradtape"))
sys.source("tests/testthat/helper-base-calls.R", base)
for (found in base$compared_rounds(seed, rounds, log = last)) report(found)
cat(sprintf("%d rounds of R's functions ran\n", rounds))

cat(sprintf("%d failed\n", failed))
quit(status = as.integer(failed > 0))
