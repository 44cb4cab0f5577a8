# x$name: the fields and methods of a tensor. Each is a function of the tensor; for a
# method it returns the function that is then called.

tensor_members <- new.env(parent = emptyenv())

#' @export
`$.gradtape_tensor` <- function(x, name) {
  # (What loops of steps ask for each time is answered at once: a call takes as long as a small operation.)
  switch(name,
    grad = .Call(C_call_grad, x),
    backward = function(gradient = NULL, retain_graph = create_graph, create_graph = FALSE, inputs = NULL) {
      if (nargs() == 0L) invisible(.Call(C_call_backward_of, x, NULL, FALSE, FALSE))
      else if (is.null(inputs)) invisible(.Call(C_call_backward_of, x, gradient, retain_graph, create_graph))
      else backward_towards(list(x), list(gradient), inputs, retain_graph, create_graph)
    },
    zero_ = function() invisible(.Call(C_call_fill, x, 0)),
    sub_ = function(other, alpha = 1) {
      invisible(if (missing(alpha)) .Call(C_call_subtract, x, other)
                else .Call(C_call_assign, x, torch_sub(x, other, alpha)))
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
  data = function(self) data_of(self),
  device = function(self) torch_device("cpu"),
  is_cuda = function(self) FALSE
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
  detach = function(self) function() with_role_of(self, detached(self)),
  detach_ = function(self) function() {
    with_no_grad(.Call(C_call_assign, self, detached(self)))
    if (tensor_info(self)$requires_grad) .Call(C_call_set_flag, self, "requires_grad", FALSE)
    invisible(self)
  },
  clone = function(self) function(memory_format = NULL) {
    check_form(memory_format = memory_format)
    with_role_of(self, labelled(apply_op("reshape", self, .Call(C_call_shape, self)), labels_of(self)))
  },
  contiguous = function(self) function(memory_format = NULL) {
    check_form(memory_format = memory_format)
    self
  },
  is_contiguous = function(self) function() TRUE,
  is_sparse = function(self) function() FALSE,
  is_floating_point = function(self) function() self$dtype$is_floating_point,
  is_complex = function(self) function() FALSE,
  is_same_size = function(self) function(other) identical(.Call(C_call_shape, self), value_shape(other)),
  is_nonzero = function(self) function() self$item() != 0,
  numel = function(self) function() length(self),
  element_size = function(self) function() c(bool = 1, int = 4, long = 8, float = 4, double = 8)[[self$dtype$name]],
  size = function(self) function(dim = NULL) {
    if (is.null(dim)) .Call(C_call_shape, self) else size_along(self, dim)
  },
  # (in elements, of torch's order: row by row)
  stride = function(self) function(dim = NULL) {
    shape <- .Call(C_call_shape, self)
    stride <- as.integer(rev(cumprod(c(1, rev(shape[-1])))))[seq_along(shape)]
    if (is.null(dim)) stride else stride[[normal_dim(dim, length(shape))]]
  },
  requires_grad_ = function(self) function(requires_grad = TRUE) {
    check_flag(requires_grad, "requires_grad")
    invisible(.Call(C_call_set_flag, self, "requires_grad", requires_grad))
  },
  retain_grad = function(self) function() invisible(.Call(C_call_set_flag, self, "retain_grad", TRUE)),
  to = function(self) function(dtype = NULL, device = NULL, other = NULL, non_blocking = FALSE, copy = FALSE,
                               memory_format = NULL) {
    check_device(device)
    check_form(memory_format = memory_format)
    if (!is.null(other)) {
      if (!is.null(dtype)) abort("{.code $to()} takes {.arg other} or {.arg dtype}, not both.")
      check_tensor(other, "other")
      dtype <- other$dtype
    }
    check_flag(copy, "copy")
    name <- dtype_name(dtype)
    if (is.null(name) || name == tensor_info(self)$dtype) return(if (copy) self$clone() else self)
    labelled(as_dtype(self, name), labels_of(self))
  },
  type_as = function(self) function(other) self$to(other = other),
  register_hook = function(self) function(hook) register_hook(self, hook),
  cpu = function(self) function(memory_format = NULL) self,
  cuda = function(self) function(device = NULL, ...) check_device("cuda"),
  double = function(self) function() self$to(dtype = torch_double()),
  float = function(self) function() self$to(dtype = torch_float()),
  long = function(self) function() self$to(dtype = torch_long()),
  int = function(self) function() self$to(dtype = torch_int()),
  bool = function(self) function() self$to(dtype = torch_bool()),
  dim = function(self) function() length(.Call(C_call_shape, self)),
  where = function(self) function(condition, other) torch_where(condition, self, other),
  equal = function(self) function(other) torch_equal(self, other),
  allclose = function(self) function(other, ...) torch_allclose(self, other, ...),
  polygamma = function(self) function(n) torch_polygamma(n, self),
  polygamma_ = function(self) function(n) invisible(.Call(C_call_assign, self, torch_polygamma(n, self))),
  softmax = function(self) function(dim) nnf_softmax(self, dim),
  log_softmax = function(self) function(dim) nnf_log_softmax(self, dim),
  view = function(self) function(size) torch_reshape(self, size),
  expand_as = function(self) function(other) torch_expand(self, value_shape(other)),
  view_as = function(self) function(other) torch_reshape(self, value_shape(other)),
  reshape_as = function(self) function(other) torch_reshape(self, value_shape(other)),
  select = function(self) function(dim, index) torch_squeeze(torch_narrow(self, dim, index, 1L), dim),
  narrow_copy = function(self) function(dim, start, length) torch_narrow(self, dim, start, length),
  split_with_sizes = function(self) function(split_sizes, dim = 1L) torch_split(self, split_sizes, dim),
  new_full = function(self) function(size, fill_value, dtype = NULL, layout = NULL, device = NULL,
                                     requires_grad = FALSE) {
    torch_full(size, fill_value, NULL, dtype_like(self, dtype), layout, device, requires_grad)
  },
  new_zeros = function(self) function(size, ...) self$new_full(size, 0, ...),
  new_ones = function(self) function(size, ...) self$new_full(size, 1, ...),
  new_empty = function(self) function(size, ...) self$new_full(size, 0, ...),
  new_tensor = function(self) function(data, dtype = NULL, device = NULL, requires_grad = FALSE) {
    torch_tensor(data, dtype_like(self, dtype), device, requires_grad)
  },
  set_grad_ = function(self) function(new_grad) {
    self$grad <- new_grad
    invisible(self)
  },
  set_data = function(self) function(new_data) {
    self$data <- new_data
    invisible(self)
  },
  fill_ = function(self) function(value) {
    check_number(value, "value")
    invisible(if (is_torch_tensor(value)) .Call(C_call_assign, self, value) else .Call(C_call_fill, self, value))
  },
  copy_ = function(self) function(src, non_blocking = FALSE) {
    if (!tensor_info(self)$dtype %in% c("float", "double")) src <- as_tensor(src)$to(dtype = self$dtype)
    invisible(.Call(C_call_assign, self, src))
  }
)

# A copy of a parameter or buffer of a module is one, as in torch.
with_role_of <- function(x, copy) {
  role <- if (typeof(x) == "externalptr") attr(x, "module_role", exact = TRUE)
  if (!is.null(role)) attr(copy, "module_role") <- role
  copy
}

# x$data and x$data(): a tensor that has the values and no history, and passes on what is done to it
# in place.
data_of <- function(x) {
  values <- detached(x)
  if (!is.logical(values)) attr(values, "data_of") <- x
  structure(function() values, tensor = values, class = c("gradtape_data", "gradtape_tensor", "torch_tensor"))
}

#' @export
`$.gradtape_data` <- function(x, name) `$.gradtape_tensor`(attr(x, "tensor", exact = TRUE), name)
#' @export
`$<-.gradtape_data` <- function(x, name, value) `$<-.gradtape_tensor`(attr(x, "tensor", exact = TRUE), name, value)

# ---- functions that are methods too ----

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

# Of the table, what `$` answers without it.
by_operator <- function(name) {
  force(name)
  function(self) `$.gradtape_tensor`(self, name)
}

# The methods that torch has in place too, but for those that would change the shape.
changed_in_place <- c(
  "abs", "absolute", "acos", "acosh", "add", "addbmm", "addcdiv", "addcmul", "addmm", "addmv", "addr", "arccos",
  "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "asin", "asinh", "atan", "atan2", "atanh",
  "baddbmm", "ceil", "clamp", "clip", "cos", "cosh", "cumprod", "cumsum", "deg2rad", "digamma", "div", "divide",
  "eq", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "fix", "float_power", "floor", "floor_divide", "fmod",
  "frac", "ge", "greater", "greater_equal", "gt", "heaviside", "hypot", "i0", "igamma", "igammac", "index_add",
  "index_copy", "index_fill", "index_put", "le", "lerp", "less", "less_equal", "lgamma", "log", "log10", "log1p",
  "log2", "logical_and", "logical_not", "logical_or", "logical_xor", "logit", "lt", "masked_fill", "masked_scatter",
  "mul", "multiply", "mvlgamma", "nan_to_num", "ne", "neg", "negative", "not_equal", "pow", "rad2deg",
  "reciprocal", "relu", "remainder", "round", "rsqrt", "scatter", "scatter_add", "sgn", "sigmoid", "sign", "sin",
  "sinc", "sinh", "sqrt", "square", "sub", "subtract", "tan", "tanh", "tril", "triu", "true_divide", "trunc", "xlogy"
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
  list2env(c(fields, methods, drawing_methods), tensor_members)
  for (name in changed_in_place) {
    assign(paste0(name, "_"), in_place(get(paste0("torch_", name), namespace)), tensor_members)
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
#' (always the CPU), `$is_cuda` (`FALSE`), `$grad_fn` (see [backward]), `$data` (the values without their
#' history; may be set, which changes the tensor and is not recorded). As in R's torch `$data()` may be called
#' too. What is done in place to either, as `x$data()$sub_(1)`, is done to `x`, and is not recorded.
#'
#' Methods: `$backward()` (see [backward]), `$item()` (the one element as a number),
#' `$detach()` (the values without their history), `$detach_()`, `$clone()` (a copy: dtype, names and history
#' are kept), `$numel()`, `$size(dim)`, `$stride(dim)` (as if the elements stood row by row),
#' `$requires_grad_()`, `$retain_grad()` (keep the gradient of a computed tensor), `$set_grad_(new_grad)`,
#' `$set_data(new_data)`, `$to(dtype, device, other)`, `$type_as(other)`, `$double()`, `$float()`, `$long()`, `$int()`,
#' `$bool()`, `$cpu()`, `$contiguous()` (the tensor itself), `$zero_()`, `$fill_(value)`, `$copy_(src)`,
#' `$register_hook(fn)` (see [backward]).
#'
#' As one of the same dtype: `$new_zeros(size)`, `$new_ones(size)`, `$new_empty(size)`, `$new_full(size, fill_value)`,
#' `$new_tensor(data)`. In the shape of another: `$expand_as(other)`, `$view_as(other)`, `$reshape_as(other)`.
#' `$det()`, `$inverse()`, `$slogdet()`: see [linalg].
#' Parts: `$select(dim, index)`, `$narrow_copy(dim, start, length)`, `$split_with_sizes(sizes, dim)`.
#' Questions: `$is_same_size(other)`, `$is_contiguous()`, `$is_floating_point()`, `$is_complex()`, `$is_sparse()`,
#' `$is_nonzero()`, `$element_size()`.
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
