# Objective functions that know nothing of this package, as they are typed: on a tape, value,
# gradient and Hessian are those of plain R, near and far.

for (file in list.files(test_path("plain-r"), "[.]R$")) {
  test_that(paste("objectives of plain R are taped as typed:", file), {
    objectives <- objectives_in(file)
    compared <- capture.output(counts <- suppressMessages(vapply(objectives, expect_plain_r, 0)))
    expect_gt(mean(counts > 0), 0.9)
  })
}

test_that("loops of plain R give the same by compiled code, by jit() and for many points", {
  objectives <- objectives_in("loops.R")
  tapes <- suppressMessages(lapply(objectives, function(o) tape(o$fn, o$par)))
  compiled <- suppressMessages(lapply(objectives, function(o) tape(o$fn, o$par)))
  has_code <- !identical(Sys.getenv("NOT_CRAN"), "") && has_compiler()
  if (has_code) expect_identical(compile_together(compiled, c("value", "gradient", "hvp")), character())
  set.seed(1)
  for (k in seq_along(objectives)) {
    o <- objectives[[k]]
    points <- points_around(o$par, near = 2, far = 0)
    values <- vapply(points, tapes[[k]]$fn, 0)
    expect_identical(unname(tapes[[k]]$fn_many(do.call(rbind, points))), values, info = o$name)
    by_jit <- jit(o$fn)
    for (i in 1:2) {
      if (has_code) expect_same_tapes(tapes[[k]], compiled[[k]], points[[i]], o$name)
      x <- labelled(torch_tensor(unname(points[[i]]), requires_grad = TRUE), names(o$par))
      value <- suppressWarnings(by_jit(x))
      value$backward()
      expect_equal(as.numeric(value), values[i], tolerance = 1e-12, info = o$name)
      expect_equal(as.numeric(x$grad), unname(tapes[[k]]$gr(points[[i]])), tolerance = 1e-9, info = o$name)
    }
  }
})
