# Methods of the S4 kind beside those of S3, which R finds sooner.

# R finds a method of the S4 kind in one table, by the classes of the operands, and calls it at once; an S3 method takes
# it twice as long, which is longer than a small operation. So arithmetic and comparisons have both: the S3 methods
# (R/base_operators.R) serve operands of all other classes. (`[` has none: R would evaluate subscripts before they can
# be read.)
found_sooner <- c(`+` = "add", `-` = "sub", `*` = "mul", `/` = "div", `^` = "power", `<` = "lt", `<=` = "le",
                  `>` = "gt", `>=` = "ge")
for (name in names(found_sooner)) {
  operate <- eval(bquote(function(e1, e2) .Call(.(as.name(paste0("C_operator_", found_sooner[[name]]))), e1, e2)))
  setMethod(name, signature("gradtape_tensor", "gradtape_tensor"), operate)
  setMethod(name, signature("gradtape_tensor", "numeric"), operate)
  setMethod(name, signature("numeric", "gradtape_tensor"), operate)
}
rm(name, operate)

# When a package is loaded, R forgets the tables of the primitive functions that it has methods for, and searches at
# each call until it is told that they have changed. (`$` gets its method here, as that is another file's.)
find_methods_sooner <- function(names) for (name in names) cacheGenericsMetaData(name, getGeneric(name))
setLoadAction(function(namespace) {
  setMethod("$", "gradtape_tensor", `$.gradtape_tensor`, where = namespace)
  find_methods_sooner(names(found_sooner))
}, "find_methods_sooner")
