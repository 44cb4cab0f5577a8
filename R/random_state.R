# The state of R's generator of random numbers.

random_seed <- function() get0(".Random.seed", globalenv(), inherits = FALSE)

# Runs code from a state of the generator, or from the one that it has, and leaves it as it was.
with_random_state <- function(state, code) {
  before <- random_seed()
  on.exit(if (!is.null(before)) assign(".Random.seed", before, globalenv())
          else if (!is.null(random_seed())) rm(".Random.seed", envir = globalenv()))
  if (!is.null(state)) assign(".Random.seed", state, globalenv())
  force(code)
}

# A state for each of n pieces of work, from the generator as it is now: L'Ecuyer's streams, which do not overlap.
random_streams <- function(n) {
  state <- new_random_stream()
  lapply(seq_len(n), function(k) state <<- parallel::nextRNGStream(state))
}

# The state with which a stream begins, drawn from R's generator.
new_random_stream <- function() {
  seed <- sample.int(.Machine$integer.max, 1)
  with_random_state(NULL, {
    set.seed(seed, "L'Ecuyer-CMRG", "Inversion", "Rejection")
    random_seed()
  })
}
