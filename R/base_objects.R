# Objects of the S4 kind whose slots are tensors. R checks the class of a slot, and of an argument when it
# chooses a method: here a tensor counts as numbers.

object_masks <- function() list(
  new = function(Class, ...) {
    if (!any_tensor(...)) return(methods::new(Class, ...))
    known <- methods::getClass(Class)
    if (methods::is(known, "refClassRepresentation")) return(methods::new(Class, ...))
    generic_copy(methods::initialize, current_copies(parent.frame()))(prototype_of(known), ...)
  },
  validObject = function(object, test = FALSE, complete = FALSE) {
    if (!has_tensor_slots(object)) return(methods::validObject(object, test, complete))
    checked_object(object, current_copies(parent.frame()))
    invisible(TRUE)
  },
  callNextMethod = next_method,
  `@<-` = function(object, name, value) {
    name <- substitute(name)
    with_slot(object, if (is.name(name)) as.character(name) else name, value)
  },
  `slot<-` = function(object, name, check = TRUE, value) with_slot(object, name, value, check)
)

current_copies <- function(frame) get0(".gradtape_copies", frame) %||% new_copies()

with_slot <- function(object, name, value, check = TRUE) {
  methods::slot(object, name, check && !is_torch_tensor(value)) <- value
  object
}
has_tensor_slots <- function(object) {
  isS4(object) && !is_torch_tensor(object) &&
    any(vapply(methods::slotNames(object), function(name) is_torch_tensor(methods::slot(object, name)), NA))
}

# What initialize() is given first.
prototype_of <- function(known) {
  object <- known@prototype
  class(object) <- structure(known@className, package = known@package)
  object
}

# As the default of initialize(): objects of classes above give their slots, then named arguments theirs.
initialized <- function(.Object, ..., .copies) {
  given <- list(...)
  named <- nzchar(names(given) %||% rep("", length(given)))
  for (other in given[!named]) {
    if (is_torch_tensor(other)) {
      abort("An object cannot be a tensor itself; a slot of it can.", "gradtape_argument_error")
    }
    if (!isS4(other)) .Object <- methods::initialize(.Object, other)
    else for (name in methods::slotNames(other)) .Object <- with_slot(.Object, name, methods::slot(other, name))
  }
  unknown <- setdiff(names(given)[named], methods::slotNames(.Object))
  if (length(unknown)) {
    abort("{.val {unknown[1]}} is no slot of class {.cls {class(.Object)[1]}}.", "gradtape_argument_error")
  }
  for (name in names(given)[named]) .Object <- with_slot(.Object, name, given[[name]])
  checked_object(.Object, .copies)
}

# The functions that setValidity() was given are asked, those of the classes above first.
checked_object <- function(object, copies) {
  above <- rev(methods::extends(class(object)))
  for (class in above[vapply(above, methods::isClass, NA)]) {
    valid <- methods::getClass(class)@validity
    if (is.null(valid)) next
    said <- follow(valid, copies)(object)
    if (is.character(said)) {
      abort("invalid class {dQuote(class(object)[1], TRUE)} object: {said}", "gradtape_numeric_error")
    }
  }
  object
}

# ---- methods ----

# A generic function of the S4 kind chooses its method by the classes of its arguments, where a
# tensor counts as numbers; the method is followed. One that a package made of a function of R's is that
# function, and so its mask, for tensors and where no method of its own applies.
generic_copy <- function(generic, copies) {
  mask <- if (generic@package %in% left_alone) masks[[generic@generic]]
  function(...) {
    args <- list(...)
    if (!is.null(mask) && has_tensor(args)) return(mask(...))
    given <- matched(generic, args)
    classes <- vapply(generic@signature, function(name) class_for_method(given[[name]], name %in% names(given)), "")
    method <- methods::selectMethod(generic@generic, classes)
    if (!is.null(mask) && methods::is(method, "derivedDefaultMethod")) return(mask(...))
    method_on_tensors(generic@generic, method, args, copies)
  }
}
class_for_method <- function(x, is_given) {
  if (!is_given) return("missing")
  if (!is_torch_tensor(x)) return(class(x)[1])
  if (length(value_shape(x)) == 2) "matrix" else "numeric"
}

# The method for the first class above that has another than the one that is running.
next_method <- function(...) {
  frames <- seq_len(sys.nframe() - 1L)
  at <- Position(function(k) identical(sys.function(k), method_on_tensors), frames, right = TRUE)
  if (is.na(at)) abort("{.fn callNextMethod} is called from a function that is no method.", "gradtape_argument_error")
  running <- sys.frame(at)
  args <- if (nargs()) list(...) else arguments_in(parent.frame(), running$generic)
  method_on_tensors(running$generic, method_above(running$generic, running$defined), args, running$copies)
}
arguments_in <- function(frame, generic) {
  formals <- names(formals(methods::getGeneric(generic)))
  is_given <- function(name) exists(name, frame, inherits = FALSE) && !eval(call("missing", as.name(name)), frame)
  given <- Filter(is_given, setdiff(formals, "..."))
  c(stats::setNames(lapply(given, get, frame), given), if (exists("...", frame)) eval(quote(list(...)), frame))
}
method_above <- function(generic, classes) {
  for (class in c(names(methods::getClass(classes[1])@contains), "ANY")) {
    method <- methods::selectMethod(generic, c(class, classes[-1]), optional = TRUE)
    if (!is.null(method) && !identical(defined_for(method)[1], classes[1])) return(method)
  }
  abort("There is no next method of {.fn {generic}} for class {.cls {classes[1]}}.", "gradtape_argument_error")
}
defined_for <- function(method) if (is.primitive(method)) "ANY" else as.vector(unclass(method@defined))

method_on_tensors <- function(generic, method, args, copies) {
  defined <- defined_for(method)
  if (generic == "initialize" && defined[1] == "ANY") {
    return(do.call(initialized, c(args, list(.copies = copies)), quote = TRUE))
  }
  do.call(if (is.primitive(method)) method else follow(method@.Data, copies), args, quote = TRUE)
}
