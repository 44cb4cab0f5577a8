/* Recording: what an eager run must note so that it can be replayed.
 *
 * While a recording is open, every value that depends on its input is *tracked*:
 * it keeps its inputs, whether or not it carries a gradient. What R code learns of a
 * tracked value is noted: a truth value or a whole number that it read becomes a
 * guard, a real number that it read is an escape.                              */
#ifndef GRADTAPE_EAGER_RECORD_H
#define GRADTAPE_EAGER_RECORD_H

#include "eager/node.h"
#include "globals.h"

#include <R_ext/Rdynload.h>

/* Opens a recording; returns list(recorder, what record_end() restores). The caller keeps
 * it, so the recorder lives as long as its frame.                               */
SEXP record_begin(void);
void record_end(SEXP opened);

static inline bool is_recording(void) { return globals.recorder != NULL; }
/* Tracked, and a recording is open. */
static inline bool is_recorded(SEXP value)
{
    return is_recording() && is_node(value) && node_has(value, NODE_TRACKED);
}
/* R code has read the values of a recorded node: they decide what it does next. */
void record_guard(SEXP node);
/* R code takes the elements of a value: truth values and whole numbers become a guard, real
 * numbers an escape. Returns true when it is the first escape of a recording.   */
bool record_read(SEXP value);
/* Values are computed with in a way that no tape can follow. text: by which call. */
void record_escape(const char *text);
/* A logical vector that calls record_guard() when R reads it. */
SEXP guarded_logical(SEXP node);
/* The node behind a guarded logical vector, else NULL. */
SEXP guarded_node(SEXP x);

void init_guarded_logical(DllInfo *dll);

#endif
