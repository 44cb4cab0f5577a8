# Hostile calls: every function and method with arguments that it was not made for. What may come
# out is a sound value, an error of this package, or what R says of arguments that do not match.
#
# A call is text, so that a report can be pasted.

fuzz_values <- list(
  tensor = c(
    "torch_tensor(2)", "torch_tensor(c(1, 2, 3))", "torch_tensor(c(a = 0.2, b = 0.7))",
    "torch_tensor(c(0.3, 0.4), requires_grad = TRUE)",
    "torch_tensor(matrix(c(2, 1, 1, 3), 2), requires_grad = TRUE)", "torch_tensor(matrix(1:6 / 7, 2))",
    "torch_tensor(array(1:24 / 5, 2:4))",
    "torch_tensor(numeric())", "torch_tensor(matrix(0, 0, 3))", "torch_tensor(c(1L, 2L))",
    "torch_tensor(c(TRUE, FALSE))",
    "torch_tensor(c(1, NaN, Inf), dtype = torch_float())", "torch_tensor(1:3, dtype = torch_int())",
    "(torch_tensor(c(0.3, 0.4), requires_grad = TRUE)^2)"),
  plain = c(
    "0", "1", "2", "0.5", "c(1, 2)", "1:3", "c(2, 3)", "TRUE", "FALSE", "c(TRUE, FALSE)", "matrix(1:4 / 3, 2)",
    "c(a = 1)", "'mean'", "'sum'", "function(x) sum(x^2)", "torch_double()",
    "torch_float()", "torch_long()", "list(torch_tensor(1), torch_tensor(2))", "list(a = 1, b = 2)"),
  hostile = c(
    "NULL", "NA", "NaN", "Inf", "-Inf", "NA_integer_", "NA_character_", "c(1, NA)", "numeric()", "integer()",
    "character()", "logical()", "list()", "-1", "1.5", "-0.5", "1e300", "-1e300", "3e9", "-3e9", "2^31",
    "2147483647", "-2147483647", "c(65536, 65536)", "c(-1, -1)", "c(0, 3)", "rep(1, 9)", "1e9", "'a'", "''",
    "c('a', 'b')", "list(1, 'a')", "list(NULL)", "list(list(1))", "function() 1", "function(x) stop('mine')",
    "function(x) NULL", "function(...) 'a'",
    "globalenv()", "emptyenv()", "expression(1)", "1i", "as.raw(1)", "factor('a')", "as.Date('2020-01-01')",
    "array(1, c(0, 3))", "matrix(1:6, 2)", "array(1, rep(1, 9))", "data.frame(a = 1)", "sum",
    "structure(list(), class = 'gradtape_tensor')", "structure(1, class = 'gradtape_tensor')",
    "structure(list(), class = 'gradtape_tape')", "structure(list(name = 'x'), class = 'gradtape_dtype')",
    "structure(list(), class = 'gradtape_dtype')",
    "structure(TRUE, class = c('gradtape_bool', 'gradtape_tensor'))", "structure(list(), class = 'gradtape_optimizer')",
    "new.env()", "structure(function() 1, class = 'gradtape_tensor')", "~x"))

# What is called: a list of text up to the bracket and the names of formals.
fuzz_targets <- function() {
  ns <- asNamespace("gradtape")
  exported <- Filter(function(n) is.function(get(n, ns)), getNamespaceExports("gradtape"))
  functions <- lapply(exported, function(n) list(call = n, formals = names(formals(get(n, ns)))))
  registered <- getNamespaceInfo("gradtape", "S3methods")
  apart <- c("waldo::compare_proxy", "$", "$<-", ".DollarNames", "compare_proxy", "crossprod", "tcrossprod", "rep_len")
  registered <- registered[registered[, 2] == "gradtape_tensor" & !registered[, 1] %in% apart, , drop = FALSE]
  methods <- apply(registered, 1, function(m) {
    generic <- sub(".*::", "", m[[1]])
    list(call = paste0("`", generic, "`"), formals = names(formals(get(m[[3]], ns))), first = "tensor")
  })
  members <- lapply(ls(ns$tensor_members), function(n) {
    method <- ns$tensor_members[[n]](torch_tensor(1))
    if (is.function(method)) list(call = paste0("TENSOR$", n), formals = c("x", "y", names(formals(method))))
  })
  objects <- c(
    "tape(function(x) sum(x^2), c(1, 2))", "tape(function(p) sum(p$a * p$b), list(a = c(1, 2), b = 3))",
    "optim_adam(list(torch_tensor(1, requires_grad = TRUE)), lr = 0.1)",
    "optim_sgd(list(torch_tensor(c(1, 2), requires_grad = TRUE)), lr = 0.1, momentum = 0.9)",
    "optim_lbfgs(list(torch_tensor(1, requires_grad = TRUE)))",
    "lr_step(optim_sgd(list(torch_tensor(1, requires_grad = TRUE)), lr = 0.1), 2)", "nn_linear(2, 1)",
    "nn_sequential(nn_linear(2, 2), nn_relu())")
  object_methods <- unlist(lapply(objects, function(text) {
    object <- suppressMessages(eval(str2lang(text), list(), ns))
    members <- ls(if (is.environment(object)) object else attr(object, "module") %||% new.env())
    names <- grep("^\\.|^initialize$|^print$|^clone$|^members$|^active$", members, invert = TRUE, value = TRUE)
    Filter(Negate(is.null), lapply(names, function(n) {
      method <- tryCatch(eval(call("$", quote(object), as.name(n))), error = function(e) NULL)
      if (is.function(method)) list(call = paste0(text, "$`", n, "`"), formals = names(formals(method)))
    }))
  }), recursive = FALSE)
  distributions <- c("distr_normal(0, 1)", "distr_gamma(1, 2)", "distr_binomial(3, 0.5)",
                     "distr_multivariate_normal(c(0, 0), diag(2))")
  distributions <- unlist(lapply(distributions, function(text) {
    lapply(c("log_prob", "sample"), function(n) list(call = paste0(text, "$", n), formals = "x"))
  }), recursive = FALSE)
  Filter(Negate(is.null), c(functions, methods, members, object_methods, distributions))
}

# Text of a random call.
fuzz_call <- function(target) {
  value <- function(kind = sample(names(fuzz_values), 1, prob = c(0.4, 0.25, 0.35))) fuzz_pick(fuzz_values[[kind]])
  formals <- target$formals
  arguments <- character()
  for (k in seq_along(formals)) {
    # `drop` and its like are often left out, the first argument seldom
    if (stats::runif(1) > if (k == 1) 0.97 else 0.7) next
    if (formals[k] == "...") {
      arguments <- c(arguments, replicate(sample(0:2, 1), value()))
      next
    }
    text <- if (k == 1 && !is.null(target$first)) value(target$first)
            else if (k == 1 && stats::runif(1) < 0.6) value("tensor") else value()
    named <- k > 2 || k > 1 && stats::runif(1) < 0.5
    can_be_named <- !formals[k] %in% c("x", "y", "e2") && grepl("^[a-zA-Z_.]+$", formals[k])
    arguments <- c(arguments, if (named && can_be_named) paste(formals[k], "=", text) else text)
  }
  call <- sub("TENSOR", value("tensor"), target$call, fixed = TRUE)
  if (!grepl("[$`]", call)) call <- paste0(call)
  paste0(call, "(", paste(arguments, collapse = ", "), ")")
}

# What is wrong with a value that came out; NULL if nothing is.
fuzz_unsound <- function(x, depth = 0) {
  if (is_torch_tensor(x)) {
    values <- as.vector(as_array(x))
    shape <- x$shape
    dtype <- if (is.logical(x)) "bool" else x$dtype$name
    if (length(values) != prod(shape) || length(x) != prod(shape)) {
      return(sprintf("a tensor of shape [%s] with %d values", paste(shape, collapse = ", "), length(values)))
    }
    if (any(shape < 0)) return("a negative dimension")
    known <- values[!is.na(values)]
    if (dtype %in% c("int", "long") && any(known != trunc(known) | is.infinite(known))) {
      return(paste("dtype", dtype, "holds", known[known != trunc(known) | is.infinite(known)][1]))
    }
    if (dtype == "int" && any(abs(known) > 2147483647)) {
      return(paste("dtype int holds", known[abs(known) > 2147483647][1]))
    }
    names <- names(x)
    if (!is.null(names) && length(names) != length(x)) {
      return(sprintf("%d names of %d elements", length(names), length(x)))
    }
  } else if (is.list(x) && !is.object(x) && depth < 3) {
    for (part in x) if (!is.null(wrong <- fuzz_unsound(part, depth + 1))) return(wrong)
  }
  NULL
}

# R's words for arguments that do not match or memory that is not there, and the test's own errors.
fuzz_allowed <- paste("unused argument", "is missing, with no default", "formal argument", "matched by multiple",
                      "^'arg' ", "cannot allocate", "memory exhausted", "^mine$", "arguments? passed to",
                      "^invalid '[a-z.]+' (argument|value)", "^invalid value", "^invalid printing",
                      "must have length one", "must be a length-1", "non-numeric argument to binary",
                      "should be numeric", "^no applicable method", "operator needs", "must be a vector\\)",
                      "^invalid type", "^cannot coerce type", "^'[a-zA-Z.]+' (and '[a-zA-Z.]+' )?must be",
                      "^lengths of '", "^length.* is not TRUE$", sep = "|")
# Words of R's insides, which nobody who called our function can understand.
fuzz_internal <- paste("missing value where", "argument is of length zero", "condition has length", "negative length",
                       "non-numeric argument", "invalid argument", "C stack", "too deeply", "infinite recursion",
                       "not subsettable", "invalid for atomic", "object '", "could not find function",
                       "subscript out of bounds$", "incorrect number of", "invalid 'type'", "cannot coerce",
                       "invalid first argument", "replacement has", "^non-conformable arg", "must be a vector",
                       "cannot xtfrm", "not a multiple", "is not interpretable", "attempt to", "external pointer",
                       "REAL\\(\\)|INTEGER\\(\\)|LOGICAL\\(\\)|VECTOR_ELT|STRING_ELT|SEXP", "NaN or|infinite or",
                       "a tensor is needed here", sep = "|")

# Most functions of R look at the class of their first argument: max(list(), x) is no call of ours.
fuzz_is_rs_own <- function(code) {
  both <- c(getGroupMembers("Ops"), "%*%", "cbind", "rbind", "crossprod", "tcrossprod")
  if (!is.name(code[[1]]) || as.character(code[[1]]) %in% both) return(FALSE)
  home <- environmentName(environment(get(code[[1]]))) %||% "base"
  first <- if (length(code) > 1) tryCatch(eval(code[[2]], globalenv()), error = function(e) NULL)
  home != "gradtape" && !is_torch_tensor(first)
}

# NULL, or how a call went wrong.
fuzz_check_call <- function(text, seconds = 5) {
  code <- str2lang(text)
  on.exit({
    setTimeLimit()
    torch_set_default_dtype(torch_double())
  })
  setTimeLimit(cpu = seconds, transient = TRUE)
  quiet <- file(nullfile(), "w")
  sink(quiet)
  on.exit({ sink(); close(quiet) }, add = TRUE)
  found <- tryCatch(withCallingHandlers({
    value <- eval(code, new.env(parent = globalenv()))
    wrong <- fuzz_unsound(value)
    print(value)
    format(value)
    if (!is.null(wrong)) paste("gives", wrong)
  }, warning = function(w) invokeRestart("muffleWarning"), message = function(m) invokeRestart("muffleMessage")),
  error = function(e) {
    message <- conditionMessage(e)
    if (grepl(fuzz_allowed, message) || fuzz_is_rs_own(code)) return(NULL)
    if (grepl("reached .*time limit", message)) return("takes too long")
    ours <- inherits(e, "gradtape_error") || is.null(conditionCall(e))
    if (ours && !grepl(fuzz_internal, message)) NULL
    else paste0("says ", if (!ours) paste0("from ", substr(deparse(conditionCall(e))[1], 1, 60), ": "), message)
  })
  found
}

# n random calls of the targets, by turns: a named vector, the text of a call and what went wrong,
# one for each function and kind of message.
fuzz_run_calls <- function(seed, n, targets = fuzz_targets(), log = NULL) {
  set.seed(seed, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
  texts <- character()
  order <- sample(length(targets))
  for (k in seq_len(n)) texts[k] <- fuzz_call(targets[[order[(k - 1) %% length(order) + 1]]])
  old <- setwd(tempdir())
  on.exit(setwd(old))
  found <- character()
  for (k in seq_len(n)) {
    if (!is.null(log)) writeLines(texts[k], log)           # what was called when R crashed
    wrong <- fuzz_check_call(texts[k])
    if (is.null(wrong)) next
    kind <- paste(targets[[order[(k - 1) %% length(order) + 1]]]$call, gsub("[0-9.e+]+", "0", wrong))
    if (!kind %in% names(found)) found[kind] <- paste0(texts[k], "\n    ", wrong)
  }
  unname(found)
}
