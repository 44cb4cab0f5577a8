# Functions that R has written in R, and that take tensors as soon as the functions that they call do.

rewritten_masks <- function() c(
  sapply(c("addmargins", "bw.nrd", "bw.nrd0", "cancor", "hat", "mantelhaen.test", "mcnemar.test", "medpolish",
           "p.adjust",
           "power.prop.test", "spec.taper", "setdiff", "intersect", "union", "setequal", "is.element", "combn",
           "Box.test", "chisq.test"),
         rewritten, simplify = FALSE),
  sapply(c("t.test", "var.test", "cor.test", "bartlett.test", "ansari.test", "mood.test", "fligner.test", "prcomp"),
         function(name) rewritten(name, paste0(name, ".default")), simplify = FALSE)
)
