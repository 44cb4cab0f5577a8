#' gradtape: automatic differentiation on a tape, and optimizers to use it with
#'
#' Tensors are made with [torch_tensor()]; functions of them are ordinary R
#' functions. `$backward()` computes gradients ([backward]), and optimizers such as
#' [optim_lbfgs()] and [optim_adam()] use them. Names and arguments follow the torch
#' package where it has them. Constrained problems are solved by [penalty_method()].
#'
#' [tape()] records a function once and replays its value and derivatives in C, on plain
#' numbers: for [optim()], [nlminb()] and other optimizers, or for [optim_lbfgs()]. For single
#' points there are [gradient()], [hessian()], [hvp()] and [jacobian()]. [tensor_function()]
#' makes constructs of R that look at no tensor, such as `c(1, x)` or `r[i] <- x`, take them.
#'
#' Arithmetic is in double precision by default; see [torch_set_default_dtype()].
#'
#' @keywords internal
#' @useDynLib gradtape, .registration = TRUE
#' @importFrom R6 R6Class
#' @importFrom methods cacheGenericsMetaData getGeneric setLoadAction setMethod setOldClass show
"_PACKAGE"

.onLoad <- function(libname, pkgname) {
  fill_tensor_members()
  fill_masks()
  complete_optimizers()
  fill_preset_control()
  watch_for_matrix()
}

# The pronoun of ggplot2's aes().
utils::globalVariables(".data")
