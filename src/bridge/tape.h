#ifndef GRADTAPE_BRIDGE_TAPE_H
#define GRADTAPE_BRIDGE_TAPE_H

#define R_NO_REMAP
#include <Rinternals.h>

#include "solvers/objective.h"
#include "tape/plan/plan.h"

/* A plan opened to be run at some x, with the guards that it must meet. */
typedef struct {
    gt_plan plan;
    gt_array *inputs;
    const double *expected;
    double *base[GT_N_BUFFERS];
} gt_player;

/* A tape as what a solver minimises: no R code runs but to record a new variant. */
typedef struct {
    gt_objective base;
    SEXP handle;                /* list(state, function that prepares it at x) */
    SEXP kept;                  /* a protected list of 3: state, point, gradient */
    void (*on_error)(void *, Rboolean);         /* called with base when R unwinds */
    int64_t evaluations;
    gt_player player;           /* of the last evaluation, when is_open */
    bool is_open;
    double value[1];
} gt_tape_objective;

/* `kept` must be set before. */
void gt_tape_objective_init(gt_tape_objective *o, gt_space space, SEXP handle,
                            void (*on_error)(void *, Rboolean));

#endif
