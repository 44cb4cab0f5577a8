# Modules: parameters, buffers and other modules under one name, with a forward().

#' Modules
#'
#' `nn_module()` makes a generator of modules: objects that hold parameters and are called
#' like a function. As in torch, `initialize(...)` sets the module's parameters, buffers and
#' modules as fields of `self`, and `forward(...)` computes.
#'
#' Every module `m` is called as `m(...)` and has
#'
#' - `$parameters`: a named list of its parameters and of those of the modules in it (their
#'   names joined by dots), each tensor once: what an optimizer takes. `$named_parameters()`
#'   gives the same;
#' - `$buffers`: likewise for buffers; `$children`: the modules directly in it;
#'   `$modules`: all of them, with itself;
#' - `$train(mode = TRUE)` and `$eval()`: set `$training` of all modules;
#' - `$state_dict()`: copies of the parameters and persistent buffers, as a named list that
#'   [saveRDS()] can save, and `$load_state_dict(state_dict)` to put them back;
#' - `$zero_grad(set_to_none = FALSE)`, `$requires_grad_(requires_grad = TRUE)`,
#'   `$apply(fn)` (calls `fn` on all modules), `$register_parameter(name, param)`,
#'   `$register_buffer(name, tensor, persistent = TRUE)` and `$add_module(name, module)`;
#' - `$to(dtype = NULL, device = NULL)`, `$double()`, `$float()`: parameters and buffers of real numbers become new
#'   ones of that dtype, so make the optimizer afterwards; `$cpu()` changes nothing;
#' - `$clone(deep = FALSE)`: another module with the same tensors and modules in it, or with `deep = TRUE` with
#'   copies of its parameters, buffers and modules (what is shared within the module stays so; no gradients are copied);
#' - `m[[i]]`: its i-th module, and `m[["name"]]`: `m$name`.
#'
#' @param classname Class of the modules, a string.
#' @param ... Methods and fields, named: `initialize`, `forward` and others.
#' @param inherit A generator that `nn_module()` made, to build upon.
#' @param private A list of private methods and fields.
#' @param active A list of active bindings.
#' @param parent_env Where the methods find what they do not define.
#' @param x For `nn_parameter()` and `nn_buffer()` a tensor or numbers; for
#'   `is_nn_module()` any R object.
#' @param requires_grad Are gradients with respect to the parameter needed?
#' @param persistent Is the buffer part of `$state_dict()`?
#' @return `nn_module()`: a function that makes modules. `nn_parameter()`: a tensor that a
#'   module takes for a parameter when it is set as a field. `nn_buffer()`: likewise, for
#'   what is part of the state but not optimized.
#' @section Errors: a field that does not exist; a `state_dict` whose names or shapes differ
#'   from those of the module, which then stays as it was.
#' @examples
#' energy <- nn_module(
#'   "energy",
#'   initialize = function(a) self$a <- nn_parameter(torch_tensor(a)),
#'   forward = function(x, y) x^3 + y^2 - self$a * x * y
#' )
#' e <- energy(a = 2)
#' e(1, 1)
#' e$parameters
#' @export
nn_module <- function(classname = "nn_module", ..., inherit = NULL, private = NULL, active = NULL,
                      parent_env = parent.frame()) {
  r6_constructor(classname, if (is.null(inherit)) Module else inherit, list(...), private, active, parent_env,
                 wrap = as_callable, cloneable = TRUE)
}

# The R6 object behind a module as the function that users call.
as_callable <- function(object) {
  structure(function(...) object$forward(...), module = object,
            class = c(setdiff(class(object), c("R6", "gradtape_module")), "gradtape_nn_module", "nn_module"))
}

#' @rdname nn_module
#' @export
is_nn_module <- function(x) inherits(x, "gradtape_nn_module")

#' @rdname nn_module
#' @export
nn_parameter <- function(x, requires_grad = TRUE) {
  check_flag(requires_grad, "requires_grad")
  as_member(x, "parameter")$requires_grad_(requires_grad)
}

#' @rdname nn_module
#' @export
nn_buffer <- function(x, persistent = TRUE) {
  check_flag(persistent, "persistent")
  as_member(x, if (persistent) "buffer" else "unsaved buffer")
}

# A leaf tensor with its part in a module as an attribute.
as_member <- function(x, role) {
  if (!is_torch_tensor(x)) x <- torch_tensor(x)
  else if (!tensor_info(x)$is_leaf) x <- x$detach()
  attr(x, "module_role") <- role
  x
}

role_of <- function(x) {
  if (is_nn_module(x)) "module" else if (typeof(x) == "externalptr") attr(x, "module_role", exact = TRUE)
}

Module <- R6Class("gradtape_module",
  cloneable = TRUE,
  lock_objects = FALSE,
  public = list(
    training = TRUE,
    member_names = character(),     # of parameters, buffers and modules, in order

    initialize = function(...) NULL,

    forward = function(...) {
      abort("The module {.cls {class(self)[1]}} has no method {.field forward}.")
    },

    named_parameters = function() self$parameters,

    train = function(mode = TRUE) {
      check_flag(mode, "mode")
      for (m in self$modules) m$training <- mode
      invisible(as_callable(self))
    },
    eval = function() self$train(FALSE),

    apply = function(fn) {
      check_function(fn, "fn", " of a module")
      for (m in self$modules) fn(m)
      invisible(as_callable(self))
    },

    to = function(dtype = NULL, device = NULL, non_blocking = FALSE) {
      check_device(device)
      if (!is.null(dtype)) convert_members(self, dtype)
      invisible(as_callable(self))
    },
    double = function() self$to(torch_double()),
    float = function() self$to(torch_float()),
    cpu = function() self$to(),
    cuda = function(device = NULL) check_device("cuda"),

    zero_grad = function(set_to_none = FALSE) {
      .Call(C_call_zero_grad, list(list(params = self$parameters)), set_to_none)
      invisible(NULL)
    },

    requires_grad_ = function(requires_grad = TRUE) {
      check_flag(requires_grad, "requires_grad")
      for (p in self$parameters) p$requires_grad_(requires_grad)
      invisible(as_callable(self))
    },

    register_parameter = function(name, param) {
      check_string(name, "name")
      self[[name]] <- nn_parameter(param)
    },
    register_buffer = function(name, tensor, persistent = TRUE) {
      check_string(name, "name")
      self[[name]] <- nn_buffer(tensor, persistent)
    },
    add_module = function(name, module) {
      check_string(name, "name")
      if (!is_nn_module(module)) {
        abort("{.arg module} must be a module, not {given(module)}.")
      }
      self[[name]] <- module
    },

    state_dict = function() lapply(self$members(c("parameter", "buffer")), function(x) x$detach()),

    load_state_dict = function(state_dict) {
      own <- self$members(c("parameter", "buffer"))
      check_names(state_dict, names(own))
      for (name in names(own)) check_entry(state_dict[[name]], own[[name]], name)
      with_no_grad(for (name in names(own)) own[[name]]$copy_(state_dict[[name]]))
      invisible(as_callable(self))
    },

    # Tensors of these roles, here and in the modules within, by their full names.
    members = function(roles) {
      found <- list()
      for (name in self$member_names) {
        value <- self[[name]]
        role <- role_of(value)
        if (identical(role, "module")) {
          inner <- value$members(roles)
          found <- c(found, stats::setNames(inner, if (length(inner)) paste(name, names(inner), sep = ".")))
        } else if (!is.null(role) && role %in% roles) {
          found[[name]] <- value
        }
      }
      without_duplicates(found)
    }
  ),
  active = list(
    parameters = function() self$members("parameter"),
    buffers = function() self$members(c("buffer", "unsaved buffer")),
    children = function() {
      found <- lapply(stats::setNames(nm = self$member_names), function(name) self[[name]])
      found[vapply(found, is_nn_module, NA)]
    },
    modules = function() {
      inner <- lapply(self$children, function(m) m$modules)
      c(list(as_callable(self)), do.call(c, unname(inner)))
    }
  )
)

# ---- other tensors in the place of those of a module ----

# Puts what become() makes of its tensors and modules in their place.
replace_members <- function(object, become) {
  for (name in get("member_names", envir = object)) {
    value <- get(name, envir = object)
    if (!is.null(role_of(value))) assign(name, become(value), envir = object)
  }
}

# A function that gives make(x), the same for the same tensor or module.
remembering <- function(make) {
  known <- list()
  function(x) {
    for (pair in known) if (is_same_member(pair$from, x)) return(pair$to)
    to <- make(x)
    known <<- c(known, list(list(from = x, to = to)))
    to
  }
}
is_same_member <- function(a, b) {
  if (is_nn_module(a)) is_nn_module(b) && identical(attr(a, "module"), attr(b, "module"))
  else !is_nn_module(b) && .Call(C_call_first_duplicate, list(a, b)) > 0
}

convert_members <- function(object, dtype) {
  name <- dtype_name(dtype)
  if (!name %in% c("float", "double")) abort("{.arg dtype} of a module must be float or double, not {.val {name}}.")
  converted <- remembering(function(x) {
    if (is_nn_module(x) || !x$is_floating_point() || x$dtype$name == name) return(x)
    new <- as_member(x$detach()$to(dtype = name), role_of(x))$requires_grad_(x$requires_grad)
    if (!is.null(x$grad)) new$grad <- x$grad$to(dtype = name)
    new
  })
  for (m in object$modules) replace_members(attr(m, "module", exact = TRUE), converted)
}

# (R6 copies the object, with its methods, and knows nothing of what is in it.)
copy_module <- function(x, deep) {
  check_flag(deep, "deep")
  copied <- remembering(function(x) {
    if (!is_nn_module(x)) return(as_member(x$detach(), role_of(x))$requires_grad_(x$requires_grad))
    object <- attr(x, "module", exact = TRUE)$clone()
    if (deep) replace_members(object, copied)
    new <- as_callable(object)
    class(new) <- class(x)
    new
  })
  copied(x)
}

# ---- checks of a state_dict ----

check_names <- function(state_dict, own) {
  if (!is.list(state_dict)) {
    abort(paste("{.arg state_dict} must be a named list, what {.code $state_dict()} of a module returned,",
                "not {given(state_dict)}; nothing was changed."))
  }
  lacking <- setdiff(own, names(state_dict))
  unknown <- setdiff(names(state_dict), own)
  if (length(lacking) || length(unknown) || is.null(names(state_dict)) && length(state_dict)) {
    abort(c("{.arg state_dict} must have the names of this module's; nothing was changed.",
                     x = if (length(lacking)) "It lacks {.val {lacking}}.",
                     x = if (length(unknown)) "It has, besides, {.val {unknown}}."))
  }
}

check_entry <- function(given, own, name) {
  if (!is_torch_tensor(given) && !is.numeric(given)) {
    abort("{.arg state_dict}: {.val {name}} must be a tensor, not {given(given)}; nothing was changed.")
  }
  if (!identical(value_shape(given), value_shape(own))) {
    abort(paste("{.arg state_dict}: {.val {name}} has shape {shape_text(given)}, the module's {shape_text(own)};",
                "nothing was changed."))
  }
}

# ---- what users see: fields by $, parameters found by being set as fields ----

#' @export
`$<-.gradtape_module` <- function(x, name, value) {
  if (!is.null(role_of(value)) && !name %in% get("member_names", envir = x)) {
    assign("member_names", c(get("member_names", envir = x), name), envir = x)
  }
  assign(name, value, envir = x)
  x
}
#' @export
`[[<-.gradtape_module` <- `$<-.gradtape_module`

#' @export
`$.gradtape_nn_module` <- function(x, name) {
  object <- attr(x, "module", exact = TRUE)
  if (identical(name, "clone")) return(function(deep = FALSE) copy_module(x, deep))
  if (!exists(name, envir = object, inherits = FALSE)) {
    abort_unknown_member(name, r6_members(object), "The module {.cls {class(x)[1]}}")
  }
  get(name, envir = object, inherits = FALSE)
}
#' @export
`[[.gradtape_nn_module` <- function(x, name) {
  if (!is.numeric(name)) return(`$.gradtape_nn_module`(x, name))
  children <- x$children
  check_count(name, "i")
  if (name > length(children)) {
    abort("The module has {length(children)} module{?s} in it; there is none at {name}.", "gradtape_index_error")
  }
  children[[name]]
}

#' @export
`$<-.gradtape_nn_module` <- function(x, name, value) {
  `$<-.gradtape_module`(attr(x, "module", exact = TRUE), name, value)
  x
}
#' @export
`[[<-.gradtape_nn_module` <- `$<-.gradtape_nn_module`

#' @export
names.gradtape_nn_module <- function(x) r6_members(attr(x, "module", exact = TRUE))

#' @export
.DollarNames.gradtape_nn_module <- function(x, pattern = "") {
  grep(pattern, names(attr(x, "module", exact = TRUE)), value = TRUE)
}

#' @export
print.gradtape_nn_module <- function(x, ...) {
  cat("<", class(x)[1], ">", sep = "")
  n <- sum(vapply(x$parameters, length, 0L))
  cat(" ", n, " parameter", if (n != 1) "s", "\n", sep = "")
  print_members(x, "  ")
  invisible(x)
}

print_members <- function(x, indent) {
  for (name in x$member_names) {
    value <- x[[name]]
    role <- role_of(value)
    if (is.null(role)) next
    if (role == "module") {
      cat(indent, name, ": <", class(value)[1], ">\n", sep = "")
      print_members(value, paste0(indent, "  "))
    } else {
      cat(indent, name, ": ", role, " ", shape_text(value), "\n", sep = "")
    }
  }
}
