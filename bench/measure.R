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
               paste("\t$(CC) $(ALL_CPPFLAGS) $(CPICFLAGS)", flags, "-c", source, "-o", object)), "Makevars")
  status <- system2(file.path(R.home("bin"), "R"), c("CMD", "SHLIB", source), stdout = FALSE, stderr = FALSE)
  if (status) stop(file, " does not compile")
  dyn.load(file.path(folder, paste0(name, .Platform$dynlib.ext)))
}

cpu <- function() sum(proc.time()[1:2])
