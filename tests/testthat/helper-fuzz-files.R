# Damaged files: the numbers that a saved object holds, changed one at a time.

# Where the elements of integer and real vectors lie in what serialize() wrote: a list of ranges. A
# lone 13 is left out: the type of an ALTREP class, which R itself does not check.
fuzz_payloads <- function(bytes) {
  word <- function(at) sum(as.integer(bytes[at + 0:3]) * 256^(3:0))
  starts <- which(bytes == 0)
  starts <- starts[starts + 11 <= length(bytes)]
  starts <- starts[bytes[starts + 1] == 0 & bytes[starts + 2] == 0 & as.integer(bytes[starts + 3]) %in% c(13L, 14L)]
  ranges <- lapply(starts, function(at) {
    size <- if (bytes[at + 3] == 13) 4 else 8
    n <- word(at + 4)
    if (n > 0 && n < 1000 && !(n == 1 && size == 4 && word(at + 8) == 13) && at + 7 + n * size <= length(bytes)) {
      list(from = at + 8, n = n, size = size)
    }
  })
  Filter(Negate(is.null), ranges)
}

# The bytes with one number replaced: by one that has a meaning, or by random bits.
fuzz_damage <- function(bytes, ranges = fuzz_payloads(bytes)) {
  range <- fuzz_pick(ranges)
  at <- range$from + range$size * (sample.int(range$n, 1) - 1)
  number <- if (range$size == 8) writeBin(fuzz_pick(c(NaN, Inf, -1, 0, 0.5, 1e300, 2^31, 3)), raw(), endian = "big")
            else writeBin(fuzz_pick(c(NA, -1L, 0L, 1L, 2L, 3L, 4L, 5L, 7L, 8L, 9L, 63L, 100L, .Machine$integer.max,
                                      -.Machine$integer.max, 65536L)), raw(), endian = "big")
  if (stats::runif(1) < 0.3) number <- as.raw(sample(0:255, range$size, replace = TRUE))
  bytes[at + seq_along(number) - 1] <- number
  bytes
}

# n damaged copies of an object, loaded and used: the outcomes that are neither a value nor an
# error of this package.
fuzz_run_damage <- function(seed, n, object, use) {
  set.seed(seed)
  bytes <- serialize(object, NULL)
  ranges <- fuzz_payloads(bytes)
  found <- character()
  for (k in seq_len(n)) {
    damaged <- fuzz_damage(bytes, ranges)
    wrong <- tryCatch({
      use(unserialize(damaged))
      NULL
    }, error = function(e) if (!inherits(e, "gradtape_error") && !is.null(conditionCall(e))) conditionMessage(e))
    if (!is.null(wrong)) found <- c(found, sprintf("copy %d of seed %d: %s", k, seed, wrong))
  }
  found
}

fuzz_use_tensor <- function(x) {
  values <- as_array(x)
  stopifnot(length(values) == prod(x$shape), identical(length(x), length(values)))
  utils::capture.output(print(x))
  y <- sum(x * 2 + x[seq_along(x) > 1 & FALSE]$sum())
  if (y$requires_grad) {
    y$backward()
    stopifnot(identical(x$grad$shape, x$shape))
  }
  x$clone()
  names(x)
}
