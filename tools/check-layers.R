# Checks the layers of src/ (inst/architecture.md): which files src/Makevars lists, what they
# include, and which symbols their objects use; then builds and runs the C programs of tests/core
# from the layers below R. From the package's folder:
#
#   Rscript tools/check-layers.R
#
# Says what is wrong, then "N passed, N failed". Elsewhere than with GNU nm nothing is checked.

# What each layer may use besides itself, from the bottom up. The last two may use R.
below <- list(
  CORE = character(),
  OPS = "CORE",
  TAPE = c("OPS", "CORE"),
  SOLVERS = "CORE",
  EAGER = c("OPS", "CORE"),
  BRIDGE = c("EAGER", "SOLVERS", "TAPE", "OPS", "CORE")
)
knows_r <- c("EAGER", "BRIDGE")
# What R provides to the layers without R: Fortran routines.
fortran_header <- "R_ext/Lapack.h"
fortran_symbol <- "_$"
# Where mutable variables may stand: the default dtype and the library of distribution functions
# are state of the operations.
mutable <- list("globals.o" = NULL, "ops/table.o" = "default_dtype", "ops/library.o" = "library",
                "core/threads.o" = c("process", "threads"))

passed <- failed <- 0
check <- function(what, wrong) {
  if (length(wrong)) {
    failed <<- failed + 1
    cat("not ok: ", what, "\n", paste0("  ", head(wrong, 20), "\n"), sep = "")
  } else {
    passed <<- passed + 1
    cat("ok: ", what, "\n", sep = "")
  }
}

run <- function(command, ...) {
  output <- suppressWarnings(system2(command, shQuote(c(...)), stdout = TRUE, stderr = TRUE))
  status <- attr(output, "status")
  list(output = as.character(output), ok = is.null(status) || status == 0)
}
r_config <- function(name) {
  words <- scan(text = run(file.path(R.home("bin"), "R"), "CMD", "config", name)$output, what = "", quiet = TRUE)
  words[nzchar(words)]
}

if (!nzchar(Sys.which("nm")) || !any(grepl("^GNU nm", run("nm", "--version")$output))) {
  cat("GNU nm is not here\n0 passed, 0 failed\n")
  quit()
}

# ---- files ----------------------------------------------------------------------

# The variables of src/Makevars as vectors of words.
makevars <- function() {
  text <- gsub("\\\\\n", " ", paste(readLines("src/Makevars"), collapse = "\n"))
  lines <- grep("^[A-Z_]+ *=", strsplit(text, "\n")[[1]], value = TRUE)
  words <- strsplit(trimws(sub("^[A-Z_]+ *= *", "", lines)), " +")
  setNames(words, sub(" *=.*", "", lines))
}
variables <- makevars()
objects <- variables[names(below)]
headers <- lapply(variables[paste0(names(below), "_H")], grep, pattern = "\\.h$", value = TRUE)
layer_of <- setNames(rep(names(below), lengths(objects)), sub("o$", "c", unlist(objects)))
layer_of <- c(layer_of, setNames(rep(names(below), lengths(headers)), unlist(headers)))

files <- list.files("src", "\\.[ch]$", recursive = TRUE)
check("src/Makevars lists every file, each in one layer",
      c(setdiff(files, names(layer_of)), setdiff(names(layer_of), files), names(layer_of)[duplicated(names(layer_of))]))

# ---- includes ---------------------------------------------------------------------

included <- function(file, pattern) {
  lines <- grep(pattern, readLines(file.path("src", file)), value = TRUE)
  sub(paste0(pattern, ".*"), "\\1", lines)
}
wrong_includes <- function(file) {
  layer <- layer_of[[file]]
  own <- included(file, '^#include "([^"]*)"')
  up <- own[!layer_of[own] %in% c(layer, below[[layer]])]
  system <- included(file, "^#include <([^>]*)>")
  r <- if (layer %in% knows_r) character() else grep("^R(\\.|[a-z_])", setdiff(system, fortran_header), value = TRUE)
  if (length(c(up, r))) paste(file, "includes", c(up, r))
}
check("no file includes a header of a higher layer, or of R below the eager engine",
      unlist(lapply(intersect(files, names(layer_of)), wrong_includes)))

# ---- objects ------------------------------------------------------------------------

build <- tempfile("layers")
dir.create(build)
cc <- r_config("CC")
# Position-dependent code: what is constant then stands in read-only sections.
flags <- c("-std=c99", "-O0", "-DNDEBUG", "-fno-pie", "-Isrc", r_config("--cppflags"))
object_file <- function(object) file.path(build, gsub("/", "_", object))
compile <- function(source, object) run(cc[1], cc[-1], flags, "-c", source, "-o", object)

compiled <- lapply(unlist(objects),
                   function(object) compile(file.path("src", sub("o$", "c", object)), object_file(object)))
check("every file compiles as C99", unlist(lapply(compiled, function(x) if (!x$ok) x$output)))

# Symbols of an object by the letter of their kind, as POSIX nm prints them.
symbols <- function(file, ...) {
  fields <- strsplit(run("nm", "-P", ..., file)$output, " ")
  split(vapply(fields, `[`, "", 1), vapply(fields, `[`, "", 2))
}
nm <- lapply(setNames(object_file(unlist(objects)), unlist(objects)), symbols)
kinds <- function(object, letters) {
  unlist(nm[[object]][intersect(strsplit(letters, "")[[1]], names(nm[[object]]))], use.names = FALSE)
}
layer_of_object <- setNames(rep(names(below), lengths(objects)), unlist(objects))
defined <- lapply(split(names(layer_of_object), layer_of_object), function(o) unlist(lapply(o, kinds, "TDBRCV")))

r_library <- c(file.path(R.home("lib"), "libR.so"), file.path(R.home("bin"), "exec", "R"))
r_library <- r_library[file.exists(r_library)][1]
of_r <- setdiff(unlist(symbols(r_library, "-D", "--defined-only")), unlist(defined))

uses <- function(object, unwanted) {
  symbol <- intersect(kinds(object, "Uw"), unwanted)
  if (length(symbol)) paste(object, "uses", symbol)
}
check("no object uses a symbol of a higher layer", unlist(lapply(names(layer_of_object), function(object) {
  layer <- layer_of_object[[object]]
  uses(object, unlist(defined[setdiff(names(below), c(layer, below[[layer]]))]))
})))
check("no object below the eager engine uses R", unlist(lapply(names(layer_of_object), function(object) {
  if (!layer_of_object[[object]] %in% knows_r) uses(object, grep(fortran_symbol, of_r, value = TRUE, invert = TRUE))
})))
check("variables stand in src/globals.c", unlist(lapply(setdiff(names(nm), "globals.o"), function(object) {
  variable <- setdiff(kinds(object, "dDbBC"), mutable[[object]])
  if (length(variable)) paste(object, "holds", variable)
})))

# ---- programs -------------------------------------------------------------------------

libraries <- c(r_config("LAPACK_LIBS"), r_config("BLAS_LIBS"), r_config("FLIBS"), "-lm")
without_r <- object_file(unlist(objects[setdiff(names(below), knows_r)]))
for (source in list.files("tests/core", "\\.c$", full.names = TRUE)) {
  program <- file.path(build, sub("\\.c$", "", basename(source)))
  made <- run(cc[1], cc[-1], flags, "-no-pie", source, without_r, libraries, "-o", program)
  result <- if (made$ok) run(program) else made
  check(paste(source, "builds without R and holds"), if (!result$ok) result$output)
}

unlink(build, recursive = TRUE)
cat(passed, " passed, ", failed, " failed\n", sep = "")
quit(status = failed > 0)
