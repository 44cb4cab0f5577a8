/* Memory in which graphs and plans are made. For long recordings that is gigabytes for a moment, so it is malloc()'s: R's
 * collector would free it late, and look through all objects again and again because of it. An R object owns it, and
 * frees it after an error too.                                                    */
#ifndef GRADTAPE_BRIDGE_SCRATCH_H
#define GRADTAPE_BRIDGE_SCRATCH_H

#define R_NO_REMAP
#include <Rinternals.h>

#include "core/arena.h"

/* The owner, to be protected. */
SEXP scratch_new(void);
/* Takes back what is large, one by one or all but what is kept; the rest lasts as long as the owner. */
gt_arena scratch_arena(SEXP owner);
/* Frees all of it at once. */
void scratch_free(SEXP owner);

#endif
