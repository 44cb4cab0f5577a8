#ifndef GRADTAPE_BRIDGE_ARGUMENTS_H
#define GRADTAPE_BRIDGE_ARGUMENTS_H

#define R_NO_REMAP
#include <Rinternals.h>

#include <stdbool.h>

/* The value of an argument that must be TRUE or FALSE. */
bool flag_argument(SEXP x, const char *argument);
/* The element of a list by its name; NULL where there is none. */
SEXP list_element(SEXP list, const char *name);

#endif
