# f as a function of the user's, with these variables around it. Its home is no package, so that tape() makes a copy of
# it, and worker processes find nothing of the tests' in it.
as_user <- function(f, ...) {
  environment(f) <- list2env(list(...), parent = globalenv())
  f
}
