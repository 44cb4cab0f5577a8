# The package's own C sources, from which generated code takes what it uses: the installed files, cut into
# definitions, each with the names that it defines and those that it uses.

# Headers first, each file after those that it includes.
source_files <- c("simd.h", "elementary.h", "missing.h", "r_arithmetic.h", "special.h", "stirling.h", "densities.h",
                  "elementwise_values.h", "reduce.h", "array.h", "standalone.h", "linalg.h", "table.h", "matrices.h",
                  "special.c", "r_arithmetic.c", "stirling.c", "densities.c", "sum.c", "array.c", "matrices.c",
                  "lapack.c", "factors.c", "spectra.c", "matrix_exp.c", "scan.c", "index.c")

# What `code` uses of the sources, directly or not, in an order in which C can read it.
sources_used_by <- function(code) {
  all <- source_definitions()
  needed <- rep(FALSE, length(all$text))
  names <- identifiers(code)
  while (length(names)) {
    new <- which(!needed & vapply(all$defines, function(d) any(d %in% names), NA))
    needed[new] <- TRUE
    names <- unique(unlist(all$uses[new]))
  }
  text <- all$text[needed]
  paste(text[!duplicated(without_comments(text))], collapse = "\n\n")
}

# The operations whose kernels code calls, and which the sources do not have.
kernels_without_source <- function(code) {
  called <- unique(regmatches(code, gregexpr("(?<=const int failed = )\\w+(?=_eval\\(&with)", code, perl = TRUE))[[1]])
  setdiff(called, sub("_eval$", "", unlist(source_definitions()$defines)))
}

# What was read, and compiled, in this session.
code_session <- new.env(parent = emptyenv())

source_definitions <- function() {
  if (is.null(code_session$definitions)) {
    files <- lapply(source_files, function(f) {
      file_definitions(readLines(system.file("sources", f, package = "gradtape", mustWork = TRUE)))
    })
    text <- unlist(files)
    defines <- lapply(text, defined_names)
    # (what declares a function calls for its definition)
    uses <- Map(union, lapply(text, identifiers), defines)
    kernel <- grepl("^EACH_MATRIX", text)
    uses[kernel] <- lapply(sub("_eval$", "_one", defines[kernel]), c, "EACH_MATRIX")
    code_session$definitions <- list(text = text, defines = defines, uses = uses)
  }
  code_session$definitions
}

without_comments <- function(text) gsub("(?s)/\\*.*?\\*/\\s*", "", text, perl = TRUE)

identifiers <- function(text) {
  text <- without_comments(text)
  unique(unlist(regmatches(text, gregexpr("[A-Za-z_][A-Za-z0-9_]*", text))))
}

# The definitions of a file: a macro, a function, a type, a constant, or a whole block of #if. Includes, guards
# and what undefines a macro are left out.
file_definitions <- function(lines) {
  lines <- lines[!grepl("^#(include|undef)|^#(ifndef|define) GRADTAPE_", lines)]
  if (length(lines) && grepl("^#endif", lines[length(lines)])) lines <- lines[-length(lines)]
  bare <- gsub("/\\*.*?(\\*/|$)|\"[^\"]*\"|'.'", "", lines)
  level <- cumsum(grepl("^#\\s*if", bare) - grepl("^#\\s*endif", bare))   # of #if
  opens <- nchar(gsub("[^{]", "", bare)) - nchar(gsub("[^}]", "", bare))
  is_directive <- grepl("^#", lines)
  goes_on <- grepl("\\\\$", lines)
  may_end <- grepl("([;}]|^[A-Z0-9_]+\\(.*\\))\\s*$", bare)
  definitions <- list()
  first <- 1L
  depth <- 0L
  is_macro <- FALSE
  for (i in seq_along(lines)) {
    depth <- depth + opens[i]
    is_macro <- is_macro || is_directive[i]
    if (level[i] == 0 && (if (is_macro) !goes_on[i] else depth == 0 && may_end[i])) {
      definitions <- c(definitions, list(lines[first:i]))
      first <- i + 1L
      depth <- 0L
      is_macro <- FALSE
    }
  }
  text <- vapply(definitions, function(d) made_static(sub("^\n+", "", paste(d, collapse = "\n"))), "")
  # (rules are not for programs that only compute)
  text[!grepl("\\b(gt_builder|gt_vjp_call|gt_op_def|INFER_ARGUMENTS|WORKSPACE_ARGUMENTS)\\b", text) |
         grepl("^#define", text)]
}

# Functions and constants of the file alone, so that code from several tapes can be linked.
made_static <- function(text) {
  without <- without_comments(text)
  first <- regmatches(without, regexpr("^[^\n]*", without))
  is_own <- grepl("^(static|typedef|extern|#|GT_INLINE|GT_KERNEL static|[A-Z0-9_]+\\()", first)
  if (grepl("^extern", first)) ""                 # its definition follows
  else if (grepl("^#define", first)) gsub("(\n +)(?!return)(\\w+ name##\\w+\\([^{;]*\\);)", "\\1static \\2", text,
                                           perl = TRUE)
  else if (is_own || !nzchar(first)) text
  else if (grepl("^GT_KERNEL ", first)) sub("GT_KERNEL ", "GT_KERNEL static ", text, fixed = TRUE)
  else sub(first, paste("static", first), text, fixed = TRUE)
}

defined_names <- function(text) {
  code <- without_comments(text)
  macros <- regmatches(code, gregexpr("#\\s*define\\s+[A-Za-z_0-9]+", code))[[1]]
  if (length(macros)) return(sub(".*\\s", "", macros))
  if (grepl("^\\s*#", code)) return(character())    # (an attribute that not all compilers have)
  first <- sub("^\\s*", "", code)
  if (grepl("^typedef.*\\(\\*", first)) return(sub(".*\\(\\*(\\w+).*", "\\1", first))
  if (grepl("^typedef", first)) {
    return(sub(".*[} *]([A-Za-z_0-9]+)\\s*;\\s*$", "\\1", gsub("\n", " ", first)))
  }
  if (grepl("^[A-Z0-9_]+\\(", first)) {
    name <- sub("^[A-Z0-9_]+\\((\\w+).*", "\\1", gsub("\n", " ", first))
    return(if (grepl("^EACH_MATRIX", first)) paste0(name, "_eval") else paste0(name, c("", "_of", "_at", "_density")))
  }
  sub("^.*?([A-Za-z_0-9]+)\\s*[(=\\[].*$", "\\1", gsub("\n", " ", first), perl = TRUE)
}
