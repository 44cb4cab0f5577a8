# Data in batches, in a random order that can be resumed.

#' Batches of data, in random order
#'
#' Goes through data in batches of `size` rows, each row once in an epoch, in an order that R's random numbers decide:
#' for [optim_adam()] and other optimizers that take a step for each batch.
#'
#' The order has a stream of random numbers of its own, which begins where R's generator is when `minibatches()` is
#' called ([set.seed()] before it decides it) and is not disturbed by what else draws numbers. `$state()` says how far
#' it is; after `$restore()` of it, in another session too, the same batches follow. With that and
#' `opt$state_dict()` of the optimizer, a run goes on as if it had not been stopped.
#'
#' @param data What [sharded()] takes as data in memory: a data frame, matrix, vector or list of them. Or an objective
#'   made by [sharded()], whose batches are positions of rows, for its `$value_and_grad(x, rows)` and `$loss(w, rows)`.
#' @param size Rows in a batch.
#' @param shuffle If `FALSE`, rows come in their order.
#' @param drop_last If `TRUE`, the rows that fill no batch at the end of an epoch are left out of it; else the last
#'   batch is shorter.
#' @return An object of class `gradtape_minibatches`:
#'   - `$next_batch()`: the next batch; after an epoch, the first of the next one;
#'   - `$next_rows()`: the same as positions of rows;
#'   - `$epoch`, `$batch`: how many epochs were begun, and batches of it given out; `$n_batches`: of an epoch;
#'   - `$state()`: a list to be saved; `$restore(state)`.
#' @section Errors: as for [sharded()]; `size` is larger than the number of rows; a state of other data.
#' @examples
#' set.seed(1)
#' d <- data.frame(x = runif(200))
#' d$y <- 2 * d$x + 1 + rnorm(200, sd = 0.1)
#' w <- torch_tensor(c(0, 0), requires_grad = TRUE)
#' opt <- optim_adam(w, lr = 0.1)
#' batches <- minibatches(d, 20)
#' while (batches$epoch <= 20) {
#'   b <- batches$next_batch()
#'   opt$zero_grad()
#'   loss <- mean((b$y - w[1] - w[2] * b$x)^2)
#'   loss$backward()
#'   opt$step()
#' }
#' w
#'
#' # the same, with the data in shards
#' objective <- sharded(function(p, d) sum((d$y - p[1] - p[2] * d$x)^2), d, shards = 2)
#' batches <- minibatches(objective, 20)
#' opt$zero_grad()
#' objective$loss(w, batches$next_rows())$backward()
#' opt$step()
#' @export
minibatches <- function(data, size, shuffle = TRUE, drop_last = FALSE) {
  check_flag(shuffle, "shuffle")
  check_flag(drop_last, "drop_last")
  check_count(size, "size")
  is_sharded <- inherits(data, "gradtape_sharded")
  total <- if (is_sharded) data$n_rows() else count_rows(data)
  if (size > total) abort("{.arg size} is {size}, but {.arg data} has only {total} row{?s}.")
  Minibatches$new(if (!is_sharded) data, total, size, shuffle, drop_last)
}

Minibatches <- R6Class("gradtape_minibatches",
  cloneable = FALSE,
  public = list(
    epoch = 0, batch = 0, n_batches = NULL,
    initialize = function(data, total, size, shuffle, drop_last) {
      private$data <- data
      private$form <- list(total = total, size = size, shuffle = shuffle, drop_last = drop_last)
      self$n_batches <- if (drop_last) total %/% size else ceiling(total / size)
      private$stream <- new_random_stream()
      private$begin_epoch()
    },
    next_rows = function() {
      if (self$batch == self$n_batches) private$begin_epoch()
      rows <- seq.int(self$batch * private$form$size + 1, min((self$batch + 1) * private$form$size, private$form$total))
      self$batch <- self$batch + 1
      if (is.null(private$order)) rows else private$order[rows]
    },
    next_batch = function() {
      rows <- self$next_rows()
      if (is.null(private$data)) rows else take_rows(private$data, rows)
    },
    # (the order of the epoch follows from the stream as it was at its beginning)
    state = function() {
      c(private$form, list(epoch = self$epoch, batch = self$batch, stream = private$epoch_stream))
    },
    restore = function(state) {
      if (!is.list(state) || !identical(state[names(private$form)], private$form) ||
            !is_batch_state(state, self$n_batches)) {
        abort("{.arg state} is none of these batches: it must come from {.code $state()} of batches made alike.",
              "gradtape_state_error")
      }
      private$stream <- state$stream
      self$epoch <- state$epoch - 1
      private$begin_epoch()
      self$batch <- state$batch
      invisible(self)
    },
    print = function(...) {
      cat("<gradtape_minibatches> of ", private$form$size, " of ", private$form$total, " rows: epoch ", self$epoch,
          ", batch ", self$batch, " of ", self$n_batches, "\n", sep = "")
      invisible(self)
    }
  ),
  private = list(
    data = NULL, form = NULL,
    order = NULL,               # of the rows in this epoch; NULL: as they are
    stream = NULL,              # the state of random numbers for the next epoch
    epoch_stream = NULL,        # and with which this one began
    begin_epoch = function() {
      private$epoch_stream <- private$stream
      self$epoch <- self$epoch + 1
      self$batch <- 0
      if (!private$form$shuffle) return(invisible())
      with_random_state(private$stream, {
        private$order <- sample.int(private$form$total)
        private$stream <- random_seed()
      })
    }
  )
)

is_batch_state <- function(state, n_batches) {
  is_number <- function(x) is.numeric(x) && length(x) == 1 && !is.na(x)
  is_number(state$epoch) && is_number(state$batch) && state$batch >= 0 && state$batch <= n_batches &&
    is.integer(state$stream) && length(state$stream) == 7 && state$stream[1] %% 100L == 7L
}
