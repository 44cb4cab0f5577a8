# Central differences of fourth order (Fornberg 1988).

# What f, a function of numbers, changes by along each element of x: a column each. The step is `relative` times
# the element's size, or times `least` where that is larger.
differences <- function(f, x, relative, least) {
  lapply(seq_along(x), function(i) {
    h <- relative * max(abs(x[i]), least)
    at <- function(k) {
      x[i] <- x[i] + k * h
      f(x)
    }
    (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
  })
}
