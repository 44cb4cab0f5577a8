# Values that leave the tensors: a tape that records has to know, and a gradient must not be lost
# unseen.

# The values, for R code to use. Of a tape that is recording they are watched: see tape_escape.R.
read_values <- function(x, with_dim = TRUE) .Call(C_call_read, x, with_dim)

# Plain numbers with the names or dimnames of the tensor.
labelled_values <- function(x) {
  values <- read_values(x)
  labels <- labels_of(x)
  if (is.list(labels)) dimnames(values) <- labels
  else if (!is.null(labels)) names(values) <- labels
  values
}

# What a tape records at these positions holds only for them.
plain_subscript <- function(s) {
  if (typeof(s) != "externalptr") return(s)
  as.vector(.Call(C_call_to_array, .Call(C_call_record_guard, s)))
}

# The whole number of a tensor, which a tape guards.
plain_count <- function(x) if (is_torch_tensor(x)) as.integer(x) else x

# Functions of R such as sd() and svd() start with as.double(x) or as.matrix(x). Who calls
# them did not ask for plain numbers, and would get a wrong gradient.
refuse_base_reader <- function(x, caller, call) {
  if (!carries_gradient(x)) return(invisible())
  home <- topenv(caller)
  if (identical(home, globalenv()) || !environmentName(home) %in% c("base", "stats")) return(invisible())
  if (calls_any(call, c(value_readers, conversions)) || only_shows(call)) return(invisible())
  abort(c("{.code {deparse1(call[[1]])}()} of R takes only the numbers of a tensor, and the gradient would be lost.",
                   i = "In {.fn tensor_function} and {.fn tape}, many functions keep it: see {.code ?tensor_function}.",
                   i = "If the numbers are all that is wanted, pass {.code as_array(x)}."),
        "gradtape_escape_error")
}
# Functions that call what they are given, and functions that give positions or bounds.
value_readers <- c("lapply", "vapply", "mapply", "rapply", "do.call", "findInterval", "cut.default", "max.col",
                   "pretty.default")

# The values as they are now: for a decision that a guard confirms, or on which no result depends.
peeked <- function(x) if (is_torch_tensor(x)) .Call(C_call_to_array, x) else x
