# Functions of R that call the functions they are given, and R's ways into compiled code.

higher_order_masks <- function() c(
  sapply(c("Map", "Filter", "Position", "Find"), higher_order, "f", simplify = FALSE),
  list(
    lapply = higher_order("lapply", "FUN"),
    rapply = higher_order("rapply", "f", rewritten("rapply", always = TRUE)),
    Reduce = higher_order("Reduce", "f", rewritten("Reduce", always = TRUE)),
    do.call = function(what, args, quote = FALSE, envir = parent.frame()) {
      base::do.call(followed(what, envir), args, quote, envir)
    },
    match.fun = function(FUN, descend = TRUE) {
      if (is.function(FUN)) return(followed(FUN, parent.frame()))
      followed(get(as.character(FUN), envir = parent.frame(2), mode = "function"), parent.frame())
    }
  ),
  sapply(c(".Call", ".External", ".External2", ".C", ".Fortran"), compiled_mask, simplify = FALSE)
)

# What stats computes in C for families: the inverse of the logit stays off 0 and 1.
links_in_c <- list(
  logit_link = function(mu) {
    if (isTRUE(as.logical(any(mu < 0 | mu > 1)))) abort("The logit takes values from 0 to 1.", "gradtape_numeric_error")
    torch_logit(mu)
  },
  logit_linkinv = function(eta) {
    odds <- exp(torch_where(abs(eta) > 30, 0, eta))
    odds <- torch_where(eta > 30, 1 / .Machine$double.eps, torch_where(eta < -30, .Machine$double.eps, odds))
    like_first(odds / (1 + odds), list(eta))
  },
  logit_mu_eta = function(eta) {
    odds <- exp(torch_where(abs(eta) > 30, 0, eta))
    like_first(torch_where(abs(eta) > 30, .Machine$double.eps, odds / (1 + odds)^2), list(eta))
  },
  binomial_dev_resids = function(y, mu, wt) {
    part <- function(y, mu) y * log(torch_where(y == 0, 1, y) / torch_where(y == 0, 1, mu))
    like_first(2 * wt * (part(y, mu) + part(1 - y, 1 - mu)), list(y))
  }
)

compiled_mask <- function(name) {
  function(.NAME, ...) {
    is_ours <- is.list(.NAME) && identical(.NAME$dll[["name"]], "gradtape")
    if (is_ours || !holds_tensor(list(...))) return(original(name)(.NAME, ...))
    routine <- if (is.list(.NAME)) .NAME$name else as.character(.NAME)
    known <- if (is.list(.NAME)) known_in_c(.NAME$dll[["name"]], routine)
    if (!is.null(known)) return(known(...))
    abort(c("Compiled code, {.code {name}({routine})}, takes plain numbers, and its derivative is not known here.",
            i = "Write that part of the function in R."))
  }
}

# What is known here of the compiled code of a package, by the name of its library.
known_in_c <- function(library, routine) {
  if (library != "stats") return(NULL)
  links_in_c[[routine]] %||% interpolation_in_c[[routine]] %||% state_space_in_c[[routine]] %||%
    model_frames_in_c[[routine]]
}

# Lists too, which C code would read as it reads numbers.
holds_tensor <- function(x) {
  if (!is.list(x)) return(is_torch_tensor(x))
  for (part in unclass(x)) if (holds_tensor(part)) return(TRUE)
  FALSE
}
