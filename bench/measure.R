# What several measurements share: processor time, and C written by hand.

# The library of a C file, compiled with these flags and no others, and loaded under a name of its own.
built_from <- function(file, flags = "-O2", name = sub("[.]c$", "", basename(file))) {
  folder <- tempfile()
  dir.create(folder)
  source <- paste0(name, ".c")
  object <- paste0(name, ".o")
  file.copy(file, file.path(folder, source))
  old <- setwd(folder)
  on.exit(setwd(old))
  writeLines(c("all: $(SHLIB)", paste0(object, ": ", source),
               paste("\t$(CC) $(ALL_CPPFLAGS) $(CPICFLAGS)", flags, "-c", source, "-o", object),
               "PKG_LIBS = $(LAPACK_LIBS) $(BLAS_LIBS) $(FLIBS)"), "Makevars")
  status <- system2(file.path(R.home("bin"), "R"), c("CMD", "SHLIB", source), stdout = FALSE, stderr = FALSE)
  if (status) stop(file, " does not compile")
  dyn.load(file.path(folder, paste0(name, .Platform$dynlib.ext)))
}

cpu <- function() sum(proc.time()[1:2])

# Another point at each call, as a second evaluation at the same one may be answered from memory.
points_near <- function(x) {
  points <- list(x, x * (1 + 1e-9))
  at <- 1
  function() {
    at <<- 3 - at
    points[[at]]
  }
}

# Value and gradient by RTMB at these points.
rtmb_value_and_gradient <- function(f, x) {
  tape <- RTMB::MakeTape(f, x)
  slope <- tape$jacfun()
  next_point <- points_near(x)
  function() {
    x <- next_point()
    list(tape(x), slope(x))
  }
}
