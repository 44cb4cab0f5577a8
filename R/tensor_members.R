# x$name: the fields and methods of a tensor. Each is a function of the tensor; for a
# method it returns the function that is then called.

tensor_members <- new.env(parent = emptyenv())

#' @export
`$.gradtape_tensor` <- function(x, name) {
  member <- tensor_members[[name]]
  if (is.null(member)) abort_no_member(name)
  member(x)
}

abort_no_member <- function(name) {
  known <- ls(tensor_members)
  close <- known[utils::adist(name, known) <= 2]
  cli::cli_abort(c("A tensor has no field or method {.field ${name}}.",
                   i = if (length(close)) "Did you mean {.or {.field ${close}}}?"), call = NULL)
}

#' @export
`$<-.gradtape_tensor` <- function(x, name, value) {
  switch(name,
    grad = {
      if (!is.null(value) && !is_torch_tensor(value)) value <- torch_tensor(value, dtype = x$dtype)
      .Call(C_call_set_grad, x, value)
    },
    requires_grad = .Call(C_call_set_flag, x, "requires_grad", value),
    cli::cli_abort("{.field ${name}} of a tensor cannot be set; {.field $grad} and {.field $requires_grad} can.", call = NULL)
  )
  x
}

#' @importFrom utils .DollarNames
#' @export
.DollarNames.gradtape_tensor <- function(x, pattern = "") {
  grep(pattern, ls(tensor_members), value = TRUE)
}

# ---- fields ----

fields <- list(
  grad = function(self) .Call(C_call_grad, self),
  shape = function(self) .Call(C_call_shape, self),
  ndim = function(self) length(.Call(C_call_shape, self)),
  dtype = function(self) new_dtype(tensor_info(self)$dtype),
  requires_grad = function(self) tensor_info(self)$requires_grad,
  is_leaf = function(self) tensor_info(self)$is_leaf,
  device = function(self) "cpu"
)

# ---- methods ----

methods <- list(
  backward = function(self) {
    function(gradient = NULL, retain_graph = create_graph, create_graph = FALSE) {
      .Call(C_call_backward, list(self), list(gradient), NULL, retain_graph, create_graph)
      invisible(NULL)
    }
  },
  item = function(self) {
    function() {
      if (length(self) != 1) {
        cli::cli_abort("{.code $item()} takes a tensor of one element; this one has {length(self)}.", call = NULL)
      }
      read_values(self)
    }
  },
  detach = function(self) function() .Call(C_call_detach, self),
  clone = function(self) function() .Call(C_add, self, 0),
  numel = function(self) function() length(self),
  size = function(self) function(dim = NULL) {
    shape <- .Call(C_call_shape, self)
    if (is.null(dim)) shape else shape[[normal_dim(dim, length(shape))]]
  },
  requires_grad_ = function(self) function(requires_grad = TRUE) {
    invisible(.Call(C_call_set_flag, self, "requires_grad", requires_grad))
  },
  retain_grad = function(self) function() invisible(.Call(C_call_set_flag, self, "retain_grad", TRUE)),
  to = function(self) function(dtype = NULL, device = NULL) {
    check_device(device)
    if (is.null(dtype) || identical(dtype, self$dtype)) return(self)
    code <- match(dtype_name(dtype), c("bool", "int", "long", "float", "double")) - 1L
    .Call(C_call_apply, "cast", list(self), code)
  },
  t = function(self) function() t(self),
  zero_ = function(self) function() invisible(.Call(C_call_fill, self, 0)),
  fill_ = function(self) function(value) {
    check_number(value, "value")
    invisible(.Call(C_call_fill, self, value))
  },
  copy_ = function(self) function(src) invisible(.Call(C_call_assign, self, src))
)

for (name in names(fields)) assign(name, fields[[name]], tensor_members)
for (name in names(methods)) assign(name, methods[[name]], tensor_members)

# x$sin(...) is torch_sin(x, ...).
as_method <- function(fun) {
  force(fun)
  function(self) function(...) fun(self, ...)
}

# x$sin_(...) gives x the value of torch_sin(x, ...).
in_place <- function(fun) {
  force(fun)
  function(self) function(...) invisible(.Call(C_call_assign, self, fun(self, ...)))
}

with_in_place <- list(
  abs = torch_abs, neg = torch_neg, square = torch_square, sqrt = torch_sqrt, exp = torch_exp,
  log = torch_log, sin = torch_sin, cos = torch_cos, tanh = torch_tanh, sigmoid = torch_sigmoid,
  relu = torch_relu, floor = torch_floor, ceil = torch_ceil, round = torch_round,
  reciprocal = torch_reciprocal, add = torch_add, sub = torch_sub, mul = torch_mul,
  div = torch_div, pow = torch_pow, clamp = torch_clamp
)
for (name in names(with_in_place)) {
  assign(name, as_method(with_in_place[[name]]), tensor_members)
  assign(paste0(name, "_"), in_place(with_in_place[[name]]), tensor_members)
}

without_in_place <- list(
  sign = torch_sign, atan2 = torch_atan2, maximum = torch_maximum, minimum = torch_minimum,
  sum = torch_sum, mean = torch_mean, prod = torch_prod, norm = torch_norm, amax = torch_amax,
  amin = torch_amin, max = torch_max, min = torch_min
)
for (name in names(without_in_place)) assign(name, as_method(without_in_place[[name]]), tensor_members)

rm(name, fields, methods, with_in_place, without_in_place)

#' Fields and methods of a tensor
#'
#' What can be asked of a tensor `x` with `$`. Most functions are methods too: `x$sin()` is
#' [torch_sin()]`(x)`, `x$sum(dim = 1)` is [torch_sum()]`(x, dim = 1)`, and `x$add(y)`,
#' `x$max(other = 0)` and so on. A method whose name ends in `_`, such as `x$sub_(y)`,
#' changes `x` itself.
#'
#' Fields: `$grad` (a tensor, or `NULL` before `$backward()`; may be set), `$shape`,
#' `$ndim`, `$dtype`, `$requires_grad` (may be set on a leaf), `$is_leaf`, `$device`
#' (always `"cpu"`).
#'
#' Methods: `$backward()` (see [backward]), `$item()` (the one element as a number),
#' `$detach()` (the values without their history), `$clone()`, `$numel()`, `$size(dim)`,
#' `$requires_grad_()`, `$retain_grad()` (keep the gradient of a computed tensor),
#' `$to(dtype)`, `$zero_()`, `$fill_(value)`, `$copy_(src)`.
#'
#' A leaf that requires gradients can be changed in place only inside [with_no_grad()].
#'
#' @return As described for each field and method. In-place methods return the tensor,
#'   invisibly.
#' @examples
#' x <- torch_tensor(c(1, 4), requires_grad = TRUE)
#' x$shape
#' y <- x$sqrt()$sum()
#' y$item()
#' y$backward()
#' x$grad
#' @name tensor-methods
NULL
