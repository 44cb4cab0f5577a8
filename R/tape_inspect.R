# Looking at tapes: what is on them, what a run costs, and a drawing.

# The private environment of a tape's object: its function, shape and recordings.
tape_private <- function(tp) .subset2(tp, ".internals")()

print_tape <- function(tape) {
  shape <- if (tape$shape$is_list) {
    paste0(tape$shape$names, " ",
           vapply(seq_along(tape$shape$names), function(k) dims_text(tape$shape$dims[[k]], tape$shape$lengths[k]), ""),
           collapse = ", ")
  } else {
    dims_text(tape$shape$dims[[1]], tape$shape$n)
  }
  cat("<tape> ", tape$shape$n, " input", if (tape$shape$n != 1) "s", " (", shape, "), ", tape$n_out, " output",
      if (tape$n_out != 1) "s", "\n", sep = "")
  if (tape$eager) {
    cat("runs its function eagerly at every call\n")
    return(invisible())
  }
  recordings <- .Call(C_call_tape_recordings, tape$state)
  for (k in seq_along(recordings)) {
    r <- recordings[[k]]
    cat("recording ", k, ": ", r$operations, " operations, ", r$constants, " constants, ", r$guards, " guards",
        sep = "")
    built <- Filter(Negate(is.null), r$programs)
    if (length(built)) {
      bytes <- structure(sum(vapply(built, `[[`, 0, "bytes")), class = "object_size")
      cat("; programs: ", paste(names(built), collapse = ", "), " (", format(bytes, units = "auto"), ")", sep = "")
    }
    cat("\n")
  }
}

dims_text <- function(dim, n) paste0("[", paste(if (is.null(dim)) n else dim, collapse = ", "), "]")

#' What a tape does
#'
#' Counts the operations of a tape's program and estimates what one run of it costs.
#'
#' @param object,x A [tape()].
#' @param kind Which program: `"value"`, or `"gradient"` (value and gradient together).
#' @param ... Ignored, or for `plot()` passed to [graphics::plot.default()].
#' @return `summary()`: an object that prints as a table, a list of `operations` (a data
#'   frame: operation, count, elements computed), `flops` (one per element computed) and
#'   `bytes` (read and written if nothing stayed in cache) per evaluation, and the `sizes`
#'   of the plan: steps, fused groups, kernel calls, scalar instructions, bytes of memory.
#'   `as_dot()`: text in the DOT language of Graphviz, one string. `plot()` draws the
#'   program with base graphics, inputs at the top, and returns the tape invisibly.
#' @examples
#' tp <- tape(function(x) sum(x^2) * x[1], c(1, 2))
#' summary(tp)
#' cat(as_dot(tp, "value"))
#' plot(tp, "value")
#' @name tape-inspect
NULL

#' @rdname tape-inspect
#' @export
summary.gradtape_tape <- function(object, kind = c("gradient", "value"), ...) {
  kind <- check_choice(kind, "kind", c("gradient", "value"))
  s <- program_instructions(object, kind)
  computed <- s$source == "computed"
  size <- vapply(s$shape, function(d) prod(as.numeric(d)), 0)
  read <- vapply(s$inputs, function(i) sum(size[i]), 0)
  operations <- data.frame(operation = s$op[computed], elements = size[computed])
  counts <- stats::aggregate(elements ~ operation, operations, function(e) c(length(e), sum(e)))
  structure(list(
    operations = data.frame(operation = counts$operation, count = counts$elements[, 1],
                            elements = counts$elements[, 2]),
    flops = sum(size[computed]), bytes = 8 * sum((size + read)[computed]),
    sizes = .Call(C_call_tape_sizes, recorded_state(object), kind)
  ), class = "summary.gradtape_tape")
}

#' @export
print.summary.gradtape_tape <- function(x, ...) {
  print(x$operations[order(-x$operations$count), ], row.names = FALSE)
  cat("per evaluation: ", format(x$flops, big.mark = ","), " elements computed, ",
      format(x$bytes, big.mark = ","), " bytes read and written before fusion\n", sep = "")
  cat(paste0(names(x$sizes), ": ", format(unlist(x$sizes), big.mark = ",", trim = TRUE), collapse = ", "), "\n",
      sep = "")
  invisible(x)
}

recorded_state <- function(tp) {
  tape <- tape_private(tp)
  if (tape$eager) abort("This tape runs its function eagerly: there is no recording to look at.", "gradtape_tape_error")
  tape$state
}

program_instructions <- function(tp, kind) {
  .Call(C_call_tape_instructions, .Call(C_call_tape_optimized, recorded_state(tp), kind))
}

instruction_labels <- function(s) {
  name <- ifelse(s$source == "computed", s$op, s$source)
  paste0(name, vapply(s$shape, function(d) if (length(d)) paste0(" [", paste(d, collapse = ", "), "]") else "", ""))
}

#' @rdname tape-inspect
#' @export
as_dot <- function(x, kind = c("gradient", "value")) {
  check_tape(x, "x")
  s <- program_instructions(x, check_choice(kind, "kind", c("gradient", "value")))
  nodes <- paste0("  n", seq_along(s$op), " [label=\"", instruction_labels(s), "\"",
                  ifelse(s$source == "computed", "", ", shape=box"), "];")
  edges <- unlist(lapply(seq_along(s$op), function(i) sprintf("  n%d -> n%d;", s$inputs[[i]], i)))
  paste(c("digraph tape {", nodes, edges, "}"), collapse = "\n")
}

#' @rdname tape-inspect
#' @export
plot.gradtape_tape <- function(x, kind = c("gradient", "value"), ...) {
  s <- program_instructions(x, check_choice(kind, "kind", c("gradient", "value")))
  n <- length(s$op)
  level <- integer(n)
  for (i in seq_len(n)) level[i] <- if (length(s$inputs[[i]])) 1L + max(level[s$inputs[[i]]]) else 0L
  across <- stats::ave(seq_len(n), level, FUN = function(k) (seq_along(k) - 0.5) / length(k))
  graphics::plot.default(across, -level, type = "n", axes = FALSE, xlab = "", ylab = "", xlim = c(0, 1), ...)
  for (i in seq_len(n)) {
    for (k in s$inputs[[i]]) graphics::segments(across[k], -level[k], across[i], -level[i], col = "grey70")
  }
  graphics::text(across, -level, instruction_labels(s), cex = 0.8, xpd = NA,
                 col = ifelse(s$source == "computed", "black", "steelblue"))
  invisible(x)
}
