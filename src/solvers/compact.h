/* The limited-memory BFGS matrix in compact form (Byrd, Nocedal & Schnabel 1994),
 *
 *     B = theta I - W M W',   W = [Y, theta S],   M^-1 = [-D, L'; L, theta S'S],
 *
 * of which D is the diagonal of S'Y and L what is below it. Vectors of length 2 count, as W' gives
 * them, are called short here. In double precision.                                */
#ifndef GRADTAPE_SOLVERS_COMPACT_H
#define GRADTAPE_SOLVERS_COMPACT_H

#include "core/vec.h"

typedef struct {
    gt_space space;
    int most, count; /* pairs: the oldest first */
    int first;       /* the slot of the oldest */
    double theta;
    void **s, **y;        /* slots */
    double *ss, *sy, *yy; /* S'S, S'Y and Y'Y, most x most */
    double *factor;       /* Cholesky's of theta S'S + L D^-1 L' */
} gt_compact;

int64_t gt_compact_numbers(int64_t most);
/* Where it has its memory (vectors: 2 most of them); what it holds stays. */
void gt_compact_place(gt_compact *c, gt_space space, int64_t most, double *numbers, void **vectors);
/* B = I */
void gt_compact_clear(gt_compact *c);
/* Takes a change of x and the change of the gradient, if the curvature along it is positive. */
void gt_compact_store(gt_compact *c, const double *s, const double *y);

const double *gt_compact_s(const gt_compact *c, int k);
const double *gt_compact_y(const gt_compact *c, int k);
/* W'v; row i of W; to + a W short; M short. */
void gt_compact_project(const gt_compact *c, const double *v, double *to);
void gt_compact_row(const gt_compact *c, int64_t i, double *to);
void gt_compact_add(const gt_compact *c, double *to, double a, const double *coefficients);
void gt_compact_middle(const gt_compact *c, const double *v, double *to);

#endif
