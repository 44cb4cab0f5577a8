# Reference figures made with PyTorch: gzipped JSON.
read_reference <- function(name) {
  skip_if_not_installed("jsonlite")
  file <- gzfile(test_path("reference", paste0(name, ".json.gz")))
  on.exit(close(file))
  jsonlite::fromJSON(paste(readLines(file, warn = FALSE), collapse = "\n"), simplifyVector = FALSE)
}

# Numbers of the files; Inf, -Inf and NaN are strings.
ref_number <- function(v) {
  v <- unlist(v, use.names = FALSE)
  if (is.character(v)) as.numeric(sub("Infinity", "Inf", v)) else v
}

# A nested list is a matrix, row by row.
reference_numbers <- function(x) {
  if (is.list(x) && length(x) && is.list(x[[1]])) return(do.call(rbind, lapply(x, reference_numbers)))
  number <- function(v) switch(as.character(v), `Inf` = Inf, `-Inf` = -Inf, `NaN` = NaN, as.numeric(v))
  if (is.list(x)) array(vapply(x, number, 0), length(x)) else number(x)
}

# 1e-10 relative, 1e-12 absolute near zero; the first element that differs.
expect_close <- function(actual, expected, info, relative = 1e-10, absolute = 1e-12) {
  actual <- as.numeric(actual)
  expected <- as.numeric(expected)
  same <- length(actual) == length(expected) &&
    all(is.nan(actual) == is.nan(expected)) &&
    all(is.nan(expected) | actual == expected |
          abs(actual - expected) <= pmax(relative * abs(expected), absolute), na.rm = TRUE)
  expect(same, sprintf("%s: %s, expected %s", info, paste(format(actual, digits = 17), collapse = " "),
                       paste(format(expected, digits = 17), collapse = " ")))
}

# One dimension as a plain vector.
drop_array <- function(x) if (length(dim(x)) < 2) as.vector(x) else x

# ---- a case of ops.json through its function ----

case_arguments <- function(case) {
  args <- lapply(case$args, function(a) if (is.list(a)) unlist(a) else a)
  if (identical(args$p, "Inf")) args$p <- Inf
  args
}

first_of <- function(x) if (is.list(x)) x[[1]] else x       # values, not positions

by_function <- function(case, x) {
  f <- getExportedValue("gradtape", case$op)
  if (case$op == "torch_where") return(f(x[[1]] > 0, x[[1]], x[[2]]))
  if (case$op %in% c("torch_cat", "torch_stack")) x <- list(x)
  first_of(do.call(f, c(unname(x), case_arguments(case))))
}
