# Where R gives a package no way in: functions that do not dispatch.

#' Make a plain R function take tensors everywhere
#'
#' Most plain R functions work on tensors as they are. A few constructs of R look only at
#' their first argument, or at none: `f[2] <- x` where `f` is a numeric vector, `c(1, x)`,
#' `max(0, x)`, `for (xi in x)`, `matrix(x, 2)`, `outer(x, y)`. `tensor_function()` returns
#' a copy of a function in which these work too. On numbers the copy does what the original
#' does. Nothing outside the function changes.
#'
#' What is replaced, in the function and in the functions defined inside it, also when written
#' as `base::` or `stats::`:
#' - assignment: `[<-`, `[[<-`, `diag<-`, `replace`, `append`, `storage.mode<-`
#' - joining: `c`, `unlist`, `sapply`, `vapply`, `mapply`, `tapply`, `apply`, `Vectorize`
#' - choosing: `ifelse`, `match`, `%in%`, `which.max`, `which.min`, `pmax`, `pmin`, the sequence of `for`
#' - summaries: `sum`, `prod`, `max`, `min`, `range`, `var`, `cov`, `cor`, `sd`, `mad`, `IQR`,
#'   `weighted.mean`, `scale`, `proportions`, `rowsum`, `rowSums`, `colSums`, `rowMeans`, `colMeans`
#' - matrices: `matrix`, `array`, `drop`, `outer`, `%o%`, `crossprod`, `tcrossprod`, `diag`, `det`,
#'   `norm`, `eigen`, `svd`, `solve`, `backsolve`, `forwardsolve`, `chol2inv`,
#'   `sweep`, `embed`, `toeplitz`, `cov2cor`, `mahalanobis`
#' - whole numbers, taken from a tensor: `numeric`, `vector` and kin, `seq_len`, `:`, `seq`, `head`, `tail`,
#'   `replicate`, the shape of `matrix`, `array` and `diag`, and what stands in `x[i]` and `x[[i]]` where
#'   `x` is plain
#' - mathematics: `log` and `logb` to a base that is a tensor,
#'   `atan2`, `beta`, `lbeta`, `choose`, `lchoose`, `psigamma`, `besselI`, `besselJ`, `besselK`,
#'   `besselY`
#' - distributions: R's densities, probabilities and quantiles, see [r_distributions]
#' - samples, sets and tables: `t.test`, `var.test`, `cor.test`, `ansari.test`, `mood.test`, `bartlett.test`,
#'   `fligner.test`, `Box.test`, `chisq.test`, `mcnemar.test`, `mantelhaen.test`, `power.prop.test`, `p.adjust`,
#'   `bw.nrd`,
#'   `bw.nrd0`, `prcomp`, `cancor`, `medpolish`, `addmargins`, `hat`, `spec.taper`, `combn`, `union`, `intersect`,
#'   `setdiff`, `setequal`, `is.element`
#' - groups and data frames: `cut`, `findInterval`, `table`, `tabulate`, `factor`, `rle`, `ave`, `unsplit`,
#'   `split<-`, `by`, `complete.cases`, `data.frame`, `transform`
#' - least squares: `qr`, `qr.coef`, `qr.solve` and kin, `lm.fit`, `lm.wfit`; `dist`; products with matrices of package
#' Matrix
#' - interpolation: `approx`, `approxfun`, `spline`, `splinefun`, and the functions that they made outside
#' - integrals, roots and minima: `integrate`, `uniroot`, `optimize`, `optim`, `nlm`, `nlminb`, `optimHess`, see
#'   [solved_functions]
#' - time series and complex numbers: `filter`, `diffinv`, `ARMAtoMA`, `ARMAacf`, `acf`, `ts`, `fft`, `mvfft`,
#'   `convolve`, `complex`, see [complex_tensors], `polyroot`, see [polynomial_roots]
#' - random numbers: `rnorm`, `sample` and the others of stats, see [random_draws]
#' - conversions: `as.numeric`, `as.double`, `as.vector`, `as.matrix` keep the gradient ([as_array()] gives numbers)
#' - questions, answered as of numbers: `identical`, `class`, `inherits`, `is`, `typeof`, `mode`, `is.vector`,
#'   `is.atomic`, `is.double` and kin, `attributes`, `attr`; `UseMethod()` finds the methods for numbers
#' - formulas: `model.frame`, `model.matrix`, `model.response`, `lm`
#' - objects of the S4 kind: `new`, `@<-`, `slot<-`, `validObject`, `callNextMethod`
#' - refused, with an error that says so: `ptukey`, `dwilcox` and others that have no version for tensors
#'
#' The functions that it calls are followed: helpers from the global environment, from the environment
#' of `fn` and from packages, functions that are arguments, elements of lists (`family$linkinv`) or
#' named in `do.call()`, methods of the kinds S3, S4 and R5, and what those call in turn. Each is
#' looked up when it is first reached, and from then on stays as it was. A variable or function
#' of the user's that has the name of one of R's stays what it is. Compiled code (`.Call()` and
#' kin, other than R's own that is listed here) is an error that names the routine.
#'
#' @param fn A function.
#' @return A function with the arguments of `fn`.
#' @examples
#' f <- function(par) {
#'   r <- numeric(2)
#'   for (i in 1:2) r[i] <- par[i]^2 - i
#'   sum(c(1, r)^2)
#' }
#' x <- torch_tensor(c(1, 2), requires_grad = TRUE)
#' y <- tensor_function(f)(x)
#' y$backward()
#' x$grad
#' @export
tensor_function <- function(fn) {
  check_function(fn, "fn")
  masked_copy(fn)
}

# (At load: no file of R code waits for another.)
fill_masks <- function() {
  generics$copy <- generic_copy
  list2env(c(higher_order_masks(), evaluation_masks(), join_masks(), choice_masks(), summary_masks(),
           matrix_masks(), math_masks(), distribution_masks(), conversion_masks(), type_masks(), group_masks(),
           frame_masks(), complex_masks(), polynomial_masks(), series_masks(), eigen_masks(), interpolation_masks(),
           solver_masks(), qr_masks(), distance_masks(), whole_masks(), random_masks(), count_masks(),
           rewritten_masks(), object_masks(), model_frame_masks(), refusal_masks()),
             masks)
  for (name in of_first_part) assign(name, by_first_part(masks[[name]]), masks)
  for (name in of_all_parts) assign(name, by_all_parts(masks[[name]]), masks)
}
