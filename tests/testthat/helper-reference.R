# Reference cases in JSON, where a nested list is a matrix row by row, and infinite
# values are strings.

read_reference <- function(name) {
  skip_if_not_installed("jsonlite")
  con <- gzfile(test_path("reference", name))
  on.exit(close(con))
  jsonlite::fromJSON(readLines(con, warn = FALSE), simplifyVector = FALSE)
}

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
