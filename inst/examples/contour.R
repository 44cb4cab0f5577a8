# Filled contours of a function of two variables, and the paths of optimizers on them.
library(ggplot2)

# f, a function of vectors x1 and x2, on the grid of their values.
on_grid <- function(f, x1, x2) {
  grid <- expand.grid(x1 = x1, x2 = x2)
  grid$value <- as.numeric(f(grid$x1, grid$x2))
  grid
}

# path: a data frame of points x1, x2 in order, or NULL; a column `run` gives each run a
# panel.
contour_plot <- function(grid, path = NULL, breaks = NULL, bins = 30) {
  plot <- ggplot(grid, aes(x1, x2)) +
    geom_contour_filled(aes(z = value), breaks = breaks, bins = bins, show.legend = FALSE) +
    scale_fill_viridis_d(direction = -1) +
    coord_fixed(xlim = range(grid$x1), ylim = range(grid$x2), expand = FALSE) +
    theme_minimal() +
    theme(panel.spacing = grid::unit(1.2, "lines"))
  if (is.null(path)) return(plot)
  plot <- plot + draw_path(path)
  if (is.null(path$run)) plot else plot + facet_wrap(~run)
}

# White below the line, so that it shows on dark and on light; a circle where the path
# starts, a cross where it ends, dots between them where they are few enough to tell apart.
draw_path <- function(path) {
  run <- if (is.null(path$run)) rep(1, nrow(path)) else path$run
  start <- path[!duplicated(run), ]
  end <- path[!duplicated(run, fromLast = TRUE), ]
  dots <- path[run %in% names(which(table(run) <= 200)), ]
  list(
    geom_path(data = path, colour = "white", linewidth = 1.3),
    geom_path(data = path, colour = "#c1121f", linewidth = 0.6),
    geom_point(data = dots, colour = "#c1121f", size = 0.9),
    geom_point(data = start, shape = 21, fill = "white", size = 2.8, stroke = 1),
    geom_point(data = end, shape = 4, colour = "white", size = 3.2, stroke = 2.2),
    geom_point(data = end, shape = 4, size = 3, stroke = 1.1)
  )
}
