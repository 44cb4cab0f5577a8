# Objective functions that know nothing of this package, as they are typed: on a tape, value,
# gradient and Hessian are those of plain R, near and far.

for (file in list.files(test_path("plain-r"), "[.]R$")) {
  test_that(paste("objectives of plain R are taped as typed:", file), {
    objectives <- objectives_in(file)
    compared <- capture.output(counts <- suppressMessages(vapply(objectives, expect_plain_r, 0)))
    expect_gt(mean(counts > 0), 0.9)
  })
}
