/* The quadratic penalty method, over minimisations within bounds: the weight of the squared violation grows,
 * and what it pulls with tends to the multipliers (Courant 1943; Nocedal & Wright 2006, framework 17.1). */
#include "solvers/kkt.h"
#include "solvers/penalized.h"

#define PENALTY_OPTIONS(NUMBER, OPTIONAL, WHOLE, FLAG, PAIR, CHOICE) \
    NUMBER(rho, 1, GT_ABOVE_0, "First weight of half the squared violation") \
    NUMBER(gamma, 10, GT_ABOVE_1, "What the weight is multiplied by")
GT_OPTION_STRUCT(penalty_options, PENALTY_OPTIONS)
GT_OPTION_TABLE(penalty_table, PENALTY_OPTIONS)

static void memory_size(const gt_problem *p, const void *options, gt_memory_size *kept,
                        gt_memory_size *work)
{
    (void)options;
    *kept = (gt_memory_size){0, 0};
    *work = (gt_memory_size){gt_penalized_run_numbers(p), 0};
}

static void start(gt_solver *s)
{
    gt_penalized_run_start(s);
    gt_penalized_run_of(s)->penalized.weight = ((const penalty_options *)s->options)->rho;
}

static gt_status iterate(gt_solver *s)
{
    const penalty_options *o = (const penalty_options *)s->options;
    gt_penalized *p = &gt_penalized_run_of(s)->penalized;
    const double violation = s->now.scaled_violation, tolerance = s->converge.tol_constraint;
    if (s->now.iteration > 1) {
        /* where the gradient is no longer small, it is the weight that is too large for its rounding */
        const bool is_rounded = s->now.scaled_gradient > s->converge.tol_gradient;
        if (violation <= (is_rounded ? 100 * tolerance : tolerance)) return gt_solver_stuck(s);
        if (p->weight >= gt_largest_weight)
            return violation > tolerance && gt_penalized_is_stuck(s) ? GT_STATUS_INFEASIBLE
                                                                     : gt_solver_stuck(s);
    }
    gt_status status = gt_penalized_move(s, s->converge.tol_gradient * 0.1, o->gamma);
    if (status == GT_STATUS_RUNNING) p->weight *= o->gamma;
    return status;
}

const gt_method gt_penalty = {.name = "penalty",
                              .needs = GT_PART_GRADIENT | GT_PART_CONSTRAINT_JACOBIAN,
                              .takes = GT_PART_BOUNDS | GT_PART_CONSTRAINTS,
                              .options = &penalty_table,
                              .memory = memory_size,
                              .start = start,
                              .is_double = true,
                              .iterate = iterate};
