# Arguments of functions that stand for R's: matched as R's own function matches them, and an error
# where ours does not take them.

# `method` with all the arguments of R's function, in its order, so that R itself matches them by
# name, part of a name or position. Those that `method` does not take may only have R's default.
with_arguments_of <- function(name, method) {
  theirs <- r_arguments(name)
  ours <- formals(method)
  if (identical(names(theirs), names(ours))) return(method)
  refused <- setdiff(names(theirs), names(ours))
  checks <- lapply(refused, function(arg) {
    if (arg == "...") return(bquote(refuse_more(.(name), ...)))
    bquote(if (!missing(.(as.name(arg)))) refuse_unless_default(.(name), .(arg), .(as.name(arg))))
  })
  all <- theirs
  all[refused] <- rep(list(quote(expr = )), length(refused))
  all[names(ours)] <- ours
  as.function(c(all, as.call(c(quote(`{`), checks, body(method)))), environment(method))
}

# The arguments as R's own function would match them: by name, part of a name, or position.
matched <- function(fun, args) as.list(match.call(fun, as.call(c(list(quote(f)), args))))[-1]

# Of a generic function of R, the arguments of what it does for numbers.
r_arguments <- function(name) {
  default <- paste0(name, ".default")
  fun <- get0(default, baseenv(), inherits = FALSE) %||% get0(default, asNamespace("stats"), inherits = FALSE)
  known <- args(fun %||% original(name))         # NULL for what is no function to R, such as `[`
  if (!is.null(known)) formals(known)
}

refuse_unless_default <- function(fun, arg, value) {
  none <- new.env()                                     # unlike any value
  default <- tryCatch(eval(r_arguments(fun)[[arg]], baseenv()), error = function(e) none)
  if (is.character(default)) default <- default[1]      # of choices, the first
  if (is.character(value)) value <- value[1]
  if (isTRUE(all.equal(value, default))) return(invisible())
  only <- if (identical(default, none)) "has no version with {.arg {arg}}"
          else "takes {.arg {arg}} only as {deparse1(default)}, not {given(value)}"
  abort(c(paste0("{.fn {fun}} of a tensor ", only, "."),
          i = "If the numbers are all that is wanted, pass {.code as_array(x)}."),
        class = "gradtape_argument_error")
}

# Further arguments, which R's function would ignore.
refuse_more <- function(fun, ...) if (...length()) abort_more(fun, names(list(...))[1])

# sum(x, dim = 1) would add 1 to the sum. Who writes so means torch_sum().
refuse_dims <- function(fun, names) {
  asked <- intersect(names, c("dim", "keepdim"))
  if (length(asked)) abort_more(fun, asked[1])
}

abort_more <- function(fun, arg) {
  what <- if (is.null(arg) || arg == "") "so many arguments" else "no argument {.arg {arg}}"
  torch <- paste0("torch_", fun)
  by_dim <- isTRUE(arg %in% c("dim", "keepdim")) && is.function(get0(torch))
  abort(c(paste0("{.fn {fun}} of a tensor takes ", what, ", as R's has none."),
          i = if (by_dim) "Over one dimension of several, write {.code {torch}(x, dim = 1)}."),
        class = "gradtape_argument_error")
}

# A truth value as C code of R takes it: also a number.
as_flag <- function(x, name) {
  if (!is.logical(x) && !(is.numeric(x) && !is_torch_tensor(x)) || length(x) != 1 || is.na(x)) check_flag(x, name)
  as.logical(x)
}

# R's own function, looked up when it is first needed.
original <- function(name) {
  if (is.null(originals[[name]])) {
    fun <- get0(name, baseenv(), mode = "function", inherits = FALSE) %||%
      get0(name, asNamespace("stats"), mode = "function", inherits = FALSE) %||%
      get0(name, asNamespace("utils"), mode = "function", inherits = FALSE) %||%
      get0(name, asNamespace("grDevices"), mode = "function", inherits = FALSE) %||% getExportedValue("methods", name)
    assign(name, fun, originals)
  }
  originals[[name]]
}
originals <- new.env()
