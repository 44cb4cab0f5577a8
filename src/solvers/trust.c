/* Newton's method in a trust region, with the whole Hessian: each step is the lowest point of the
 * quadratic model within the region, found as More & Sorensen (1983) do, hard case included;
 * the ratio of what the value came down by to what the model promised makes the region
 * (Conn, Gould & Toint 2000, algorithm 6.1.1 and chapter 7). A direction of negative curvature is
 * followed also where the gradient is zero: a saddle point is left, at the start too. */
#include "solvers/dense_trust.h"

#include <string.h>

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    (void)options;
    *kept = (gt_memory_size){0, 0};
    *work = (gt_memory_size){gt_dense_trust_numbers(p->space.n, 0), GT_DENSE_TRUST_VECTORS};
}

static void prepare(gt_dense_trust *m)
{
    memcpy(m->within.a, m->h, (size_t)(m->n * m->n) * sizeof *m->h);
    gt_quadratic_factor(&m->within);
}

static double find_step(gt_dense_trust *m)
{
    return gt_quadratic_minimize(&m->within, m->g, m->radius, m->step);
}

static void set_up(gt_dense_trust *m)
{
    m->prepare = prepare;
    m->find_step = find_step;
}

static void start(gt_solver *s) { set_up(gt_dense_trust_start(s)); }
static void move(gt_solver *s) { set_up(gt_dense_trust_move(s)); }

/* A saddle point, or a maximum. */
static bool leaves(gt_solver *s)
{
    gt_dense_trust *m = gt_dense_trust_of(s);
    gt_dense_trust_model(m);
    if (!gt_quadratic_is_indefinite(&m->within)) return false;
    gt_dense_trust_widen(m);
    return true;
}

const gt_method gt_trust = {.name = "trust",
                            .needs = GT_PART_GRADIENT | GT_PART_HESSIAN,
                            .options = &gt_dense_trust_table,
                            .memory = memory_size,
                            .start = start,
                            .iterate = gt_dense_trust_iterate,
                            .is_double = true,
                            .leaves = leaves,
                            .move = move};
