# Tapes: a function recorded once and replayed in C.

#' Record a function on a tape
#'
#' `tape()` runs `fn` once, on tensors, and keeps the operations that it did. From then on
#' the value, gradient, Hessian and Jacobian of the function are computed in C, with no R
#' code in the loop. The tape's functions take and return plain numbers, so that any
#' optimizer can use them.
#'
#' `fn` may be any R function of its argument, with branches and loops. What it decides
#' from values while it is recorded, by `if`, `while`, a logical subscript or
#' `as.integer()`, is remembered, and so is whether a decomposition such as [chol()] succeeded:
#' at a point where a decision would go the other way, the function is recorded again, and both
#' recordings are kept, up to 64 of them. From the fifth on, an `if` whose sides are formulas computes
#' both and chooses, so that an `if` for each observation does not need a recording for each pattern;
#' where its condition is `NA`, which is an error in R, the value then is `NaN`.
#'
#' A real number must not leave the tensors (by [as_array()], `$item()`, `saveRDS()`, in a forked
#' process, or by a tape or an optimizer inside the function): what is computed from it would be a
#' constant and have no gradient. That is an error of class `gradtape_escape_error`, which names
#' the call. Showing numbers is no escape, where they can go nowhere but to the screen:
#' `cat(x$item())`, `cat(sprintf("%g", x[1]$item()))`, `print(x)`, `message("at ", x[1])`. `print(paste("at", x[1]))`
#' as a statement, whose value is dropped. (Text that is kept in a variable, or captured, is.)
#' With `options(gradtape.escape = "eager")` such
#' a number is a constant, as in torch, and the function runs eagerly at every call, which is
#' slower; a message says so. So it does where random numbers are drawn, or a function made by
#' [autograd_function()] is called.
#'
#' Constructs of R that look at no tensor, such as `c(1, x)`, `max(0, x)` or `r[i] <- x` with
#' a numeric `r`, work inside `fn` as described at [tensor_function()].
#'
#' All else that `fn` uses, data for instance, is taken as it is at recording. The tape
#' computes in double; what `fn` computes in float, it computes in float, operation by operation and
#' with the same digits.
#'
#' The function is also run once on plain numbers where it is recorded. When these give another
#' value than the tape, which happens where code asks what kind of object it was given, or
#' where [try()] hides an error that numbers do not have, that is an error: no such tape can be trusted.
#' `options(gradtape.check = FALSE)` leaves that run out, for functions that give another value at
#' every call.
#'
#' Loops whose steps do not need one another, such as `for (i in seq_along(y)) s <- s + f(x[i], y[i])`, also loops
#' in loops and with `if`, become operations on vectors: a tape takes no more time and memory for them than for
#' code on vectors. Their sums are then added up in another order than R's, as [sum()] of a tensor is, and may
#' differ in the last digits. With `options(gradtape.vectorise = FALSE)`, where a tape is recorded, steps stay single.
#'
#' @param fn A function. Its first argument is a tensor in the shape of `par`, or
#'   the named list of them; it returns a scalar tensor (for `$jacobian()`: a tensor of
#'   any shape).
#' @param par Where to record: a numeric vector (its names are kept), a matrix or array, or
#'   a named list of them.
#' @param ... Further arguments of `fn`, evaluated once. As with [optim()], their names must not be
#'   abbreviations of `fn` and `par`.
#' @param spread If `TRUE`, the elements of `par`, a named list or vector, are arguments of `fn` by their
#'   names, as for `stats4::mle()`, not one list.
#' @return An object of class `gradtape_tape`. In its functions, `x` is a numeric vector of
#'   the length of `par`, or has the structure of `par`; a list is flattened in its order,
#'   each element by column. Derivatives are flat, with the names that `unlist(par)` has.
#'   - `$fn(x)`: the value: one number, or what `fn` returns, with its names and dimensions.
#'   - `$gr(x)`: the gradient. At the `x` of the last `$fn()` the work is not done again.
#'   - `$he(x, sparse = FALSE)`: the Hessian, a matrix; with `sparse = TRUE` a `dsCMatrix`.
#'   - `$hvp(x, v)`: the Hessian times the vector `v`.
#'   - `$jacobian(x, sparse = FALSE)`: the matrix of derivatives, a row per element that `fn` returns; with
#'     `sparse = TRUE` a `dgCMatrix`.
#'   - `$sparsity(what, x)`: the pattern of the `"hessian"` or the `"jacobian"`, see below.
#'   - `$value_and_grad(x)`: a list of `value` and `gradient`.
#'   - `$scores(x)`: of a function that returns a vector, the contribution of each observation for
#'     instance, the gradient of each element, a row for each: `$jacobian(x)`, but an error for a
#'     function of one number. `crossprod(tp$scores(x))` is the middle of the sandwich variance.
#'   - `$fn_many(X, margin = 1)`: the values at many points, the rows of the matrix or data frame `X`
#'     (with `margin = 2`, as for [apply()], its columns): a vector, or where `fn` returns several
#'     numbers a matrix with a row (column) for each point. All points are computed at once, many times
#'     faster than by a loop over `$fn()`, and give the same numbers.
#'   - `$gr_many(X, margin = 1)`: the gradients at these points, a matrix in the form of `X`.
#' @section Sparse derivatives: A Hessian or Jacobian most of whose entries are always zero is computed by few
#'   products instead of one for each parameter: two that have no entry in a common place are computed
#'   together (found by colouring a graph, of a Hessian one in which any two colours make stars).
#'   Which entries may differ from zero is known from what each operation does with its elements, not tried out: it
#'   holds wherever `fn` takes the same way through its code, and each way has its own pattern. `$sparsity()` gives
#'   it as an `nsCMatrix` or `ngCMatrix`, for the way taken at `x`, by default for the one of the last call. The
#'   numbers are those of the dense matrix, to the last digit. `TRUE` stands also where an entry is zero at some
#'   points, or by cancellation at all. What a decomposition or `solve()` returns depends on all its elements, as
#'   far as is known.
#'   The classes are those of package \pkg{Matrix}, which comes with R.
#' @section Errors: `fn` returns no tensor, or a vector where a scalar is needed; `x` has
#'   another length than `par`, or as a list other names, or holds `NA`; an error in `fn` itself; a
#'   number leaves the tensors. The tape stays usable after each.
#' @references Griewank and Walther (2008), *Evaluating Derivatives*, chapters 3 to 5; for sparse derivatives
#'   7 and 8.
#'
#'   Gebremedhin, Manne and Pothen (2005), What color is your Jacobian? Graph coloring for computing derivatives,
#'   *SIAM Review* 47.
#' @seealso [gradient()] for the short forms; [as_dot()] to draw a tape.
#' @examples
#' rosenbrock <- function(x) (1 - x[1])^2 + 100 * (x[2] - x[1]^2)^2
#' tp <- tape(rosenbrock, c(-1.2, 1))
#' tp$fn(c(-1.2, 1))
#' tp$gr(c(-1.2, 1))
#' tp$he(c(1, 1))
#'
#' # each parameter beside its neighbours only
#' chain <- tape(function(x) sum((x[-1] - x[-length(x)]^2)^2), rep(1, 6))
#' chain$sparsity()
#' chain$he(1:6, sparse = TRUE)
#'
#' # further arguments; parameters that are arguments each
#' nll <- function(mu, sigma, y) -sum(dnorm(y, mu, sigma, log = TRUE))
#' tape(nll, list(mu = 0, sigma = 1), y = c(1, 2, 4), spread = TRUE)$gr(c(0, 1))
#'
#' optim(c(-1.2, 1), tp$fn, tp$gr, method = "BFGS")$par
#' nlminb(c(-1.2, 1), tp$fn, tp$gr, tp$he)$par
#'
#' # at many points
#' tp$fn_many(expand.grid(x1 = c(-1, 0, 1), x2 = c(0, 1)))
#'
#' # a sandwich variance: the Hessian of the sum, and the scores of the observations
#' y <- c(1, 2, 4, 8)
#' each <- function(p) -dnorm(y, p[1], exp(p[2]), log = TRUE)
#' p <- c(mean(y), log(sd(y)))
#' bread <- solve(hessian(function(p) sum(each(p)), p))
#' bread %*% crossprod(tape(each, p)$scores(p)) %*% bread
#' tp
#' @export
tape <- function(fn, par, ..., spread = FALSE) {
  new_tape(fn, par, "par", substitute(fn), spread, list(...))
}

# name: what the user calls `par`; written: how the user wrote `fn`; arguments: its further ones.
new_tape <- function(fn, par, name, written, spread, arguments) {
  check_function(fn, "fn", " of one argument")
  check_flag(spread, "spread")
  if (!length(formals(args(fn)))) abort("{.arg fn} must be a function of one argument, the tensor; it has none.")
  check_whose_argument(name, fn, sys.call(-1))
  if (spread && is.numeric(par) && !is.null(names(par))) par <- as.list(par)
  if (spread && !is.list(par)) {
    abort(c("With {.code spread = TRUE}, {.arg {name}} must have names, those of the arguments of {.arg fn}.",
            i = "Write {.code list(mu = 0, sigma = 1)}, for example."))
  }
  Tape$new(fn, par, name, function_name(written), spread, arguments)
}

# An argument of fn may have the name of one of ours, which R matches first: then what is given by
# position is where to record, and fn would be run on its data.
check_whose_argument <- function(name, fn, call) {
  given <- names(call)
  ours <- c("fn", name)
  cut <- given[nzchar(given) & !given %in% c(ours, names(formals(sys.function(-2))))]
  # (what is given by its whole name is not matched by a part of it)
  cut <- cut[vapply(cut, function(prefix) any(startsWith(setdiff(ours, given), prefix)), NA)]
  by_position <- sum(given[-1] == "") + ("fn" %in% given) > 1
  both <- if (by_position && name %in% given && name %in% names(formals(args(fn)))[-1]) name
  for (clash in c(cut, both)) {
    abort(c("{.arg {clash}} could be an argument of this function or of {.arg fn}.",
            i = "Give it to {.arg fn} yourself: {.code function(p) fn(p, {clash} = {clash})}."))
  }
}

# The name under which the user's function is called, and found in errors.
function_name <- function(written) {
  name <- if (is.symbol(written)) as.character(written) else "fn"
  if (name %in% c("...", "parameters", "list", "")) "fn" else name
}

# `f` as a function of the parameters alone; arguments: its further ones. spread: the names of
# parameters that are arguments each, or NULL.
bind_arguments <- function(f, name, spread, arguments) {
  frame <- frame_with_dots(arguments)
  assign(name, f, frame)
  own <- if (is.null(spread)) list(quote(parameters))
         else sapply(spread, function(p) call("[[", quote(parameters), p), simplify = FALSE)
  as.function(list(parameters = quote(expr = ), as.call(c(as.name(name), own, quote(...)))), envir = frame)
}

# An environment in which `...` are these values, each written by its name, as a function that asks
# for the code of its argument expects. (It is the function's parent.frame(): from there R's functions and the
# user's are seen, as from an optimizer of R's.)
frame_with_dots <- function(arguments) {
  written <- written_arguments(arguments)
  eval(as.call(c(quote((function(...) {
    list(...)
    environment()
  })), written$code)), written$frame)
}

# The arguments by their names, as code writes them in a call, and an environment where the names have these values.
written_arguments <- function(arguments) {
  names <- names(arguments) %||% rep("", length(arguments))
  written <- ifelse(nzchar(names), names, paste0("argument", seq_along(names)))
  list(code = stats::setNames(lapply(written, as.name), names),
       frame = list2env(stats::setNames(arguments, written), parent = .BaseNamespaceEnv))
}

# A saved tape brings its methods along: they are short, and what they call keeps its arguments,
# so that a tape saved by one version works with the next.
Tape <- R6Class("gradtape_tape",
  cloneable = FALSE,
  public = list(
    initialize = function(fn, par, name, called, spread, arguments) {
      private$shape <- parameter_shape(par, name)
      private$called <- called
      bound <- function(f) bind_arguments(f, called, if (spread) private$shape$names, arguments)
      private$original <- bound(fn)
      private$f <- bound(tensor_function(fn))
      private$state <- .Call(C_call_tape_new, private$shape$n)
      private$start <- par
      tape_record(private, flatten_parameters(par, private$shape, name))
    },

    fn = function(x) tape_fn(private, x),
    gr = function(x) tape_gr(private, x),
    value_and_grad = function(x) tape_value_and_grad(private, x),
    he = function(x, sparse = FALSE) tape_matrix(private, "hessian", x, sparse),
    hvp = function(x, v) tape_hessian_product(private, x, v),
    jacobian = function(x, sparse = FALSE) tape_matrix(private, "jacobian", x, sparse),
    sparsity = function(what = c("hessian", "jacobian"), x = NULL) tape_sparsity(private, what, x),
    scores = function(x) tape_scores(private, x),
    fn_many = function(X, margin = 1) tape_fn_many(private, X, margin),
    gr_many = function(X, margin = 1) tape_gr_many(private, X, margin),

    print = function(...) {
      print_tape(private)
      invisible(self)
    },

    # For the functions of this package that need more than numbers of a tape.
    .internals = function() private
  ),
  private = list(
    original = NULL,            # the function, of the parameters alone
    f = NULL,                   # the same for tensors, as tensor_function() made it
    called = NULL,              # what the user calls it
    shape = NULL,               # of its parameters
    start = NULL,               # where it was recorded first
    state = NULL,               # its recordings and programs: see bridge/tape_state.c
    forms = list(),             # of what each recording returned: names and dimensions
    n_out = NULL,               # elements that the function returned
    eager = FALSE,              # TRUE: no recording can stand for the function
    task = NULL                 # what minimize() makes of it: see task_of_tape()
  )
)

#' Derivatives of a function at a point
#'
#' Short forms that record `fn` at `x` (see [tape()]) and use the tape once. For many
#' points, make the tape yourself.
#'
#' @param fn A function whose first argument is a tensor in the shape of `x`, or the named list of them.
#'   It returns a scalar tensor; for `jacobian()` a tensor of any shape.
#' @param x Where: a numeric vector, a matrix or array, or a named list of them.
#' @param v What to multiply the Hessian by, in the form of `x`.
#' @param ... Further arguments of `fn`.
#' @return `gradient()` and `hvp()`: a numeric vector. `hessian()`: a matrix.
#'   `jacobian()`: a matrix with a row per element that `fn` returns. With the names of `x`, if it has
#'   any, as [unlist()] would give them.
#' @examples
#' f <- function(x, a = 1) a * x[1]^2 * x[2]
#' gradient(f, c(2, 3))
#' gradient(f, c(u = 2, v = 3), a = 10)
#' hessian(f, c(2, 3))
#' jacobian(function(x) x^2, c(2, 3))
#' @export
gradient <- function(fn, x, ...) new_tape(fn, x, "x", substitute(fn), FALSE, list(...))$gr(x)
#' @rdname gradient
#' @export
hessian <- function(fn, x, ...) new_tape(fn, x, "x", substitute(fn), FALSE, list(...))$he(x)
#' @rdname gradient
#' @export
jacobian <- function(fn, x, ...) new_tape(fn, x, "x", substitute(fn), FALSE, list(...))$jacobian(x)
#' @rdname gradient
#' @export
hvp <- function(fn, x, v, ...) new_tape(fn, x, "x", substitute(fn), FALSE, list(...))$hvp(x, v)

# What an optimizer needs to minimize the function of a tape from C; or, when the function
# must run eagerly, a closure for it.
tape_objective <- function(tp, params) {
  tape <- tape_private(tp)
  if (!tape$eager) return(list(tape$state, function(x) tape_answer(tape, x)))
  n <- sum(vapply(params, length, 0L))
  if (n != tape$shape$n) {
    abort("The tape was recorded for {tape$shape$n} parameter{?s}; the optimizer has {n}.")
  }
  function() {
    both <- tape_answer(tape, unlist(lapply(params, as.numeric)))
    at <- 0
    for (p in params) {
      p$grad <- gradient_like(p, both$gradient[at + seq_len(length(p))])
      at <- at + length(p)
    }
    torch_tensor(both$value)
  }
}

gradient_like <- function(p, v) .Call(C_call_tensor, v, p$dtype$name, FALSE, p$shape)

# ---- for the benchmarks ----

# Seconds that one replay of a program takes inside C.
replay_seconds <- function(tp, x, times, kind = "gradient") {
  state <- recorded_state(tp)
  start <- sum(proc.time()[1:2])
  .Call(C_call_tape_repeat, state, x, as.integer(times), kind)
  (sum(proc.time()[1:2]) - start) / times
}
