/* R vectors that notice being read. */
#ifndef GRADTAPE_EAGER_WATCHED_H
#define GRADTAPE_EAGER_WATCHED_H

#include "eager/node.h"

#include <R_ext/Rdynload.h>

/* A logical vector that calls record_guard() when R reads it. */
SEXP guarded_logical(SEXP node);
/* The node behind a guarded logical vector, else NULL. */
SEXP guarded_node(SEXP x);
/* A real vector of these values, those of a recorded node; reading it is an escape from the
 * call that `origin` tells.                                                     */
SEXP watched_real(SEXP values, SEXP origin);

void init_watched_vectors(DllInfo *dll);

#endif
