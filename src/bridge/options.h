/* Options of methods: from an R list to the numbers of their struct. */
#ifndef GRADTAPE_BRIDGE_OPTIONS_H
#define GRADTAPE_BRIDGE_OPTIONS_H

#define R_NO_REMAP
#include <Rinternals.h>

#include "solvers/solver.h"

/* What is absent has its default, what the table does not know is passed over. Returns the
 * first option whose value is none that it may have, or NULL.                      */
const gt_option *read_options(const gt_option_table *table, SEXP list, double *values);
/* The first name in a list that none of n tables knows, or NULL. */
const char *unknown_option(const gt_option_table *const *tables, int n, SEXP list);

/* By its name; an R error where there is none. */
const gt_method *method_argument(SEXP name);
/* A solver by a method's name, with the options of the list; those that it does not have keep their
 * defaults. An R error where there is no such method, or an option is none it may have. */
gt_solver solver_argument(SEXP method, gt_problem *problem, SEXP options);

#endif
