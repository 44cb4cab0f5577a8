# Copies of functions in which R's names mean the masks, and of the functions that those call, as
# far as they are the user's or a package's: made when they are reached, so that nothing outside
# the copies changes.
#
# A copy has an environment of its own in front of the original's: in it stand the masks and the
# copies of helpers, under the names that the function uses. Functions that it reaches in another
# way (an argument, an element of a list, the name of a variable that is no function) are copied
# where they are called.

masked_copy <- function(fn, copies = new_copies()) {
  if (is.primitive(fn) || isTRUE(attr(fn, "takes_tensors"))) return(fn)
  home <- environment(fn)
  code <- body(fn)
  arguments <- formals(fn)
  found <- visible(unique(c(all.names(code), names_in_formals(arguments))), home)
  front <- list2env(copies$tools, parent = home)
  # functions that may be local, or hidden behind a variable
  looked_up <- c(names(arguments), names(found)[!vapply(found, is.function, NA)])
  # (`[`, as arguments without a default are empty)
  if (.Call(C_call_code_changes, as.call(c(quote(`[`), arguments, code)), looked_up)) {
    users <- names(found)[vapply(found, function(f) is.function(f) && follows(f), NA)]
    walk <- new_walk(looked_up, users, subsets_of_base(code, home))
    code <- with_copies(with_branch_at_end(code, walk), walk)
    arguments <- lapply(arguments, with_copies, walk)
    found <- c(found, visible(setdiff(walk$names, names(found)), home))
  }
  copy <- as.function(c(arguments, list(code)), envir = front)
  remember(copies, fn, copy)
  if (any(text_readers %in% names(found))) found <- c(found, visible(setdiff(names(masks), names(found)), home))
  for (name in names(found)) put_in_front(front, name, found[[name]], home, copies)
  put_methods_in_front(front, found, home, copies)
  copy
}
# What these read may name any function.
text_readers <- c("parse", "str2lang", "str2expression", "eval", "evalq")

# A list of what the names mean there: NULL where nothing, or what cannot be evaluated now.
visible <- function(names, home) {
  look <- function(names) mget(names, home, inherits = TRUE, ifnotfound = list(NULL))
  tryCatch(look(names), error = function(e) {
    # (a second look at what failed is a warning)
    found <- suppressWarnings(lapply(names, function(name) tryCatch(look(name)[[1]], error = function(e) NULL)))
    stats::setNames(found, names)
  })
}

# Marks a function of ours that needs no copy.
takes_tensors <- function(fn) {
  attr(fn, "takes_tensors") <- TRUE
  fn
}

# The functions that have been copied, their copies, and what every copy finds in front of it.
new_copies <- function() {
  copies <- new.env(parent = emptyenv())
  copies$of <- copies$made <- list()
  copies$tools <- list(
    .gradtape_if = function(test, yes, no) choose_branch(test, yes, no, copies),
    .gradtape_if_set = function(test, yes, no = NULL) {
      choose_assignments(test, substitute(yes), substitute(no), parent.frame(), copies)
    },
    .gradtape_items = loop_items, .gradtape_at = plain_position, .gradtape_case = switch_case,
    .gradtape_truth = truth_of, .gradtape_dispatched = dispatched,
    .gradtape_copies = copies,
    .gradtape_follow = function(f) follow(f, copies),
    .gradtape_named = function(name) follow(get(name, parent.frame(), mode = "function"), copies)
  )
  copies$tools[names(series_operators)] <- series_operators
  copies
}
remember <- function(copies, fn, copy) {
  copies$of <- c(copies$of, fn)
  copies$made <- c(copies$made, copy)
}

# The name, and what it means to a function at home in `home`, as its copy is to find it.
put_in_front <- function(front, name, found, home, copies) {
  if (is.null(found)) {
    if (!is.null(masks[[name]])) assign(name, masks[[name]], front)
  } else if (is.function(found)) {
    mask <- mask_for(found)
    if (!is.null(mask)) assign(name, mask, front)
    else if (is_copied(name, found)) put_copy(front, name, found, home, copies)
  }
}
is_copied <- function(name, f) {
  is_generic(f) || follows(f) || name_of_variable(name, f) || is_hidden_in_stats(name, f) || inherits(f, "selfStart")
}
# What the name of a function stands for in a copy; NULL where R's own is called.
meaning_of <- function(name, f, copies) mask_for(f) %||% if (is_copied(name, f)) follow(f, copies)

# A function that stats keeps for itself, as those that splinefun() makes call.
is_hidden_in_stats <- function(name, f) is_plain_stats(f) && !name %in% getNamespaceExports("stats")
# A function of stats under another name than its own.
name_of_variable <- function(name, f) is_plain_stats(f) && !exists(name, environment(f), inherits = FALSE)

put_copy <- function(front, name, fn, home, copies) {
  delayedAssign(name, follow(fn, copies), assign.env = front)
  for (method in methods_of(name, fn, home)) {
    if (!exists(method$name, front, inherits = FALSE)) put_copy(front, method$name, method$fn, home, copies)
  }
}

# The methods of a generic function of the S3 kind, where R would look for them.
methods_of <- function(name, fn, home) {
  if (!"UseMethod" %in% all.names(body(fn))) return(NULL)
  found <- list()
  look <- function(env) {
    for (method in names(env)[startsWith(names(env), paste0(name, "."))]) {
      if (is.null(found[[method]]) && is.function(f <- env[[method]])) found[[method]] <<- list(name = method, fn = f)
    }
  }
  env <- home
  while (!identical(env, emptyenv()) && !isBaseNamespace(env) && !identical(env, baseenv())) {
    look(env)
    env <- parent.env(env)
  }
  table <- topenv(environment(fn))[[".__S3MethodsTable__."]]
  if (is.environment(table)) look(table)
  found
}

# ---- methods of R's own generic functions ----

# R dispatches from where a generic function is called, in the copy: there it finds the copies of methods that
# users and packages have, for logLik() as for `[<-` and the groups Ops, Math and Summary. A mask, which would
# dispatch from elsewhere, hands their classes back; those of subsets look themselves.
put_methods_in_front <- function(front, found, home, copies) {
  local <- names_with_dots(home)
  note_packages()
  for (generic in names(found)) for (group in c(generic, group_of(generic))) {
    methods <- methods_everywhere(group)
    if (length(local)) methods <- unique(c(local[startsWith(local, paste0(group, "."))], methods))
    if (!length(methods) || !is_generic_of_r(found[[generic]])) next
    for (name in methods) {
      method <- function_seen(name, home) %||% registered_method(name)
      if (is.null(method)) next
      if (!exists(name, front, inherits = FALSE)) put_copy(front, name, method, home, copies)
      mask <- masks[[generic]]
      if (is.null(mask) || generic %in% subset_functions) next
      assign(generic, dispatching(group, mask, found[[generic]]), front)
    }
  }
}
function_seen <- function(name, home) {
  f <- tryCatch(get0(name, home, mode = "function"), error = function(e) NULL)
  if (is.function(f) && follows(f)) f
}

is_generic_of_r <- function(f) {
  if (is.primitive(f)) return(TRUE)
  is.function(f) && !isS4(f) && environmentName(environment(f)) %in% left_alone && "UseMethod" %in% all.names(body(f))
}
group_of <- function(generic) {
  if (is.null(groups$of)) {
    members <- c(lapply(c(Ops = "Arith", Ops = "Compare", Ops = "Logic"), methods::getGroupMembers),
                 list(Ops = "!", Math = methods::getGroupMembers("Math"),
                      Summary = methods::getGroupMembers("Summary")))
    groups$of <- stats::setNames(rep(names(members), lengths(members)), unlist(members))
  }
  groups$of[generic][generic %in% names(groups$of)]
}
groups <- new.env()

# Names with a dot that the code sees, up to the user's own.
names_with_dots <- function(home) {
  names <- character()
  while (!identical(home, emptyenv()) && !isBaseNamespace(home)) {
    if (!environmentName(home) %in% left_alone) names <- c(names, names(home))
    if (identical(home, globalenv())) break
    home <- parent.env(home)
  }
  if (length(names)) grep("[^.].*[.]", names, value = TRUE)
}

# The names of a generic function's methods that attached packages show or that packages or users have registered.
# (R's tables hold promises, of a thousand methods: those of other generic functions are not loaded.)
methods_everywhere <- function(generic) {
  if (!exists(generic, registered$kept, inherits = FALSE)) {
    names <- registered$names[startsWith(registered$names, paste0(generic, "."))]
    ours <- vapply(names, function(name) name %in% registered$shown || !is.null(registered_method(name)), NA)
    assign(generic, names[ours], registered$kept)
  }
  registered$kept[[generic]]
}
registered_method <- function(name) {
  for (table in method_tables()) if (is.function(method <- table[[name]]) && follows(method)) return(method)
}
method_tables <- function() list(baseenv()[[".__S3MethodsTable__."]], asNamespace("stats")[[".__S3MethodsTable__."]])

# What is kept of them is made anew when packages have come or gone.
note_packages <- function() {
  tables <- method_tables()
  state <- c(search(), lengths(tables))
  if (identical(state, registered$state)) return()
  attached <- search()[!sub("^package:|^[.]GlobalEnv$", "", search()) %in% c(left_alone, "")]
  registered$shown <- unlist(lapply(attached, function(name) names(as.environment(name))))
  registered$names <- unique(unlist(c(lapply(tables, names), registered$shown)))
  registered$kept <- new.env()
  registered$state <- state
}
registered <- new.env()

# (A mask that reads the code of its arguments is called from where they stand.)
dispatching <- function(group, mask, original) {
  force(list(group, mask, original))
  reads_code <- any(c("match.call", "sys.call", "substitute") %in% all.names(body(mask)))
  function(...) {
    x <- if (...length() && !missing(..1)) ..1
    frame <- parent.frame()
    if (has_method(group, x, frame)) eval(method_call(sys.call(), original, x), frame)
    else if (reads_code && ...length()) eval(method_call(sys.call(), mask, x), frame)
    else mask(...)
  }
}
subset_functions <- c("[", "[[", "[<-", "[[<-")

# Has an object a method that was copied?
has_method <- function(generic, x, frame) {
  if (!is.object(x) || is_torch_tensor(x)) return(FALSE)
  for (name in paste0(generic, ".", class(x))) {
    if (is.function(method <- get0(name, frame)) && is_made_in_copy(method)) return(TRUE)
  }
  FALSE
}

# (A method may look at the call, and at where it stands.)
method_call <- function(call, primitive, x) {
  call[[1]] <- primitive
  call[[2]] <- call("quote", x)
  call
}

# For functions that R writes in R: the copy of each that takes tensors, made when needed. `always`:
# also where a tensor comes from a function that is an argument.
rewritten <- function(name, source = name, always = FALSE) {
  copy <- copied_when_needed(original(source))
  function(...) if (always || any_tensor(...)) copy()(...) else original(name)(...)
}
# A function that gives the copy of `fn`.
copied_when_needed <- function(fn) {
  copy <- NULL
  function() {
    if (is.null(copy)) copy <<- masked_copy(fn)
    copy
  }
}

# ---- functions that are reached ----

# The function to call in place of f: its mask, its copy, or f itself.
follow <- function(f, copies) {
  if (!is.function(f)) return(f)
  at <- .Call(C_call_position_of, copies$of, f)
  if (at > 0) return(copies$made[[at]])
  if (is_made_in_copy(f)) return(f)                 # (a new one each time: not to be remembered)
  mask <- if (is_generic(f)) generics$copy(f, copies) else mask_for(f)
  if (is.null(mask) && (follows(f) || is_plain_stats(f))) return(masked_copy(f, copies))
  remember(copies, f, mask %||% f)
  mask %||% f
}

is_made_in_copy <- function(f) !is.primitive(f) && exists(".gradtape_copies", environment(f))

# As match.fun(): the function, or the one of that name where `frame` is the caller's.
followed <- function(f, frame) {
  if (is.character(f) && length(f) == 1) f <- get(f, envir = frame, mode = "function")
  follow(f, get0(".gradtape_copies", frame) %||% new_copies())
}

# Of the S4 kind; also those that a package has made of R's functions, as Matrix has of diag().
is_generic <- function(f) isS4(f) && methods::is(f, "genericFunction")
generics <- new.env(parent = emptyenv())          # how they are copied: see fill_masks()

# Is it a function of the user's, or of a package that computes, or one that Vectorize() and kin made of such?
follows <- function(f) {
  if (is.primitive(f) || is_made_in_copy(f) || inherits(f, "refObjectGenerator")) return(FALSE)
  home <- environmentName(topenv(environment(f)))
  !home %in% left_alone || home == "base" && !environmentName(environment(f)) %in% c("base", "R_GlobalEnv")
}
left_alone <- c("base", "methods", "utils", "stats", "graphics", "grDevices", "tools", "parallel", "compiler",
                "gradtape", "cli", "R6", "rlang", "testthat")

# A function of stats that has no mask and no methods, such as the inverse of a link.
is_plain_stats <- function(f) {
  !is.primitive(f) && environmentName(topenv(environment(f))) == "stats" && !"UseMethod" %in% all.names(body(f))
}

# The mask of a function of R, however it was reached; NULL where it has none. A function of R's that was
# saved in a variable and read again (`pfun <- plogis` in a fitted model) is another object, but says the same.
mask_for <- function(f) {
  if (is.null(masked_originals$names)) {
    masked_originals$names <- names(masks)
    masked_originals$functions <- lapply(masked_originals$names, original)
  }
  at <- .Call(C_call_position_of, masked_originals$functions, f)
  if (at == 0 && !is.primitive(f) && environmentName(environment(f)) %in% left_alone) {
    at <- Position(function(g) identical(f, g), masked_originals$functions, nomatch = 0)
  }
  if (at > 0) masks[[masked_originals$names[at]]]
}
masked_originals <- new.env()

# R's own function, or `fun` in its place, with the function that it is given as `argument` followed.
higher_order <- function(name, argument, fun = NULL) {
  force(fun)
  function(...) {
    args <- matched(original(name), list(...))
    if (!is.null(args[[argument]])) args[[argument]] <- followed(args[[argument]], parent.frame())
    do.call(fun %||% original(name), args, quote = TRUE)
  }
}

# ---- the code of a copy ----

# What is found on a walk over code: `looked_up`, names of functions that may be local or hidden
# behind a variable, to be looked up where they are called; `users`, those of the user's functions;
# `local`, those of functions that are written there; `names`, that the code uses without writing them;
# `subsets`, which of `[<-` and `[[<-` are R's own.
new_walk <- function(looked_up, users, subsets) {
  list2env(list(looked_up = looked_up, users = users, subsets = subsets, local = character(), names = character()),
           parent = emptyenv())
}

with_copies <- function(code, walk) {
  if (is.pairlist(code) && !is.null(code)) return(formals_with_copies(code, walk))
  if (!is.call(code)) return(code)
  head <- code[[1]]
  if (!is.name(head)) {
    code <- parts_with_copies(code, walk)
    code[[1]] <- call(".gradtape_follow", code[[1]])
    return(code)
  }
  switch(as.character(head),
    quote = if (identical(code, making_model_frames)) masks$model.frame else code,
    bquote = , `~` = code,
    `::` = , `:::` = qualified(code),
    `<-` = , `<<-` = , `=` = assignment_with_copies(code, walk),
    `for` = {
      code <- parts_with_copies(code, walk)
      code[[3]] <- call(".gradtape_items", code[[3]])
      code
    },
    `function` = {
      if (!is.null(code[[3]])) code[[3]] <- with_branch_at_end(code[[3]], walk)
      parts_with_copies(code, walk)
    },
    `if` = {
      code[[2]] <- as_condition(code[[2]])
      choice <- branch_with_choice(code, walk)
      if (is.null(choice)) parts_with_copies(code, walk) else with_copies(choice, walk)
    },
    `while` = {
      code[[2]] <- as_condition(code[[2]])
      parts_with_copies(code, walk)
    },
    `&&` = , `||` = {
      code[-1] <- lapply(code[-1], as_condition)
      parts_with_copies(code, walk)
    },
    UseMethod = {
      if (length(code) == 2) code[[3]] <- quote(.gradtape_dispatched())
      code
    },
    switch = {
      code <- parts_with_copies(code, walk)
      at <- match("EXPR", names(code), nomatch = 2L)
      if (at <= length(code)) code[[at]] <- call(".gradtape_case", code[[at]])
      code
    },
    {
      name <- as.character(head)
      code <- parts_with_copies(without_empty(code, name), walk)
      if (name %in% walk$looked_up && !name %in% walk$local) code[[1]] <- call(".gradtape_named", name)
      code
    }
  )
}

# How functions of formulas make their call of model.frame().
making_model_frames <- quote(quote(stats::model.frame))

parts_with_copies <- function(code, walk, from = 1L) {
  for (k in seq_along(code)[seq_along(code) >= from]) {
    part <- code[[k]]
    # (NULL is a pairlist, and would be deleted by its assignment)
    if (!missing(part) && !is.null(part) &&
        (is.pairlist(part) || is.call(part) && .Call(C_call_code_changes, part, walk$looked_up))) {
      code[[k]] <- with_copies(part, walk)
    }
  }
  code
}

# dnorm(x, , 2) with the names of R's arguments, since masks evaluate all that they are given.
without_empty <- function(code, name) {
  is_empty <- vapply(as.list(code), identical, NA, quote(expr = )) # nolint: spaces_inside_linter.
  if (!any(is_empty) || is.null(masks[[name]]) || "..." %in% all.names(code)) return(code)
  takes <- r_arguments(name)
  if (is.null(takes)) code
  else tryCatch(match.call(as.function(c(takes, list(NULL))), code), error = function(e) code)
}

# The arguments of a function that is written in the code.
formals_with_copies <- function(code, walk) {
  walk$looked_up <- c(walk$looked_up, names(code))
  walk$names <- c(walk$names, names_in_formals(code))
  parts_with_copies(code, walk)
}
names_in_formals <- function(formals) setdiff(all.names(as.call(c(quote(f), formals))), c("f", ""))

# f(x)[i] <- value calls `[<-` and `f<-`, by names that stand nowhere. On the left the heads are
# not functions to call.
assignment_with_copies <- function(code, walk) {
  target <- code[[2]]
  value <- code[[3]]
  if (is.name(target) && is.call(value) && identical(value[[1]], quote(`function`))) {
    walk$local <- c(walk$local, as.character(target))
  }
  code <- parts_with_copies(code, walk, from = 3L)
  if (!is.call(target)) return(code)
  code[[2]] <- target_with_copies(target, walk)
  if (identical(code[[1]], quote(`<<-`))) code else in_place_on_lists(code, walk)
}
target_with_copies <- function(target, walk) {
  if (is.name(target[[1]])) walk$names <- c(walk$names, paste0(target[[1]], "<-"), as.character(target[[1]]))
  target <- parts_with_copies(target, walk, from = 3L)
  if (is.call(target[[2]])) target[[2]] <- target_with_copies(target[[2]], walk)
  target
}

# x[[i]] <- value and x[[i]][j] <- value: a list is changed in place only where R's own function is called
# on it, and not a mask.
in_place_on_lists <- function(code, walk) {
  first <- code[[2]]
  while (is.call(first[[2]])) first <- first[[2]]
  is_subset <- is.name(first[[2]]) && is.name(first[[1]]) && as.character(first[[1]]) %in% walk$subsets
  if (!is_subset || length(all.names(code)) > 100) return(code)     # (the code comes to stand there twice)
  direct <- code
  direct[[2]] <- with_first_of_base(code[[2]])
  # x[i] <- value with an element for each element of a tensor
  if (identical(first, code[[2]]) && identical(first[[1]], quote(`[`))) {
    direct[[3]] <- call(".gradtape_items", direct[[3]])
  }
  as.call(list(quote(`if`), call("&&", as.call(list(is.list, first[[2]])),
                                 call("!", as.call(list(is.object, first[[2]])))), direct, code))
}
subsets_of_base <- function(code, home) {
  subsets <- c("[", "[[")
  assigns <- paste0(subsets, "<-")
  subsets[vapply(assigns, function(f) identical(get(f, home), original(f)), NA) & !assigns %in% all.names(code)]
}
with_first_of_base <- function(target) {
  if (is.call(target[[2]])) target[[2]] <- with_first_of_base(target[[2]])
  else {
    target[[1]] <- call("::", quote(base), target[[1]])
    for (k in seq_along(target)[-(1:2)]) {
      at <- target[[k]]
      if (!missing(at) && is.language(at)) target[[k]] <- call(".gradtape_at", at)
    }
  }
  target
}

# base::f and the like become the mask of f.
qualified <- function(code) {
  if (!as.character(code[[2]]) %in% c("base", "stats", "utils", "methods")) return(code)
  masks[[as.character(code[[3]])]] %||% code
}

loop_items <- function(x) if (is_torch_tensor(x)) as.list(x) else x

# if (sum(x < 0)), x[1] && x[2]: of a number R asks whether it is zero.
as_condition <- function(code) {
  gives_number <- is.call(code) && is.name(code[[1]]) && as.character(code[[1]]) %in% number_functions
  if (gives_number) call(".gradtape_truth", code) else code
}
number_functions <- c("sum", "prod", "max", "min", "abs", "%%", "%/%", "+", "-", "*", "round", "floor", "trunc",
                      "[", "[[", "$")
truth_of <- function(x) if (is_torch_tensor(x) && !is.logical(x)) as.logical(x != 0) else x

# What switch() takes: of a tensor the whole number, which a tape guards.
switch_case <- function(x) if (is_torch_tensor(x)) as.integer(x) else x

# What UseMethod() is to see of a value: of a tensor the classes that R would look for.
dispatched <- function() {
  frame <- parent.frame()
  first <- names(formals(sys.function(-1L)))[1]
  x <- if (identical(first, "...")) eval(quote(..1), frame) else get(first, frame)
  if (!is_torch_tensor(x)) return(x)
  structure(list(), class = c(base::class(x), .class2(stand_in(x))))
}
