#ifndef GRADTAPE_BRIDGE_TAPE_H
#define GRADTAPE_BRIDGE_TAPE_H

#include "bridge.h"
#include "objective.h"

/* A tape as what a solver minimises: no R code runs but to record a new variant. */
typedef struct {
    gt_objective base;
    SEXP handle;                /* list(state, function that prepares it at x) */
    SEXP kept;                  /* a protected list of 3: state, point, gradient */
    void (*on_error)(void *, Rboolean);         /* called with base when R unwinds */
    int64_t evaluations;
} gt_tape_objective;

/* `kept` must be set before. */
void gt_tape_objective_init(gt_tape_objective *o, gt_space space, SEXP handle,
                            void (*on_error)(void *, Rboolean));

#endif
