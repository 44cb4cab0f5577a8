# Model frames and matrices of formulas whose variables are tensors: R's own code, with what stats computes in C.

model_frame_masks <- function() list(
  model.frame = rewritten_of_formula("model.frame"),
  model.matrix = rewritten_of_formula("model.matrix"),
  model.response = rewritten("model.response", always = TRUE),
  lm = function(...) {
    call <- sys.call()
    frame <- parent.frame()
    with_head <- function(f) eval(`[[<-`(call, 1, f), frame)
    tryCatch(with_head(original("lm")), error = function(e) with_head(masked_copy(original("lm"))))
  },
  I = first_mask("I", function(x) x)
)

# The formula says in which of its variables there may be tensors.
rewritten_of_formula <- function(name) {
  copy <- copied_when_needed(original(paste0(name, ".default")))
  function(...) {
    first <- if (...length()) ..1
    if (is.object(first) && has_another_method(name, first)) original(name)(...) else copy()(...)
  }
}

# Formulas of a package's class, as Formula's, and its data frames may have methods of their own.
has_another_method <- function(name, x) {
  for (class in class(x)) {
    if (class %in% c("formula", "terms", "data.frame")) return(FALSE)
    if (!is.null(utils::getS3method(name, class, optional = TRUE))) return(TRUE)
  }
  TRUE
}

model_frames_in_c <- list(
  modelframe = function(terms, rownames, variables, varnames, dots, dotnames, subset, na.action) {
    held <- c(variables, dots)
    names(held) <- c(varnames, if (length(dots)) paste0("(", dotnames, ")"))
    for (x in held) {
      if (is_torch_tensor(x) && length(value_shape(x)) > 1) {
        abort("A variable of a formula that is a tensor must be a vector, not {given(x)}.", "gradtape_shape_error")
      }
    }
    frame <- original(".External2")(stats_routine("modelframe"), terms, rownames, lapply(variables, positions_there),
                                    varnames, lapply(dots, positions_there), dotnames, subset, na.action)
    for (name in names(frame)) {
      if (is_torch_tensor(held[[name]])) frame[[name]] <- moved(held[[name]], as.vector(frame[[name]]))
    }
    frame
  },
  modelmatrix = function(terms, frame) {
    given <- unclass(frame)[vapply(frame, is_torch_tensor, NA)]
    frame[names(given)] <- list(rep(1, nrow(frame)))
    plain <- original(".External2")(stats_routine("modelmatrix"), terms, frame)
    assign <- attr(plain, "assign")
    enters <- attr(terms, "factors")[, assign[assign > 0], drop = FALSE] > 0
    column <- function(j) {
      k <- match(j, which(assign > 0))
      used <- if (!is.na(k)) intersect(names(given), rownames(enters)[enters[, k]])
      Reduce(`*`, given[used], unname(plain[, j]))
    }
    value <- do.call(cbind.gradtape_tensor, lapply(seq_len(ncol(plain)), column))
    with_attributes(labelled(value, dimnames(plain)), list(assign = assign))
  }
)
stats_routine <- function(name) get(paste0("C_", name), asNamespace("stats"))

# Where in a tensor a row comes from; NA where its element is missing.
positions_there <- function(x) {
  if (!is_torch_tensor(x)) return(x)
  at <- as.numeric(seq_along(x))
  at[as.logical(is.na(x))] <- NA
  at
}
