#include "solvers/stopping.h"

GT_OPTION_TABLE(gt_stopping_table, GT_STOPPING_OPTIONS)
GT_OPTION_TABLE(gt_convergence_table, GT_CONVERGENCE_OPTIONS)

#define GT_STATUS_WORD(name, word, text) word,
#define GT_STATUS_TEXT(name, word, text) text,
static const char *const words[] = {GT_STATUSES(GT_STATUS_WORD)};
static const char *const texts[] = {GT_STATUSES(GT_STATUS_TEXT)};

const char *gt_status_word(gt_status s) { return words[s]; }
const char *gt_status_text(gt_status s) { return texts[s]; }

void gt_take_measures(gt_progress *to, const gt_progress *from)
{
    to->gradient_size = from->gradient_size;
    to->scaled_gradient = from->scaled_gradient;
    to->violation = from->violation;
    to->scaled_violation = from->scaled_violation;
    to->complementarity = from->complementarity;
    to->scaled_complementarity = from->scaled_complementarity;
}

gt_status gt_judge_start(const gt_stopping *stop, const gt_progress *p)
{
    return p->gradient_size <= stop->tolerance_grad ? GT_STATUS_GRADIENT_SMALL : GT_STATUS_RUNNING;
}

gt_status gt_judge_limits(const gt_stopping *stop, const gt_progress *p)
{
    if ((double)p->iteration >= stop->max_iter) return GT_STATUS_MAX_ITER;
    if ((double)p->evaluations >= stop->max_eval) return GT_STATUS_MAX_EVAL;
    return GT_STATUS_RUNNING;
}

gt_status gt_judge(const gt_stopping *stop, const gt_progress *p)
{
    gt_status status = gt_judge_limits(stop, p);
    if (status != GT_STATUS_RUNNING) return status;
    if (p->gradient_size <= stop->tolerance_grad) return GT_STATUS_GRADIENT_SMALL;
    if (p->step_size <= stop->tolerance_change || fabs(p->improvement) < stop->tolerance_change)
        return GT_STATUS_CHANGE_SMALL;
    return GT_STATUS_RUNNING;
}

gt_status gt_judge_convergence(const gt_convergence *c, gt_progress *p)
{
    if (c->tol_gradient > 0 && p->scaled_gradient <= c->tol_gradient) return GT_STATUS_STATIONARY;
    if (p->iteration == 0) return GT_STATUS_RUNNING;
    bool is_settled = c->tol_value > 0 && fabs(p->improvement) <= c->tol_value * fabs(p->value);
    p->settled = is_settled ? p->settled + 1 : 0;
    if (p->settled >= 2) return GT_STATUS_VALUE_SETTLED;
    if (c->tol_step > 0 && p->relative_step <= c->tol_step) return GT_STATUS_STEP_SMALL;
    return GT_STATUS_RUNNING;
}

bool gt_is_feasible(const gt_convergence *c, const gt_progress *p)
{
    return p->scaled_violation <= c->tol_constraint;
}

bool gt_is_optimal(const gt_convergence *c, const gt_progress *p)
{
    return gt_is_feasible(c, p) && p->scaled_gradient <= c->tol_gradient &&
           p->scaled_complementarity <= c->tol_gradient;
}
