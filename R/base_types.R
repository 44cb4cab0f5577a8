# Questions about the type of a value, and its attributes: tensors answer as the numbers in their
# place would.

type_masks <- function() c(
  sapply(c("typeof", "mode", "storage.mode", "class", "oldClass", "is", "is.integer", "is.double", "is.atomic",
           "is.recursive", "is.object", "isS4", "is.vector", "is.factor", "data.class"),
         type_mask, simplify = FALSE),
  list(
    inherits = function(x, what, which = FALSE) {
      if (!is_torch_tensor(x)) return(base::inherits(x, what, which))
      known <- base::inherits(x, what, which)
      if (isTRUE(known)) known else base::inherits(stand_in(x), what, which)
    },
    unclass = first_mask("unclass", identity_of),
    lengths = first_mask("lengths", function(x, use.names = TRUE) original("lengths")(positions_of(x), use.names)),
    attributes = function(x) if (is_torch_tensor(x)) attributes_of(x) else base::attributes(x),
    `attributes<-` = function(x, value) {
      if (is_torch_tensor(x)) with_attributes(reshaped(x, length(x)), value) else base::`attributes<-`(x, value)
    },
    attr = function(x, which, exact = FALSE) {
      if (!is_torch_tensor(x)) return(base::attr(x, which, exact))
      if (which %in% own_attributes) return(NULL)
      known <- attributes_of(x)
      at <- if (exact) match(which, names(known)) else pmatch(which, names(known))
      if (is.na(at)) base::attr(x, which, TRUE) else known[[at]]
    },
    `attr<-` = function(x, which, value) {
      if (!is_torch_tensor(x)) return(base::`attr<-`(x, which, value))
      with_attributes(x, stats::setNames(list(value), which))
    },
    `class<-` = class_mask("class<-"),
    `oldClass<-` = class_mask("oldClass<-"),
    structure = rewritten("structure"),
    `storage.mode<-` = mode_mask("storage.mode<-"),
    `mode<-` = mode_mask("mode<-")
  )
)

type_mask <- function(name) {
  function(...) {
    if (!any_tensor(...)) return(original(name)(...))
    do.call(original(name), lapply(list(...), function(x) if (is_torch_tensor(x)) stand_in(x) else x))
  }
}

identity_of <- function(x) x

attributes_of <- function(x) {
  labels <- labels_of(x)
  dim <- dim(x)
  if (is.null(dim)) return(if (!is.null(labels)) list(names = labels))
  c(list(dim = dim), if (!is.null(labels)) list(dimnames = labels))
}

# Another tensor that has these attributes too.
with_attributes <- function(x, attributes) {
  first <- match("dim", names(attributes), 0L)             # as in R before all others
  for (k in c(first, setdiff(seq_along(attributes), first))) {
    if (k == 0) next
    name <- names(attributes)[k]
    value <- attributes[[k]]
    if (name == "dim") dim(x) <- value
    else if (name %in% own_attributes) refuse_class(value)
    else if (name == "names") names(x) <- value
    else if (name == "dimnames") dimnames(x) <- value
    else x <- with_further_attribute(x, name, value)
  }
  x
}
# (Of a tensor of its own: others may hold x.)
with_further_attribute <- function(x, name, value) {
  x <- relabelled(x, labels_of(x))
  attr(x, name) <- value
  x
}

class_mask <- function(name) {
  function(x, value) {
    if (!is_torch_tensor(x)) return(original(name)(x, value))
    if (length(value) && !all(value %in% base::class(stand_in(x)))) refuse_class(value)
    x
  }
}
refuse_class <- function(class) {
  if (is.null(class)) return(invisible())
  abort(c("A tensor cannot be made an object of class {.val {class}}.",
          i = "A list that holds it can: {.code structure(list(value = x), class = ...)}."))
}

mode_mask <- function(name) {
  function(x, value) {
    if (!is_torch_tensor(x)) return(original(name)(x, value))
    if (value %in% c("numeric", "double")) return(x)
    abort("The {.fn {sub('<-', '', name)}} of a tensor is a number's, not {.val {value}}.")
  }
}
