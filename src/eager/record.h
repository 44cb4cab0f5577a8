/* Recording: what an eager run must note so that it can be replayed.
 *
 * While a recording is open, every value that depends on its input is *tracked*:
 * it keeps its inputs, whether or not it carries a gradient. What R code learns of a
 * tracked value is noted: a truth value or a whole number that it read becomes a
 * guard, a real number that it read is an escape.                              */
#ifndef GRADTAPE_EAGER_RECORD_H
#define GRADTAPE_EAGER_RECORD_H

#include "eager/node.h"

#include <R_ext/Rdynload.h>

bool is_recording(void);
/* Tracked, and a recording is open. */
bool is_recorded(SEXP value);
/* R code has read the values of a recorded node: they decide what it does next. */
void record_guard(SEXP node);
/* C code is about to compute with values in a way that no tape can follow. */
void record_escape(const char *text);
/* A logical vector that calls record_guard() when R reads it. */
SEXP guarded_logical(SEXP node);
/* The node behind a guarded logical vector, else NULL. */
SEXP guarded_node(SEXP x);

void init_guarded_logical(DllInfo *dll);

#endif
