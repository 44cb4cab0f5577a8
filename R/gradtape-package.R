#' gradtape: automatic differentiation on a tape, and optimizers to use it with
#'
#' Tensors are made with [torch_tensor()]; functions of them are ordinary R
#' functions. `$backward()` computes gradients ([backward]), and optimizers such as
#' [optim_lbfgs()] and [optim_adam()] use them. Names and arguments follow the torch
#' package where it has them. Constrained problems are solved by [penalty_method()].
#'
#' Arithmetic is in double precision by default; see [torch_set_default_dtype()].
#'
#' @keywords internal
#' @useDynLib gradtape, .registration = TRUE
#' @importFrom R6 R6Class
#' @importFrom methods setMethod setOldClass show
"_PACKAGE"
