/* From graph to plan, in four steps. */
#include "tape/plan/planner.h"

#include <string.h>

gt_plan *gt_plan_make(const gt_graph *g)
{
    gt_planner p = {.g = g, .plan = g->arena.alloc(sizeof(gt_plan))};
    *p.plan = (gt_plan){.size.n_constants = g->n_constants, .constants = g->constants};
    p.at = gt_plan_alloc(&p, g->n, sizeof *p.at);
    memset(p.at, 0, ((size_t)g->n + 1) * sizeof *p.at);
    gt_plan_kinds(&p);
    gt_plan_stages(&p);
    gt_plan_memory(&p);
    gt_plan_code(&p);
    return p.plan;
}
