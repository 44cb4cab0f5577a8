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

# For functions that R writes in R: the copy of each that takes tensors, made when needed.
rewritten <- function(name, source = name) {
  copy <- NULL
  mask(name, function(...) {
    if (is.null(copy)) copy <<- masked_copy(original(source))
    copy(...)
  })
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

# ---- copies of functions ----

# By the name of the function of R that each stands for; see fill_masks().
masks <- new.env(parent = emptyenv())

# A copy of a function in which R's names mean the masks.
masked_copy <- function(fn) {
  if (is.primitive(fn)) return(fn)
  home <- environment(fn)
  names <- names(masks)
  found <- mget(names, home, mode = "function", ifnotfound = list(NULL), inherits = TRUE)
  if (!identical(found, last_seen$found)) {
    last_seen$found <- found
    last_seen$ours <- names[mapply(identical, found, lapply(names, original))]       # not the user's own
  }
  body(fn) <- with_replacements(body(fn))
  environment(fn) <- list2env(c(mget(last_seen$ours, masks), .gradtape_items = loop_items), parent = home)
  fn
}

# What was found under the names of the masks, and which of them are R's functions: nearly always
# the same as the last time, and slow to compare.
last_seen <- new.env()

# for (i in x) becomes for (i in .gradtape_items(x)), and base::f the mask of f.
with_replacements <- function(code) {
  if (!is.call(code) && !is.pairlist(code)) return(code)
  if (is_base_name(code) && !is.null(masked <- masks[[as.character(code[[3]])]])) return(masked)
  for (k in seq_along(code)) {
    part <- code[[k]]
    # (NULL is a pairlist, and would be deleted by its assignment)
    if (!missing(part) && !is.null(part) && (is.call(part) || is.pairlist(part))) {
      code[[k]] <- with_replacements(part)
    }
  }
  if (is.call(code) && identical(code[[1]], quote(`for`))) code[[3]] <- call(".gradtape_items", code[[3]])
  code
}
is_base_name <- function(code) {
  is.call(code) && identical(code[[1]], quote(`::`)) && as.character(code[[2]]) %in% c("base", "stats")
}
loop_items <- function(x) if (is_torch_tensor(x)) as.list(x) else x
