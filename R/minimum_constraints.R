# What a minimum with constraints has beside others.

# What new_minimum() adds.
constrained_answer <- function(task, run) {
  constraints <- task$constraints
  kind <- rep(c("eq", "ineq"), constraints$n)
  parts <- function(v) {
    named <- stats::setNames(v, constraints$labels)
    list(eq = named[kind == "eq"], ineq = named[kind == "ineq"])
  }
  names <- parameter_names(task$shape)
  held <- setdiff(task$free, interior(task, run$par))
  list(multipliers = c(parts(run$multipliers), list(bounds = stats::setNames(run$bound_multipliers, names))),
       constraints = parts(run$constraints), kkt = run$kkt,
       active = c(constraints$labels[active_constraints(constraints, run$par)], names[held]))
}

# Are the gradients of the active constraints dependent at an optimum? Then the multipliers are some of many.
dependence_note <- function(task, run) {
  if (is.null(task$constraints) || !is_converged(run) || length(task$free) > most_dense) return(NULL)
  if (run$vanishes) {
    return("The gradient of an active constraint vanishes close by: multipliers may not exist, and digits are lost.")
  }
  gradients <- tryCatch(active_gradients(task, run$par, interior(task, run$par)), error = function(e) NULL)
  if (is.null(gradients) || !all(is.finite(gradients)) || null_space(gradients)$rank == nrow(gradients)) return(NULL)
  "The gradients of the active constraints are linearly dependent: the multipliers are not unique."
}

# ---- what users see ----

print_constraints <- function(fit, digits, most = 20) {
  if (is.null(fit$multipliers)) return(invisible())
  table <- data.frame(value = unlist(unname(fit$constraints)), multiplier = unlist(unname(fit$multipliers[1:2])))
  bounds <- fit$multipliers$bounds
  cat("constraints violated by at most ", format(fit$kkt["feasibility", "unscaled"], digits = 3), "\n", sep = "")
  print(utils::head(table, most), digits = digits)
  if (nrow(table) > most) cat("... and", nrow(table) - most, "more constraints\n")
  if (any(bounds != 0)) {
    cat("multipliers of bounds\n")
    print(utils::head(bounds[bounds != 0], most), digits = digits)
  }
}

print_kkt <- function(fit) {
  if (is.null(fit$kkt)) return(invisible())
  cat("conditions of an optimum\n")
  print(fit$kkt, digits = 3)
  cat("active: ", if (length(fit$active)) paste(utils::head(fit$active, 20), collapse = ", ") else "none",
      if (length(fit$active) > 20) paste0(", ... (", length(fit$active), ")"), "\n", sep = "")
}
