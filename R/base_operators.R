# R's operators on tensors. One function per operator keeps dispatch short.

#' R arithmetic on tensors
#'
#' The operators `+ - * / ^ %% %/%`, the comparisons, `& | !` and R's mathematical
#' functions mean on tensors what they mean on numbers: vectors are recycled as R
#' recycles them, a vector against a matrix by column. A plain R number or vector may
#' stand on either side.
#'
#' Comparisons give a bool tensor that is an R logical vector too, so that `if (x > 0)`,
#' `which(x > 0)` and `x[x > 0]` work.
#' Numbers that R's arithmetic makes of infinities, and the digits that `%/%` and `round()` find,
#' are R's own. [torch_pow()] and [torch_remainder()] differ there, as torch does.
#' Where R finds matrices non-conformable, or a vector longer than the matrix beside it, an error
#' names [torch_add()] and its kin, which broadcast by torch's rules.
#'
#' @param e1,e2,x,y Tensors, or numbers where the other one is a tensor.
#' @param base Base of the logarithm; a number.
#' @param digits How many digits to keep, behind the point or (`signif()`) in all.
#' @param ... For `sum()`, `prod()`, `max()`, `min()`, `any()` and `all()` tensors and numbers, whose
#'   elements are joined. `dim` and `keepdim` among them are an error that names [torch_sum()]
#'   or its kin. Of other functions nothing.
#' @param na.rm Leave `NaN` out?
#' @param trim The fraction of elements left out of the mean at either end.
#' @return A tensor; for comparisons and logic a bool tensor, which is a logical vector too.
#' @examples
#' x <- torch_tensor(c(1, 2, 3))
#' x^2 + 1
#' if (x[1] < 2) "small"
#' @order 1
#' @aliases +,gradtape_tensor,gradtape_tensor-method +,gradtape_tensor,numeric-method +,numeric,gradtape_tensor-method
#'   -,gradtape_tensor,gradtape_tensor-method -,gradtape_tensor,numeric-method -,numeric,gradtape_tensor-method
#'   *,gradtape_tensor,gradtape_tensor-method *,gradtape_tensor,numeric-method *,numeric,gradtape_tensor-method
#'   /,gradtape_tensor,gradtape_tensor-method /,gradtape_tensor,numeric-method /,numeric,gradtape_tensor-method
#'   ^,gradtape_tensor,gradtape_tensor-method ^,gradtape_tensor,numeric-method ^,numeric,gradtape_tensor-method
#'   <,gradtape_tensor,gradtape_tensor-method <,gradtape_tensor,numeric-method <,numeric,gradtape_tensor-method
#'   <=,gradtape_tensor,gradtape_tensor-method <=,gradtape_tensor,numeric-method <=,numeric,gradtape_tensor-method
#'   >,gradtape_tensor,gradtape_tensor-method >,gradtape_tensor,numeric-method >,numeric,gradtape_tensor-method
#'   >=,gradtape_tensor,gradtape_tensor-method >=,gradtape_tensor,numeric-method >=,numeric,gradtape_tensor-method
#'   $,gradtape_tensor-method
#' @name operators
NULL

#' @rdname operators
#' @export
`+.gradtape_tensor` <- function(e1, e2) {
  if (missing(e2)) return(e1)
  .Call(C_operator_add, e1, e2)
}
#' @rdname operators
#' @export
`-.gradtape_tensor` <- function(e1, e2) {
  if (missing(e2)) return(if (is_torch_tensor(e1)) .Call(C_neg, e1) else 0 - e1)
  .Call(C_operator_sub, e1, e2)
}
#' @rdname operators
#' @export
`*.gradtape_tensor` <- function(e1, e2) .Call(C_operator_mul, e1, e2)
#' @rdname operators
#' @export
`/.gradtape_tensor` <- function(e1, e2) .Call(C_operator_div, e1, e2)
#' @rdname operators
#' @export
`^.gradtape_tensor` <- function(e1, e2) .Call(C_operator_power, e1, e2)
#' @rdname operators
#' @export
`%%.gradtape_tensor` <- function(e1, e2) .Call(C_operator_modulo, e1, e2)
#' @rdname operators
#' @export
`%/%.gradtape_tensor` <- function(e1, e2) .Call(C_operator_quotient, e1, e2)
#' @rdname operators
#' @export
`<.gradtape_tensor` <- function(e1, e2) .Call(C_operator_lt, e1, e2)
#' @rdname operators
#' @export
`<=.gradtape_tensor` <- function(e1, e2) .Call(C_operator_le, e1, e2)
#' @rdname operators
#' @export
`>.gradtape_tensor` <- function(e1, e2) .Call(C_operator_gt, e1, e2)
#' @rdname operators
#' @export
`>=.gradtape_tensor` <- function(e1, e2) .Call(C_operator_ge, e1, e2)
#' @rdname operators
#' @export
`==.gradtape_tensor` <- function(e1, e2) .Call(C_operator_eq, e1, e2)
#' @rdname operators
#' @export
`!=.gradtape_tensor` <- function(e1, e2) .Call(C_operator_ne, e1, e2)
#' @rdname operators
#' @export
`&.gradtape_tensor` <- function(e1, e2) .Call(C_operator_and, e1, e2)
#' @rdname operators
#' @export
`|.gradtape_tensor` <- function(e1, e2) .Call(C_operator_or, e1, e2)
#' @rdname operators
#' @export
`!.gradtape_tensor` <- function(x) .Call(C_not, x)

# In the copy of a function these stand before R's for time series. R uses an operator's method only
# where both operands have the same one, so that `y - mu` works with a time series y.
delayedAssign("series_operators", sapply(
  c("+.ts", "-.ts", "*.ts", "/.ts", "^.ts", "%%.ts", "%/%.ts", "<.ts", "<=.ts", ">.ts", ">=.ts", "==.ts", "!=.ts",
    "&.ts", "|.ts"),
  function(name) get(sub("ts", "gradtape_tensor", name, fixed = TRUE)), simplify = FALSE
))
