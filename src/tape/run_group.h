#ifndef GRADTAPE_TAPE_RUN_GROUP_H
#define GRADTAPE_TAPE_RUN_GROUP_H

#include "tape/plan/plan.h"

/* Runs a group, by several threads where that is worth it. */
void gt_run_group(const gt_plan *plan, const gt_group *g, double *const *base);

#endif
