# What R does by default, and those sources of which tape_code() takes what a function uses.
libraries <- file.path(R_PACKAGE_DIR, paste0("libs", R_ARCH))
dir.create(libraries, recursive = TRUE, showWarnings = FALSE)
file.copy(c(Sys.glob(paste0("*", SHLIB_EXT)), Sys.glob("symbols.rds")), libraries, overwrite = TRUE)

sources <- file.path(R_PACKAGE_DIR, "sources")
dir.create(sources, showWarnings = FALSE)
of_core <- c("simd.h", "array.h", "standalone.h", "array.c")
of_ops <- c("elementary.h", "missing.h", "stirling.h", "densities.h", "special.h", "r_arithmetic.h",
  "elementwise_values.h", "reduce.h", "linalg.h", "table.h", "matrices.h", "special.c", "r_arithmetic.c", "stirling.c", "densities.c", "sum.c",
  "matrices.c", "lapack.c", "factors.c", "spectra.c", "matrix_exp.c", "scan.c", "index.c")
file.copy(c(file.path("core", of_core), file.path("ops", of_ops)), sources, overwrite = TRUE)
