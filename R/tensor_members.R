# x$name: the fields and methods of a tensor. Each is a function of the tensor; for a
# method it returns the function that is then called.

tensor_members <- new.env(parent = emptyenv())

#' @export
`$.gradtape_tensor` <- function(x, name) {
  # (What loops of steps ask for each time is answered at once: a call takes as long as a small operation.)
  switch(name,
    grad = .Call(C_call_grad, x),
    backward = function(gradient = NULL, retain_graph = create_graph, create_graph = FALSE) {
      invisible(.Call(C_call_backward_of, x, gradient, retain_graph, create_graph))
    },
    zero_ = function() invisible(.Call(C_call_fill, x, 0)),
    sub_ = function(other, alpha = 1) {
      invisible(.Call(C_call_assign, x, if (missing(alpha)) .Call(C_sub, x, other) else torch_sub(x, other, alpha)))
    },
    {
      member <- tensor_members[[name]]
      if (is.null(member)) abort_unknown_member(name, ls(tensor_members), "A tensor")
      member(x)
    }
  )
}
answered_at_once <- c("grad", "backward", "zero_", "sub_")

#' @export
`$<-.gradtape_tensor` <- function(x, name, value) {
  switch(name,
    grad = {
      if (!is.null(value) && !is_torch_tensor(value)) value <- torch_tensor(value, dtype = x$dtype)
      .Call(C_call_set_grad, x, value)
    },
    requires_grad = {
      check_flag(value, "requires_grad")
      .Call(C_call_set_flag, x, "requires_grad", value)
    },
    data = with_no_grad(.Call(C_call_assign, x, value)),
    abort("{.field ${name}} of a tensor cannot be set; {.field $grad}, {.field $requires_grad} and {.field $data} can.")
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
  shape = function(self) .Call(C_call_shape, self),
  ndim = function(self) length(.Call(C_call_shape, self)),
  dtype = function(self) new_dtype(tensor_info(self)$dtype),
  requires_grad = function(self) tensor_info(self)$requires_grad,
  is_leaf = function(self) tensor_info(self)$is_leaf,
  grad_fn = function(self) grad_fn(self),
  data = function(self) detached(self),
  device = function(self) torch_device("cpu")
)

# ---- methods ----

methods <- list(
  item = function(self) {
    function() {
      if (length(self) != 1) {
        abort("{.code $item()} takes a tensor of one element; this one has {length(self)}.",
              "gradtape_shape_error")
      }
      value <- read_values(self)
      dim(value) <- NULL
      value
    }
  },
  detach = function(self) function() detached(self),
  clone = function(self) function() labelled(apply_op("reshape", self, .Call(C_call_shape, self)), labels_of(self)),
  numel = function(self) function() length(self),
  size = function(self) function(dim = NULL) {
    shape <- .Call(C_call_shape, self)
    if (is.null(dim)) shape else shape[[normal_dim(dim, length(shape))]]
  },
  requires_grad_ = function(self) function(requires_grad = TRUE) {
    check_flag(requires_grad, "requires_grad")
    invisible(.Call(C_call_set_flag, self, "requires_grad", requires_grad))
  },
  retain_grad = function(self) function() invisible(.Call(C_call_set_flag, self, "retain_grad", TRUE)),
  to = function(self) function(dtype = NULL, device = NULL) {
    check_device(device)
    if (is.null(dtype) || identical(dtype, self$dtype)) return(self)
    code <- match(dtype_name(dtype), c("bool", "int", "long", "float", "double")) - 1L
    labelled(.Call(C_call_apply, "cast", list(self), code), labels_of(self))
  },
  register_hook = function(self) function(hook) register_hook(self, hook),
  cpu = function(self) function() self,
  cuda = function(self) function() check_device("cuda"),
  double = function(self) function() self$to(dtype = torch_double()),
  float = function(self) function() self$to(dtype = torch_float()),
  dim = function(self) function() length(.Call(C_call_shape, self)),
  where = function(self) function(condition, other) torch_where(condition, self, other),
  equal = function(self) function(other) torch_equal(self, other),
  allclose = function(self) function(other, ...) torch_allclose(self, other, ...),
  polygamma = function(self) function(n) torch_polygamma(n, self),
  softmax = function(self) function(dim) nnf_softmax(self, dim),
  log_softmax = function(self) function(dim) nnf_log_softmax(self, dim),
  view = function(self) function(size) torch_reshape(self, size),
  fill_ = function(self) function(value) {
    check_number(value, "value")
    invisible(if (is_torch_tensor(value)) .Call(C_call_assign, self, value) else .Call(C_call_fill, self, value))
  },
  copy_ = function(self) function(src) {
    if (!tensor_info(self)$dtype %in% c("float", "double")) src <- as_tensor(src)$to(dtype = self$dtype)
    invisible(.Call(C_call_assign, self, src))
  }
)

# ---- functions that are methods too ----

# x$sin(...) is torch_sin(x, ...).
as_method <- function(fun) {
  force(fun)
  function(self) function(...) fun(self, ...)
}

called_at_once <- function(method) {
  force(method)
  function(self, ...) method(self)(...)
}

# x$sin_(...) gives x the value of torch_sin(x, ...).
in_place <- function(fun) {
  force(fun)
  function(self) function(...) invisible(.Call(C_call_assign, self, fun(self, ...)))
}

# Of the table, what `$` answers without it.
by_operator <- function(name) {
  force(name)
  function(self) `$.gradtape_tensor`(self, name)
}

# The methods that torch has in place too, but for those that would change the shape.
changed_in_place <- c(
  "abs", "acos", "acosh", "add", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "clamp", "cos", "cosh",
  "cumprod", "cumsum", "digamma", "div", "eq", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "floor",
  "fmod", "frac", "ge", "gt", "hypot", "i0", "le", "lgamma", "log", "log10", "log1p", "log2", "logical_and",
  "logical_not", "logical_or", "logit", "lt", "masked_fill", "mul", "ne", "neg", "polygamma", "pow",
  "reciprocal", "relu", "remainder", "round", "rsqrt", "scatter", "scatter_add", "sigmoid", "sign", "sin",
  "sinc", "sinh", "sqrt", "square", "sub", "tan", "tanh", "tril", "triu", "trunc", "xlogy"
)

# Every torch_*() whose first argument is `self` is a method; fields, and methods that are better
# done otherwise or have no function, take precedence. (At load, when all files of R code have
# been read.)
fill_tensor_members <- function() {
  namespace <- topenv()
  for (name in grep("^torch_", ls(namespace), value = TRUE)) {
    fun <- get(name, namespace)
    if (is.function(fun) && identical(names(formals(fun))[1], "self")) {
      assign(sub("^torch_", "", name), as_method(fun), tensor_members)
    }
  }
  own <- c(methods, drawing_methods)
  list2env(c(fields, own), tensor_members)
  for (name in changed_in_place) {
    fun <- if (name %in% names(own)) called_at_once(own[[name]]) else get(paste0("torch_", name), namespace)
    assign(paste0(name, "_"), in_place(fun), tensor_members)
  }
  for (name in answered_at_once) assign(name, by_operator(name), tensor_members)
}

#' Fields and methods of a tensor
#'
#' What can be asked of a tensor `x` with `$`. Most functions are methods too: `x$sin()` is
#' [torch_sin()]`(x)`, `x$sum(dim = 1)` is [torch_sum()]`(x, dim = 1)`, and `x$add(y)`,
#' `x$max(other = 0)` and so on. A method whose name ends in `_`, such as `x$sub_(y)`,
#' changes `x` itself; those are the elementwise methods that torch has in place, `$cumsum_(dim)`,
#' `$cumprod_(dim)`, `$tril_()`, `$triu_()`, `$scatter_()`, `$scatter_add_()` and `$masked_fill_()`;
#' `$normal_()` and its kin fill it with random numbers, see [random].
#'
#' Fields: `$grad` (a tensor, or `NULL` before `$backward()`; may be set), `$shape`,
#' `$ndim`, `$dtype`, `$requires_grad` (may be set on a leaf), `$is_leaf`, `$device`
#' (always the CPU), `$grad_fn` (see [backward]), `$data` (the values without their history;
#' may be set, which changes the tensor and is not recorded).
#'
#' Methods: `$backward()` (see [backward]), `$item()` (the one element as a number),
#' `$detach()` (the values without their history), `$clone()` (a copy: dtype, names and history
#' are kept), `$numel()`, `$size(dim)`,
#' `$requires_grad_()`, `$retain_grad()` (keep the gradient of a computed tensor),
#' `$to(dtype)`, `$double()`, `$float()`, `$cpu()`, `$zero_()`, `$fill_(value)`, `$copy_(src)`,
#' `$register_hook(fn)` (see [backward]).
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
