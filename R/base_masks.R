# How functions of R that do not dispatch take tensors: inside a copy of the user's function, R's
# names mean versions of ours, the masks, which look at all arguments.

# A function that takes `method` where an argument is a tensor.
mask <- function(name, method) {
  function(...) if (any_tensor(...)) method(...) else original(name)(...)
}

# The arguments as R's own function would match them: by name, part of a name, or position.
matched <- function(fun, args) as.list(match.call(fun, as.call(c(list(quote(f)), args))))[-1]

# A function of vectors, recycled as R does, from one that broadcasts.
recycling <- function(fun) {
  function(...) {
    args <- list(...)
    n <- max(vapply(args, length, 1L))
    args <- lapply(args, function(a) {
      if (length(a) == n || length(a) == 1) flat_or_scalar(a) else elements(a, rep_len(seq_along(a), n))
    })
    do.call(fun, args)
  }
}

# R's own function, looked up when it is first needed.
original <- function(name) {
  if (is.null(originals[[name]])) {
    fun <- get0(name, baseenv(), mode = "function", inherits = FALSE) %||% getExportedValue("stats", name)
    assign(name, fun, originals)
  }
  originals[[name]]
}
originals <- new.env()

# By the name of the function of R that each stands for; see fill_masks().
masks <- new.env(parent = emptyenv())
