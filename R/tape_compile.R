# Tapes run by code that a C compiler made of them.

#' Compile a tape
#'
#' Writes the programs of a tape as C code, compiles it with `R CMD SHLIB` below [tempdir()], and from then on
#' runs that. The numbers stay the same: the code does the same operations in the same order, decisions that
#' were recorded are checked as before, and a point that takes another way through the function is recorded as
#' before. It is worth its time, a second or a few, for a function with many operations on single numbers that is
#' evaluated many times.
#'
#' What was compiled in this session is not compiled again, also for another tape of the same operations.
#' Recordings made after it are not compiled until it is called again. Where no C compiler is found,
#' or it fails, a message says so, and the tape goes on as before.
#'
#' @param tp A [tape()].
#' @param what Which programs: any of `"value"`, `"gradient"` (value and gradient), `"hvp"` (for `$he()` and
#'   `$hvp()`), `"vjp"` and `"jvp"` (for `$jacobian()`). By default value and gradient, or for a
#'   function that returns a vector the value.
#' @return The tape, invisibly.
#' @section Errors: `tp` is no tape, or runs its function eagerly.
#' @seealso [tape_code()] for code that stands alone; [minimize_control()], whose `compile = TRUE` does it for
#'   [minimize()]; [vmap()] and `$fn_many()` of a tape, which make many evaluations cheap without a compiler.
#' @examples
#' \donttest{
#' logistic_map <- function(x) {
#'   s <- x[1]
#'   for (i in 1:1000) s <- x[2] * s * (1 - s)
#'   s
#' }
#' tp <- tape_compile(tape(logistic_map, c(0.3, 3.2)))
#' tp$gr(c(0.3, 3.2))
#' }
#' @export
tape_compile <- function(tp, what = NULL) {
  check_tape(tp, "tp")
  recorded_state(tp)                              # an error where there is none
  compile_programs(tape_private(tp), check_programs(what, tape_private(tp)))
  invisible(tp)
}

# Nothing changes where they cannot be compiled.
compile_programs <- function(tape, what) {
  state <- tape$state
  code <- .Call(C_call_tape_code, state, what)
  library <- compiled_library(paste0(code_prelude(code), code))
  if (is.null(library)) return(invisible())
  for (variant in seq_along(.Call(C_call_tape_recordings, state))) {
    for (kind in what) {
      .Call(C_call_tape_use_code, state, kind, variant, lapply(c("first", "seed"), function(phase) {
        getNativeSymbolInfo(paste0(kind, "_", variant, "_", phase), library)$address
      }))
    }
  }
}

code_programs <- c("value", "gradient", "hvp", "vjp", "jvp")

check_programs <- function(what, tape) {
  if (is.null(what)) return(if (identical(tape$n_out, 1L)) c("value", "gradient") else "value")
  if (!is.character(what) || !length(what) || !all(what %in% code_programs)) {
    abort("{.arg what} must be some of {.or {.val {code_programs}}}, not {given(what)}.")
  }
  unique(what)
}

# What stands before generated code: the sources that it uses.
code_prelude <- function(code) {
  calls_kernels <- grepl("gt_array", code, fixed = TRUE)
  headers <- c("float", "math", "stdint", "string",
               if (calls_kernels) c("stdarg", "stdbool", "stddef", "stdio", "stdlib"))
  paste0(paste0("#include <", sort(headers), ".h>\n", collapse = ""),
         "\n#define T double\n\n", sources_used_by(code), "\n\n")
}

# The library of compiled code, loaded; NULL, after a message, where it cannot be compiled.
compiled_library <- function(code) {
  folder <- tempfile("gradtape_code_")
  dir.create(folder)
  # (a name of its own, as R finds libraries by it)
  name <- paste0(basename(folder), ".c")
  writeLines(code, file.path(folder, name))
  key <- unname(tools::md5sum(file.path(folder, name)))
  known <- code_session$libraries[[key]]
  if (!is.null(known)) {
    unlink(folder, recursive = TRUE)
    return(known)
  }
  said <- run_compiler(folder, name)
  library <- file.path(folder, sub("\\.c$", .Platform$dynlib.ext, name))
  if (!file.exists(library)) {
    if (!isTRUE(code_session$refused)) {
      inform(c("!" = "The C compiler failed, or there is none: tapes are replayed without it.",
               i = "It said: {.val {utils::tail(said, 3)}}"))
    }
    code_session$refused <- TRUE
    return(NULL)
  }
  code_session$libraries[[key]] <- dyn.load(library)
}

# What R CMD SHLIB said. Contractions into fused multiply-adds would give other digits; what debuggers need,
# which R's own flags ask for, takes a third of the time.
run_compiler <- function(folder, name) {
  old <- setwd(folder)
  on.exit(setwd(old))
  object <- sub("c$", "o", name)
  writeLines(c("all: $(SHLIB)", paste0(object, ": ", name),
               paste("\t$(CC) $(CPPFLAGS) $(CPICFLAGS) -O2 -ffp-contract=off -c", name, "-o", object)), "Makevars")
  tryCatch(
    suppressWarnings(system2(file.path(R.home("bin"), "R"), c("CMD", "SHLIB", name), stdout = TRUE, stderr = TRUE)),
    error = conditionMessage)
}
