#include "solvers/stopping.h"

GT_OPTION_TABLE(gt_stopping_table, GT_STOPPING_OPTIONS)

#define GT_STATUS_WORD(name, word, text) word,
#define GT_STATUS_TEXT(name, word, text) text,
static const char *const words[] = {GT_STATUSES(GT_STATUS_WORD)};
static const char *const texts[] = {GT_STATUSES(GT_STATUS_TEXT)};

const char *gt_status_word(gt_status s) { return words[s]; }
const char *gt_status_text(gt_status s) { return texts[s]; }

gt_status gt_judge_start(const gt_stopping *stop, const gt_progress *p)
{
    return p->gradient_size <= stop->tolerance_grad ? GT_STATUS_GRADIENT_SMALL : GT_STATUS_RUNNING;
}

gt_status gt_judge(const gt_stopping *stop, const gt_progress *p)
{
    if ((double)p->iteration >= stop->max_iter) return GT_STATUS_MAX_ITER;
    if ((double)p->evaluations >= stop->max_eval) return GT_STATUS_MAX_EVAL;
    if (p->gradient_size <= stop->tolerance_grad) return GT_STATUS_GRADIENT_SMALL;
    if (p->step_size <= stop->tolerance_change || fabs(p->improvement) < stop->tolerance_change)
        return GT_STATUS_CHANGE_SMALL;
    return GT_STATUS_RUNNING;
}
