# The post's five minimizations: what they reach, and figures of the way there.
library(gradtape)
example_file <- function(name) system.file("examples", name, package = "gradtape", mustWork = TRUE)
source(example_file("blog.R"))
library(ggplot2)

run <- function(minimize, f, from, ...) {
  trace <- new_trace()
  minimize(f, start_at(from), ..., see = trace$see)
  trace$rows()
}

paths_in <- function(dtype) {
  old <- torch_set_default_dtype(dtype)
  on.exit(torch_set_default_dtype(old))
  list(
    by_hand = run(minimize_by_hand, rosenbrock, c(-1, 1), lr = 0.01, iterations = 1000),
    adam = run(minimize_adam, rosenbrock, c(-1, 1), lr = 1, iterations = 100),
    lbfgs = run(minimize_lbfgs, rosenbrock, c(-1, 1), steps = 3),
    flower = run(minimize_lbfgs, flower, c(20, 20), steps = 3),
    flower_wolfe = run(minimize_lbfgs, flower, c(20, 20), steps = 5, line_search_fn = "strong_wolfe"),
    penalty = minimize_outside_circle(start_at(c(0.5, 0.5)))$steps
  )
}

report <- function(title, path) {
  last <- path[nrow(path), ]
  cat(sprintf("%-44s %5d  %-12s (%s, %s)\n", title, nrow(path), signif(last$value, 7),
              signif(last$x1, 7), signif(last$x2, 7)))
}

report_all <- function(paths) {
  cat(sprintf("%-44s %5s  %-12s %s\n", "", "evals", "value", "x"))
  report("Rosenbrock, gradient descent by hand", paths$by_hand)
  report("Rosenbrock, Adam", paths$adam)
  report("Rosenbrock, L-BFGS without a line search", paths$lbfgs)
  report("flower, L-BFGS without a line search", paths$flower)
  report("flower, L-BFGS with strong Wolfe", paths$flower_wolfe)
  report("flower outside a circle (a row per rho)", paths$penalty)
}

save_figure <- function(name, plot, width, height) {
  file <- file.path("figures", paste0(name, ".png"))
  ggsave(file, plot, width = width, height = height, dpi = 120, bg = "white")
  cat("wrote", file, "\n")
}

panels <- function(...) {
  paths <- list(...)
  rows <- lapply(names(paths), function(name) cbind(paths[[name]][c("x1", "x2")], run = name))
  path <- do.call(rbind, rows)
  path$run <- factor(path$run, names(paths))
  path
}

cat("\nIn single precision, as the post computes:\n")
report_all(paths_in(torch_float()))
cat("\nIn double precision, the default:\n")
paths <- paths_in(torch_double())
report_all(paths)
cat("\nThe minima: 0 at (1, 1); -1 at the origin; 0.4142136 at (0.5411961, 1.306563).\n\n")

dir.create("figures", showWarnings = FALSE)
levels <- c(0, as.numeric(torch_logspace(-3, 3, steps = 50)))
save_figure("rosenbrock", contour_plot(rosenbrock, c(-2, 2), c(-2, 2), breaks = levels, paths =
  panels("by hand" = paths$by_hand, "Adam" = paths$adam, "L-BFGS" = paths$lbfgs)), 10, 3.8)

petals <- test_problem("flower")$fn
near <- function(path) path[pmax(abs(path$x1), abs(path$x2)) < 5000, ]
save_figure("flower", contour_plot(petals, c(-24, 24), c(-24, 24), n = 201, paths =
  panels("no line search" = near(paths$flower), "strong Wolfe" = paths$flower_wolfe)), 8, 4.4)

angle <- seq(0, 2 * pi, length.out = 200)
circle <- data.frame(x1 = sqrt(2) * cos(angle), x2 = sqrt(2) * sin(angle))
start <- data.frame(x1 = 0.5, x2 = 0.5)
save_figure("constrained", contour_plot(petals, c(-2, 2), c(-2, 2), rbind(start, paths$penalty[c("x1", "x2")])) +
  geom_path(aes(x1, x2), data = circle, linetype = "dashed"), 5, 5)
