#include "solvers/lbfgs.h"
#include "solvers/trust.h"

#include <string.h>

const gt_method *const gt_methods[] = {&gt_lbfgs, &gt_trust, NULL};

const gt_method *gt_method_find(const char *name)
{
    for (int i = 0; gt_methods[i]; i++)
        if (!strcmp(gt_methods[i]->name, name)) return gt_methods[i];
    return NULL;
}
