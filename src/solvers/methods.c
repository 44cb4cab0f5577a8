#include "solvers/solver.h"

#include <string.h>

#define METHODS(X) \
    X(auglag) \
    X(bfgs) \
    X(cg) \
    X(ipm) \
    X(lbfgs) \
    X(lbfgsb) \
    X(levenberg_marquardt) X(nelder_mead) X(newton_cg) X(penalty) X(sqp) X(trust) X(trust_bounds)

#define DECLARE(name) extern const gt_method gt_##name;
METHODS(DECLARE)
#define ADDRESS(name) &gt_##name,
const gt_method *const gt_methods[] = {METHODS(ADDRESS) NULL};

const gt_method *gt_method_find(const char *name)
{
    for (int i = 0; gt_methods[i]; i++)
        if (!strcmp(gt_methods[i]->name, name)) return gt_methods[i];
    return NULL;
}
