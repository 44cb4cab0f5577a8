# Classes that users write: optimizers, schedulers, modules.

# A function that makes objects of an R6 class which extends `inherit`, an R6 generator or
# what this function returned, and wraps them.
r6_constructor <- function(name, inherit, public, private, active, parent_env, wrap = identity, cloneable = FALSE) {
  if (!is.character(name) || length(name) != 1 || is.na(name)) {
    abort("The name of the class must be one string, not {given(name)}.")
  }
  if (length(public) && (is.null(names(public)) || any(names(public) == ""))) {
    abort("Methods and fields of {.cls {name}} must be named, as {.code step = function(...) ...}.")
  }
  if (!is.environment(parent_env)) abort("{.arg parent_env} must be an environment, not {given(parent_env)}.")
  env <- new.env(parent = parent_env)
  env$inherit <- if (is.function(inherit)) attr(inherit, "generator") else inherit
  if (!inherits(env$inherit, "R6ClassGenerator")) {
    abort("{.arg inherit} must be a class of this package or one derived from it.")
  }
  generator <- do.call(R6Class, list(name, public = public, private = private, active = active,
                                     inherit = quote(inherit), parent_env = env,
                                     lock_objects = FALSE, cloneable = cloneable))
  init <- public$initialize
  if (is.null(init)) init <- if (is.function(inherit)) inherit else inherit$public_methods$initialize
  env$.new <- function(...) wrap(generator$new(...))
  structure(with_formals_of(init, quote(.new), env), generator = generator)
}

# function(<formals of f>) call(<the same arguments>)
with_formals_of <- function(f, call, env) {
  args <- lapply(names(formals(f)), as.symbol)
  names(args) <- ifelse(names(formals(f)) == "...", "", names(formals(f)))
  as.function(c(formals(f), as.call(c(call, args))), envir = env)
}

# A generator of the same objects that inherits from nothing: its class has the members of the one above it, which
# R6 would gather anew for each object. (Methods do without `super`.)
with_inherited <- function(generator) {
  above <- generator$get_inherit()
  gathered <- function(fields, methods) {
    own <- c(generator[[fields]], generator[[methods]])
    inherited <- c(above[[fields]], above[[methods]])
    c(inherited[setdiff(names(inherited), names(own))], own)
  }
  R6Class(c(generator$classname, above$classname), public = gathered("public_fields", "public_methods"),
          private = gathered("private_fields", "private_methods"), cloneable = FALSE,
          lock_objects = generator$lock_objects, parent_env = generator$parent_env)
}

r6_members <- function(object) setdiff(names(object), c(".__enclos_env__", "initialize"))
