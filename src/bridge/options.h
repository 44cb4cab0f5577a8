/* Options of methods: from an R list to the numbers of their struct. */
#ifndef GRADTAPE_BRIDGE_OPTIONS_H
#define GRADTAPE_BRIDGE_OPTIONS_H

#define R_NO_REMAP
#include <Rinternals.h>

#include "solvers/options.h"

/* What is absent has its default, what the table does not know is passed over. Returns the
 * first option whose value is none that it may have, or NULL.                      */
const gt_option *read_options(const gt_option_table *table, SEXP list, double *values);
/* The first name in a list that none of n tables knows, or NULL. */
const char *unknown_option(const gt_option_table *const *tables, int n, SEXP list);

#endif
