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
