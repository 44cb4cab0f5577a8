library(testthat)
library(gradtape)

test_check("gradtape")
