# Many tapes compiled in one go, each a file of its own, with all warnings.

compile_together <- function(tapes, kinds) {
  own <- asNamespace("gradtape")
  folder <- tempfile("compiled_")
  dir.create(folder)
  codes <- lapply(tapes, function(tp) {
    code <- .Call(own$C_call_tape_code, own$recorded_state(tp), kinds)
    paste0(own$code_prelude(code), code)
  })
  files <- sprintf("%s_%d.c", basename(folder), seq_along(tapes))
  for (i in seq_along(tapes)) {
    writeLines(gsub("\\b([a-z]+)_([0-9]+)_(first|seed|part|loop)", sprintf("tape%d_\\1_\\2_\\3", i), codes[[i]]),
               file.path(folder, files[i]))
  }
  writeLines("PKG_CFLAGS = -ffp-contract=off -Wall -Wextra -pedantic -std=c99", file.path(folder, "Makevars"))
  old <- setwd(folder)
  on.exit(setwd(old))
  said <- suppressWarnings(system2(file.path(R.home("bin"), "R"),
                                   c("CMD", "SHLIB", "-o", paste0("all", .Platform$dynlib.ext), files),
                                   stdout = TRUE, stderr = TRUE))
  if (any(grepl("error:", said))) stop(paste(grep("error:", said, value = TRUE), collapse = "\n"))
  library <- dyn.load(paste0("all", .Platform$dynlib.ext))
  for (i in seq_along(tapes)) {
    state <- own$recorded_state(tapes[[i]])
    for (variant in seq_along(.Call(own$C_call_tape_recordings, state))) {
      for (kind in kinds) {
        functions <- lapply(c("first", "seed"), function(phase) {
          getNativeSymbolInfo(sprintf("tape%d_%s_%d_%s", i, kind, variant, phase), library)$address
        })
        .Call(own$C_call_tape_use_code, state, kind, variant, functions)
      }
    }
  }
  grep("warning:|error:", said, value = TRUE)
}

has_compiler <- local({
  known <- NULL
  function() {
    if (is.null(known)) {
      known <<- nzchar(Sys.which("make")) && nzchar(Sys.which(strsplit(system2(file.path(R.home("bin"), "R"),
        c("CMD", "config", "CC"), stdout = TRUE, stderr = FALSE), " ")[[1]][1]))
    }
    known
  }
})

expect_same_tapes <- function(interpreted, compiled, x, info) {
  expect_identical(compiled$fn(x), interpreted$fn(x), info = info)
  if (length(interpreted$fn(x)) == 1) {
    expect_identical(compiled$value_and_grad(x), interpreted$value_and_grad(x), info = info)
    expect_identical(compiled$he(x), interpreted$he(x), info = info)
  } else {
    expect_identical(compiled$jacobian(x), interpreted$jacobian(x), info = info)
  }
}
