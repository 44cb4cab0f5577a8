# What R does by default, and those sources of which tape_code() takes what a function uses.
libraries <- file.path(R_PACKAGE_DIR, paste0("libs", R_ARCH))
dir.create(libraries, recursive = TRUE, showWarnings = FALSE)
file.copy(c(Sys.glob(paste0("*", SHLIB_EXT)), Sys.glob("symbols.rds")), libraries, overwrite = TRUE)

sources <- file.path(R_PACKAGE_DIR, "sources")
dir.create(sources, showWarnings = FALSE)
file.copy(c("core/simd.h", file.path("ops", c("elementary.h", "missing.h", "stirling.h", "densities.h", "special.h",
  "r_arithmetic.h", "elementwise_values.h", "reduce.h", "special.c", "r_arithmetic.c", "stirling.c", "densities.c",
  "sum.c"))), sources, overwrite = TRUE)
