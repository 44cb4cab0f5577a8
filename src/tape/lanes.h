/* Many points at once: a program run for a block of points side by side, its *lanes*. Each number
 * of the plan becomes one a lane, and each instruction a loop over them, which vectorises; only
 * kernels of structured operations run once a point. The digits are those of a single run, but where
 * more than two slices of a gradient meet, which are added in another order.      */
#ifndef GRADTAPE_TAPE_LANES_H
#define GRADTAPE_TAPE_LANES_H

#include "tape/program.h"

typedef struct {
    const gt_program *program;
    int width, n;     /* lanes, and how many of them are in use */
    double **base;    /* as a program's; what depends on the point has `width` lanes a number */
    double *work;     /* of kernels: one point's operands and result; of groups: registers */
    gt_array *inputs; /* room for those of the largest call */
    bool *is_failed;  /* lanes in which a kernel failed */
} gt_lanes;

/* 1 where a program is so large that running point after point is as fast. */
int gt_lanes_width(const gt_plan *plan);
gt_lanes gt_lanes_new(const gt_program *p, int64_t n_parameters, int width, gt_arena arena);
/* Where parameter k of the lanes is. */
static inline double *gt_lanes_parameter(const gt_lanes *l, int64_t k)
{
    return l->base[GT_INPUTS + GT_PARAMETERS] + k * l->width;
}
void gt_lanes_run(gt_lanes *l);
/* Does the recording with these values of its guards hold in a lane, and did no kernel fail? */
bool gt_lanes_hold(const gt_lanes *l, int lane, const double *expected);
/* Copies output k of a lane; its elements are `stride` apart there. */
void gt_lanes_output(const gt_lanes *l, int lane, int k, double *to, int64_t stride);

#endif
