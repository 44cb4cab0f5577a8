# The files of R code as a graph: an edge where a function of one uses what another defines.

# The package's R files; NULL where only the installed package is there. (R CMD check unpacks
# the sources beside the tests.)
r_files <- function() {
  folders <- testthat::test_path(c("../../R", "../../00_pkg_src/gradtape/R"))
  folder <- folders[file.exists(file.path(folders, "conditions.R"))]
  if (length(folder)) list.files(folder[1], pattern = "[.]R$", full.names = TRUE)
}

parsed_files <- function(files) {
  stats::setNames(lapply(files, function(f) as.list(parse(f, keep.source = FALSE))), basename(files))
}

defined_name <- function(code) {
  if (!is.call(code)) return(NULL)
  assigned <- is.name(code[[1]]) && as.character(code[[1]]) %in% c("<-", "delayedAssign") && !is.call(code[[2]])
  if (assigned) as.character(code[[2]])
}

# For each name that is defined at top level, its file.
owners <- function(parsed) {
  names <- lapply(parsed, function(file) unlist(lapply(file, defined_name)))
  stats::setNames(rep(names(parsed), lengths(names)), unlist(names))
}

# Names that the code takes from outside itself: no local variables. Messages call functions too,
# in braces.
used_names <- function(code) {
  found <- regmatches(strings(code), gregexpr("(?<=\\{)[A-Za-z_.]+(?=\\()", strings(code), perl = TRUE))
  unique(c(codetools::findGlobals(as.function(list(code))), unlist(found)))
}
strings <- function(code) {
  if (is.character(code)) return(code)
  if (is.call(code) || is.pairlist(code)) {
    unlist(lapply(as.list(code), function(part) if (!missing(part)) strings(part)))
  }
  else character()
}

# The names that are looked up when the file is read: those outside functions and promises.
names_at_load <- function(code) {
  if (is.name(code)) return(as.character(code))
  if (!is.call(code)) return(NULL)
  first <- if (is.name(code[[1]])) as.character(code[[1]]) else ""
  if (first %in% c("function", "quote", "delayedAssign")) return(NULL)
  if (first == "R6Class") code$inherit <- NULL           # which it takes unevaluated
  if (first == "<-" && !is.call(code[[2]])) code <- code[-2]
  unlist(lapply(as.list(code), function(part) if (!missing(part)) names_at_load(part)))
}

# A list: for each file, what it takes from each other file by `uses`, a function of code.
file_graph <- function(parsed, uses) {
  owner <- owners(parsed)
  sapply(names(parsed), simplify = FALSE, function(file) {
    names <- intersect(unique(unlist(lapply(parsed[[file]], uses))), names(owner))
    others <- names[owner[names] != file]
    split(others, owner[others])
  })
}

# The files left when those that need no file that is left are taken away, again and again: all
# that lie on a cycle, or need one that does.
knotted <- function(graph) {
  left <- names(graph)
  repeat {
    free <- left[vapply(left, function(file) !any(names(graph[[file]]) %in% left), NA)]
    if (!length(free)) return(left)
    left <- setdiff(left, free)
  }
}

# A new folder with files of the given text.
folder_of <- function(...) {
  texts <- list(...)
  folder <- tempfile("files")
  dir.create(folder)
  for (name in names(texts)) writeLines(texts[[name]], file.path(folder, name))
  folder
}
